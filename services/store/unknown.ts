import type { Sql } from './db.ts'

/** Messages whose fate is unknown, and the vendors that may know it. */

/** A target of an unknown outcome, with what a look-up needs. */
export interface UnknownTarget {
  targetId: string
  address: string
  ref: string | null
  at: Date
}

/** Look-ups after 1, 5, 25, 125 minutes and about ten hours: vendors keep what they know for some days. */
const mostLookups = 5
const firstWaitMinutes = 1

/**
 * Dispatches to people with somebody unknown whose next look-up is due; emergencies are asked about from the first minute
 * on and are never given up while they are open to be sent again.
 * Index: dispatches by primary key (ids of the last weeks), chunks_of_dispatch.
 */
export async function dueForLookup(
  sql: Sql,
  channels: string[],
): Promise<{ id: string; announcementId: string; lookups: number }[]> {
  const { rows } = await sql.query(
    `select d.id, d.announcement_id as "announcementId", d.lookups from dispatches d
     where d.id >= to_char(now() - interval '7 days', 'YYYYMM')::bigint * 100000000
       and d.created_at > now() - interval '7 days' and d.channel = any($1::text[]) and d.lookups < $2
       and coalesce(d.looked_up_at + interval '1 minute' * $3 * 5 ^ (d.lookups - 1), '-infinity') <= now()
       and exists (select 1 from chunks c where c.dispatch_id = d.id and c.unknown > 0)
     order by d.priority = 'emergency' desc, d.id`,
    [channels, mostLookups, firstWaitMinutes],
  )
  return rows
}

/**
 * Those of one dispatch who have been unknown for `olderThanMs`: a vendor needs a moment to know its own messages.
 * Index: outcomes_unreached.
 */
export async function unknownTargets(
  sql: Sql,
  dispatchId: string,
  address: 'phone' | 'email',
  olderThanMs: number,
  limit: number,
): Promise<UnknownTarget[]> {
  const { rows } = await sql.query(
    `select o.target_id as "targetId", p.${address} as address, o.ref, o.at
     from outcomes o join citizens p on p.id = o.target_id
     where o.dispatch_id = $1 and o.state = 'unknown' and o.at < now() - $2 * interval '1 ms' and p.${address} is not null
       and not exists (
         select 1 from outcomes f where f.dispatch_id = o.dispatch_id and f.target_id = o.target_id and f.rank > o.rank
       )
     order by o.target_id limit $3`,
    [dispatchId, olderThanMs, limit],
  )
  return rows
}

/** Notes that the vendors were asked. */
export async function noteLookup(sql: Sql, dispatchId: string): Promise<void> {
  await sql.query('update dispatches set lookups = lookups + 1, looked_up_at = now() where id = $1', [dispatchId])
}

/**
 * Emergencies with somebody unknown for `olderThanMs` after the vendors were asked (or cannot be). A further round is
 * added only when the last one has been sent: before that, nobody knows whom it will reach.
 * @param askable channels whose vendors can be asked
 * @param rounds with so many a person decides
 * @returns the last round of each
 */
export async function unsureEmergencies(
  sql: Sql,
  askable: string[],
  olderThanMs: number,
  rounds: number,
): Promise<{ id: string; announcementId: string }[]> {
  const { rows } = await sql.query(
    `select d.id, d.announcement_id as "announcementId" from dispatches d
     join announcements a on a.id = d.announcement_id and a.revision = d.revision
     where d.id >= to_char(now() - interval '7 days', 'YYYYMM')::bigint * 100000000
       and d.created_at > now() - interval '7 days' and d.priority = 'emergency' and d.round < $3
       and a.state in ('dispatching', 'completed') and d.cancelled_at is null and d.paused_at is null
       and (d.expires_at is null or d.expires_at > now())
       and d.frozen_at is not null and (d.round = 1 or d.settled_at is not null)
       and not exists (
         select 1 from dispatches l where l.announcement_id = d.announcement_id and l.revision = d.revision
           and l.channel = d.channel and l.round > d.round
       )
       and exists (
         select 1 from dispatches r join outcomes o on o.dispatch_id = r.id
         where r.announcement_id = d.announcement_id and r.revision = d.revision and r.channel = d.channel
           and (r.lookups > 0 or not (r.channel = any($1::text[])))
           and o.state = 'unknown' and o.at < now() - $2 * interval '1 ms'
           and not exists (
             select 1 from outcomes f where f.dispatch_id = o.dispatch_id and f.target_id = o.target_id and f.rank > o.rank
           )
       )`,
    [askable, olderThanMs, rounds],
  )
  return rows
}

/** True when nothing firmer than unknown is recorded of this target. Index: outcomes_target. */
export async function isUnknown(sql: Sql, dispatchId: string, targetId: string): Promise<boolean> {
  const { rows } = await sql.query(
    'select state from outcomes where dispatch_id = $1 and target_id = $2 order by rank desc limit 1',
    [dispatchId, targetId],
  )
  return rows[0]?.state === 'unknown'
}
