import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '../runtime/postgres.ts'
import { startEmbeddedRedis } from '../runtime/redis.ts'
import { openDb } from '../store/db.ts'
import { migrate } from '../store/migrate.ts'

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** A private database and queue for one bench, with the settings of a real embedded instance. */
export interface BenchBacking {
  databaseUrl: string
  redisUrl: string
  stop(): Promise<void>
}

/**
 * Starts both in a temporary folder. `databaseUrl` uses an existing empty database instead.
 */
export async function benchBacking(databaseUrl?: string): Promise<BenchBacking> {
  const dir = await mkdtemp(join(tmpdir(), 'loa-bench-'))
  const postgres = databaseUrl ? undefined : await startEmbeddedPostgres({ dir: join(dir, 'postgres'), log: quiet })
  const redis = await startEmbeddedRedis({ dir: join(dir, 'redis'), log: quiet })
  const url = databaseUrl ?? postgres?.url ?? ''
  const db = openDb(url, 1)
  await migrate(db)
  await db.end()
  return {
    databaseUrl: url,
    redisUrl: redis.url,
    stop: async () => {
      await redis.stop()
      await postgres?.stop()
      await rm(dir, { recursive: true, force: true })
    },
  }
}
