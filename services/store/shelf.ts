import type { Sql } from './db.ts'

/**
 * Takes a dispatch off every shelf and pokes the boards and feeds that had it, in the caller's transaction. Putting
 * it back later does not undo this.
 */
export async function withdrawFromShelves(sql: Sql, dispatchId: string, now: Date): Promise<void> {
  await sql.query('update shelf_items set withdrawn_at = $2 where dispatch_id = $1 and withdrawn_at is null', [
    dispatchId,
    now,
  ])
  await sql.query(`select pg_notify('loa_shelf', '')`)
}
