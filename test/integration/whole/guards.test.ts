import { createServer, type Server } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { readEnv } from '../../../config/env.ts'
import { createAccount } from '../../../services/accounts/accounts.ts'
import { throwAwaySettings } from '../../../services/cli/commands/demo.ts'
import { issueDemoAnnouncement } from '../../../services/cli/demo/carry.ts'
import { openBacking } from '../../../services/cli/instance/embedded.ts'
import { prepareDatabase, runAllInOne } from '../../../services/cli/instance/run.ts'
import { type ComposeOptions, compose } from '../../../services/compose.ts'
import { createLog } from '../../../services/runtime/log.ts'
import { createShutdown } from '../../../services/runtime/shutdown.ts'
import { type TestDatabase, testDatabase } from '../../support/postgres.ts'
import { type TestRedis, testRedis } from '../../support/redis.ts'

const secret = 'a secret of a test, thirty-two characters or more'
const log = createLog({ level: 'silent' })

let real: TestDatabase
let redis: TestRedis
beforeAll(async () => {
  real = await testDatabase()
  redis = await testRedis()
  await prepareDatabase(real.url, false)
  await createAccount(real.db, { email: 'soan@quangtri.example', name: 'Người soạn', role: 'officer' })
  await createAccount(real.db, { email: 'duyet@quangtri.example', name: 'Người duyệt', role: 'approver' })
})
afterAll(() => real.drop())

function options(databaseUrl: string, env: Record<string, string> = {}): ComposeOptions {
  const { channelValues } = readEnv(env)
  return {
    databaseUrl,
    redisUrl: redis.url,
    secret,
    publicUrl: 'http://loa.test',
    channelIds: ['loudspeaker', 'board'],
    channelValues,
    simulatorUrl: null,
    log,
  }
}

/** Starts the all-in-one, expects it to fail, and puts everything away. */
async function failedStart(
  database: TestDatabase,
  kind: 'demo' | 'demo-only',
  port: number,
  told: (a: unknown[]) => void,
) {
  const reading = readEnv({ DATABASE_URL: database.url, REDIS_URL: redis.url, LOA_SECRET: secret, LOA_PORT: `${port}` })
  reading.env.LOA_SIMULATOR_PORT = 0
  reading.env.LOA_SIMULATOR_SMTP_PORT = 0
  reading.env.LOA_SIMULATOR_SMPP_PORT = 0
  const shutdown = createShutdown({ log })
  const failure = await runAllInOne(reading, kind, log, shutdown, told).then(
    () => undefined,
    error => error,
  )
  await shutdown.run('test')
  return failure
}

describe('a real instance', () => {
  test('is not sent the demo announcement, whoever could approve it', async () => {
    const instance = await compose(options(real.url))
    await expect(issueDemoAnnouncement(instance.ctx)).rejects.toMatchObject({ code: 'setup.demo-provider' })
    await instance.close()
    expect((await real.db.query('select from announcements')).rowCount).toBe(0)
  })

  test('is not even started by the demo command', async () => {
    expect(await failedStart(real, 'demo-only', 0, () => undefined)).toMatchObject({ code: 'setup.demo-provider' })
  })

  test('is out of reach of a throw-away demo: only half of its address may be in the environment', () => {
    const given = readEnv({ DATABASE_URL: real.url, LOA_SECRET: secret, LOA_PUBLIC_URL: 'https://loa.example.vn' })
    const { env } = throwAwaySettings(given, 'somewhere')
    expect(env).toMatchObject({ LOA_DATA: 'somewhere', LOA_PORT: 0 })
    expect([env.DATABASE_URL, env.REDIS_URL, env.LOA_PUBLIC_URL]).toEqual([undefined, undefined, undefined])
  })
})

test('a given database is not opened for an instance without a given secret', async () => {
  const reading = readEnv({ DATABASE_URL: 'postgres://loa@127.0.0.1:1/loa' })
  const opening = openBacking(reading, log, createShutdown({ log }))
  await expect(opening).rejects.toMatchObject({ code: 'setup.configuration' })
})

describe('a demo instance', () => {
  let demo: TestDatabase
  let taken: Server
  let port = 0
  beforeAll(async () => {
    demo = await testDatabase()
    taken = createServer()
    await new Promise<void>(resolve => taken.listen(0, '127.0.0.1', resolve))
    const address = taken.address()
    port = typeof address === 'object' && address ? address.port : 0
  })
  afterAll(async () => {
    taken.close()
    await demo.drop()
  })

  test('whose first start meets a taken port has told its passwords all the same', async () => {
    const told: unknown[] = []
    expect(await failedStart(demo, 'demo', port, a => told.push(...a))).toMatchObject({ code: 'setup.port-taken' })
    expect(told).toHaveLength(3)
    expect(told).toContainEqual(expect.objectContaining({ role: 'approver', password: expect.any(String) }))
  })

  test('refuses an outside mail server even while the email channel is off: operators would get mail', async () => {
    const outside = { LOA_EMAIL_HOST: 'mail.example.vn', LOA_EMAIL_FROM: 'loa@example.vn' }
    await expect(compose(options(demo.url, outside))).rejects.toMatchObject({ code: 'setup.demo-provider' })
    const inside = { ...outside, LOA_EMAIL_HOST: '127.0.0.1', LOA_EMAIL_LOOPBACK_ONLY: 'true' }
    await (await compose(options(demo.url, inside))).close()
    await (await compose(options(demo.url))).close()
  })
})
