import type { Priority } from '../domain/announcement.ts'
import type { Sql } from './db.ts'

/** Everything below is found by state, with open-ended windows: a sweep that comes an hour late misses nothing. */

/** Dispatches that are due and not frozen yet, unless they failed a moment ago. Index: dispatches_open. */
export async function unplanned(sql: Sql): Promise<{ id: string; priority: Priority }[]> {
  const { rows } = await sql.query(
    `select id, priority from dispatches
     where settled_at is null and frozen_at is null and cancelled_at is null and expired_at is null
       and not_before <= now() and (expires_at is null or expires_at > now())
       and (try_after is null or try_after <= now())`,
  )
  return rows
}

/** Frozen dispatches without a rendition, unless it failed a moment ago. */
export async function unrendered(sql: Sql): Promise<{ id: string; priority: Priority }[]> {
  const { rows } = await sql.query(
    `select id, priority from dispatches
     where settled_at is null and frozen_at is not null and rendition_id is null and cancelled_at is null
       and expired_at is null and (try_after is null or try_after <= now())`,
  )
  return rows
}

/** Chunks with work that nobody holds, of dispatches that may be sent now; emergencies first. Index: chunks_open. */
export async function idleChunks(
  sql: Sql,
  limit: number,
): Promise<{ id: string; dispatchId: string; channel: string; priority: Priority; turn: number }[]> {
  const { rows } = await sql.query(
    `select c.id, c.dispatch_id as "dispatchId", d.channel, d.priority,
       row_number() over (partition by c.dispatch_id order by c.id)::int as turn
     from chunks c join dispatches d on d.id = c.dispatch_id
     where c.closed_at is null and c.not_before <= now() and (c.lease_until is null or c.lease_until < now())
       and d.rendition_id is not null and d.paused_at is null
     order by d.priority = 'emergency' desc, turn, c.id limit $1`,
    [limit],
  )
  return rows
}

/** Chunks whose holder is gone in the middle of a flush, of dispatches that nobody will claim again. */
export async function abandonedWindows(sql: Sql): Promise<{ id: string; dispatchId: string; channel: string }[]> {
  const { rows } = await sql.query(
    `select c.id, c.dispatch_id as "dispatchId", d.channel from chunks c join dispatches d on d.id = c.dispatch_id
     where c.closed_at is null and c.up_to > c.done_to and (c.lease_until is null or c.lease_until < now())`,
  )
  return rows
}

/**
 * Dispatches that were cancelled or are over while somebody in them still waits. Index: chunks_open. Empty unless
 * something went wrong; nobody may wait for ever in a dispatch that will never be sent.
 */
export async function endedWithWaiting(
  sql: Sql,
): Promise<{ id: string; announcementId: string; state: 'cancelled' | 'expired' }[]> {
  const { rows } = await sql.query(
    `select distinct d.id, d.announcement_id as "announcementId",
       case when d.cancelled_at is not null then 'cancelled' else 'expired' end as state
     from chunks c join dispatches d on d.id = c.dispatch_id
     where c.closed_at is null and c.rest_state is null and (d.cancelled_at is not null or d.expired_at is not null)`,
  )
  return rows
}

/** Dispatches whose time is over. */
export async function overdue(sql: Sql): Promise<{ id: string; announcementId: string }[]> {
  const { rows } = await sql.query(
    `select id, announcement_id as "announcementId" from dispatches
     where settled_at is null and expired_at is null and cancelled_at is null and expires_at <= now()`,
  )
  return rows
}

/** Dispatches that may have ended without anybody noticing. */
export async function unsettled(sql: Sql): Promise<string[]> {
  const { rows } = await sql.query(
    `select id from dispatches d where settled_at is null
       and (frozen_at is not null or cancelled_at is not null or expired_at is not null)
       and not exists (select 1 from chunks c where c.dispatch_id = d.id and c.closed_at is null)`,
  )
  return rows.map(r => r.id)
}

/** Announcements whose dispatches have all settled without anybody noticing. */
export async function unended(sql: Sql): Promise<string[]> {
  const { rows } = await sql.query(
    `select id from announcements a where state in ('approved', 'dispatching')
       and not exists (select 1 from dispatches d where d.announcement_id = a.id and d.settled_at is null)`,
  )
  return rows.map(r => r.id)
}

/** Submitted announcements that nobody approved before their end. */
export async function expiredUnapproved(sql: Sql): Promise<string[]> {
  const { rows } = await sql.query(
    `select id from announcements where state = 'submitted' and (content->>'expiresAt')::timestamptz <= now()`,
  )
  return rows.map(r => r.id)
}
