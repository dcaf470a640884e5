import { installChannels } from '../../channels/registry.ts'
import { startWorkers } from '../../workers/main.ts'
import { openDb } from '../store/db.ts'
import { createPace } from '../store/pace.ts'
import { noop, type Pace, pacedNoop } from './noop-channel.ts'
import type { WorkerQuestion } from './worker.ts'

/**
 * The worker process of the dispatch benches: a real one in every respect but its channel. Started by `worker.ts` with
 * the two addresses and, where the provider has one, its pace; answers one message for each that it gets.
 */
const [databaseUrl = '', redisUrl = '', paceJson = ''] = process.argv.slice(2)
const quiet = { info: () => undefined, warn: () => undefined, error: console.error }
const db = openDb(databaseUrl, 10)
const paced = paceJson ? pacedNoop(JSON.parse(paceJson) as Pace, createPace(db)) : undefined
const channel = paced?.channel ?? noop
const channels = installChannels([channel], ['noop'], () => ({}))
const workers = startWorkers(
  { db, now: () => new Date(), log: quiet, channels, demo: false, quietHours: null },
  {
    databaseUrl,
    redisUrl,
    channels: ['noop'],
    withWorkDir: async work => await work(''),
    openSession: async () => (await channel.open({}, {} as never)) as never,
  },
)

async function stop(): Promise<void> {
  await workers.close()
  await db.end()
  process.send?.({ peakRssBytes: process.resourceUsage().maxRSS * 1024 })
  process.disconnect()
}

process.on('message', (question: WorkerQuestion) => {
  if (question.ask === 'stop') void stop()
  else if (question.ask === 'seen') process.send?.(paced?.seen() ?? {})
  else {
    paced?.setLatency(question.latencyMs)
    process.send?.({})
  }
})
// A bench that was killed leaves no worker behind.
process.on('disconnect', () => process.exit())
process.send?.({ ready: true })
