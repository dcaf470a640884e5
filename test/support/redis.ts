import { Redis } from 'ioredis'
import { startEmbeddedRedis } from '../../services/runtime/redis.ts'
import { silentLog, workerServer } from './server-keeper.ts'

export interface TestRedis {
  /** Address of the worker's private redis-server. */
  url: string
  /** Empties it, as a test of lost queues does. */
  wipe(): Promise<void>
}

/** An empty Redis for this test file: the private redis-server of the jest worker, wiped. */
export async function testRedis(): Promise<TestRedis> {
  const url = await workerServer('redis', 'KILL', dir => startEmbeddedRedis({ dir, log: silentLog }))
  const wipe = async () => {
    const client = new Redis(url)
    try {
      await client.flushall()
    } finally {
      client.disconnect()
    }
  }
  await wipe()
  return { url, wipe }
}
