import { randomUUID } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { Express } from 'express'
import supertest from 'supertest'
import { type Listening, listen } from '../../../services/http/listen.ts'
import { citizenRoutes } from '../../../services/http/routes/citizens.ts'
import { sessionRoutes } from '../../../services/http/routes/session.ts'
import { unsubscribeRoutes } from '../../../services/http/routes/unsubscribe.ts'
import { startSweep } from '../../../workers/sweep.ts'
import { dispatchContext } from '../../support/dispatch.ts'
import { until } from '../../support/wait.ts'
import { workbook } from '../../support/xlsx.ts'
import { emailOf, type HttpServer, httpServer, signedIn } from '../http/server.ts'

let server: HttpServer
let app: Express
let officer: Awaited<ReturnType<HttpServer['as']>>
beforeAll(async () => {
  server = await httpServer({ citizens: 2 })
  const { deps, auth } = server
  app = server.withRoutes([...sessionRoutes(deps, auth), ...citizenRoutes(deps), ...unsubscribeRoutes(deps)])
  officer = await signedIn(app, 'officer', server.passwords.officer)
})
afterAll(() => server.close())

const citizens = async () => Number((await server.database.db.query('select count(*) as n from citizens')).rows[0].n)

describe('POST /api/citizens/import', () => {
  const csv = 'Họ tên,SĐT,Mã xã,Đồng ý\nLê Văn Thử,0987000001,19333,có\nKhông Có Số,123,19333,có\n'
  const upload = (body: string | Buffer, query = '', type = 'text/csv') =>
    officer.post(`/api/citizens/import${query}`).set('Content-Type', type).send(body)

  test('a dry run and then the import give the same report; only the second leaves people', async () => {
    const before = await citizens()
    const dry = await upload(csv, '?dryRun=1').expect(200)
    expect(dry.body).toMatchObject({ dryRun: true, rows: 2, added: 1, rejectedCount: 1, rejected: [{ row: 3 }] })
    expect(await citizens()).toBe(before)
    const real = await upload(csv).expect(200)
    expect(real.body).toEqual({ ...dry.body, id: real.body.id, dryRun: false })
    expect(await citizens()).toBe(before + 1)
  })

  test('Excel on Windows names the type differently', async () => {
    await upload(csv, '?dryRun=1', 'application/vnd.ms-excel').expect(200)
    await upload(csv, '?dryRun=1', 'application/octet-stream').expect(200)
  })

  test('consent for all by the stated basis, old numbers converted', async () => {
    const file = 'SĐT,Xã\n01201234567,Đông Hà\n'
    const refused = await upload(file, '?dryRun=1').expect(422)
    expect(refused.body).toMatchObject({ code: 'import.no-consent' })
    const basis = encodeURIComponent('phiếu đăng ký nhận tin')
    const taken = await upload(file, `?dryRun=1&convertOldNumbers=1&consentBasis=${basis}`).expect(200)
    expect(taken.body).toMatchObject({ added: 1, rejectedCount: 0 })
  })

  test('wrong encodings, types and roles are answered with a problem, nothing is imported', async () => {
    const before = await citizens()
    const latin = await upload(Buffer.from('Họ tên,SĐT\nThuý,1\n'.normalize('NFC').replace('ọ', 'o'), 'latin1')).expect(
      422,
    )
    expect(latin.body).toMatchObject({ code: 'import.bad-encoding', detailVi: expect.stringContaining('UTF-8') })
    await upload('{}', '', 'application/json').expect(415)
    await officer
      .post('/api/citizens/import')
      .set('Content-Encoding', 'gzip')
      .set('Content-Type', 'text/csv')
      .send(csv)
      .expect(415)
    const approver = await signedIn(app, 'approver', server.passwords.approver)
    await approver.post('/api/citizens/import').set('Content-Type', 'text/csv').send(csv).expect(403)
    await supertest(app)
      .post('/api/citizens/import')
      .set('Sec-Fetch-Site', 'same-origin')
      .set('Content-Type', 'text/csv')
      .send(csv)
      .expect(401)
    expect(await citizens()).toBe(before)
  })

  test('no personal data in the log', async () => {
    await upload(csv).expect(200)
    const log = JSON.stringify(server.lines)
    expect(log).toContain('list imported')
    expect(log).not.toMatch(/987000001|Lê Văn Thử/)
  })

  describe('as a job', () => {
    const job = async (id: string) => (await officer.get(`/api/citizens/imports/${id}`).expect(200)).body
    const ended = async (id: string) => {
      await until('the import has ended', async () => !['reading', 'merging'].includes((await job(id)).phase))
      return await job(id)
    }

    test('the answer comes once the file is taken; the job tells the rest, and all refused rows can be had', async () => {
      const id = randomUUID()
      const bad = Array.from({ length: 1_500 }, (_, i) => `=cmd|${i},123,"=1+1 Xã, Lạ",có`).join('\n')
      const answer = await upload(`${csv}${bad}\n`, `?id=${id}`).expect(202)
      expect(answer.body).toEqual({ id })
      const done = await ended(id)
      expect(done).toMatchObject({
        kind: 'citizens',
        phase: 'done',
        rows: 1_502,
        report: { rows: 1_502, rejectedCount: 1_501 },
        problem: null,
      })
      expect(done.report.rejected).toHaveLength(1_000)
      expect(done.bytes).toBe(Buffer.byteLength(`${csv}${bad}\n`))
      const list = await officer.get(`/api/citizens/imports/${id}/rejected.csv`).expect(200)
      expect(list.headers['content-type']).toContain('text/csv')
      expect(list.headers['content-disposition']).toContain('attachment')
      const lines = list.text.trim().split('\r\n')
      expect(lines).toHaveLength(1_502)
      expect(lines[0]).toContain('Dòng')
      expect(lines.at(-1)).toMatch(/^1503,"/)
    })

    test('one id is one import', async () => {
      const id = randomUUID()
      await upload(csv, `?id=${id}&dryRun=1`).expect(202)
      await ended(id)
      const again = await upload(csv, `?id=${id}&dryRun=1`).expect(409)
      expect(again.body).toMatchObject({ code: 'request.idempotency-conflict' })
    })

    test('a file that is refused at once is answered at once, and the job says why', async () => {
      const id = randomUUID()
      await upload(`a,b\n${'1,2\n'.repeat(300_000)}`, `?id=${id}`).expect(422)
      expect(await job(id)).toMatchObject({ phase: 'failed', report: null, problem: { code: 'import.no-columns' } })
    })

    test('one that waits for another can be stopped', async () => {
      const before = await citizens()
      const other = await server.database.db.connect()
      try {
        await other.query(`begin; select pg_advisory_xact_lock(hashtext('loa.import-citizens'))`)
        const id = randomUUID()
        await upload('SĐT,Mã xã,Đồng ý\n0987000077,19333,có\n', `?id=${id}`).expect(202)
        await officer.post(`/api/citizens/imports/${id}/cancel`).send({}).expect(200)
        expect(await ended(id)).toMatchObject({ phase: 'cancelled', problem: { code: 'import.cancelled' } })
      } finally {
        await other.query('rollback')
        other.release()
      }
      expect(await citizens()).toBe(before)
    })

    test('one whose process died is told as failed', async () => {
      const id = randomUUID()
      await server.database.db.query(
        `insert into import_jobs (id, kind, actor_id, dry_run, seen_at)
         select $1, 'citizens', id, false, now() - interval '1 minute' from users where email = $2`,
        [id, emailOf('officer')],
      )
      expect(await job(id)).toMatchObject({ phase: 'failed', problem: { code: 'service.unavailable' } })
    })

    test('what the job says and what was imported are one: neither is written without the other', async () => {
      const { db } = server.database
      const before = await citizens()
      await db.query(`create function refuse_done() returns trigger language plpgsql as
        $$ begin if new.phase = 'done' then raise exception 'the database is away'; end if; return new; end $$`)
      await db.query(
        'create trigger refuse_done before update on import_jobs for each row execute function refuse_done()',
      )
      try {
        for (const kind of ['citizens/import', 'citizens/opt-outs/import']) {
          const id = randomUUID()
          await officer
            .post(`/api/${kind}?id=${id}`)
            .set('Content-Type', 'text/csv')
            .send('SĐT,Mã xã,Đồng ý\n0987000088,19333,có\n')
          expect(await ended(id)).toMatchObject({
            phase: 'failed',
            problem: { en: expect.stringContaining('Nothing') },
          })
        }
      } finally {
        await db.query('drop function refuse_done cascade')
      }
      expect(await citizens()).toBe(before)
      expect((await db.query(`select from opt_outs where address = '+84987000088'`)).rowCount).toBe(0)
    })

    test('unknown ones and strangers', async () => {
      const id = randomUUID()
      await officer.get(`/api/citizens/imports/${id}`).expect(404)
      await officer.post(`/api/citizens/imports/${id}/cancel`).send({}).expect(404)
      await officer.get(`/api/citizens/imports/${id}/rejected.csv`).expect(404)
      await officer.get('/api/citizens/imports/x').expect(404)
      await supertest(app).get(`/api/citizens/imports/${id}`).expect(401)
    })

    test("another officer's import is nobody's business; an administrator may look and stop it", async () => {
      const id = randomUUID()
      await server.database.db.query(
        `insert into import_jobs (id, kind, actor_id, dry_run) values ($1, 'citizens', 'another', false)`,
        [id],
      )
      await officer.get(`/api/citizens/imports/${id}`).expect(404)
      await officer.get(`/api/citizens/imports/${id}/rejected.csv`).expect(404)
      await officer.post(`/api/citizens/imports/${id}/cancel`).send({}).expect(404)
      const asked = async () =>
        (await server.database.db.query('select cancel_asked from import_jobs where id = $1', [id])).rows[0]
          .cancel_asked
      expect(await asked()).toBe(false)
      const admin = await signedIn(app, 'admin', server.passwords.admin)
      await admin.get(`/api/citizens/imports/${id}`).expect(200)
      await admin.post(`/api/citizens/imports/${id}/cancel`).send({}).expect(200)
      expect(await asked()).toBe(true)
    })

    test('old ones are forgotten with what they refused', async () => {
      const id = randomUUID()
      await upload(csv, `?id=${id}&dryRun=1`).expect(202)
      await ended(id)
      await server.database.db.query(`update import_jobs set created_at = now() - interval '4 days' where id = $1`, [
        id,
      ])
      // By the sweep: a list that was the last one of the year must not wait for the next.
      const sweeping = startSweep(dispatchContext(server.database.db, []), 24, 50)
      try {
        await until('the job is forgotten', async () => {
          const { rowCount: left } = await server.database.db.query('select from import_jobs where id = $1', [id])
          return left === 0
        })
      } finally {
        await sweeping.stop()
      }
      await officer.get(`/api/citizens/imports/${id}`).expect(404)
      const { rowCount } = await server.database.db.query('select from import_rejections where job_id = $1', [id])
      expect(rowCount).toBe(0)
    })
  })

  test('an Excel workbook, whatever its type is called', async () => {
    const file = await workbook({
      sheets: [
        {
          name: '1',
          rows: [
            ['SĐT', 'Mã xã', 'Đồng ý'],
            [987000055, 19333, 'có'],
            ['1', 19333, 'có'],
          ],
        },
      ],
    })
    for (const type of ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'text/csv']) {
      const { body } = await upload(file, '?dryRun=1', type).expect(200)
      expect(body).toMatchObject({ rows: 2, added: 1, rejected: [{ row: 3 }] })
    }
  })

  describe('refusals', () => {
    const send = (body: string, query = '') =>
      officer.post(`/api/citizens/opt-outs/import${query}`).set('Content-Type', 'text/csv').send(body)
    const refusals = async () =>
      (await server.database.db.query('select channel, address, source from opt_outs order by 1, 2')).rows

    test('a list of addresses is refused on the channels that write to them, registered or not', async () => {
      await server.database.db.query('delete from opt_outs')
      const list =
        'SĐT;Email;Ghi chú\n0987000001;;gọi điện\n01201234567;a@thu.example;\n0233 3575155;;\n;;x\n0987000001;;\n'
      const dry = await send(list, '?dryRun=1').expect(200)
      expect(dry.body).toMatchObject({ rows: 5, added: 3, known: 0, rejectedCount: 2, ignoredColumns: ['Ghi chú'] })
      expect(await refusals()).toEqual([])
      const real = await send(list).expect(200)
      expect(real.body).toEqual({ ...dry.body, id: real.body.id, dryRun: false })
      expect(await refusals()).toEqual([
        { channel: 'email', address: 'a@thu.example', source: 'import' },
        { channel: 'sms', address: '+84701234567', source: 'import' },
        { channel: 'sms', address: '+84987000001', source: 'import' },
      ])
      expect((await send(list).expect(200)).body).toMatchObject({ added: 0, known: 3 })
      await server.database.db.query('delete from opt_outs')
    })

    test('a list without addresses is refused', async () => {
      expect((await send('Họ tên\nAn\n').expect(422)).body).toMatchObject({ code: 'import.no-columns' })
    })
  })

  describe('over a real socket', () => {
    let listening: Listening
    let cookie: string
    beforeAll(async () => {
      listening = await listen(app, { host: '127.0.0.1', port: 0 })
      const answer = await supertest(listening.url)
        .post('/api/auth/sign-in/email')
        .set('Sec-Fetch-Site', 'same-origin')
        .send({ email: 'officer@quangtri.example', password: server.passwords.officer })
      cookie = (answer.get('Set-Cookie') ?? []).map(c => c.split(';')[0]).join('; ')
    })
    afterAll(() => listening.close(100))

    const headers = () => ({ cookie, 'content-type': 'text/csv', 'sec-fetch-site': 'same-origin' })

    test('a file refused at its first bytes is still taken to its end, so that the answer is seen', async () => {
      const big = Buffer.alloc(30 * 1024 * 1024, 'x')
      big.set([0xd0, 0xcf, 0x11, 0xe0])
      const answer = await fetch(`${listening.url}/api/citizens/import`, {
        method: 'POST',
        headers: headers(),
        body: big,
      })
      expect(answer.status).toBe(422)
      expect(await answer.json()).toMatchObject({ code: 'import.bad-encoding' })
    })

    test('an upload beyond the limit is refused, whether its length is told or not', async () => {
      const before = await citizens()
      const rows = Buffer.from('Lê Văn Nhiều,0987000020,19333,có\n'.repeat(10_000))
      const megabyte = 1024 * 1024
      async function* tooMuch() {
        yield Buffer.from('Họ tên,SĐT,Mã xã,Đồng ý\n')
        for (let sent = 0; sent < 3 * megabyte; sent += rows.length) yield rows
      }
      const strict = await listen(
        server.withRoutes([...sessionRoutes(server.deps, server.auth), ...citizenRoutes(server.deps, megabyte)]),
        { host: '127.0.0.1', port: 0 },
      )
      try {
        const body = Buffer.concat(Array.from({ length: 5 }, () => rows))
        for (const init of [{ body: tooMuch(), duplex: 'half' as const }, { body }]) {
          const answer = await fetch(`${strict.url}/api/citizens/import`, {
            method: 'POST',
            headers: headers(),
            ...init,
          })
          expect(answer.status).toBe(413)
          expect(await answer.json()).toMatchObject({
            code: 'request.too-large',
            detailVi: expect.stringContaining('1 MB'),
          })
        }
      } finally {
        await strict.close(100)
      }
      expect(await citizens()).toBe(before)
    })

    test('an upload that is cut off leaves nothing and the next one works', async () => {
      const before = await citizens()
      await new Promise<void>(resolve => {
        const req = httpRequest(`${listening.url}/api/citizens/import`, {
          method: 'POST',
          headers: { ...headers(), 'content-length': '1000000' },
        })
        req.on('error', () => resolve())
        req.write('Họ tên,SĐT,Mã xã,Đồng ý\nLê Văn Cụt,0987000009,19333,có\n', () => req.destroy(new Error('cut')))
      })
      await upload('SĐT,Mã xã,Đồng ý\n0987000010,19333,có\n').expect(200)
      expect(await citizens()).toBe(before + 1)
    })
  })
})

test('GET /api/citizens/summary counts by commune and names nobody', async () => {
  const { body } = await officer.get('/api/citizens/summary').expect(200)
  expect(body.citizens).toBe(await citizens())
  expect(body.byArea).toEqual(
    expect.arrayContaining([{ areaCode: '19333', areaName: 'Phường Đông Hà', citizens: expect.any(Number) }]),
  )
  expect(JSON.stringify(body)).not.toMatch(/\+84|@/)
})

describe('refusing messages', () => {
  let person: { id: string; phone: string }
  let path: string
  beforeEach(async () => {
    await server.database.db.query('delete from opt_outs')
    const { rows } = await server.database.db.query(
      'select id, phone from citizens where phone is not null order by id limit 1',
    )
    person = rows[0]
    path = new URL(server.deps.links.unsubscribeUrl('sms', person.id)).pathname
  })
  const refusals = async () => (await server.database.db.query('select channel, address, source from opt_outs')).rows

  test('opening the page refuses nothing: mail scanners follow links', async () => {
    const page = await supertest(app).get(path).expect(200)
    expect(page.type).toBe('text/html')
    expect(page.text).toContain('Xác nhận từ chối nhận tin')
    expect(page.text).not.toContain(person.phone)
    expect(page.text).toContain(person.phone.slice(-2))
    expect(page.headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' })
    await supertest(app).head(path)
    expect(await refusals()).toEqual([])
  })

  test('one click by a mail client (RFC 8058), from anywhere, without a cookie, any number of times', async () => {
    for (let i = 0; i < 2; i++) {
      await supertest(app)
        .post(path)
        .set('Sec-Fetch-Site', 'cross-site')
        .set('Origin', 'https://mail.example')
        .type('form')
        .send('List-Unsubscribe=One-Click')
        .expect(200)
    }
    expect(await refusals()).toEqual([{ channel: 'sms', address: person.phone, source: 'one-click' }])
  })

  test("the page's own forms: refuse, see it, take it back", async () => {
    const actionOf = (html: string) => {
      const action = /<form method="post" action="([^"]+)"/.exec(html)?.[1] ?? ''
      return action.replaceAll('&amp;', '&')
    }
    const asked = await supertest(app).get(path)
    const refused = await supertest(app).post(actionOf(asked.text)).expect(200)
    expect(refused.text).toContain('Đã ghi nhận')
    expect(await refusals()).toEqual([{ channel: 'sms', address: person.phone, source: 'page' }])
    const again = await supertest(app).get(path)
    expect(again.text).toContain('Đã ghi nhận')
    const restored = await supertest(app).post(actionOf(again.text)).expect(200)
    expect(restored.text).toContain('Đã khôi phục')
    expect(await refusals()).toEqual([])
    expect(actionOf(restored.text)).toBe(actionOf(asked.text))
  })

  test('a forged or altered link is refused with a page that people can read', async () => {
    for (const bad of [path.replace(/\.(\d+)\./, (_, id) => `.${Number(id) + 1}.`), `${path}x`, '/u/sms.1.x']) {
      const page = await supertest(app).post(bad).expect(403)
      expect(page.text).toContain('Không mở được đường dẫn')
    }
    expect(await refusals()).toEqual([])
  })

  test('a person who is no longer registered is told so', async () => {
    const gone = new URL(server.deps.links.unsubscribeUrl('sms', '999999999')).pathname
    expect((await supertest(app).get(gone).expect(200)).text).toContain('không còn trong danh sách')
    await supertest(app).post(gone).expect(200)
    expect(await refusals()).toEqual([])
  })

  test('a channel that is switched off can still be refused, for every address of the person', async () => {
    await server.database.db.query(`update citizens set email = 'mot@thu.example' where id = $1`, [person.id])
    const off = new URL(server.deps.links.unsubscribeUrl('zalo', person.id)).pathname
    await supertest(app).post(off).expect(200)
    expect((await refusals()).map(r => r.address).sort()).toEqual([person.phone, 'mot@thu.example'].sort())
  })

  test('the log says that it happened, not to whom', async () => {
    await supertest(app).post(path).expect(200)
    const log = JSON.stringify(server.lines)
    expect(log).toContain('messages refused')
    expect(log).not.toContain(person.phone)
  })
})
