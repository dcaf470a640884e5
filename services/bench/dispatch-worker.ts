import { installChannels } from '../../channels/registry.ts'
import { startWorkers } from '../../workers/main.ts'
import { openDb } from '../store/db.ts'
import { noop } from './noop-channel.ts'

/**
 * The worker process of `loa bench dispatch`: a real one in every respect but its channel. Started by the bench with
 * the two addresses; on a message it stops and reports its peak memory.
 */
const [databaseUrl = '', redisUrl = ''] = process.argv.slice(2)
const quiet = { info: () => undefined, warn: () => undefined, error: console.error }
const db = openDb(databaseUrl, 10)
const channels = installChannels([noop], ['noop'], () => ({}))
const workers = startWorkers(
  { db, now: () => new Date(), log: quiet, channels, demo: false, quietHours: null },
  {
    databaseUrl,
    redisUrl,
    channels: ['noop'],
    withWorkDir: async work => await work(''),
    openSession: async () => (await noop.open({}, {} as never)) as never,
  },
)
process.on('message', async () => {
  await workers.close()
  await db.end()
  process.send?.({ peakRssBytes: process.resourceUsage().maxRSS * 1024 })
  process.disconnect()
})
process.send?.({ ready: true })
