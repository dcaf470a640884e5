import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import supertest from 'supertest'
import { readEnv } from '../../../config/env.ts'
import { type Api, startApi } from '../../../services/api.ts'
import { withAccounts } from '../../../services/cli/accounts-access.ts'
import { importList } from '../../../services/cli/commands/import.ts'
import { prepareDatabase } from '../../../services/cli/instance/run.ts'
import { compose, type Instance } from '../../../services/compose.ts'
import type { Role } from '../../../services/domain/accounts.ts'
import { freePort } from '../../../services/runtime/ports.ts'
import { startWorkers } from '../../../workers/main.ts'
import { type TestDatabase, testDatabase } from '../../support/postgres.ts'
import { testRedis } from '../../support/redis.ts'
import { silentLog } from '../../support/server-keeper.ts'
import { until } from '../../support/wait.ts'

/*
 * The steps of docs/operating.md on a new, empty instance with all its parts: from the first administrator to an
 * announcement on a station's feed and a board.
 */
const channels = ['loudspeaker', 'board']
let database: TestDatabase
let instance: Instance
let api: Api
let workers: ReturnType<typeof startWorkers>
let url: string
let dir: string
const given = process.env.DATABASE_URL

beforeAll(async () => {
  database = await testDatabase({ migrated: false })
  const redis = await testRedis()
  const { newAccounts } = await prepareDatabase(database.url, false)
  const [first] = newAccounts
  if (!first || newAccounts.length !== 1) throw new Error('an empty instance begins with one account')
  const port = await freePort()
  url = `http://127.0.0.1:${port}`
  instance = await compose({
    databaseUrl: database.url,
    redisUrl: redis.url,
    secret: 'a secret of a test, thirty-two characters or more',
    publicUrl: url,
    channelIds: channels,
    channelValues: readEnv({}).channelValues,
    simulatorUrl: null,
    log: silentLog,
  })
  api = await startApi(instance, { host: '127.0.0.1', port, redisUrl: redis.url })
  workers = startWorkers(instance.ctx, {
    databaseUrl: database.url,
    redisUrl: redis.url,
    channels,
    withWorkDir: instance.withWorkDir,
    openSession: instance.openSession,
  })
  dir = await mkdtemp(join(tmpdir(), 'loa-first-run-'))
  delete process.env.DATABASE_URL
  Object.assign(process.env, { LOA_SERVER: url, LOA_USER: first.email, LOA_PASSWORD: first.password })
}, 120_000)

afterAll(async () => {
  if (given !== undefined) process.env.DATABASE_URL = given
  for (const name of ['LOA_SERVER', 'LOA_USER', 'LOA_PASSWORD']) delete process.env[name]
  await rm(dir, { recursive: true, force: true })
  await api.close()
  await workers.close()
  await instance.close()
  await database.drop()
})

const file = async (name: string, text: string) => {
  await writeFile(join(dir, name), text)
  return join(dir, name)
}
const signedIn = async (email: string, password: string) => {
  const agent = supertest.agent(url).set('Sec-Fetch-Site', 'same-origin')
  await agent.post('/api/auth/sign-in/email').send({ email, password }).expect(200)
  return agent
}
const account = async (role: Role, areas: string[]) => {
  const email = `${role}@so.example`
  const { password } = await withAccounts(all => all.add({ email, name: `Người ${role}`, role, areas }))
  return await signedIn(email, password)
}

test('a new instance is filled by commands alone, and carries an announcement that another person approved', async () => {
  const admin = await signedIn(process.env.LOA_USER ?? '', process.env.LOA_PASSWORD ?? '')
  const setup = async () => (await admin.get('/api/setup').expect(200)).body
  expect(await setup()).toMatchObject({ communes: 0, stations: 0, ready: false, complete: false })

  const areas = JSON.stringify([
    {
      Code: '44',
      FullName: 'Tỉnh Quảng Trị',
      Wards: [
        { Code: '19333', FullName: 'Phường Đông Hà', ProvinceCode: '44' },
        { Code: '18901', FullName: 'Xã Minh Hoá', ProvinceCode: '44' },
      ],
    },
  ])
  expect(await importList('areas', await file('dia-ban.json', areas), {})).toMatchObject({ added: 3 })
  const officer = await account('officer', ['44'])
  const approver = await account('approver', ['44'])
  const operator = await account('operator', ['19333'])
  expect(await setup()).toMatchObject({ communes: 2, officers: 1, approvers: 1, ready: false })
  const stations = 'Mã xã,Tên đài/cụm loa,Loại\n19333,Đài Đông Hà,IP\n18901,Đài Minh Hóa,FM\n'
  expect(await importList('stations', await file('dai.csv', stations), {})).toMatchObject({ added: 2 })
  const boards = 'Mã xã,Tên bảng tin\n19333,Bảng tin chợ Đông Hà\n19333,Bảng tin cũ\n'
  expect(await importList('boards', await file('bang.csv', boards), {})).toMatchObject({ added: 2 })
  expect(await setup()).toMatchObject({ ready: true, complete: true, approved: 0 })
  const list = (await admin.get('/api/registry/boards').expect(200)).body as { id: string; name: string }[]
  const old = list.find(b => b.name === 'Bảng tin cũ')
  await admin.post(`/api/registry/boards/${old?.id}/retire`).send({}).expect(200)

  const content = {
    title: 'Lịch tiêm chủng tháng 12',
    body: 'Trạm y tế tiêm chủng từ 7h30 ngày 05/12/2026. Đề nghị phụ huynh đưa trẻ đến đúng giờ.',
    audience: { areas: ['19333'], tags: [] },
    channels,
  }
  const draft = await officer.post('/api/announcements').send({ content }).expect(201)
  const path = `/api/announcements/${draft.body.id}`
  const { body: submitted } = await officer.post(`${path}/submit`).send({ revision: draft.body.revision }).expect(200)
  await officer.post(`${path}/approve`).send({ hash: submitted.hash }).expect(403)
  await approver.post(`${path}/approve`).send({ hash: submitted.hash }).expect(200)
  const counts = async () => {
    const { body } = await officer.get(`${path}/progress`).expect(200)
    return body.dispatches.map((d: { channel: string; counts: object }) => [d.channel, d.counts])
  }
  // One station and one board of the one commune: neither the other commune's nor the board that is out of use.
  await until(
    'the station and the board have it',
    async () => {
      const all = new Map(await counts()) as Map<string, { audience: number; accepted: number; confirmed: number }>
      return channels.every(c => (all.get(c)?.accepted ?? 0) + (all.get(c)?.confirmed ?? 0) === 1)
    },
    60_000,
  )
  for (const [, { audience }] of await counts()) expect(audience).toBe(1)

  const station = (await officer.get('/api/stations').expect(200)).body.find(
    (s: { areaCode: string }) => s.areaCode === '19333',
  )
  const feed = await supertest(url).get(new URL(station.feedUrl).pathname).expect(200)
  expect(feed.text ?? feed.body.toString()).toContain('Lịch tiêm chủng tháng 12')
  const [board] = (await officer.get('/api/boards').expect(200)).body.items
  const manifest = await officer.get(`/api/boards/${board.id}/manifest`).expect(200)
  expect(JSON.stringify(manifest.body)).toContain('Lịch tiêm chủng tháng 12')
  const items = await operator.get('/api/operator/items').expect(200)
  expect(items.body).toMatchObject([{ stationName: 'Đài Đông Hà', title: 'Lịch tiêm chủng tháng 12' }])
  expect(await setup()).toMatchObject({ approved: 1 })
}, 180_000)
