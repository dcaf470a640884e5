import { Queue } from 'bullmq'
import { jobPriority, lastTurn, queueSettings } from '../../config/queues.ts'
import type { Priority } from '../domain/announcement.ts'
import type { JobName, Lane } from './catalog.ts'
import { queueName } from './catalog.ts'
import { producerConnection } from './connection.ts'

export interface JobRequest {
  job: JobName
  payload: Record<string, unknown>
  priority: Priority
  /** Place among the jobs of its dispatch; 0 goes first. */
  turn?: number
}

export interface Producer {
  /**
   * Adds jobs; resolves only when Redis has all of them. Work that already has a job waiting gets no second one, so
   * the sweep may ask as often as it likes. Work whose job is active gets one more behind it: the active one may be past
   * the point where it would have noticed (a resume while a paused chunk is being given back).
   */
  add(jobs: JobRequest[]): Promise<void>
  /** @throws when Redis does not answer */
  ping(): Promise<void>
  close(): Promise<void>
}

/** What a job is about: the same work is queued once. */
function onceFor(job: JobName, payload: Record<string, unknown>): string {
  return `${job}-${payload.chunkId ?? payload.dispatchId ?? 'all'}`
}

function laneOf({ job, priority }: JobRequest): Lane {
  // News of all dispatches are applied together.
  return priority === 'emergency' && job !== 'receipts' ? 'emergency' : 'usual'
}

/** @param url redis:// address of a server with AOF and noeviction */
export function createProducer(url: string): Producer {
  const connection = producerConnection(url)
  const queues = new Map<string, Queue>()
  const ready = connection.connect().catch(() => undefined)

  function queue(name: string): Queue {
    let found = queues.get(name)
    if (!found) {
      found = new Queue(name, { connection, skipWaitingForReady: true })
      found.on('error', () => undefined)
      queues.set(name, found)
    }
    return found
  }

  return {
    async add(jobs) {
      await ready
      const byQueue = new Map<string, JobRequest[]>()
      for (const job of jobs) {
        const name = queueName(job.job, job.payload.channel as string | undefined, laneOf(job))
        byQueue.set(name, [...(byQueue.get(name) ?? []), job])
      }
      for (const [name, list] of byQueue) {
        await queue(name).addBulk(
          list.map(({ job, payload, priority, turn = 0 }) => ({
            name: job,
            data: payload,
            opts: {
              priority: jobPriority[priority] + Math.min(turn, lastTurn),
              attempts: queueSettings[job].attempts,
              backoff: { type: 'exponential', delay: queueSettings[job].backoffMs },
              deduplication: { id: onceFor(job, payload), keepLastIfActive: true },
              removeOnComplete: { age: 3_600, count: 1_000 },
              removeOnFail: { age: 7 * 86_400, count: 10_000 },
            },
          })),
        )
      }
    },
    async ping() {
      await ready
      await connection.ping()
    },
    async close() {
      await Promise.all([...queues.values()].map(q => q.close()))
      connection.disconnect()
    },
  }
}
