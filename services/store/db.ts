import pg from 'pg'
import { AppError } from '../domain/errors.ts'

/** Anything that runs SQL: the pool, or one connection inside a transaction. Pass it first. */
export type Sql = Pick<pg.ClientBase, 'query'>
export type Db = pg.Pool
/** One connection inside a transaction: what must happen completely or not at all asks for this, not for {@link Sql}. */
export type Transaction = pg.PoolClient

/**
 * Opens a pool. int8 stays a string (ids are opaque strings in the code); counters are cast in SQL.
 * @param url postgres:// address (TCP or ?host=/socket/folder)
 * @param max connections at the most
 */
export function openDb(url: string, max = 10): Db {
  const pool = new pg.Pool({ connectionString: url, max, application_name: 'loa' })
  // An idle connection that breaks (server restart) is not an error of any request; the pool replaces it.
  pool.on('error', () => undefined)
  // The pool listens to idle connections only. One that breaks while a transaction holds it between two queries would
  // otherwise end the process; the next query on it fails, and that is where it is handled.
  pool.on('connect', client => client.on('error', () => undefined))
  return pool
}

/**
 * Runs `work` in one transaction; rolls back when it throws. Rows are locked in one order everywhere, so that no two
 * transactions can wait for each other: announcement, dispatches by id, chunks by id.
 */
export async function transaction<T>(db: Db, work: (sql: Transaction) => Promise<T>): Promise<T> {
  return await within('begin', db, work)
}

/** What PostgreSQL says when a row changed after the snapshot was taken. */
const serializationFailure = '40001'
const snapshotTries = 10

/**
 * Runs `work` in one transaction in which every statement sees the same picture of the database. When a row that it
 * locks has changed since that picture was taken, it is run again from the start, so `work` must have no effects
 * outside the database.
 */
export async function snapshotTransaction<T>(db: Db, work: (sql: Transaction) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await within('begin isolation level repeatable read', db, work)
    } catch (error) {
      if ((error as { code?: string }).code !== serializationFailure || attempt === snapshotTries) throw error
    }
  }
}

async function within<T>(begin: string, db: Db, work: (sql: Transaction) => Promise<T>): Promise<T> {
  const client = await db.connect()
  let broken: Error | undefined
  try {
    await client.query(begin)
    const result = await work(client)
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback').catch(rollbackError => {
      broken = rollbackError as Error
    })
    throw error
  } finally {
    client.release(broken)
  }
}

/**
 * Runs `work` while this process holds a lock that nobody else holds, or not at all. The lock belongs to a session, so that
 * a crash frees it.
 * @returns undefined when somebody else holds it
 */
export async function withAdvisoryLock<T>(db: Db, lock: number, work: () => Promise<T>): Promise<T | undefined> {
  const client = await db.connect()
  let broken: Error | undefined
  try {
    const { rows } = await client.query('select pg_try_advisory_lock($1) as mine', [lock])
    if (!rows[0].mine) return undefined
    try {
      return await work()
    } finally {
      // A connection that cannot give the lock back must not return to the pool with it.
      await client.query('select pg_advisory_unlock($1)', [lock]).catch(error => {
        broken = error as Error
      })
    }
  } finally {
    client.release(broken)
  }
}

/**
 * Asks the server for a first answer, so that a wrong address is told as such and not as a stack.
 * @throws AppError setup.database naming host and database, never the password
 */
export async function requireReachable(db: Db, url: string): Promise<void> {
  try {
    await db.query('select 1')
  } catch (cause) {
    const { hostname, port, pathname } = new URL(url)
    const where = `${hostname}:${port || 5432}${pathname}`
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new AppError(
      'setup.database',
      {
        vi: `Không kết nối được cơ sở dữ liệu ${where} (${why}). Hãy kiểm tra DATABASE_URL và máy chủ PostgreSQL.`,
        en: `The database ${where} cannot be reached (${why}). Check DATABASE_URL and the PostgreSQL server.`,
      },
      { cause },
    )
  }
}

/** SQLSTATE classes and codes of a server that cannot serve now but may soon (PostgreSQL, appendix A). */
const passing = [
  '08', // the connection
  '53', // out of disk, memory or connections
  '57P', // stopping, crashed, starting up
  '40001', // serialization failure
  '40P01', // deadlock
  '55P03', // a lock was not to be had
]
const passingSystemErrors = /^(ECONN(REFUSED|RESET|ABORTED)|EPIPE|ENOENT|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN)$/
/** What the client library says, without a code, when a connection broke under it. */
const brokenConnection =
  /^(Connection terminated|Client (has encountered a connection error|was closed)|timeout expired)/

/** True when a statement failed because the database was away, so that the same statement may succeed later. */
export function isDatabaseAway(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string }
  if (code !== undefined) return passing.some(p => code.startsWith(p)) || passingSystemErrors.test(code)
  return brokenConnection.test(message ?? '')
}

/** What was to be written is at fault, not the database: data exception, integrity constraint (PostgreSQL, appendix A). */
const dataFaults = /^2[23][0-9A-Z]{3}$/

/**
 * The SQLSTATE of a statement that failed because of its own data, so that it will fail again and others need not fail with
 * it; undefined for everything else.
 */
export function dataFault(error: unknown): string | undefined {
  const { code } = error as { code?: string }
  return error instanceof pg.DatabaseError && code !== undefined && dataFaults.test(code) ? code : undefined
}
