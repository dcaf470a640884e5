import { enginePace } from './env.ts'

const { leaseMs, sweepEveryMs } = enginePace()

/**
 * How each queue works, as data. Delivery has one queue per channel (`deliver-sms`), because a rate limit belongs to
 * a queue and a slow vendor must not hold up the others.
 */
export interface QueueSettings {
  /** Attempts for failures of ours (a database that is away); outcomes of a vendor never use them. */
  attempts: number
  /** First delay of the exponential back-off, in ms. */
  backoffMs: number
  /** Jobs worked on at the same time in one worker process. */
  concurrency: number
}

export const queueSettings = {
  plan: { attempts: 5, backoffMs: 1_000, concurrency: 1 },
  render: { attempts: 3, backoffMs: 2_000, concurrency: 1 },
  deliver: { attempts: 5, backoffMs: 2_000, concurrency: 2 },
  receipts: { attempts: 5, backoffMs: 1_000, concurrency: 1 },
} as const satisfies Record<string, QueueSettings>

/** Version of job payloads (services/queue/catalog.ts); raised whenever a payload changes its shape. */
export const jobVersion = 1

/**
 * BullMQ priorities (the lowest number goes first, the largest is 2^21). Within a priority of the announcement the turn is
 * added: the n-th chunk of any dispatch goes before the n+1-th of another. Emergencies have queues of their own besides.
 */
export const jobPriority = { emergency: 1, priority: 500_001, routine: 1_000_001 } as const
export const lastTurn = 499_999

/** Rules of the dispatch engine. */
export const dispatchSettings = {
  /** Targets per chunk at the most. */
  chunkSize: 1_000,
  /** A worker that is silent for so long has lost its chunk. */
  leaseMs,
  /** How long one flush should take; what a killed worker leaves uncertain is one flush. */
  flushTargetMs: 200,
  firstFlush: 20,
  maxFlush: 500,
  /**
   * Retries: first delay, longest delay, and the longest that a vendor may ask for. A target is given up as rejected
   * when this long has passed since the dispatch was due and it was tried this often (a dispatch may have been paused
   * for a day before its first try).
   */
  retryFirstMs: 2_000,
  retryMaxMs: 300_000,
  retryAskedMostMs: 3_600_000,
  retryForMs: 24 * 3_600_000,
  retryAttempts: 12,
  /** How often the sweep looks for work that nobody holds. */
  sweepEveryMs,
  /** Receipts are applied in batches of this size. */
  receiptBatch: 5_000,
  /** A receipt whose message never turns up is given up after this long. */
  receiptKeepMs: 72 * 3_600_000,
} as const
