import type { Priority } from '../domain/announcement.ts'
import type { Sql } from './db.ts'

export interface DispatchRow {
  id: string
  announcementId: string
  revision: number
  channel: string
  method: string
  priority: Priority
  renditionId: string | null
  audience: number | null
  notBefore: Date
  expiresAt: Date | null
  frozenAt: Date | null
  pausedAt: Date | null
  cancelledAt: Date | null
  expiredAt: Date | null
  settledAt: Date | null
  problem: string | null
}

const columns = `id, announcement_id as "announcementId", revision, channel, method, priority,
  rendition_id as "renditionId", audience::float8 as audience, not_before as "notBefore", expires_at as "expiresAt",
  frozen_at as "frozenAt", paused_at as "pausedAt", cancelled_at as "cancelledAt", expired_at as "expiredAt",
  settled_at as "settledAt", problem`

/**
 * Adds one dispatch per channel for an approved revision. Doing it twice adds nothing.
 * @returns ids of the dispatches that were added now
 */
export async function insertDispatches(
  sql: Sql,
  announcement: { id: string; revision: number; priority: Priority; notBefore: Date; expiresAt: Date | null },
  channels: { id: string; method: string }[],
): Promise<string[]> {
  const { rows } = await sql.query(
    `insert into dispatches (announcement_id, revision, channel, method, priority, not_before, expires_at)
     select $1, $2, c.id, c.method, $3, $4, $5 from jsonb_to_recordset($6::jsonb) as c (id text, method text)
     on conflict (announcement_id, revision, channel) do nothing returning id`,
    [
      announcement.id,
      announcement.revision,
      announcement.priority,
      announcement.notBefore,
      announcement.expiresAt,
      JSON.stringify(channels),
    ],
  )
  return rows.map(r => r.id)
}

/** Reads one dispatch; with `lock` it is held until the transaction ends. */
export async function findDispatch(sql: Sql, id: string, lock = false): Promise<DispatchRow | undefined> {
  const { rows } = await sql.query(`select ${columns} from dispatches where id = $1 ${lock ? 'for update' : ''}`, [id])
  return rows[0]
}

/** All dispatches of an announcement's newest dispatched revision, in channel order. */
export async function dispatchesOf(sql: Sql, announcementId: string): Promise<DispatchRow[]> {
  const { rows } = await sql.query(
    `select ${columns} from dispatches where announcement_id = $1
       and revision = (select max(revision) from dispatches where announcement_id = $1)
     order by id`,
    [announcementId],
  )
  return rows
}

/** Says why a dispatch does not move, or (null) that it does again. */
export async function setProblem(sql: Sql, id: string, problem: string | null): Promise<void> {
  await sql.query('update dispatches set problem = $2 where id = $1 and problem is distinct from $2', [id, problem])
}

/**
 * Marks a dispatch as settled when no chunk has work left, and its announcement as completed when all are. Index:
 * chunks_open. Safe to call at any time, from any process.
 * @returns true when this call settled the dispatch
 */
export async function settleDispatch(sql: Sql, id: string, now: Date): Promise<boolean> {
  const settled = await sql.query(
    `update dispatches d set settled_at = $2, problem = null
     where d.id = $1 and d.settled_at is null
       and (d.frozen_at is not null or d.cancelled_at is not null or d.expired_at is not null)
       and not exists (select 1 from chunks c where c.dispatch_id = d.id and c.closed_at is null)
     returning announcement_id`,
    [id, now],
  )
  const announcementId = settled.rows[0]?.announcement_id
  if (announcementId === undefined) return false
  // Two dispatches may settle at the same moment: the row lock puts the two checks one after the other.
  await sql.query('select 1 from announcements where id = $1 for update', [announcementId])
  const completed = await sql.query(
    `update announcements a set state = 'completed', updated_at = $2
     where a.id = $1 and a.state in ('approved', 'dispatching')
       and not exists (select 1 from dispatches d where d.announcement_id = a.id and d.settled_at is null)
     returning revision`,
    [announcementId, now],
  )
  if (completed.rows[0] !== undefined) {
    await sql.query(
      `insert into announcement_events (announcement_id, at, actor_id, actor_name, action, revision)
       values ($1, $2, 'system', 'Loa', 'complete', $3)`,
      [announcementId, now, completed.rows[0].revision],
    )
  }
  return true
}
