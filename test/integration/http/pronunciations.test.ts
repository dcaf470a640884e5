import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type supertest from 'supertest'
import { loudspeaker } from '../../../channels/loudspeaker/index.ts'
import { installChannels } from '../../../channels/registry.ts'
import {
  type Pronunciation,
  type PronunciationInput,
  pronunciationChangeSchema,
  pronunciationPageSchema,
  pronunciationSchema,
} from '../../../services/http/schemas-pronunciations.ts'
import { toCsv } from '../../../services/web/console/src/lib/csv.ts'
import { entryRows } from '../../../services/web/console/src/lib/pronunciation.ts'
import { type HttpServer, httpServer } from './server.ts'

type Agent = ReturnType<typeof supertest.agent>

const entry: PronunciationInput = {
  areaCode: null,
  kind: 'place',
  written: 'Cửa Việt',
  spoken: 'của việt',
  note: 'Tên cảng',
}

describe('the pronunciation dictionary over HTTP', () => {
  let server: HttpServer
  let officer: Agent
  let approver: Agent
  let admin: Agent
  beforeAll(async () => {
    server = await httpServer()
    const installed = installChannels([loudspeaker], ['loudspeaker'], () => ({}))
    for (const [id, channel] of installed) server.deps.channels.set(id, channel)
    officer = await server.as('officer')
    approver = await server.as('approver')
    admin = await server.as('admin')
  })
  afterAll(() => server.close())

  const add = async (change: Partial<PronunciationInput> = {}): Promise<Pronunciation> => {
    const answer = await officer.post('/api/pronunciations').send({ ...entry, ...change })
    expect([answer.status, answer.body.detailVi]).toEqual([201, undefined])
    return pronunciationSchema.parse(answer.body)
  }
  const list = async (query = '') =>
    pronunciationPageSchema.parse((await officer.get(`/api/pronunciations${query}`)).body)
  const clear = async () => {
    for (const item of (await list('?limit=500')).items) await officer.post(`/api/pronunciations/${item.id}/remove`)
  }

  test('officers and administrators change it, approvers read it, operators do neither', async () => {
    const operator = await server.as('operator')
    expect((await operator.get('/api/pronunciations')).status).toBe(403)
    expect((await approver.get('/api/pronunciations')).status).toBe(200)
    for (const send of [
      () => approver.post('/api/pronunciations').send(entry),
      () => approver.post('/api/pronunciations/1/remove').send({}),
      () => approver.post('/api/pronunciations/import').type('text/csv').send('x'),
    ]) {
      expect((await send()).status).toBe(403)
    }
    expect((await admin.post('/api/pronunciations').send(entry)).status).toBe(201)
    await clear()
  })

  test('added, found, changed, removed, brought back; the record says who', async () => {
    const added = await add({ written: 'Cửa  Việt'.normalize('NFD') })
    expect(added).toMatchObject({ written: 'Cửa Việt', revision: 1, updatedBy: 'Tài khoản officer', areaName: null })
    for (const q of ['cua viet', 'CỬA', 'của việt']) {
      expect((await list(`?q=${encodeURIComponent(q)}`)).items).toHaveLength(1)
    }
    expect((await list('?q=lao%20bao')).total).toBe(0)

    const path = `/api/pronunciations/${added.id}`
    const change = { ...entry, areaCode: '19333', spoken: 'cửa việt', revision: 1 }
    const changed = pronunciationSchema.parse((await admin.put(path).send(change)).body)
    expect(changed).toMatchObject({ revision: 2, areaName: 'Phường Đông Hà', updatedBy: 'Tài khoản admin' })
    const stale = await officer.put(path).send(change)
    expect([stale.status, stale.body.code]).toEqual([409, 'conflict.version'])

    expect((await officer.post(`${path}/remove`)).body.removed).toBe(true)
    expect((await officer.post(`${path}/remove`)).status).toBe(200)
    expect((await list()).items).toEqual([])
    expect((await officer.put(path).send({ ...change, revision: 3 })).body.code).toBe('conflict.version')
    expect((await officer.post(`${path}/restore`)).body).toMatchObject({ removed: false, spoken: 'cửa việt' })

    const history = pronunciationChangeSchema.array().parse((await approver.get(`${path}/history`)).body)
    expect(history.map(c => [c.action, c.actorName, c.before?.spoken ?? null, c.after?.spoken ?? null])).toEqual([
      ['restore', 'Tài khoản officer', null, 'cửa việt'],
      ['remove', 'Tài khoản officer', 'cửa việt', null],
      ['update', 'Tài khoản admin', 'của việt', 'cửa việt'],
      ['create', 'Tài khoản officer', null, 'của việt'],
    ])
    await expect(server.database.db.query('delete from pronunciation_changes')).rejects.toThrow('append-only')
    await expect(server.database.db.query(`update pronunciation_changes set action = 'create'`)).rejects.toThrow(
      'append-only',
    )
    await clear()
  })

  test('one form stands once per area, whatever its capitals and tone marks', async () => {
    const first = await add({ written: 'Hòa Lạc', spoken: 'hòa lạc' })
    const again = await officer.post('/api/pronunciations').send({ ...entry, written: 'HOÀ LẠC' })
    expect([again.status, again.body.code]).toEqual([409, 'pronunciation.exists'])
    await add({ written: 'Hòa Lạc', areaCode: '19333' })
    await add({ written: 'HÒA LẠC', caseSensitive: true })
    await officer.post(`/api/pronunciations/${first.id}/remove`)
    await add({ written: 'hoà lạc' })
    expect((await officer.post(`/api/pronunciations/${first.id}/restore`)).body.code).toBe('pronunciation.exists')
    const twins = await Promise.all(
      Array.from({ length: 4 }, () => officer.post('/api/pronunciations').send({ ...entry, written: 'Gio Linh' })),
    )
    expect(twins.map(t => t.status).sort()).toEqual([201, 409, 409, 409])
    await clear()
  })

  test.each([
    ['figures in the spoken form', { spoken: 'quốc lộ 9' }, 422, 'pronunciation.bad-spoken'],
    ['an abbreviation as the spoken form', { spoken: 'UBND' }, 422, 'pronunciation.bad-spoken'],
    ['markup', { spoken: '<speak>' }, 422, 'pronunciation.bad-spoken'],
    ['figures alone', { written: '113' }, 422, 'pronunciation.bad-written'],
    ['a control character', { written: 'Cửa\u0007' }, 422, 'text.control-character'],
    ['too much', { written: 'chữ '.repeat(60) }, 422, 'text.too-long'],
    ['a place that does not exist', { areaCode: '99999' }, 422, 'audience.unknown-area'],
    ['a code that is none', { areaCode: 'x' }, 422, 'request.invalid'],
  ])('%s is refused with a sentence', async (_, change, status, code) => {
    const answer = await officer.post('/api/pronunciations').send({ ...entry, ...change })
    expect([answer.status, answer.body.code]).toEqual([status, code])
    expect(answer.body.detailVi.length).toBeGreaterThan(20)
  })

  test('an entry that is not there is not found', async () => {
    for (const [method, path] of [
      ['put', '/999999'],
      ['post', '/999999/remove'],
      ['post', '/x/restore'],
      ['get', '/999999/history'],
    ] as const) {
      const answer = await officer[method](`/api/pronunciations${path}`).send({ ...entry, revision: 1 })
      expect([path, answer.status]).toEqual([path, 404])
    }
  })

  test('the list comes in pages that neither repeat nor lose an entry, by area and kind', async () => {
    for (let i = 0; i < 7; i += 1) {
      await add({
        written: `Thôn ${'abcdefg'.charAt(i)}`,
        areaCode: i % 2 ? '19333' : null,
        kind: i === 6 ? 'word' : 'place',
      })
    }
    await add({ written: 'Quảng Trị', areaCode: '44' })
    const seen: string[] = []
    let cursor: string | null = ''
    do {
      const page = await list(`?limit=3${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`)
      expect(page.total).toBe(8)
      seen.push(...page.items.map(item => item.written))
      cursor = page.nextCursor
    } while (cursor)
    expect(seen).toEqual(['Quảng Trị', ...[...'abcdefg'].map(letter => `Thôn ${letter}`)])
    expect((await list('?area=none')).total).toBe(4)
    expect((await list('?area=44')).total).toBe(4)
    expect((await list('?area=19333')).total).toBe(3)
    expect((await list('?kind=word')).total).toBe(1)
    expect((await list('?cursor=x&limit=1')).items[0]?.written).toBe('Quảng Trị')
    await clear()
  })

  test('a sentence is tried out with the dictionary, and with an entry in the making', async () => {
    const saved = await add({ areaCode: '19333' })
    const attempt = async (body: object) => (await approver.post('/api/pronunciations/try').send(body)).body
    const text = 'Cảng Cửa Việt mở lúc 7h30.'
    expect((await attempt({ text })).reading.spoken).toBe('Cảng Cửa Việt mở lúc bảy giờ ba mươi phút.')
    const here = await attempt({ text, areas: ['19333'] })
    expect(here).toMatchObject({ audioUrl: null, reading: { script: text } })
    expect(here.reading.spans).toEqual([
      { at: 5, written: 'Cửa Việt', spoken: 'của việt' },
      { at: 21, written: '7h30', spoken: 'bảy giờ ba mươi phút' },
    ])
    const draft = { ...entry, id: saved.id, areaCode: '19333', spoken: 'cửa mới' }
    expect((await attempt({ text, entry: draft })).reading.spoken).toContain('Cảng cửa mới')
    expect((await attempt({ text, entry: { ...draft, spoken: 'cửa 9' } })).code).toBe('pronunciation.bad-spoken')
    expect((await attempt({ text: 'chữ \u0007' })).code).toBe('text.control-character')
    expect((await list()).items.map(item => item.spoken)).toEqual(['của việt'])
    await clear()
  })

  test('what is tried out can be heard', async () => {
    const answer = await officer.post('/api/pronunciations/try').send({ text: 'Cửa Việt', audio: true, entry })
    expect(answer.body.reading.spoken).toBe('của việt')
    const sound = await officer.get(answer.body.audioUrl).buffer()
    expect([sound.status, sound.type]).toEqual([200, 'audio/flac'])
    expect(sound.body.length).toBeGreaterThan(5_000)
  })

  const upload = (csv: string | Buffer, dryRun = false) =>
    officer
      .post(`/api/pronunciations/import${dryRun ? '?dryRun=1' : ''}`)
      .type('text/csv')
      .send(csv)

  test('a list is checked, then imported; what is there is rewritten, what is wrong is named by row', async () => {
    await add()
    const csv = [
      'Cách viết;Cách đọc;Mã địa bàn;Loại;Phân biệt hoa thường;Ghi chú',
      'Cửa Việt;cửa việt;;địa danh;không;Đọc lại',
      'KKT;khu kinh tế;44;viết tắt;có;',
      'QL9;quốc lộ 9;;từ ngữ;;',
      'Tà Rụt;tà rụt;Phường Đông Hà;địa danh;;',
      'cửa việt;cửa;;địa danh;;',
      'Lao Bảo;lao bảo;00000;địa danh;;',
      'Ba Lòng;ba lòng;;sông;;',
    ].join('\r\n')
    const report = { rows: 7, added: 2, updated: 1, unchanged: 0, rejectedCount: 4 }
    const checked = await upload(csv, true)
    expect([checked.status, checked.body.detailVi]).toEqual([200, undefined])
    expect(checked.body).toMatchObject({ ...report, dryRun: true })
    expect(checked.body.rejected.map((r: { row: number }) => r.row)).toEqual([4, 6, 7, 8])
    expect((await list()).items.map(item => item.spoken)).toEqual(['của việt'])

    expect((await upload(csv)).body).toMatchObject({ ...report, dryRun: false })
    const { items } = await list()
    expect(items.map(i => [i.written, i.spoken, i.areaCode, i.kind, i.caseSensitive, i.note])).toEqual([
      ['Cửa Việt', 'cửa việt', null, 'place', false, 'Đọc lại'],
      ['KKT', 'khu kinh tế', '44', 'abbreviation', true, ''],
      ['Tà Rụt', 'tà rụt', '19333', 'place', false, ''],
    ])
    const [first] = items
    const history = await officer.get(`/api/pronunciations/${first?.id}/history`)
    expect(history.body[0]).toMatchObject({
      action: 'import',
      before: { spoken: 'của việt' },
      after: { spoken: 'cửa việt' },
    })

    // What the console saves comes back unchanged.
    expect((await upload(toCsv(entryRows(items)))).body).toMatchObject({ rows: 3, unchanged: 3, rejectedCount: 0 })
    await clear()
  })

  test.each([
    ['a file without headings', 'Cửa Việt,của việt\r\n', 'import.no-columns'],
    ['an empty file', '', 'import.no-columns'],
    ['bytes that are no text', Buffer.from([0xc3, 0x28, 0xa0, 0xa1, 0xff, 0xfe, 0x00, 0x01]), 'import.bad-encoding'],
    ['20,001 rows', `Cách viết,Cách đọc\r\n${'Lao Bảo,lao bảo\r\n'.repeat(20_001)}`, 'pronunciation.too-many'],
    ['9 MB', `Cách viết,Cách đọc\r\n${' '.repeat(9 * 1024 ** 2)}`, 'request.too-large'],
  ])('%s imports nothing', async (_, file, code) => {
    const answer = await upload(file)
    expect(answer.body.code).toBe(code)
    expect((await list()).total).toBe(0)
  })

  test('20,000 entries are imported in seconds and cost a reading little', async () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => `Thôn ${i} Cửa,thôn cửa\r\n`).join('')
    const started = performance.now()
    expect((await upload(`Cách viết,Cách đọc\r\n${rows}`)).body).toMatchObject({ added: 20_000, rejectedCount: 0 })
    const imported = performance.now()
    const { reading } = (await officer.post('/api/pronunciations/try').send({ text: 'Mời thôn 777 Cửa họp.' })).body
    expect(reading.spoken).toBe('Mời thôn cửa họp.')
    const tried = performance.now()
    expect(imported - started).toBeLessThan(30_000)
    expect(tried - imported).toBeLessThan(5_000)
  })
})
