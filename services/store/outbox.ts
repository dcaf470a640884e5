import type { Priority } from '../domain/announcement.ts'
import type { Sql } from './db.ts'

export interface OutboxRow {
  id: string
  job: string
  payload: unknown
  priority: Priority
  /** Place among the jobs of its dispatch; see jobPriority. */
  turn: number
}

/**
 * Adds a message for the queue inside the caller's transaction and wakes the relay when it commits. The queue is only
 * the bell: should a message be lost, the sweep finds the work in the tables.
 */
export async function addToOutbox(
  sql: Sql,
  messages: { job: string; payload: unknown; priority: Priority; notBefore?: Date; turn?: number }[],
): Promise<void> {
  if (messages.length === 0) return
  await sql.query(
    `insert into outbox (job, payload, priority, not_before, turn)
     select job, payload, priority, coalesce(not_before, now()), coalesce(turn, 0)
     from jsonb_to_recordset($1::jsonb)
       as m (job text, payload jsonb, priority text, not_before timestamptz, turn int)`,
    [JSON.stringify(messages.map(m => ({ ...m, not_before: m.notBefore })))],
  )
  await sql.query(`select pg_notify('loa_outbox', '')`)
}

/**
 * Takes due messages, oldest first, holding them until the caller's transaction ends; other relays skip them.
 * Index: outbox_due.
 */
export async function takeFromOutbox(sql: Sql, limit: number): Promise<OutboxRow[]> {
  const { rows } = await sql.query(
    `delete from outbox where id in (
       select id from outbox where not_before <= now() order by not_before, id limit $1 for update skip locked
     ) returning id, job, payload, priority, turn`,
    [limit],
  )
  return rows
}
