import { readFileSync } from 'node:fs'
import { mkdir, realpath, rename, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { AppError } from '../domain/errors.ts'
import { type EmbeddedServer, type LoggedChild, type ServerLog, spawnLogged } from './child-server.ts'
import { diskFull } from './disk.ts'
import { freePort } from './ports.ts'
import { commandLine, endProcess, isAlive, signalProcess } from './process.ts'
import { keepSecret } from './secrets.ts'
import { requireTool } from './tools.ts'

/*
 * The embedded queue: a private redis-server on a loopback port with a random password.
 *
 * Append-only file, flushed every second: the database is the truth and the sweep rings again for whatever the queue
 * lost, so a power cut may cost one second of jobs and a flush per command would buy nothing. (A killed redis-server
 * alone loses nothing: the system still holds what it wrote.) No eviction: a queue must refuse, never forget.
 *
 * Beside the data folder `X` lie `X.password` (mode 600) and `X.log`.
 */

export interface RedisOptions {
  /** Data folder, e.g. `data/redis`; made on the first start. */
  dir: string
  log: ServerLog
  /** Program to run; found on the PATH by default. */
  program?: string
  /** A port to come back to, for clients that know the address already; any free one when absent. */
  port?: number | undefined
  /** Called once when the server ends without having been asked to. */
  onLost?: (reason: string) => void
}

const STOP_STEPS: [NodeJS.Signals, number][] = [
  ['SIGTERM', 5000],
  ['SIGKILL', 1000],
]

/**
 * Starts the private redis-server. One left behind by a killed run is stopped in order first. A damaged append-only
 * file is put aside and the queue starts empty: the database still knows every job.
 * The caller must hold the lock of the data folder.
 * @throws AppError setup.tool-missing, setup.redis, setup.disk-full
 */
export async function startEmbeddedRedis(options: RedisOptions): Promise<EmbeddedServer> {
  const { log } = options
  const program = options.program ?? requireTool('redis-server')
  await mkdir(resolve(options.dir), { recursive: true, mode: 0o700 })
  const dir = await realpath(options.dir)
  const password = await keepSecret(`${dir}.password`)
  const recovered = await stopLeftover(dir, log)

  const { child, port } = await launch(program, dir, password, log, options.port)
  const state = { stopping: false }
  child.child.on('exit', (code, signal) => {
    if (state.stopping) return
    log.error({ code, signal }, 'the embedded queue ended unexpectedly')
    options.onLost?.(`Redis ended (${signal ?? code})`)
  })
  log.info({ port, pid: child.pid, recovered }, 'embedded queue ready')
  return {
    url: `redis://:${password}@127.0.0.1:${port}`,
    recovered,
    pid: child.pid,
    stop: async () => {
      state.stopping = true
      await endProcess(child.pid, STOP_STEPS)
    },
    stopNow: () => {
      state.stopping = true
      signalProcess(child.pid, 'SIGTERM')
    },
  }
}

async function stopLeftover(dir: string, log: ServerLog): Promise<boolean> {
  const pid = Number(readIfThere(join(dir, 'redis.pid')).trim())
  if (!(pid > 0) || !isAlive(pid) || !commandLine(pid).includes(join(dir, 'redis.conf'))) return false
  log.warn({ pid }, 'a queue of a killed run is still running; stopping it')
  if (!(await endProcess(pid, STOP_STEPS))) throw redisError(dir, `process ${pid} does not end`)
  return true
}

async function launch(
  program: string,
  dir: string,
  password: string,
  log: ServerLog,
  wanted?: number,
): Promise<{ child: LoggedChild; port: number }> {
  for (let attempt = 1; ; attempt++) {
    const port = wanted ?? (await freePort())
    const conf = join(dir, 'redis.conf')
    await writeFile(conf, configuration(dir, port, password), { mode: 0o600 })
    const child = spawnLogged(program, [conf], { cwd: dir, logFile: `${dir}.log`, stopSignal: 'SIGTERM' })
    if (await answers(port, password, child)) return { child, port }
    const output = child.output()
    if (/no space left on device|disk quota/i.test(output)) throw diskFull(dir)
    if (attempt === 5)
      throw redisError(dir, `redis-server did not start: ${output.trim().split('\n').slice(-3).join(' | ')}`)
    if (/bad file format|append only file.*(corrupt|error)|fatal error loading/i.test(output)) {
      await putAside(dir, log)
    } else {
      log.warn({ attempt }, 'the embedded queue could not start yet; trying again')
      await delay(attempt * 50)
    }
  }
}

async function putAside(dir: string, log: ServerLog): Promise<void> {
  const aside = `${dir}.damaged-${Date.now()}`
  await rename(dir, aside)
  await mkdir(dir, { mode: 0o700 })
  log.warn({ aside }, 'the file of the queue is damaged and was put aside; the database fills the queue again')
}

/** Settings in a file, not on the command line, where every user of the machine could read the password. */
function configuration(dir: string, port: number, password: string): string {
  const lines = [
    'bind 127.0.0.1',
    `port ${port}`,
    `requirepass ${password}`,
    `dir "${dir}"`,
    `pidfile "${join(dir, 'redis.pid')}"`,
    'daemonize no',
    // Keeps the path of this file in the process list: by it a left-over server is recognised as ours.
    'set-proc-title no',
    'appendonly yes',
    'appendfsync everysec',
    'save ""',
    'maxmemory-policy noeviction',
    'loglevel notice',
  ]
  return `${lines.join('\n')}\n`
}

/** Waits until the server has loaded its data and answers. @returns false when it ended instead */
async function answers(port: number, password: string, child: LoggedChild): Promise<boolean> {
  const client = new Redis({
    host: '127.0.0.1',
    port,
    password,
    lazyConnect: true,
    maxRetriesPerRequest: null,
    retryStrategy: () => (child.exited() ? null : 20),
  })
  client.on('error', () => undefined)
  try {
    return await new Promise<boolean>(answer => {
      client.once('ready', () => answer(true))
      client.once('end', () => answer(false))
      client.connect().catch(() => undefined)
    })
  } finally {
    client.disconnect()
  }
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function redisError(dir: string, message: string): AppError {
  return new AppError(
    'setup.redis',
    {
      vi: `Không khởi động được hàng đợi Redis đi kèm. Nguyên nhân ghi trong tệp ${dir}.log. Không có thông báo nào bị mất.`,
      en: `The embedded Redis queue could not be started. ${dir}.log says why. No announcement is lost.`,
    },
    { message },
  )
}
