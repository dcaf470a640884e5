import { dispatchSettings, jobVersion } from '../../config/queues.ts'
import type { Priority } from '../domain/announcement.ts'
import type { Outcome, RecordedState } from '../domain/delivery.ts'
import { recordedRank } from '../domain/delivery.ts'
import { numberArray, textArray } from './arrays.ts'
import type { Db, Sql, Transaction } from './db.ts'
import { transaction } from './db.ts'
import { rankOf } from './ranks.ts'

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
  /** 1, or more for a further round to those not reached. */
  round: number
  channel: string
  priority: Priority
  renditionId: string
  title: string
  expiresAt: Date | null
  attempt: number
  /** How many of the chunk are decided, as the holder knows it: the ledger must say the same before the next mark. */
  doneTo: number
  /** A vendor that could not take these targets a moment ago. */
  avoid: string | null
  /** When the dispatch became due; retries are given up some time after it. */
  dueAt: Date
  /** What the officer was told last about this dispatch. */
  problem: string | null
}

/** The dispatch `d` may be sent now. */
const sendable = `d.paused_at is null and d.cancelled_at is null and (d.expires_at is null or d.expires_at > now())`

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
  const claimed = await takeLease(db, chunkId, leaseMs)
  if (claimed) return claimed
  const settled = await settleAbandonedWindow(db, chunkId, unsafe)
  return settled ? await takeLease(db, chunkId, leaseMs) : undefined
}

/**
 * The usual way, in one statement. Index: primary keys; `closed_at` is asked about in a form that the partial indexes of
 * open chunks do not serve, since these would be read from end to end when the planner takes them for small.
 */
export const leaseStatement = `update chunks c
   set lease_token = nextval('lease_tokens'), lease_until = now() + $2 * interval '1 ms'
   from dispatches d join announcements a on a.id = d.announcement_id
   where c.id = (
       select id from chunks where id = $1 and coalesce(closed_at, 'infinity') = 'infinity' and not_before <= now()
         and rest_state is null and up_to = done_to and up_to < size and (lease_until is null or lease_until < now())
       for update skip locked
     )
     and d.id = c.dispatch_id and d.rendition_id is not null and ${sendable}
   returning c.id, c.lease_token as token, c.attempt, c.done_to as "doneTo", c.avoid, d.id as "dispatchId",
     d.announcement_id as "announcementId", d.revision, d.round, d.channel, d.priority,
     d.rendition_id as "renditionId", d.expires_at as "expiresAt", d.not_before as "dueAt", d.problem,
     a.content->>'title' as title`

async function takeLease(sql: Sql, chunkId: string, leaseMs: number): Promise<ClaimedChunk | undefined> {
  const { rows } = await sql.query({ name: 'take-lease', text: leaseStatement, values: [chunkId, leaseMs] })
  return rows[0]
}

/**
 * Decides the open window of a chunk that nobody holds: see {@link settleWindow}.
 * @returns true when there was one
 */
export async function settleAbandonedWindow(db: Db, chunkId: string, unsafe: boolean): Promise<boolean> {
  return await transaction(db, async sql => {
    const { rows } = await sql.query(
      `select 1 from chunks where id = $1 and closed_at is null and up_to > done_to
         and (lease_until is null or lease_until < now()) for update skip locked`,
      [chunkId],
    )
    if (rows.length === 0) return false
    await settleWindow(sql, chunkId, unsafe)
    return true
  })
}

/**
 * Decides an intent window whose holder is gone. Where a repeat could reach a person twice, its targets become
 * `unknown`; where a repeat is harmless, they go back to waiting, unless the dispatch was cancelled or is over: then
 * nobody will repeat it, and "not sent" would say more than is known. The caller holds the chunk's row lock and has
 * made sure that the lease is over.
 */
async function settleWindow(sql: Sql, chunkId: string, unsafe: boolean): Promise<void> {
  await sql.query(
    `insert into reason_counts (dispatch_id, code, n)
     select dispatch_id, 'interrupted', up_to - done_to from chunks
     where id = $1 and up_to > done_to and ($2 or rest_state is not null)`,
    [chunkId, unsafe],
  )
  await sql.query(
    `insert into outcomes (dispatch_id, target_id, chunk_id, rank, state, code, ref)
     select c.dispatch_id, t.id, c.id, $2, 'unknown', 'interrupted', c.vendor || ':'
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
 * this has committed. The one statement also checks the token, pause, cancel and expiry, and that no emergency waits for
 * the channel ({@link emergencyWaits}). Asking again, because the answer got lost, gives the same window.
 *
 * The append before it does not wait for the disk. Should the server have lost that append in a crash, the old window is open
 * again, and its people have had their message: what is decided must be what the holder knows, or nobody is marked, and the
 * window becomes unknown with the end of the lease.
 * @param vendor to whom they will be handed, where the channel has several
 * @returns target ids in sending order; empty means stop
 */
export async function markIntent(
  sql: Sql,
  chunk: Pick<ClaimedChunk, 'id' | 'token' | 'doneTo'>,
  count: number,
  leaseMs: number,
  vendor?: string,
): Promise<string[]> {
  const { rows } = await sql.query({
    name: 'mark-intent',
    text: `update chunks c set up_to = least(c.size, greatest(c.up_to, c.done_to + $3)), vendor = $5,
       lease_until = now() + $4 * interval '1 ms'
     from dispatches d
     where c.id = $1 and c.lease_token = $2 and c.closed_at is null and c.rest_state is null and c.done_to < c.size
       and c.done_to = $6 and d.id = c.dispatch_id and ${sendable}
       and (d.priority = 'emergency' or not exists (${waitingEmergency('d.channel')}))
     returning array_to_string(c.target_ids[c.done_to + 1 : c.up_to], ',') as ids`,
    values: [chunk.id, chunk.token, count, leaseMs, vendor ?? null, chunk.doneTo],
  })
  return rows[0]?.ids.split(',') ?? []
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
 * Selects something when an emergency on the channel has somebody to send to, now or as soon as somebody takes it: while it
 * is on its way it has the vendor to itself. One that is in trouble of its own holds nobody up. Indexes: dispatches_open,
 * chunks_open_of_dispatch.
 */
function waitingEmergency(channel: string): string {
  return `select 1 from dispatches e join chunks w on w.dispatch_id = e.id
     where e.settled_at is null and e.priority = 'emergency' and e.channel = ${channel} and e.rendition_id is not null
       and e.problem is null and e.paused_at is null and e.cancelled_at is null and e.expired_at is null
       and (e.expires_at is null or e.expires_at > now())
       and w.closed_at is null and w.rest_state is null and w.not_before <= now()`
}

/** True when an emergency on this channel has somebody to send to. */
export async function emergencyWaits(sql: Sql, channel: string): Promise<boolean> {
  const { rows } = await sql.query(`${waitingEmergency('$1')} limit 1`, [channel])
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

/**
 * Keeps the lease during a slow send.
 * @returns 'lost' when the chunk has been taken away, 'stop' when its dispatch was paused, cancelled or is over: then
 *   nothing more of the flush should begin
 */
export async function prolongLease(
  sql: Sql,
  chunk: Pick<ClaimedChunk, 'id' | 'token'>,
  leaseMs: number,
): Promise<'go-on' | 'stop' | 'lost'> {
  const { rows } = await sql.query(
    `update chunks c set lease_until = now() + $3 * interval '1 ms' from dispatches d
     where c.id = $1 and c.lease_token = $2 and d.id = c.dispatch_id
     returning c.rest_state is null and ${sendable} as sendable`,
    [chunk.id, chunk.token, leaseMs],
  )
  if (rows.length === 0) return 'lost'
  return rows[0].sendable ? 'go-on' : 'stop'
}

/** Outcomes of one flush, sorted by what the ledger does with them. */
interface SortedOutcomes {
  recorded: { id: string; state: RecordedState; code: string | null; ref: string | null }[]
  retry: { id: string; afterMs: number }[]
  parts: MessagePart[]
  costDong: number
}

interface MessagePart {
  ref: string
  /** Target id. */
  id: string
  /** From 1. */
  part: number
  parts: number
}

function partsOf(id: string, refs: string[]): MessagePart[] {
  return refs.map((ref, i) => ({ ref, id, part: i + 1, parts: refs.length }))
}

/** A vendor's "later" is believed within reason: nobody waits for a year because a header said so. */
function waitAskedFor(afterMs: number | undefined): number {
  return Math.min(Math.max(afterMs || 0, 0), dispatchSettings.retryAskedMostMs)
}

function sortOutcomes(ids: string[], outcomes: Outcome[]): SortedOutcomes {
  const sorted: SortedOutcomes = { recorded: [], retry: [], parts: [], costDong: 0 }
  for (const [i, id] of ids.entries()) {
    const outcome = outcomes[i]
    // A channel that answers for too few targets says nothing about the rest: that is what unknown means.
    if (outcome === undefined) sorted.recorded.push({ id, state: 'unknown', code: 'no-answer', ref: null })
    else if (outcome.kind === 'retry') sorted.retry.push({ id, afterMs: waitAskedFor(outcome.afterMs) })
    else {
      const code = 'code' in outcome ? outcome.code : null
      const ref = 'ref' in outcome ? (outcome.ref ?? null) : null
      sorted.recorded.push({ id, state: outcome.kind, code, ref })
      if (outcome.kind !== 'accepted') continue
      sorted.costDong += outcome.costDong ?? 0
      sorted.parts.push(...partsOf(id, outcome.partRefs ?? []))
    }
  }
  return sorted
}

/**
 * Appends the outcomes of the open intent window in one statement; retries move to a follow-up chunk that is not due
 * before the longest wait asked for (at least `retryAfterMs`). The flushes of one chunk share a follow-up while it is
 * not due, so that a vendor's outage does not grind the audience into ever smaller chunks.
 *
 * The commit does not wait for the disk: should the machine lose power at this moment, the mark stands and the targets
 * are unknown, which is true; the next mark waits, and takes this with it. A holder that outlives the server's crash finds
 * out at its next mark ({@link markIntent}).
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
): Promise<Appended | undefined> {
  const { recorded, retry, parts, costDong } = sortOutcomes(ids, outcomes)
  const count = (state: RecordedState) => recorded.reduce((n, r) => (r.state === state ? n + 1 : n), 0)
  const afterMs = retry.reduce((most, r) => Math.max(most, r.afterMs), retryAfterMs)
  const result = await sql.query({
    name: 'append-outcomes',
    text: appendStatement,
    values: [
      chunk.id,
      chunk.token,
      count('accepted'),
      count('rejected'),
      count('skipped'),
      count('unknown'),
      retry.length,
      ids.length,
      numberArray(retry.map(r => r.id)),
      chunk.attempt + 1,
      afterMs,
      numberArray(recorded.map(r => r.id)),
      textArray(recorded.map(r => r.state)),
      textArray(recorded.map(r => r.code)),
      textArray(recorded.map(r => r.ref)),
      jobVersion,
      followUpId ?? null,
      // A price may have a fraction of a đồng; a flush is told in whole ones.
      Math.round(costDong),
      textArray(parts.map(p => p.ref)),
      numberArray(parts.map(p => p.id)),
      numberArray(parts.map(p => p.part)),
      numberArray(parts.map(p => p.parts)),
    ],
  })
  const written = result.rows[0]
  return written && { followUpId: written.followUpId ?? followUpId, ended: written.ended }
}

export interface Appended {
  /** The follow-up chunk of the retries so far, if any. */
  followUpId: string | undefined
  /** Nothing is left to do in the chunk; it is closed and held by nobody. */
  ended: boolean
}

const appendStatement = `with lazily as materialized (
    select set_config('synchronous_commit', 'off', true) as setting
  ), chunk as (
    update chunks set done_to = up_to,
      accepted = accepted + $3, rejected = rejected + $4, skipped = skipped + $5, unknown = unknown + $6,
      moved = moved + $7, cost_dong = cost_dong + $18,
      closed_at = case when up_to = size or rest_state is not null then now() end,
      lease_token = case when up_to = size or rest_state is not null then null else lease_token end,
      lease_until = case when up_to = size or rest_state is not null then null else lease_until end
    where id = $1 and lease_token = $2 and up_to - done_to = $8 and (select setting from lazily) = 'off'
    returning id, dispatch_id, area_code, vendor, rest_state, rest_reason, closed_at is not null as ended
  ), grown as (
    update chunks f set target_ids = f.target_ids || $9::bigint[], size = f.size + $7,
      not_before = greatest(f.not_before, now() + $11 * interval '1 ms')
    from chunk
    where $7 > 0 and f.id = $17 and f.dispatch_id = chunk.dispatch_id and chunk.rest_state is null
      and f.closed_at is null and f.rest_state is null and f.lease_token is null and f.up_to = 0
      and f.not_before > now()
    returning f.id, f.dispatch_id, f.not_before, f.closed_at
  ), born as (
    insert into chunks (dispatch_id, area_code, target_ids, size, attempt, not_before, avoid, rest_state, rest_reason,
      closed_at)
    select dispatch_id, area_code, $9::bigint[], $7, $10, now() + $11 * interval '1 ms', vendor, rest_state, rest_reason,
      case when rest_state is not null then now() end
    from chunk where $7 > 0 and not exists (select 1 from grown)
    returning id, dispatch_id, not_before, closed_at
  ), follow_up as (
    select * from grown union all select * from born
  ), rung as (
    insert into outbox (job, payload, priority, not_before)
    select 'deliver', jsonb_build_object('v', $16::int, 'dispatchId', f.dispatch_id::text, 'chunkId', f.id::text,
        'channel', d.channel), d.priority, f.not_before
    from follow_up f join dispatches d on d.id = f.dispatch_id where f.closed_at is null
  ), appended as (
    insert into outcomes (dispatch_id, target_id, chunk_id, rank, state, code, ref)
    select chunk.dispatch_id, o.id, chunk.id, ${rankOf('o.state')}, o.state, o.code, o.ref
    from chunk, unnest($12::bigint[], $13::text[], $14::text[], $15::text[]) as o (id, state, code, ref)
  ), reasons as (
    insert into reason_counts (dispatch_id, code, n)
    select chunk.dispatch_id, o.code, count(*)
    from chunk, unnest($13::text[], $14::text[]) as o (state, code)
    where o.code is not null and o.state in ('rejected', 'skipped', 'unknown')
    group by 1, 2
  ), named as (
    insert into message_parts (ref, dispatch_id, target_id, part, parts)
    select m.ref, chunk.dispatch_id, m.id, m.part, m.parts
    from chunk, unnest($19::text[], $20::bigint[], $21::smallint[], $22::smallint[]) as m (ref, id, part, parts)
  )
  select (select id from follow_up) as "followUpId", ended from chunk`

/**
 * Keeps what the vendor calls the parts of messages, so that receipts which name nothing else find their target. For
 * outcomes that could not be appended any more; the usual way is {@link appendOutcomes}.
 */
export async function nameParts(
  sql: Sql,
  dispatchId: string,
  named: { targetId: string; partRefs: string[] }[],
): Promise<void> {
  const parts = named.flatMap(({ targetId, partRefs }) => partsOf(targetId, partRefs))
  await sql.query(
    `insert into message_parts (ref, dispatch_id, target_id, part, parts)
     select m.ref, $1, m.id, m.part, m.parts
     from unnest($2::text[], $3::bigint[], $4::smallint[], $5::smallint[]) as m (ref, id, part, parts)`,
    [
      dispatchId,
      textArray(parts.map(p => p.ref)),
      numberArray(parts.map(p => p.id)),
      numberArray(parts.map(p => p.part)),
      numberArray(parts.map(p => p.parts)),
    ],
  )
}

/**
 * Gives a chunk back to wait: nobody in it is sent to before `afterMs` have passed. Then the sweep asks for it, in the order
 * of turns: after the quiet hours everybody's chunks become due at the same moment.
 */
export async function postponeChunk(
  sql: Sql,
  chunk: Pick<ClaimedChunk, 'id' | 'token'>,
  afterMs: number,
): Promise<void> {
  await sql.query(
    `update chunks set not_before = now() + $3 * interval '1 ms', lease_token = null, lease_until = null
     where id = $1 and lease_token = $2 and up_to = done_to and closed_at is null`,
    [chunk.id, chunk.token, afterMs],
  )
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
