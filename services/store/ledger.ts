import { dispatchSettings, jobVersion } from '../../config/queues.ts'
import type { Priority } from '../domain/announcement.ts'
import type { Outcome, RecordedState } from '../domain/delivery.ts'
import { recordedRank } from '../domain/delivery.ts'
import type { Db, Sql, Transaction } from './db.ts'
import { transaction } from './db.ts'

/**
 * The chunk ledger: who is being sent to, and what became of it. All statements are set-based; a chunk's row lock is
 * what puts the deliverer, a cancel and the sweep in order. Leases use the database's clock, the one clock that all
 * workers share.
 */
export interface ClaimedChunk {
  id: string
  token: string
  dispatchId: string
  announcementId: string
  revision: number
  channel: string
  priority: Priority
  renditionId: string
  title: string
  expiresAt: Date | null
  attempt: number
  /** When the dispatch became due; retries are given up some time after it. */
  dueAt: Date
}

/**
 * Takes a chunk for `leaseMs`, if it is open, due, held by nobody and its dispatch may be sent now. An intent window
 * left by a dead holder is settled first: see {@link settleWindow}.
 * @param unsafe whether a repeat would reach a person twice
 * @returns undefined when there is nothing to do here (somebody else has it, it is done, paused, cancelled ...)
 */
export async function claimChunk(
  db: Db,
  chunkId: string,
  leaseMs: number,
  unsafe: boolean,
): Promise<ClaimedChunk | undefined> {
  return await transaction(db, async sql => {
    const { rows } = await sql.query(
      `select c.done_to, c.up_to, c.rest_state, c.attempt, d.id as "dispatchId", d.announcement_id as "announcementId",
         d.revision, d.channel, d.priority, d.rendition_id as "renditionId", d.expires_at as "expiresAt",
         d.not_before as "dueAt", a.content->>'title' as title,
         d.paused_at is null and d.cancelled_at is null and (d.expires_at is null or d.expires_at > now()) as sendable
       from chunks c join dispatches d on d.id = c.dispatch_id join announcements a on a.id = d.announcement_id
       where c.id = $1 and c.closed_at is null and c.not_before <= now() and d.rendition_id is not null
         and (c.lease_until is null or c.lease_until < now())
       for update of c skip locked`,
      [chunkId],
    )
    const row = rows[0]
    if (row === undefined) return undefined
    if (row.up_to > row.done_to) await settleWindow(sql, chunkId, unsafe)
    if (row.rest_state !== null || !row.sendable) return undefined
    const leased = await sql.query(
      `update chunks set lease_token = nextval('lease_tokens'), lease_until = now() + $2 * interval '1 ms'
       where id = $1 and closed_at is null and up_to < size returning lease_token as token`,
      [chunkId, leaseMs],
    )
    const token = leased.rows[0]?.token
    if (token === undefined) return undefined
    const { dispatchId, announcementId, revision, channel, priority, renditionId, title, expiresAt, attempt, dueAt } =
      row
    return {
      id: chunkId,
      token,
      dispatchId,
      announcementId,
      revision,
      channel,
      priority,
      renditionId,
      title,
      expiresAt,
      attempt,
      dueAt,
    }
  })
}

/**
 * Decides an intent window whose holder is gone. Where a repeat could reach a person twice, its targets become
 * `unknown`; where a repeat is harmless, they go back to waiting, unless the dispatch was cancelled or is over: then
 * nobody will repeat it, and "not sent" would say more than is known. The caller holds the chunk's row lock and has
 * made sure that the lease is over.
 */
export async function settleWindow(sql: Sql, chunkId: string, unsafe: boolean): Promise<void> {
  await sql.query(
    `insert into outcomes (dispatch_id, target_id, chunk_id, rank, state, code)
     select c.dispatch_id, t.id, c.id, $2, 'unknown', 'interrupted'
     from chunks c, unnest(c.target_ids[c.done_to + 1 : c.up_to]) as t (id)
     where c.id = $1 and ($3 or c.rest_state is not null)`,
    [chunkId, recordedRank.unknown, unsafe],
  )
  await sql.query(
    `update chunks set
       unknown = case when uncertain then unknown + (up_to - done_to) else unknown end,
       done_to = case when uncertain then up_to else done_to end,
       up_to = case when uncertain then up_to else done_to end,
       closed_at = case when uncertain and (rest_state is not null or up_to = size) then now() end,
       lease_token = null, lease_until = null
     from (select $2 or rest_state is not null as uncertain from chunks where id = $1) decided
     where id = $1`,
    [chunkId, unsafe],
  )
}

/**
 * Marks the intent to send the next `count` targets, and prolongs the lease. Nothing may be handed to a vendor before
 * this has committed. The one statement also checks the token, pause, cancel and expiry. Asking again, because the
 * answer got lost, gives the same window.
 * @returns target ids in sending order; empty means stop
 */
export async function markIntent(
  sql: Sql,
  chunk: Pick<ClaimedChunk, 'id' | 'token'>,
  count: number,
  leaseMs: number,
): Promise<string[]> {
  const { rows } = await sql.query(
    `update chunks c set up_to = least(c.size, greatest(c.up_to, c.done_to + $3)),
       lease_until = now() + $4 * interval '1 ms'
     from dispatches d
     where c.id = $1 and c.lease_token = $2 and c.closed_at is null and c.rest_state is null and c.done_to < c.size
       and d.id = c.dispatch_id and d.paused_at is null and d.cancelled_at is null
       and (d.expires_at is null or d.expires_at > now())
     returning c.target_ids[c.done_to + 1 : c.up_to]::text[] as ids`,
    [chunk.id, chunk.token, count, leaseMs],
  )
  return rows[0]?.ids ?? []
}

/** Takes an intent back of which nothing was handed to a vendor: its targets wait again, or share the end of the rest. */
export async function returnWindow(sql: Sql, chunk: Pick<ClaimedChunk, 'id' | 'token'>): Promise<void> {
  await sql.query(
    `update chunks set up_to = done_to, closed_at = case when rest_state is not null then now() end
     where id = $1 and lease_token = $2 and closed_at is null`,
    [chunk.id, chunk.token],
  )
}

/**
 * True when an emergency on this channel waits for somebody to take it. One that is in trouble of its own holds nobody
 * up. Indexes: dispatches_open, chunks_of_dispatch.
 */
export async function emergencyWaits(sql: Sql, channel: string): Promise<boolean> {
  const { rows } = await sql.query(
    `select 1 from dispatches d join chunks c on c.dispatch_id = d.id
     where d.settled_at is null and d.priority = 'emergency' and d.channel = $1 and d.rendition_id is not null
       and d.problem is null and d.paused_at is null and d.cancelled_at is null and d.expired_at is null
       and (d.expires_at is null or d.expires_at > now())
       and c.closed_at is null and c.rest_state is null and c.not_before <= now()
       and (c.lease_until is null or c.lease_until < now())
     limit 1`,
    [channel],
  )
  return rows.length > 0
}

/** Asks the queue for one chunk again, a little later. */
export async function ringLater(
  sql: Sql,
  chunk: Pick<ClaimedChunk, 'id' | 'dispatchId' | 'channel' | 'priority'>,
  afterMs: number,
): Promise<void> {
  await sql.query(
    `insert into outbox (job, payload, priority, not_before)
     values ('deliver', jsonb_build_object('v', $1::int, 'dispatchId', $2::text, 'chunkId', $3::text, 'channel', $4::text),
       $5, now() + $6 * interval '1 ms')`,
    [jobVersion, chunk.dispatchId, chunk.id, chunk.channel, chunk.priority, afterMs],
  )
}

/** Keeps the lease during a slow send. @returns false when the chunk has been taken away */
export async function prolongLease(
  sql: Sql,
  chunk: Pick<ClaimedChunk, 'id' | 'token'>,
  leaseMs: number,
): Promise<boolean> {
  const result = await sql.query(
    `update chunks set lease_until = now() + $3 * interval '1 ms' where id = $1 and lease_token = $2`,
    [chunk.id, chunk.token, leaseMs],
  )
  return result.rowCount === 1
}

/** Outcomes of one flush, sorted by what the ledger does with them. */
interface SortedOutcomes {
  recorded: { id: string; state: RecordedState; code: string | null; ref: string | null }[]
  retry: { id: string; afterMs: number }[]
}

/** A vendor's "later" is believed within reason: nobody waits for a year because a header said so. */
function waitAskedFor(afterMs: number | undefined): number {
  return Math.min(Math.max(afterMs || 0, 0), dispatchSettings.retryAskedMostMs)
}

function sortOutcomes(ids: string[], outcomes: Outcome[]): SortedOutcomes {
  const sorted: SortedOutcomes = { recorded: [], retry: [] }
  ids.forEach((id, i) => {
    const outcome = outcomes[i]
    // A channel that answers for too few targets says nothing about the rest: that is what unknown means.
    if (outcome === undefined) sorted.recorded.push({ id, state: 'unknown', code: 'no-answer', ref: null })
    else if (outcome.kind === 'retry') sorted.retry.push({ id, afterMs: waitAskedFor(outcome.afterMs) })
    else {
      sorted.recorded.push({
        id,
        state: outcome.kind,
        code: 'code' in outcome ? outcome.code : null,
        ref: outcome.kind === 'accepted' ? (outcome.ref ?? null) : null,
      })
    }
  })
  return sorted
}

/**
 * Appends the outcomes of the open intent window in one statement; retries move to a follow-up chunk that is not due
 * before the longest wait asked for (at least `retryAfterMs`). The flushes of one chunk share a follow-up while it is
 * not due, so that a vendor's outage does not grind the audience into ever smaller chunks.
 * @param followUpId what an earlier flush of this chunk returned
 * @returns undefined when the chunk has been taken away: nothing was written, and the targets are settled already
 */
export async function appendOutcomes(
  sql: Sql,
  chunk: Pick<ClaimedChunk, 'id' | 'token' | 'attempt'>,
  ids: string[],
  outcomes: Outcome[],
  retryAfterMs: number,
  followUpId?: string,
): Promise<{ followUpId: string | undefined } | undefined> {
  const { recorded, retry } = sortOutcomes(ids, outcomes)
  const count = (state: RecordedState) => recorded.filter(r => r.state === state).length
  const result = await sql.query(
    `with chunk as (
       update chunks set done_to = up_to,
         accepted = accepted + $3, rejected = rejected + $4, skipped = skipped + $5, unknown = unknown + $6,
         moved = moved + $7,
         closed_at = case when up_to = size or rest_state is not null then now() end,
         lease_until = case when up_to = size or rest_state is not null then null else lease_until end
       where id = $1 and lease_token = $2 and up_to - done_to = $8
       returning id, dispatch_id, rest_state, rest_reason
     ), grown as (
       update chunks f set target_ids = f.target_ids || $9::bigint[], size = f.size + $7,
         not_before = greatest(f.not_before, now() + $11 * interval '1 ms')
       from chunk
       where $7 > 0 and f.id = $18 and f.dispatch_id = chunk.dispatch_id and chunk.rest_state is null
         and f.closed_at is null and f.rest_state is null and f.lease_token is null and f.up_to = 0
         and f.not_before > now()
       returning f.id, f.dispatch_id, f.not_before, f.closed_at
     ), born as (
       insert into chunks (dispatch_id, target_ids, size, attempt, not_before, rest_state, rest_reason, closed_at)
       select dispatch_id, $9::bigint[], $7, $10, now() + $11 * interval '1 ms', rest_state, rest_reason,
         case when rest_state is not null then now() end
       from chunk where $7 > 0 and not exists (select 1 from grown)
       returning id, dispatch_id, not_before, closed_at
     ), follow_up as (
       select * from grown union all select * from born
     ), rung as (
       insert into outbox (job, payload, priority, not_before)
       select 'deliver', jsonb_build_object('v', $17::int, 'dispatchId', f.dispatch_id::text, 'chunkId', f.id::text,
           'channel', d.channel), d.priority, f.not_before
       from follow_up f join dispatches d on d.id = f.dispatch_id where f.closed_at is null
     ), appended as (
       insert into outcomes (dispatch_id, target_id, chunk_id, rank, state, code, ref)
       select chunk.dispatch_id, o.id, chunk.id, o.rank, o.state, o.code, o.ref
       from chunk, unnest($12::bigint[], $13::smallint[], $14::text[], $15::text[], $16::text[])
         as o (id, rank, state, code, ref)
     )
     select (select id from follow_up) as "followUpId" from chunk`,
    [
      chunk.id,
      chunk.token,
      count('accepted'),
      count('rejected'),
      count('skipped'),
      count('unknown'),
      retry.length,
      ids.length,
      retry.map(r => r.id),
      chunk.attempt + 1,
      Math.max(retryAfterMs, ...retry.map(r => r.afterMs)),
      recorded.map(r => r.id),
      recorded.map(r => recordedRank[r.state]),
      recorded.map(r => r.state),
      recorded.map(r => r.code),
      recorded.map(r => r.ref),
      jobVersion,
      followUpId ?? null,
    ],
  )
  const written = result.rows[0]
  return written && { followUpId: written.followUpId ?? followUpId }
}

/** Gives a chunk back early (pause, shutdown), so that nobody has to wait for the lease to end. */
export async function releaseChunk(sql: Sql, chunk: Pick<ClaimedChunk, 'id' | 'token'>): Promise<void> {
  await sql.query(
    `update chunks set lease_token = null, lease_until = null where id = $1 and lease_token = $2 and up_to = done_to`,
    [chunk.id, chunk.token],
  )
}

/**
 * Decides what becomes of everybody who is still waiting. Targets in flight keep their outcome. A flush that ends at
 * the same moment may give birth to a follow-up chunk that the first statement could not see; it looks again until
 * nothing is left, since whatever is born later inherits the end from its chunk.
 * @returns how many were waiting, by dispatch id; dispatches without anybody are missing
 */
export async function endWaiting(
  sql: Transaction,
  dispatchIds: string[],
  state: 'cancelled' | 'expired',
): Promise<Map<string, number>> {
  const ended = new Map<string, number>()
  for (;;) {
    const { rows } = await sql.query(
      `with standing as materialized (
         select id from chunks where dispatch_id = any($1::bigint[]) and closed_at is null and rest_state is null
         order by id for no key update
       ), ended as (
         update chunks c set rest_state = $2, rest_reason = $2,
           closed_at = case when c.up_to = c.done_to then now() end
         from standing s where c.id = s.id and c.closed_at is null and c.rest_state is null
         returning c.dispatch_id, c.size - c.up_to as n
       ) select dispatch_id as id, sum(n)::float8 as n from ended group by 1`,
      [dispatchIds, state],
    )
    if (rows.length === 0) return ended
    for (const { id, n } of rows) ended.set(id, (ended.get(id) ?? 0) + n)
  }
}
