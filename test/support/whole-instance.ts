import { readEnv } from '../../config/env.ts'
import type { Api } from '../../services/api.ts'
import { startApi } from '../../services/api.ts'
import { prepareDatabase } from '../../services/cli/instance/run.ts'
import type { Instance } from '../../services/compose.ts'
import { compose } from '../../services/compose.ts'
import { freePort } from '../../services/runtime/ports.ts'
import type { Simulator } from '../../services/simulator/index.ts'
import { simulatorEnv, startSimulator } from '../../services/simulator/index.ts'
import { startWorkers } from '../../workers/main.ts'
import { testDatabase } from './postgres.ts'
import { testRedis } from './redis.ts'
import { silentLog } from './server-keeper.ts'

/** Every part of a demo instance in this process: real database, queue, simulator, API, workers and all channels. */
export interface WholeInstance {
  instance: Instance
  api: Api
  simulator: Simulator
  close(): Promise<void>
}

/**
 * Starts it on a fresh database of the jest worker's server.
 * @param options quietHours as in LOA_QUIET_HOURS; a demo has none
 */
export async function startWholeInstance(options: { quietHours?: string } = {}): Promise<WholeInstance> {
  const database = await testDatabase()
  const redis = await testRedis()
  await prepareDatabase(database.url, true)
  const simulator = await startSimulator({ httpPort: 0, smtpPort: 0 })
  const port = await freePort()
  const instance = await compose({
    databaseUrl: database.url,
    redisUrl: redis.url,
    secret: 'a secret of a test, thirty-two characters or more',
    publicUrl: `http://127.0.0.1:${port}`,
    channelIds: ['loudspeaker', 'board', 'sms', 'email'],
    channelValues: readEnv(simulatorEnv(simulator)).channelValues,
    simulatorUrl: simulator.httpUrl,
    quietHours: options.quietHours,
    log: silentLog,
  })
  const api = await startApi(instance, { host: '127.0.0.1', port, redisUrl: redis.url })
  const workers = startWorkers(instance.ctx, {
    databaseUrl: database.url,
    redisUrl: redis.url,
    channels: [...instance.ctx.channels.keys()],
    withWorkDir: instance.withWorkDir,
    openSession: instance.openSession,
    studio: instance.studio,
    pushes: { links: instance.links, mqtt: undefined },
    keepers: { links: instance.links, mail: instance.mail },
  })
  return {
    instance,
    api,
    simulator,
    close: async () => {
      await api.close()
      await workers.close()
      await instance.close()
      await simulator.close()
      await database.drop()
    },
  }
}
