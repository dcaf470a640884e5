import type { Command } from 'commander'
import { readEnv } from '../../../config/env.ts'
import { startApi } from '../../api.ts'
import { keepHeapSmall } from '../../runtime/heap.ts'
import { createLog } from '../../runtime/log.ts'
import { createShutdown } from '../../runtime/shutdown.ts'
import { composeGiven, requireGiven } from '../instance/given.ts'

/** Adds `loa api`: the console and the API of a distributed instance. */
export function register(program: Command): void {
  program
    .command('api')
    .description('Chạy trang quản trị và API (bản tách rời) · run the console and API of a distributed instance')
    .action(async () => {
      keepHeapSmall()
      const reading = readEnv()
      const { redisUrl } = requireGiven(reading)
      const log = createLog({ level: reading.env.LOA_LOG_LEVEL })
      const shutdown = createShutdown({ log })
      shutdown.listen()
      const instance = await composeGiven(reading, log)
      shutdown.onClose('instance', () => instance.close())
      try {
        const api = await startApi(instance, { host: reading.env.LOA_HOST, port: reading.env.LOA_PORT, redisUrl })
        shutdown.onDrain('api', () => api.close())
        log.info({ url: api.url }, 'the API is ready')
      } catch (error) {
        await shutdown.run('start failed')
        throw error
      }
    })
}
