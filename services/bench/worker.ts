import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { BenchBacking } from './backing.ts'
import type { Pace, Seen } from './noop-channel.ts'

export type WorkerQuestion = { ask: 'stop' } | { ask: 'seen' } | { ask: 'slow'; latencyMs: number }

/** The bench's worker process, asked one thing at a time. */
export interface BenchWorker {
  /** What its provider has seen, by dispatch id. */
  seen(): Promise<Record<string, Seen>>
  /** From now on the provider takes so long to answer. */
  slowDown(latencyMs: number): Promise<void>
  stop(): Promise<{ peakRssBytes: number }>
}

/** Starts it; without a pace its provider takes everything at once. */
export async function startBenchWorker(backing: BenchBacking, pace?: Pace): Promise<BenchWorker> {
  const file = fileURLToPath(new URL('./dispatch-worker.js', import.meta.url))
  const child = fork(file, [backing.databaseUrl, backing.redisUrl, ...(pace ? [JSON.stringify(pace)] : [])])
  const gone = once(child, 'exit').then(([code]) => {
    throw new Error(`the worker of the bench ended with ${code}`)
  })
  gone.catch(() => undefined)
  const answer = async <T>(): Promise<T> => (await Promise.race([once(child, 'message'), gone]))[0] as T
  const ask = async <T>(question: WorkerQuestion): Promise<T> => {
    child.send(question)
    return await answer<T>()
  }
  await answer()
  return {
    seen: () => ask({ ask: 'seen' }),
    slowDown: latencyMs => ask({ ask: 'slow', latencyMs }),
    stop: () => ask({ ask: 'stop' }),
  }
}
