import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { until } from '../../support/wait.ts'
import { type HttpServer, httpServer } from './server.ts'

let server: HttpServer
let admin: Awaited<ReturnType<HttpServer['as']>>
beforeAll(async () => {
  server = await httpServer({ citizens: 2 })
  admin = await server.as('admin')
})
afterAll(() => server.close())

const upload = (list: string, body: string, query = '') =>
  admin.post(`/api/registry/${list}/import${query}`).set('Content-Type', 'text/csv').send(body)

describe('lists', () => {
  test('areas: checked, then imported; the console sees them at once', async () => {
    const csv = 'Mã,Tên,Mã tỉnh\n44,Tỉnh Quảng Trị,\n19333,Phường Đông Hà,44\n19429,Phường Nam Đông Hà,44\n'
    const dry = await upload('areas', csv, '?dryRun=1').expect(200)
    expect(dry.body).toMatchObject({
      dryRun: true,
      rows: 3,
      added: 1,
      unchanged: 2,
      missing: [{ code: '19742', name: 'Đặc khu Cồn Cỏ' }],
      missingHold: { citizens: 0, stations: 0, boards: 0 },
    })
    await upload('areas', csv).expect(200)
    const { body } = await admin.get('/api/areas').expect(200)
    expect(body.map((a: { code: string }) => a.code)).toEqual(['19333', '19429', '19742', '44'])
    await upload('areas', csv, '?retireMissing=1').expect(200)
    const after = await admin.get('/api/areas').expect(200)
    expect(after.body.map((a: { code: string }) => a.code)).toEqual(['19333', '19429', '44'])
  })

  test('stations as a job, watched and with its refused rows as CSV', async () => {
    const id = randomUUID()
    const csv = 'Mã xã,Tên đài\n19333,Đài Đông Hà\n19742,Đài Cồn Cỏ\n'
    await upload('stations', csv, `?id=${id}`).expect(202)
    const job = async () => (await admin.get(`/api/registry/imports/${id}`).expect(200)).body
    await until('the import has ended', async () => (await job()).phase === 'done')
    expect(await job()).toMatchObject({ kind: 'stations', report: { rows: 2, added: 1, rejectedCount: 1 } })
    const rejected = await admin.get(`/api/registry/imports/${id}/rejected.csv`).expect(200)
    // It has ended above, and says so instead of taking a station.
    expect(rejected.text).toMatch(/\r\n3,"Đặc khu Cồn Cỏ \(mã 19742\) đã sáp nhập/)
    await admin.post(`/api/registry/imports/${id}/cancel`).send({}).expect(200)
    expect(await job()).toMatchObject({ phase: 'done' })
  })

  test('what is no list, and what is no kind of list', async () => {
    const answer = await upload('boards', '\u0089PNG\r\n').expect(422)
    expect(answer.body).toMatchObject({ code: expect.stringMatching(/^import\./) })
    await upload('phones', 'a\n').expect(404)
    await admin.post('/api/registry/boards/import').send({}).expect(415)
    await admin.get('/api/registry/areas/import').expect(404)
  })

  test('the log names numbers, no places', async () => {
    const lines = JSON.stringify(server.lines)
    expect(lines).toContain('list imported')
    expect(lines).not.toMatch(/Cồn Cỏ|Đài Đông Hà/)
  })
})

describe('places by hand', () => {
  test('a board: added, renamed, out of use, back; its manifest follows', async () => {
    const made = await admin.post('/api/registry/boards').send({ areaCode: '19333', name: 'Bảng tin chợ' }).expect(201)
    expect(made.body).toEqual({
      id: expect.any(String),
      name: 'Bảng tin chợ',
      areaCode: '19333',
      areaName: 'Phường Đông Hà',
      operatorEmail: null,
      kind: null,
      board: { kind: 'screen', keeperEmail: null, led: null },
      aliases: [],
      retiredAt: null,
    })
    const path = `/api/registry/boards/${made.body.id}`
    const manifest = `/api/boards/${made.body.id}/manifest`
    const listed = async () => (await admin.get('/api/boards').expect(200)).body.items.map((b: { id: string }) => b.id)
    expect(await listed()).toEqual([made.body.id])
    await admin.get(manifest).expect(200)
    const renamed = await admin.put(path).send({ areaCode: '19333', name: 'Bảng tin chợ mới' }).expect(200)
    expect(renamed.body.aliases).toEqual(['Bảng tin chợ'])
    expect((await admin.get(manifest).expect(200)).body.board.name).toBe('Bảng tin chợ mới')
    await admin.post(`${path}/retire`).send({}).expect(200)
    await admin.get(manifest).expect(404)
    expect(await listed()).toEqual([])
    const list = await admin.get('/api/registry/boards').expect(200)
    expect(list.body).toMatchObject([{ id: made.body.id, retiredAt: expect.any(String) }])
    await admin.post(`${path}/restore`).send({}).expect(200)
    await admin.get(manifest).expect(200)
  })

  test('a repeat with the same key adds nothing', async () => {
    const add = () =>
      admin
        .post('/api/registry/stations')
        .set('Idempotency-Key', 'once-only-1')
        .send({ areaCode: '19429', name: 'Đài 1' })
    const first = await add().expect(201)
    expect((await add().expect(201)).body).toEqual(first.body)
    const twin = await admin.post('/api/registry/stations').send({ areaCode: '19429', name: 'ĐÀI 1' }).expect(409)
    expect(twin.body.code).toBe('place.exists')
  })

  test.each([
    ['/api/registry/stations/abc/retire', 404],
    ['/api/registry/stations/999/retire', 404],
    ['/api/registry/areas/1/retire', 404],
  ])('%s is %i', async (path, status) => {
    await admin.post(path).send({}).expect(status)
  })
})

test('provinces with what is in them', async () => {
  const { body } = await admin.get('/api/registry/areas').expect(200)
  expect(body).toEqual([
    {
      code: '44',
      name: 'Tỉnh Quảng Trị',
      communes: 2,
      ended: 1,
      stations: 2,
      boards: 1,
      citizens: 2,
      withoutStation: 0,
      withoutBoard: 1,
    },
  ])
})

test('how far the instance is', async () => {
  const state = async () => (await admin.get('/api/setup').expect(200)).body
  expect(await state()).toEqual({
    communes: 2,
    officers: 1,
    approvers: 1,
    operators: 1,
    stations: 2,
    boards: 1,
    screens: 1,
    paired: 0,
    citizens: 2,
    approved: 0,
    ready: true,
    complete: true,
  })
  await server.database.db.query(`update users set disabled_at = now() where role = 'approver'`)
  expect(await state()).toMatchObject({ approvers: 0, ready: false, complete: false })
  await server.database.db.query(`update users set disabled_at = null`)
})
