import type { Sql } from './db.ts'

const rowsAtOnce = 20_000

/**
 * Forgets proof of display, and alerts that ended, of more than `keepMonths` ago. A part of it at a time, so that nobody waits:
 * the sweep comes again. Indexes: board_displays_hour, board_alerts_recent.
 * @returns rows that went
 */
export async function forgetOldDisplays(sql: Sql, keepMonths: number): Promise<number> {
  const displays = await sql.query(
    `delete from board_displays where ctid in (
       select ctid from board_displays where hour < now() - make_interval(months => $1) limit $2
     )`,
    [keepMonths, rowsAtOnce],
  )
  const alerts = await sql.query(
    `delete from board_alerts where id in (
       select id from board_alerts where began_at < now() - make_interval(months => $1) and ended_at is not null limit $2
     )`,
    [keepMonths, rowsAtOnce],
  )
  return (displays.rowCount ?? 0) + (alerts.rowCount ?? 0)
}
