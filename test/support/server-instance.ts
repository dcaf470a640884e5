import { join } from 'node:path'
import { isAppError } from '../../services/domain/errors.ts'
import { openDataDir } from '../../services/runtime/datadir.ts'
import { createLog } from '../../services/runtime/log.ts'
import { startEmbeddedPostgres } from '../../services/runtime/postgres.ts'
import { startEmbeddedRedis } from '../../services/runtime/redis.ts'
import { createShutdown } from '../../services/runtime/shutdown.ts'

/*
 * A program for tests: takes a data folder, starts the named parts in it, prints one JSON line about them and runs until
 * it is stopped. Words: the folder, then any of `postgres`, `redis`.
 */
const [folder = '', ...parts] = process.argv.slice(2)
const log = createLog({ level: 'info', pretty: false })
const shutdown = createShutdown({ log })

try {
  const data = await openDataDir(folder)
  shutdown.onClose('data folder', () => data.release())
  const facts: Record<string, unknown> = {}
  const starts = { postgres: startEmbeddedPostgres, redis: startEmbeddedRedis }
  for (const part of ['postgres', 'redis'] as const) {
    if (!parts.includes(part)) continue
    const server = await starts[part]({ dir: join(data.path, part), log })
    shutdown.onClose(part, server.stop, server.stopNow)
    facts[part] = { url: server.url, pid: server.pid, recovered: server.recovered }
  }
  await data.announce('http://127.0.0.1:8080')
  shutdown.listen()
  process.stdout.write(`${JSON.stringify({ pid: process.pid, ...facts })}\n`)
  setInterval(() => undefined, 60_000)
} catch (error) {
  process.stdout.write(
    `${JSON.stringify(isAppError(error) ? { code: error.code, ...error.userMessage, log: error.message } : { error: String(error) })}\n`,
  )
  await shutdown.run('could not start')
  process.exit(1)
}
