import { type EnvReading, stationBroker } from '../../../config/env.ts'
import { startWorkers } from '../../../workers/main.ts'
import type { Api } from '../../api.ts'
import { startApi } from '../../api.ts'
import type { Instance } from '../../compose.ts'
import { checkDemoBroker, compose } from '../../compose.ts'
import type { Logger } from '../../runtime/log.ts'
import { freePort } from '../../runtime/ports.ts'
import type { Shutdown } from '../../runtime/shutdown.ts'
import type { Simulator } from '../../simulator/index.ts'
import { openDb, requireReachable } from '../../store/db.ts'
import { migrate } from '../../store/migrate.ts'
import { notADemo } from '../demo/carry.ts'
import { openBacking } from './embedded.ts'
import type { NewAccountNote } from './setup.ts'
import { setUpInstance } from './setup.ts'
import { startDemoSimulator } from './simulator.ts'
import { speechCacheOf } from './speech-cache.ts'

export interface RunningInstance {
  instance: Instance
  api: Api
  /** Running with this instance when it is a demo. */
  simulator: Simulator | undefined
  publicUrl: string
}

/**
 * Starts the all-in-one: database, queue, simulator (demo), API and workers in one process.
 * @param kind what an empty data folder becomes; one that has been set up stays what it is, and `demo-only` refuses a
 *   real one before anything of it runs
 * @param tellAccounts called with the accounts made at this start as soon as they exist: their passwords are known
 *   nowhere else, so a start that fails afterwards (a taken port, a channel without settings) must not swallow them
 * @throws AppError setup.* naming what keeps the instance from starting
 */
export async function runAllInOne(
  reading: EnvReading,
  kind: 'demo' | 'empty' | 'demo-only',
  log: Logger,
  shutdown: Shutdown,
  tellAccounts: (accounts: NewAccountNote[]) => void = () => undefined,
): Promise<RunningInstance> {
  const { env } = reading
  const backing = await openBacking(reading, log, shutdown)
  const { demo, newAccounts } = await prepareDatabase(backing.databaseUrl, kind !== 'empty')
  if (newAccounts.length > 0) tellAccounts(newAccounts)
  if (kind === 'demo-only' && !demo) throw notADemo()

  const broker = stationBroker(env)
  checkDemoBroker(demo, broker)
  let channelValues = reading.channelValues
  let simulator: Simulator | undefined
  if (demo) {
    const started = await startDemoSimulator(reading, backing.dataDir, log)
    simulator = started.simulator
    channelValues = started.channelValues
    shutdown.onClose('simulator', () => started.simulator.close())
  }
  // The address goes into links and callbacks before the server listens, so it must be settled first.
  const port = env.LOA_PORT === 0 ? await freePort() : env.LOA_PORT
  const publicUrl = env.LOA_PUBLIC_URL ?? `http://${env.LOA_HOST}:${port}`
  const instance = await compose({
    databaseUrl: backing.databaseUrl,
    redisUrl: backing.redisUrl,
    secret: backing.secret,
    publicUrl,
    channelIds: env.LOA_CHANNELS,
    channelValues,
    quietHours: env.LOA_QUIET_HOURS,
    boardWorker: env.LOA_BOARD_WORKER,
    speechCache: speechCacheOf(env),
    simulatorUrl: simulator?.httpUrl ?? null,
    log,
  })
  shutdown.onClose('instance', () => instance.close())
  const api = await startApi(instance, { host: env.LOA_HOST, port, redisUrl: backing.redisUrl })
  shutdown.onDrain('api', () => api.close())
  const workers = startWorkers(instance.ctx, {
    databaseUrl: backing.databaseUrl,
    redisUrl: backing.redisUrl,
    channels: [...instance.ctx.channels.keys()],
    withWorkDir: instance.withWorkDir,
    openSession: instance.openSession,
    studio: instance.studio,
    keepMonths: env.LOA_KEEP_MONTHS,
    pushes: { links: instance.links, mqtt: broker },
    keepers: { links: instance.links, mail: instance.mail },
  })
  shutdown.onDrain('workers', () => workers.close())
  await backing.dataDir?.announce(publicUrl)
  return { instance, api, simulator, publicUrl }
}

/** Migrates and sets up. @returns what the instance is, which may differ from what was asked for an empty one */
export async function prepareDatabase(
  databaseUrl: string,
  demoWhenEmpty: boolean,
): Promise<{ demo: boolean; newAccounts: NewAccountNote[]; migrations: string[] }> {
  const db = openDb(databaseUrl, 2)
  try {
    await requireReachable(db, databaseUrl)
    const migrations = await migrate(db)
    const { rows } = await db.query('select demo from instance')
    const demo: boolean = rows[0]?.demo ?? demoWhenEmpty
    const newAccounts = await setUpInstance(db, demo, () => new Date())
    return { demo, newAccounts, migrations }
  } finally {
    await db.end()
  }
}
