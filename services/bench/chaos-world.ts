import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createAccount } from '../accounts/accounts.ts'
import type { ApiClient } from '../cli/api-client.ts'
import { signIn } from '../cli/api-client.ts'
import type { SimulatorReport } from '../cli/commands/simulator.ts'
import type { EmbeddedServer } from '../runtime/child-server.ts'
import { freePort } from '../runtime/ports.ts'
import { startEmbeddedPostgres } from '../runtime/postgres.ts'
import { startEmbeddedRedis } from '../runtime/redis.ts'
import type { FaultInput } from '../simulator/faults.ts'
import type { Db } from '../store/db.ts'
import { openDb } from '../store/db.ts'
import type { Part } from './part.ts'
import { startPart } from './part.ts'
import { fillRegistry } from './registry.ts'
import { until } from './report.ts'
import { setFaults, simulatorWords } from './vendor.ts'

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** How long a service manager waits before it starts a process again. */
const restartMs = 1_000

export interface WorldOptions {
  recipients: number
  workers: number
  seed: number
  /** How the simulated vendor misbehaves. */
  faults: FaultInput
  vendorTimeoutMs: number
  leaseSeconds: number
  sweepSeconds: number
  onStep: (step: string) => void
  /** Lends the caller a way to end everything early (Ctrl-C), from the first moment on. */
  onStarted: (end: () => Promise<void>) => void
}

/** A whole distributed instance, every part a process of its own that can be killed. */
export interface World {
  /** Holds data and logs of every part. */
  dir: string
  db: Db
  officer: ApiClient
  approver: ApiClient
  simulatorUrl: string
  /** Kills worker `i`, which is started again `deadMs` later. Resolves when it is gone. */
  killWorker(i: number, deadMs: number): Promise<void>
  /** Stops Redis and starts it at the same address with nothing in it. */
  emptyRedis(): Promise<void>
  stopPostgres(): Promise<void>
  startPostgres(): Promise<void>
  /** Ends every part; `keep` leaves the folder with the logs. Only the first call counts. */
  close(keep: boolean): Promise<void>
}

/** Starts everything, in the order in which the parts need each other. Ends what has started when a later part fails. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const { onStep } = options
  const dir = await mkdtemp(join(tmpdir(), 'loa-chaos-'))
  await mkdir(join(dir, 'logs'))
  const logOf = (name: string) => join(dir, 'logs', `${name}.log`)
  const parts: Part[] = []
  const start = (name: string, words: string[], env: Record<string, string>) => {
    if (closing) throw new Error('everything is being ended')
    const part = startPart(words, env, logOf(name))
    parts.push(part)
    return part
  }
  let postgres: EmbeddedServer | undefined
  let redis: EmbeddedServer | undefined
  let db: Db | undefined
  let closing = false
  let ended: Promise<void> | undefined
  const endAll = async (keep: boolean) => {
    closing = true
    await Promise.allSettled(parts.map(part => part.stop()))
    await db?.end().catch(() => undefined)
    await redis?.stop()
    await postgres?.stop()
    if (!keep) await rm(dir, { recursive: true, force: true })
  }
  const close = (keep: boolean) => {
    ended ??= endAll(keep)
    return ended
  }
  options.onStarted(() => close(false))
  try {
    onStep('database and queue')
    const redisDir = join(dir, 'redis')
    const postgresDir = join(dir, 'postgres')
    postgres = await startEmbeddedPostgres({ dir: postgresDir, log: quiet })
    redis = await startEmbeddedRedis({ dir: redisDir, log: quiet })
    const ports = { postgres: portOf(postgres.url), redis: portOf(redis.url) }
    const apiPort = await freePort()
    const server = `http://127.0.0.1:${apiPort}`

    onStep('vendor')
    // A vendor that has forgotten a message would answer a look-up with an untruth.
    const keep = ['--keep', String(2 * options.recipients)]
    const simulator = start('simulator', [...simulatorWords, ...keep], {})
    const report = JSON.parse(await simulator.firstLine()) as SimulatorReport
    await setFaults(report.page, options.faults)

    const env = {
      ...report.env,
      DATABASE_URL: postgres.url,
      REDIS_URL: redis.url,
      LOA_SECRET: randomBytes(24).toString('hex'),
      LOA_PORT: String(apiPort),
      LOA_PUBLIC_URL: server,
      LOA_CHANNELS: 'sms',
      LOA_SMS_TIMEOUT_MS: String(options.vendorTimeoutMs),
      LOA_LEASE_SECONDS: String(options.leaseSeconds),
      LOA_SWEEP_SECONDS: String(options.sweepSeconds),
    }
    await start('migrate', ['migrate', '--json'], env).result()
    db = openDb(postgres.url, 4)
    onStep(`registry of ${options.recipients} people`)
    await fillRegistry(db, { recipients: options.recipients, channel: 'sms' })

    onStep('API and workers')
    const api = start('api', ['api'], env)
    // Like a service manager: whatever ends a worker, it is started again. One that finds no database gives up at once.
    const deadFor = new Map<number, number>()
    const workers: Part[] = []
    const startWorker = (i: number) => {
      const worker = start(`worker-${i}`, ['work'], env)
      workers[i] = worker
      void worker.ended.then(async () => {
        await delay(deadFor.get(i) ?? restartMs)
        deadFor.delete(i)
        if (!closing) startWorker(i)
      })
    }
    for (let i = 0; i < options.workers; i++) startWorker(i)
    await until('the API is ready', async () => {
      if (!api.running()) throw new Error(`loa api ended; its log is ${logOf('api')}`)
      return await fetch(`${server}/readyz`).then(
        r => r.ok,
        () => false,
      )
    })
    const [officer, approver] = [
      await newcomer(db, server, 'officer', 'soan@loa.example'),
      await newcomer(db, server, 'approver', 'duyet@loa.example'),
    ]
    return {
      dir,
      db,
      officer,
      approver,
      simulatorUrl: report.page,
      killWorker: async (i, deadMs) => {
        // One that is just being started again is killed when it is there.
        await until(`worker ${i} runs`, async () => workers[i]?.running())
        deadFor.set(i, deadMs)
        await workers[i]?.kill()
      },
      emptyRedis: async () => {
        await redis?.stop()
        await rm(redisDir, { recursive: true, force: true })
        redis = await startEmbeddedRedis({ dir: redisDir, log: quiet, port: ports.redis })
      },
      stopPostgres: async () => await postgres?.stop(),
      startPostgres: async () => {
        postgres = await startEmbeddedPostgres({ dir: postgresDir, log: quiet, port: ports.postgres })
      },
      close,
    }
  } catch (error) {
    await close(true)
    throw error
  }
}

function portOf(url: string): number {
  return Number(new URL(url).port)
}

async function newcomer(db: Db, server: string, role: 'officer' | 'approver', email: string): Promise<ApiClient> {
  const { password } = await createAccount(db, { email, name: role, role })
  return await signIn(server, email, password)
}
