import { jobVersion } from '../../config/queues.ts'
import type { RecordedState } from '../domain/delivery.ts'
import { textArray } from './arrays.ts'
import type { Sql } from './db.ts'
import { rankOf } from './ranks.ts'

/** One line of news about a target, from a vendor, a device, an operator or a person who settled an unknown. */
export interface InboxEntry {
  channel: string
  dispatchId?: string
  targetId?: string
  ref?: string
  state: 'accepted' | 'confirmed' | 'rejected'
  code?: string
  at: Date
}

/**
 * Puts news into the inbox and asks the queue to apply it, in one statement: a vendor gets its answer at once, and a burst
 * costs one round trip per callback. One waiting bell is enough for any number of receipts; should one be missed between
 * two processes, the sweep applies what is there. Index: outbox_receipts.
 */
export async function insertReceipts(sql: Sql, entries: InboxEntry[]): Promise<void> {
  if (entries.length === 0) return
  await sql.query({
    name: 'insert-receipts',
    text: `with news as (
       insert into receipts_inbox (channel, dispatch_id, target_id, ref, state, code, at)
       select * from unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::timestamptz[])
     ), bell as (
       insert into outbox (job, payload, priority)
       select 'receipts', jsonb_build_object('v', $8::int), 'priority'
       where not exists (select 1 from outbox where job = 'receipts') returning 1
     )
     select pg_notify('loa_outbox', '') from bell`,
    values: [
      textArray(entries.map(e => e.channel)),
      textArray(entries.map(e => e.dispatchId ?? null)),
      textArray(entries.map(e => e.targetId ?? null)),
      textArray(entries.map(e => e.ref ?? null)),
      textArray(entries.map(e => e.state)),
      textArray(entries.map(e => e.code ?? null)),
      textArray(entries.map(e => e.at.toISOString())),
      jobVersion,
    ],
  })
}

const counted: RecordedState[] = ['unknown', 'accepted', 'rejected', 'confirmed', 'skipped']

/** `accepted = accepted + arrivals - departures` for every recorded state. */
const moves = counted.map(s => `${s} = c.${s} + delta.into_${s} - delta.out_of_${s}`).join(', ')
const deltas = counted
  .map(
    s => `count(*) filter (where state = '${s}')::int as into_${s},
      count(*) filter (where was = '${s}')::int as out_of_${s}`,
  )
  .join(',\n')

/**
 * Messages of a dispatch that was over earlier than this get no receipts by their vendor's reference: such numbers are used
 * again. Not by the day of the approval, which the ids tell: a start may be set for months later.
 */
const mayHaveReceipts = `(d.settled_at is null or d.settled_at > now() - interval '40 days')`

/**
 * Applies a batch of the inbox: for each target the firmest news of the batch is appended to the ledger when it is
 * firmer than what is known, and the counters of its chunk move by as much. News about a target that has no outcome
 * yet (the vendor was quicker than our own write) stays in the inbox for the next round. A target is named by our own
 * two ids together or else by the vendor's reference of a part, and only news from the dispatch's own channel counts; a
 * message in parts is confirmed when all parts are, and rejected when one is. One applier at a time; the caller's
 * transaction holds the advisory lock.
 * Indexes: receipts_inbox_open, outcomes_target, message_parts_ref, message_parts_target, dispatches_settled.
 * @param afterId where the last batch ended ('0' to start): unmatched news does not block what comes behind it
 * @returns last id read (undefined: nothing left), how many changed something, and which dispatches
 */
export async function applyReceiptBatch(
  sql: Sql,
  afterId: string,
  limit: number,
): Promise<{ lastId: string | undefined; changed: number; dispatchIds: string[] }> {
  await sql.query(`select pg_advisory_xact_lock(hashtext('loa-receipts'))`)
  const { rows } = await sql.query(
    `with first as materialized (
       -- Keeps the search out of the months in which nothing can be found.
       select min(d.id) as id from dispatches d where ${mayHaveReceipts}
     ), batch as materialized (
       select b.id, b.state, b.code, b.ref, b.at, ${rankOf('b.state')} as rank, whom.dispatch_id, whom.target_id, whom.part
       from (select * from receipts_inbox where applied_at is null and id > $1 order by id limit $2) b
       left join lateral (
         select d.id as dispatch_id, b.target_id, null::smallint as part from dispatches d
         where d.id = b.dispatch_id and b.target_id is not null and d.channel = b.channel
         union all
         (select m.dispatch_id, m.target_id, m.part from message_parts m join dispatches d on d.id = m.dispatch_id
          where m.ref = b.ref and (b.dispatch_id is null or b.target_id is null) and d.channel = b.channel
            and m.dispatch_id >= (select id from first) and ${mayHaveReceipts}
          order by m.dispatch_id desc limit 1)
         limit 1
       ) whom on true
     ), part_news as materialized (
       select distinct on (dispatch_id, target_id, part) dispatch_id, target_id, part, state, rank, code, ref, at
       from batch where part is not null order by dispatch_id, target_id, part, rank desc, at
     ), parts_marked as (
       update message_parts m set state = n.state from part_news n
       where m.dispatch_id = n.dispatch_id and m.target_id = n.target_id and m.part = n.part
         and (m.state is null or ${rankOf('m.state')} < n.rank)
     ), whole as materialized (
       select m.dispatch_id, m.target_id, case
           when bool_or(coalesce(now_is.state, '') = 'rejected') then 'rejected'
           when bool_and(coalesce(now_is.state, '') = 'confirmed') then 'confirmed'
           else 'accepted' end as state,
         max(n.code) as code, min(n.ref) as ref, max(n.at) as at
       from (select distinct dispatch_id, target_id from part_news) t
       join message_parts m on m.dispatch_id = t.dispatch_id and m.target_id = t.target_id
       left join part_news n on n.dispatch_id = m.dispatch_id and n.target_id = m.target_id and n.part = m.part
       cross join lateral (
         select case when n.rank > coalesce(${rankOf('m.state')}, 0) then n.state else m.state end as state
       ) now_is
       group by m.dispatch_id, m.target_id
     ), said as (
       select id, dispatch_id, target_id, state, rank, code, ref, at from batch
       where target_id is not null and part is null
       union all
       select null, dispatch_id, target_id, state, ${rankOf('state')}, code, ref, at from whole
     ), judged as materialized (
       -- Looked up line by line: joins between parts of this statement would have to guess their sizes.
       select s.*, k.chunk_id, k.state as was, k.rank as was_rank, k.code as was_code,
         row_number() over firmest_first as place, first_value(s.rank) over firmest_first as top
       from said s
       join lateral (
         select chunk_id, state, rank, code from outcomes o
         where o.dispatch_id = s.dispatch_id and o.target_id = s.target_id order by o.rank desc limit 1
       ) k on true
       window firmest_first as (partition by s.dispatch_id, s.target_id order by s.rank desc, s.at, s.id)
     ), news as materialized (
       select * from judged where place = 1 and rank > was_rank
     ), appended as (
       insert into outcomes (dispatch_id, target_id, chunk_id, rank, state, code, ref, at)
       select dispatch_id, target_id, chunk_id, rank, state, code, ref, at from news
     ), reasons as (
       insert into reason_counts (dispatch_id, code, n)
       select dispatch_id, code, sum(n) from (
         select dispatch_id, code, 1 as n from news where state in ('rejected', 'skipped', 'unknown')
         union all
         select dispatch_id, was_code, -1 from news where was in ('rejected', 'skipped', 'unknown')
       ) moved where code is not null group by 1, 2 having sum(n) <> 0
     ), held as materialized (
       -- In the order in which everybody locks chunks.
       select id from chunks where id in (select chunk_id from news) order by id for no key update
     ), counted as (
       update chunks c set ${moves},
         -- A message that was unknown and did arrive is charged like the others.
         cost_dong = c.cost_dong + delta.taken_after_all
           * (select unit_cost_dong from dispatches d where d.id = c.dispatch_id)
       from held join (select chunk_id, ${deltas},
           count(*) filter (where was = 'unknown' and state in ('accepted', 'confirmed'))::int as taken_after_all
         from news group by chunk_id) delta on delta.chunk_id = held.id
       where c.id = held.id
     ), marked as (
       update receipts_inbox r set applied_at = now(),
         result = case when j.rank > j.was_rank and j.rank = j.top then 'applied' else 'no-change' end
       from judged j where r.id = j.id
     ), parts_done as (
       update receipts_inbox r set applied_at = now(), result = 'applied'
       from batch b where r.id = b.id and b.part is not null
     )
     select (select max(id) from batch) as last_id, (select count(*)::int from news) as changed,
       array(select distinct dispatch_id::text from news) as dispatch_ids`,
    [afterId, limit],
  )
  return {
    lastId: rows[0].last_id ?? undefined,
    changed: rows[0].changed,
    dispatchIds: rows[0].dispatch_ids,
  }
}

/** Forgets applied news after some days: what it said stands in the ledger. Index: receipts_inbox_applied. */
export async function forgetAppliedReceipts(sql: Sql, olderThanMs: number): Promise<number> {
  const result = await sql.query(`delete from receipts_inbox where applied_at < now() - $1 * interval '1 ms'`, [
    olderThanMs,
  ])
  return result.rowCount ?? 0
}

/** Gives up news whose message never turned up. @returns how many */
export async function giveUpReceipts(sql: Sql, olderThanMs: number): Promise<number> {
  const result = await sql.query(
    `update receipts_inbox set applied_at = now(), result = 'unmatched'
     where applied_at is null and received_at < now() - $1 * interval '1 ms'`,
    [olderThanMs],
  )
  return result.rowCount ?? 0
}
