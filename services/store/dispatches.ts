import type { Priority } from '../domain/announcement.ts'
import type { ResendableState } from '../domain/delivery.ts'
import type { Sql, Transaction } from './db.ts'

export interface DispatchRow {
  id: string
  announcementId: string
  revision: number
  channel: string
  method: string
  priority: Priority
  /** 1, or more for a further round to those not reached. */
  round: number
  /** The states whose targets a further round is for; null in the first. */
  resendStates: ResendableState[] | null
  /** Frozen targets that may have got the message in an earlier round. */
  possibleRepeats: number
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
  settled_at as "settledAt", problem, round, resend_states as "resendStates", possible_repeats as "possibleRepeats"`

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
     on conflict (announcement_id, revision, channel, round) do nothing returning id`,
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

/** Reads one dispatch; with `lock` it is held until the transaction ends. Lock its announcement first. */
export async function findDispatch(sql: Sql, id: string, lock = false): Promise<DispatchRow | undefined> {
  const { rows } = await sql.query(
    `select ${columns} from dispatches where id = $1 ${lock ? 'for no key update' : ''}`,
    [id],
  )
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

/** Says why a dispatch does not move, or (null) that it does again. One that has settled has no problem any more. */
export async function setProblem(sql: Sql, id: string, problem: string | null): Promise<void> {
  await sql.query(
    'update dispatches set problem = $2 where id = $1 and problem is distinct from $2 and settled_at is null',
    [id, problem],
  )
}

/** Seconds: first wait after a failure, and the longest ones. An emergency is not left alone for long. */
const failureWait = { first: 5, longest: 600, longestEmergency: 30 }

/**
 * Notes that planning or rendering failed: the sentence for the officer, and a wait that doubles with each failure in
 * a row, so that what always fails does not keep the machine busy.
 */
export async function noteFailure(sql: Sql, id: string, problem: string): Promise<void> {
  await sql.query(
    `update dispatches set problem = $2, failures = failures + 1,
       try_after = now() + interval '1 second'
         * least($3 * 2 ^ least(failures, 10), case priority when 'emergency' then $5::int else $4::int end)
     where id = $1 and settled_at is null`,
    [id, problem, failureWait.first, failureWait.longest, failureWait.longestEmergency],
  )
}

/** Nothing of dispatch `d` is waiting or in flight, and nobody has said so yet. */
const hasEnded = `d.settled_at is null
  and (d.frozen_at is not null or d.cancelled_at is not null or d.expired_at is not null)
  and not exists (select 1 from chunks c where c.dispatch_id = d.id and c.closed_at is null)`

/** A first look without a lock. Index: chunks_open_of_dispatch. */
export async function dispatchHasEnded(sql: Sql, id: string): Promise<boolean> {
  const { rows } = await sql.query({
    name: 'dispatch-has-ended',
    text: `select 1 from dispatches d where d.id = $1 and ${hasEnded}`,
    values: [id],
  })
  return rows.length > 0
}

/**
 * Marks a dispatch as settled when no chunk has work left, and ends its announcement when all are. Both happen in the
 * caller's transaction or not at all. Index: chunks_open_of_dispatch. Safe to call at any time, from any process.
 * @returns true when this call settled the dispatch
 */
export async function settleDispatch(sql: Transaction, id: string, now: Date): Promise<boolean> {
  const { rows } = await sql.query(
    `select announcement_id as "announcementId" from dispatches d where d.id = $1 and ${hasEnded}`,
    [id],
  )
  const announcementId = rows[0]?.announcementId
  if (announcementId === undefined) return false
  await lockAnnouncement(sql, announcementId)
  const settled = await sql.query(
    `update dispatches d set settled_at = $2, problem = null where d.id = $1 and ${hasEnded}`,
    [id, now],
  )
  if (settled.rowCount === 0) return false
  await endAnnouncement(sql, announcementId, now)
  return true
}

async function lockAnnouncement(sql: Transaction, id: string): Promise<void> {
  await sql.query('select 1 from announcements where id = $1 for no key update', [id])
}

/**
 * Ends an announcement whose dispatches have all settled: `expired` when the end came before everybody had been tried
 * on every channel, else `completed`.
 */
export async function endAnnouncement(sql: Transaction, id: string, now: Date): Promise<void> {
  await lockAnnouncement(sql, id)
  const { rows } = await sql.query(
    `update announcements a set updated_at = $2, state = case
         when exists (
           select 1 from dispatches d where d.announcement_id = a.id and d.expired_at is not null
             and (d.frozen_at is null or exists (
               select 1 from chunks c where c.dispatch_id = d.id and c.rest_state = 'expired' and c.up_to < c.size))
         ) then 'expired' else 'completed' end
     where a.id = $1 and a.state in ('approved', 'dispatching')
       and not exists (select 1 from dispatches d where d.announcement_id = a.id and d.settled_at is null)
     returning revision, state`,
    [id, now],
  )
  // The end of each dispatch has been recorded when it came.
  if (rows[0]?.state !== 'completed') return
  await sql.query(
    `insert into announcement_events (announcement_id, at, actor_id, actor_name, action, revision)
     values ($1, $2, 'system', 'Loa', 'complete', $3)`,
    [id, now, rows[0].revision],
  )
}
