import type { EnvReading } from '../../../config/env.ts'
import type { Instance } from '../../compose.ts'
import { compose } from '../../compose.ts'
import { AppError } from '../../domain/errors.ts'
import type { Logger } from '../../runtime/log.ts'
import { speechCacheOf } from './speech-cache.ts'

/**
 * The parts of a distributed process (`loa api`, `loa work`): database, queue and secret come from the environment.
 * @throws AppError setup.configuration naming what is missing
 */
export async function composeGiven(
  { env, channelValues }: EnvReading,
  log: Logger,
  channelIds?: string[],
): Promise<Instance> {
  const { databaseUrl, redisUrl, secret } = requireGiven({ env, channelValues })
  return await compose({
    databaseUrl,
    redisUrl,
    secret,
    publicUrl: env.LOA_PUBLIC_URL ?? `http://${env.LOA_HOST}:${env.LOA_PORT}`,
    channelIds: channelIds ?? env.LOA_CHANNELS,
    channelValues,
    quietHours: env.LOA_QUIET_HOURS,
    boardWorker: env.LOA_BOARD_WORKER,
    speechCache: speechCacheOf(env),
    simulatorUrl: channelValues('sms').LOOPBACK_ONLY === 'true' ? (channelValues('sms').BASE_URL ?? null) : null,
    log,
  })
}

/** @throws AppError setup.configuration */
export function requireGiven({ env }: EnvReading): { databaseUrl: string; redisUrl: string; secret: string } {
  const { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, LOA_SECRET: secret } = env
  if (databaseUrl && redisUrl && secret) return { databaseUrl, redisUrl, secret }
  const missing = Object.entries({ DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, LOA_SECRET: secret })
    .filter(([, value]) => !value)
    .map(([name]) => name)
    .join(', ')
  throw new AppError('setup.configuration', {
    vi: `Lệnh này chạy tách rời nên cần đặt ${missing}. Để chạy tất cả trên một máy, dùng "loa start".`,
    en: `This command runs one part of a distributed instance and needs ${missing}. For everything on one machine use "loa start".`,
  })
}
