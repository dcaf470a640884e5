import type { EnvReading } from '../../../config/env.ts'
import { AppError } from '../../domain/errors.ts'
import type { DataDir } from '../../runtime/datadir.ts'
import { openDataDir } from '../../runtime/datadir.ts'
import type { Logger } from '../../runtime/log.ts'
import { startEmbeddedPostgres } from '../../runtime/postgres.ts'
import { startEmbeddedRedis } from '../../runtime/redis.ts'
import { keepSecret } from '../../runtime/secrets.ts'
import type { Shutdown } from '../../runtime/shutdown.ts'

/** Where the two servers are and what signs; embedded or given. */
export interface Backing {
  databaseUrl: string
  redisUrl: string
  secret: string
  /** Absent when nothing of ours is kept on this machine. */
  dataDir: DataDir | undefined
}

/**
 * Finds or starts the database and the queue. What is not given by DATABASE_URL or REDIS_URL runs as a private child
 * process with its data in the data folder, which is held by this process alone.
 * @throws AppError setup.configuration for a given database without a given secret
 */
export async function openBacking({ env }: EnvReading, log: Logger, shutdown: Shutdown): Promise<Backing> {
  if (env.DATABASE_URL && env.REDIS_URL && env.LOA_SECRET) {
    return { databaseUrl: env.DATABASE_URL, redisUrl: env.REDIS_URL, secret: env.LOA_SECRET, dataDir: undefined }
  }
  if (env.DATABASE_URL && !env.LOA_SECRET) {
    throw new AppError('setup.configuration', {
      vi: 'Khi đặt DATABASE_URL thì cần đặt cả LOA_SECRET (từ 32 ký tự), để mọi tiến trình trên cơ sở dữ liệu này ký như nhau.',
      en: 'LOA_SECRET (32 characters or more) is required with DATABASE_URL, so that all processes on that database sign alike.',
    })
  }
  const dataDir = await openDataDir(env.LOA_DATA)
  shutdown.onClose('data folder', () => dataDir.release())
  const onLost = (reason: string) => {
    log.error({ reason }, 'a part of this instance ended; stopping')
    void shutdown.run(reason).then(() => process.exit(1))
  }
  const database = async () => {
    if (env.DATABASE_URL) return env.DATABASE_URL
    const server = await startEmbeddedPostgres({ dir: dataDir.at('postgres'), log, onLost })
    shutdown.onClose(
      'database',
      () => server.stop(),
      () => server.stopNow(),
    )
    return server.url
  }
  const queue = async () => {
    if (env.REDIS_URL) return env.REDIS_URL
    const server = await startEmbeddedRedis({ dir: dataDir.at('redis'), log, onLost })
    shutdown.onClose(
      'queue',
      () => server.stop(),
      () => server.stopNow(),
    )
    return server.url
  }
  // Both are waited for even when one fails, so that the other is on the list of what must be stopped.
  const [databaseStart, queueStart] = await Promise.allSettled([database(), queue()])
  if (databaseStart.status === 'rejected') throw databaseStart.reason
  if (queueStart.status === 'rejected') throw queueStart.reason
  const [databaseUrl, redisUrl] = [databaseStart.value, queueStart.value]
  const secret = env.LOA_SECRET ?? (await keepSecret(dataDir.at('secret')))
  return { databaseUrl, redisUrl, secret, dataDir }
}
