import { Redis } from 'ioredis'

/** A Redis that takes longer than this to answer is treated as away. */
const answerWithinMs = 5_000

/**
 * A connection for adding jobs. It fails at once while Redis is away, and soon while Redis hangs, instead of holding a
 * database transaction open; the outbox keeps the message.
 */
export function producerConnection(url: string): Redis {
  const redis = new Redis(url, {
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    lazyConnect: true,
    commandTimeout: answerWithinMs,
  })
  // Reported by the health check; ioredis reconnects by itself.
  redis.on('error', () => undefined)
  return redis
}

/** A connection for workers: BullMQ requires that blocking commands are retried for ever. */
export function workerConnection(url: string): Redis {
  const redis = new Redis(url, { maxRetriesPerRequest: null })
  redis.on('error', () => undefined)
  return redis
}
