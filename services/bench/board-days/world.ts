import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Api, startApi } from '../../api.ts'
import { compose, type Instance } from '../../compose.ts'
import { createBoards } from '../../places/boards/create.ts'
import { startEmbeddedPostgres } from '../../runtime/postgres.ts'
import { type Db, openDb } from '../../store/db.ts'
import { migrate } from '../../store/migrate.ts'
import { fillRegistry, villageCode } from '../registry.ts'
import { startProxy } from '../station/proxy.ts'
import { type BoardProxy, startBoardProxy } from './proxy.ts'

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
/** Nothing of a board needs the queue; only the readiness check would ask for it. */
const noRedis = 'redis://127.0.0.1:1'
const secret = 'only of this bench, as long as a secret has to be'

/** The server's side: database, office and API on one simulated clock, and the network up to the board. */
export interface BoardsWorld {
  nowMs(): number
  /** Moves simulated time on, never back. */
  setNow(ms: number): void
  db: Db
  /** Where officers work; it stands beside the server that boards talk to, and never fails. */
  office: Instance
  proxy: BoardProxy
  boardId: string
  server: { start(): Promise<void>; kill(): Promise<void>; isUp(): boolean }
  database: { away(): void; back(): Promise<void>; isAway(): boolean }
  /** Sets the database's own clock, which the office's statements go by. */
  syncDatabase(): Promise<void>
  close(): Promise<void>
}

/**
 * Starts it on an empty database.
 * @param databaseUrl an existing empty database instead of an embedded one
 */
export async function startBoardsWorld(startMs: number, databaseUrl?: string): Promise<BoardsWorld> {
  let now = startMs
  const nowMs = () => now
  const setNow = (ms: number) => {
    if (Number.isFinite(ms) && ms > now) now = ms
  }
  const closing: (() => Promise<unknown>)[] = []
  const close = async () => {
    for (const end of closing.reverse()) await end().catch(() => undefined)
  }
  closing.push(quickenTimers())
  try {
    const dir = await mkdtemp(join(tmpdir(), 'loa-boards-'))
    closing.push(() => rm(dir, { recursive: true, force: true }))
    const postgres = databaseUrl
      ? undefined
      : await startEmbeddedPostgres({ dir: join(dir, 'postgres'), log: quiet, durable: false })
    if (postgres) closing.push(postgres.stop)
    const url = databaseUrl ?? postgres?.url ?? ''
    const boardId = await prepare(url, startMs)
    const db = openDb(url, 4)
    closing.push(() => db.end())
    const wire = await startProxy(Number(new URL(url).port))
    closing.push(wire.close)
    const proxy = await startBoardProxy(setNow, nowMs)
    closing.push(proxy.close)
    const publicUrl = `http://127.0.0.1:${proxy.port}`
    const parts = (databaseUrl: string) =>
      compose({
        ...{ databaseUrl, publicUrl, secret, redisUrl: noRedis, log: quiet, simulatorUrl: null },
        ...{ channelIds: ['board'], channelValues: () => ({}), quietHours: 'off', now: () => new Date(now) },
      })
    const office = await parts(url)
    closing.push(office.close)
    const through = new URL(url)
    through.port = String(wire.port)
    const server = createServer(() => parts(through.href), proxy)
    closing.push(server.kill)
    await server.start()
    return {
      ...{ nowMs, setNow, db, office, proxy, boardId, server, close },
      database: {
        away: wire.cut,
        isAway: wire.isCut,
        async back() {
          wire.mend()
          await server.retry()
        },
      },
      syncDatabase: async () => {
        await db.query('update bench.clock set at = $1', [new Date(now)])
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}

/**
 * The server gathers what comes in a quarter of a second (reports, changes), for which simulated time would stand still once in
 * each minute. Its timers of up to a second are therefore run faster, as its clock is.
 * @returns puts them back
 */
function quickenTimers(): () => Promise<void> {
  const real = globalThis.setTimeout
  const quick = (callback: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) =>
    real(callback, ms >= 50 && ms <= 1_000 ? ms / 50 : ms, ...args)
  globalThis.setTimeout = Object.assign(quick, real) as typeof setTimeout
  return async () => {
    globalThis.setTimeout = real
  }
}

/**
 * Tables, one board, and a clock of the database that follows the simulated one: `now()` without a schema is the bench's.
 * @returns the board's id
 */
async function prepare(url: string, startMs: number): Promise<string> {
  const db = openDb(url, 1)
  try {
    await migrate(db)
    await fillRegistry(db, { recipients: 0, channel: 'sms' })
    const [boardId = ''] = await createBoards(db, [{ areaCode: villageCode, name: 'Bảng tin thử nghiệm' }])
    await db.query('create schema bench')
    await db.query('create table bench.clock (at timestamptz not null)')
    await db.query('insert into bench.clock values ($1)', [new Date(startMs)])
    await db.query(
      `create function bench.now() returns timestamptz language sql stable as 'select at from bench.clock'`,
    )
    const { rows: clocked } = await db.query<{ table: string; column: string }>(
      `select table_name as "table", column_name as "column" from information_schema.columns
       where table_schema = 'public' and column_default = 'now()'`,
    )
    for (const { table, column } of clocked)
      await db.query(`alter table "${table}" alter column "${column}" set default bench.now()`)
    const { rows } = await db.query<{ name: string }>('select current_database() as name')
    await db.query(`alter database "${rows[0]?.name}" set search_path = bench, public, pg_catalog`)
    return boardId
  } finally {
    await db.end()
  }
}

/** The server that boards talk to. It is killed without a word: its connections break before it hears of it. */
function createServer(parts: () => Promise<Instance>, proxy: BoardProxy) {
  let running: { api: Api; instance: Instance } | undefined
  let isWanted = false
  const start = async () => {
    isWanted = true
    if (running) return
    let instance: Instance
    try {
      instance = await parts()
    } catch {
      // The database is away as well; a service manager would try again, and so do we once it is back.
      return
    }
    const api = await startApi(instance, { host: '127.0.0.1', port: 0, redisUrl: noRedis })
    running = { api, instance }
    proxy.leadTo(api.port)
  }
  return {
    start,
    retry: async () => {
      if (isWanted) await start()
    },
    isUp: () => running !== undefined,
    async kill() {
      isWanted = false
      const dead = running
      running = undefined
      proxy.leadTo(undefined)
      await dead?.api.close()
      await dead?.instance.close()
    },
  }
}
