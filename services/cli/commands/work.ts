import type { Command } from 'commander'
import { requireChannel } from '../../../channels/registry.ts'
import { readEnv, stationBroker } from '../../../config/env.ts'
import { startWorkers } from '../../../workers/main.ts'
import { checkDemoBroker } from '../../compose.ts'
import { createLog } from '../../runtime/log.ts'
import { createShutdown } from '../../runtime/shutdown.ts'
import { composeGiven, requireGiven } from '../instance/given.ts'

/** Adds `loa work`: the queue workers of a distributed instance; run as many as wanted. */
export function register(program: Command): void {
  program
    .command('work')
    .description('Chạy tiến trình xử lý hàng đợi (bản tách rời) · run the workers of a distributed instance')
    .option('--channels <list>', 'các kênh tiến trình này gửi, cách nhau bằng dấu phẩy · channels to deliver (all)')
    .action(async (choices: { channels?: string }) => {
      const reading = readEnv()
      const { databaseUrl, redisUrl } = requireGiven(reading)
      const log = createLog({ level: reading.env.LOA_LOG_LEVEL })
      const shutdown = createShutdown({ log })
      shutdown.listen()
      const instance = await composeGiven(reading, log)
      shutdown.onClose('instance', () => instance.close())
      try {
        const wanted = choices.channels?.split(',').map(s => s.trim()) ?? [...instance.ctx.channels.keys()]
        for (const id of wanted) requireChannel(instance.ctx.channels, id)
        const broker = stationBroker(reading.env)
        checkDemoBroker(instance.ctx.demo, broker)
        const workers = startWorkers(instance.ctx, {
          databaseUrl,
          redisUrl,
          channels: wanted,
          withWorkDir: instance.withWorkDir,
          openSession: instance.openSession,
          studio: instance.studio,
          keepMonths: reading.env.LOA_KEEP_MONTHS,
          pushes: { links: instance.links, mqtt: broker },
          keepers: { links: instance.links, mail: instance.mail },
        })
        shutdown.onDrain('workers', () => workers.close())
        log.info({ channels: wanted }, 'the workers are ready')
      } catch (error) {
        await shutdown.run('start failed')
        throw error
      }
    })
}
