import pg from 'pg'

/** Anything that runs SQL: the pool, or one connection inside a transaction. Pass it first. */
export type Sql = Pick<pg.ClientBase, 'query'>
export type Db = pg.Pool

/**
 * Opens a pool. int8 stays a string (ids are opaque strings in the code); counters are cast in SQL.
 * @param url postgres:// address (TCP or ?host=/socket/folder)
 * @param max connections at the most
 */
export function openDb(url: string, max = 10): Db {
  const pool = new pg.Pool({ connectionString: url, max, application_name: 'loa' })
  // An idle connection that breaks (server restart) is not an error of any request; the pool replaces it.
  pool.on('error', () => undefined)
  return pool
}

/** Runs `work` in one transaction; rolls back when it throws. */
export async function transaction<T>(db: Db, work: (sql: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await db.connect()
  let broken: Error | undefined
  try {
    await client.query('begin')
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
