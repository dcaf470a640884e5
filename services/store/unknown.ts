import type { RecordedState } from '../domain/delivery.ts'
import type { Sql } from './db.ts'
import { isFirmest } from './ranks.ts'

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
/** So much more patience with a look-up of so many that it takes several turns, and that does get on. */
const largeLookup = 5

/**
 * The dispatches whose vendors may still know something: under way, or over for less than a week. Not by the day they were
 * approved: a start may be set for weeks later. Index: dispatches_open, dispatches_settled.
 */
const recent = `d.frozen_at is not null and (d.settled_at is null or d.settled_at > now() - interval '7 days')`

/**
 * Dispatches to people with somebody unknown whose next look-up is due, or half done; emergencies first.
 * Index: see {@link recent}; chunks_of_dispatch.
 */
export async function dueForLookup(sql: Sql, channels: string[]): Promise<{ id: string; lookupAfter: string }[]> {
  const { rows } = await sql.query(
    `select d.id, d.lookup_after as "lookupAfter" from dispatches d
     where ${recent} and d.channel = any($1::text[]) and d.lookups < $2
       and (d.lookup_after > 0
         or coalesce(d.looked_up_at + interval '1 minute' * $3 * 5 ^ (d.lookups - 1), '-infinity') <= now())
       and exists (select 1 from chunks c where c.dispatch_id = d.id and c.unknown > 0)
     order by d.priority = 'emergency' desc, d.id`,
    [channels, mostLookups, firstWaitMinutes],
  )
  return rows
}

/**
 * Those of one dispatch who have been unknown for `olderThanMs`: a vendor needs a moment to know its own messages. Who was
 * changed in the register since is left to a person: the number of today need not be the one the message went to.
 * Index: outcomes_unreached.
 * @param afterId the last one that was asked about in this look-up, or '0'
 */
export async function unknownTargets(
  sql: Sql,
  dispatchId: string,
  address: 'phone' | 'email',
  olderThanMs: number,
  afterId: string,
  limit: number,
): Promise<UnknownTarget[]> {
  const { rows } = await sql.query(
    `select o.target_id as "targetId", p.${address} as address, o.ref, o.at
     from outcomes o join citizens p on p.id = o.target_id
     where o.dispatch_id = $1 and o.state = 'unknown' and o.at < now() - $2 * interval '1 ms' and p.${address} is not null
       and ${isFirmest}
       and o.target_id > $4 and p.updated_at <= o.at
     order by o.target_id limit $3`,
    [dispatchId, olderThanMs, limit, afterId],
  )
  return rows
}

/**
 * Notes that the vendors were asked.
 * @param lastId where the next turn goes on; undefined: everybody has been asked about
 */
export async function noteLookup(sql: Sql, dispatchId: string, lastId: string | undefined): Promise<void> {
  const set =
    lastId === undefined ? 'lookup_after = 0, lookups = lookups + 1, looked_up_at = now()' : 'lookup_after = $2'
  await sql.query(
    `update dispatches set ${set} where id = $1`,
    lastId === undefined ? [dispatchId] : [dispatchId, lastId],
  )
}

/** Nothing firmer is known of outcome `o`. */
const stillUnknown = `o.state = 'unknown' and ${isFirmest}`

/** For {@link unsureEmergencies}: outcome `o` of round `r` has been asked about, or cannot be, or has not been for long. */
const askedAbout = `o.at < now() - $2 * interval '1 ms' and (r.lookups > 0 or not (r.channel = any($1::text[]))
  or o.at < now() - $4 * interval '1 ms' * case when r.lookup_after > 0 then ${largeLookup} else 1 end)`

/**
 * Emergencies with somebody unknown for `olderThanMs` after the vendors were asked (or cannot be, or have not been for
 * `patienceMs`: a vendor in trouble must not be what keeps the news from people). A further round is added only when the
 * last one has been sent: before that, nobody knows whom it will reach. A channel that somebody paused gets none.
 * @param askable channels whose vendors can be asked
 * @param rounds with so many a person decides
 * @returns the last round of each
 */
export async function unsureEmergencies(
  sql: Sql,
  askable: string[],
  olderThanMs: number,
  patienceMs: number,
  rounds: number,
): Promise<{ id: string; announcementId: string }[]> {
  const { rows } = await sql.query(
    `select d.id, d.announcement_id as "announcementId" from dispatches d
     join announcements a on a.id = d.announcement_id and a.revision = d.revision
     where ${recent} and d.priority = 'emergency' and d.round < $3
       and a.state in ('dispatching', 'completed') and d.cancelled_at is null
       and (d.expires_at is null or d.expires_at > now()) and (d.round = 1 or d.settled_at is not null)
       and not exists (
         select 1 from dispatches l where l.announcement_id = d.announcement_id and l.revision = d.revision
           and l.channel = d.channel and (l.round > d.round or (l.paused_at is not null and l.settled_at is null))
       )
       and exists (
         select 1 from dispatches r join outcomes o on o.dispatch_id = r.id
         where r.announcement_id = d.announcement_id and r.revision = d.revision and r.channel = d.channel
           and ${stillUnknown} and ${askedAbout}
       )
       -- The earlier rounds' unknown ones stay unknown there: what counts is that the last message has been asked about too.
       and (d.round = 1 or not exists (
         select 1 from dispatches r join outcomes o on o.dispatch_id = r.id
         where r.id = d.id and ${stillUnknown} and not (${askedAbout})
       ))`,
    [askable, olderThanMs, rounds, patienceMs],
  )
  return rows
}

/** The firmest that is recorded of this target, and who said it (a receipt's reference). Index: outcomes_target. */
export async function firmestOf(
  sql: Sql,
  dispatchId: string,
  targetId: string,
): Promise<{ state: RecordedState; ref: string | null } | undefined> {
  const { rows } = await sql.query(
    'select state, ref from outcomes where dispatch_id = $1 and target_id = $2 order by rank desc limit 1',
    [dispatchId, targetId],
  )
  return rows[0]
}
