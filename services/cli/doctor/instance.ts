import { access, constants, statfs } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname, resolve } from 'node:path'
import { Redis } from 'ioredis'
import pg from 'pg'
import { availableChannels } from '../../../channels/index.ts'
import { loudspeakerConfigSchema } from '../../../channels/loudspeaker/config.ts'
import { soundHealth } from '../../../channels/loudspeaker/session.ts'
import { voicesOf } from '../../../channels/loudspeaker/voices/chain.ts'
import { installChannels } from '../../../channels/registry.ts'
import { type Env, EnvProblems, type EnvReading, readEnv } from '../../../config/env.ts'
import { isAppError } from '../../domain/errors.ts'
import { dataDirHolder } from '../../runtime/datadir.ts'
import { listen } from '../../runtime/ports.ts'
import { type Check, type Finding, fine, wrong } from './check.ts'

/** The environment as far as it can be read: with problems, the defaults stand in, so that the rest can be checked. */
export function readableEnv(source?: Record<string, string | undefined>): { reading: EnvReading; problems: string[] } {
  try {
    return { reading: readEnv(source), problems: [] }
  } catch (error) {
    if (!(error instanceof EnvProblems)) throw error
    return { reading: readEnv({}), problems: error.problems }
  }
}

/** What depends on the configuration: its own correctness, the data folder, the ports, servers given by address. */
export function instanceChecks({ reading, problems }: { reading: EnvReading; problems: string[] }): Check[] {
  const { env } = reading
  const embedded = !(env.DATABASE_URL && env.REDIS_URL)
  const checks: Check[] = [
    { name: 'configuration', required: true, look: async () => checkConfiguration(problems) },
    { name: 'channels', required: false, look: async () => checkChannels(reading) },
    { name: 'port', required: true, look: () => checkPort(env, env.LOA_PORT, 'LOA_PORT') },
    {
      name: 'simulator port',
      required: false,
      look: () => checkPort(env, env.LOA_SIMULATOR_PORT, 'LOA_SIMULATOR_PORT'),
    },
    {
      name: 'simulator mail port',
      required: false,
      look: () => checkPort(env, env.LOA_SIMULATOR_SMTP_PORT, 'LOA_SIMULATOR_SMTP_PORT'),
    },
    {
      name: 'simulator SMPP port',
      required: false,
      look: () => checkPort(env, env.LOA_SIMULATOR_SMPP_PORT, 'LOA_SIMULATOR_SMPP_PORT'),
    },
  ]
  if (env.LOA_CHANNELS.includes('loudspeaker')) {
    checks.push({ name: 'voices', required: false, look: () => checkVoices(reading) })
  }
  if (embedded) checks.push({ name: 'data folder', required: true, look: () => checkDataFolder(env.LOA_DATA) })
  const { DATABASE_URL: database, REDIS_URL: redis } = env
  if (database) checks.push({ name: 'database', required: true, look: () => checkDatabase(database) })
  if (redis) checks.push({ name: 'redis', required: true, look: () => checkRedis(redis) })
  return checks
}

function checkConfiguration(problems: string[]): Finding {
  if (problems.length === 0) return fine('Cấu hình hợp lệ', 'The configuration is valid')
  return wrong(`Cấu hình sai: ${problems.join('; ')}`, `Wrong: ${problems.join('; ')}`, '.env.example')
}

/** A demo instance needs none of this: there the simulator replaces all providers. */
function checkChannels(reading: EnvReading): Finding {
  const ids = reading.env.LOA_CHANNELS.join(', ')
  try {
    installChannels(availableChannels, reading.env.LOA_CHANNELS, reading.channelValues)
    return fine(`Các kênh sẵn sàng gửi thật: ${ids}`, `Channels ready for real sending: ${ids}`)
  } catch (error) {
    if (!isAppError(error)) throw error
    const { vi, en } = error.userMessage
    return wrong(
      `${vi}\nBản diễn tập không cần các giá trị này.`,
      `${en}\nA demo instance does not need these values.`,
      '.env.example',
    )
  }
}

/** In which voices the loudspeakers would speak; those that cannot are named, and vendors are asked for free. */
async function checkVoices(reading: EnvReading): Promise<Finding> {
  const config = loudspeakerConfigSchema.safeParse(reading.channelValues('loudspeaker'))
  // What is wrong with it stands under `channels`.
  if (!config.success) return wrong('Cấu hình truyền thanh sai', 'The configuration of the loudspeakers is wrong')
  const voices = voicesOf(config.data)
  const { ok, detail } = await soundHealth(voices)
  await Promise.all(voices.map(voice => voice.close()))
  return { ok, message: detail }
}

async function checkPort(env: Env, port: number, setting: string): Promise<Finding> {
  if (port === 0) return fine('Cổng do hệ điều hành chọn', 'The system chooses the port')
  const probe = createServer()
  try {
    await listen(probe, port, env.LOA_HOST, setting)
    await new Promise(resolve => probe.close(resolve))
    return fine(`Cổng ${port} còn trống`, `Port ${port} is free`)
  } catch (error) {
    if (!isAppError(error)) throw error
    const holder = await dataDirHolder(env.LOA_DATA)
    if (holder) {
      return fine(
        `Cổng ${port}: Loa đang chạy (tiến trình ${holder.pid})`,
        `Port ${port}: Loa runs (process ${holder.pid})`,
      )
    }
    return { ok: false, message: error.userMessage }
  }
}

async function checkDataFolder(folder: string): Promise<Finding> {
  const path = resolve(folder)
  const holder = await dataDirHolder(path)
  if (holder) {
    const at = holder.address ? ` ${holder.address}` : ''
    return fine(
      `${path}: Loa đang chạy${at} (tiến trình ${holder.pid})`,
      `${path}: Loa runs${at} (process ${holder.pid})`,
    )
  }
  const existing = await nearestExisting(path)
  try {
    await access(existing, constants.W_OK | constants.X_OK)
  } catch {
    return wrong(`Không ghi được vào ${existing}`, `${existing} cannot be written`, `chown -R $(id -un) ${existing}`)
  }
  const { bavail, bsize } = await statfs(existing)
  const megabytes = Math.floor((bavail * bsize) / 1e6)
  if (megabytes < 1000) {
    return wrong(`${path}: chỉ còn ${megabytes} MB trống`, `${path}: only ${megabytes} MB free`, 'LOA_DATA')
  }
  const room = (megabytes / 1000).toFixed(0)
  return fine(`${path}: ghi được, còn ${room} GB trống`, `${path}: can be written, ${room} GB free`)
}

async function nearestExisting(path: string): Promise<string> {
  try {
    await access(path)
    return path
  } catch {
    return dirname(path) === path ? path : nearestExisting(dirname(path))
  }
}

async function checkDatabase(url: string): Promise<Finding> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 })
  try {
    await client.connect()
    const { rows } = await client.query(
      `select current_setting('server_version_num')::int / 10000 as major, current_setting('server_encoding') as encoding`,
    )
    const { major, encoding } = rows[0] as { major: number; encoding: string }
    if (major < 15) return wrong(`PostgreSQL ${major} quá cũ`, `PostgreSQL ${major} is too old`, 'PostgreSQL 15+')
    if (encoding !== 'UTF8') return wrong(`Bảng mã ${encoding}, cần UTF8`, `Encoding ${encoding}, must be UTF8`)
    return fine(`Kết nối được PostgreSQL ${major}`, `Connected to PostgreSQL ${major}`)
  } catch (error) {
    const why = (error as Error).message
    return wrong(`Không kết nối được DATABASE_URL: ${why}`, `DATABASE_URL cannot be reached: ${why}`, 'DATABASE_URL')
  } finally {
    await client.end().catch(() => undefined)
  }
}

async function checkRedis(url: string): Promise<Finding> {
  const client = new Redis(url, {
    lazyConnect: true,
    maxRetriesPerRequest: 1,
    retryStrategy: () => null,
    connectTimeout: 5000,
  })
  client.on('error', () => undefined)
  try {
    await client.connect()
    const info = await client.info()
    const policy = /maxmemory_policy:(\S+)/.exec(info)?.[1]
    const appendOnly = /aof_enabled:(\d)/.exec(info)?.[1] === '1'
    if (policy !== 'noeviction' || !appendOnly) {
      return wrong(
        `Redis cần maxmemory-policy noeviction và appendonly yes (hiện là ${policy}, AOF ${appendOnly ? 'bật' : 'tắt'})`,
        `Redis needs maxmemory-policy noeviction and appendonly yes (now ${policy}, AOF ${appendOnly ? 'on' : 'off'})`,
        'redis-cli config set maxmemory-policy noeviction; redis-cli config set appendonly yes; redis-cli config rewrite',
      )
    }
    return fine('Kết nối được Redis, cấu hình đúng', 'Connected to Redis, settings are right')
  } catch (error) {
    const why = (error as Error).message
    return wrong(`Không kết nối được REDIS_URL: ${why}`, `REDIS_URL cannot be reached: ${why}`, 'REDIS_URL')
  } finally {
    client.disconnect()
  }
}
