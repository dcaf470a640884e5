import type { DispatchContext } from '../../dispatch/context.ts'
import { recordReceipts } from '../../dispatch/receipts.ts'
import type { BoardHeartbeat, Display } from '../../domain/board.ts'
import { type BoardBoot, nextBoots, takeTurns } from '../../domain/board-boots.ts'
import { type Sql, transaction } from '../../store/db.ts'
import { openBoardAlerts } from './alerts-store.ts'

/** A heartbeat, whose it is, and when it came by the server's clock. */
export type Beat = BoardHeartbeat & { boardId: string; at: Date }

/** A board's own time may be ahead of ours by a little; more than this within an item's time on screen is not believed. */
const toleranceMs = 60_000

/**
 * Takes heartbeats of many boards in one transaction: that each lives, how long each item stood on it (see displaySchema),
 * and, once per item, that it was displayed in full: the page visible, the very content that is on the shelf. "Displayed on
 * the board" is all that this proves. Repeats and rows that come out of order change nothing.
 * @returns display rows taken of each, in the order given; rows about what was never on the board's shelf, or about other
 *   content than was, are left out
 */
export async function recordHeartbeats(ctx: Pick<DispatchContext, 'db'>, beats: Beat[]): Promise<number[]> {
  return await transaction(ctx.db, async sql => {
    await noteAlive(sql, beats)
    return await recordDisplays(ctx, sql, beats)
  })
}

/** Rows are locked by id, so that two processes with the same boards cannot block each other. */
async function noteAlive(sql: Sql, beats: Beat[]): Promise<void> {
  const ids = [...new Set(beats.map(b => b.boardId))]
  const { rows } = await sql.query<{ id: string; boots: BoardBoot[] }>(
    'select id, boots from boards where id = any($1::bigint[]) order by id for no key update',
    [ids],
  )
  const boots = new Map(rows.map(r => [r.id, r.boots]))
  const two = new Map<string, Beat>()
  for (const beat of beats) {
    const before = boots.get(beat.boardId)
    if (!before) continue
    const after = nextBoots(before, beat.boot, beat.at)
    boots.set(beat.boardId, after)
    if (takeTurns(after)) two.set(beat.boardId, beat)
  }
  // The last one of a board in this batch is what it shows now.
  const last = [...new Map(beats.map(b => [b.boardId, b])).values()]
  await sql.query(
    `update boards b set last_seen_at = greatest(b.last_seen_at, x.at), last_seen = x.seen, boots = x.boots
     from unnest($1::bigint[], $2::timestamptz[], $3::jsonb[], $4::jsonb[]) as x (id, at, seen, boots)
     where b.id = x.id`,
    [
      last.map(b => b.boardId),
      last.map(b => b.at),
      last.map(({ boardId: _, at: __, displays, ...seen }) => JSON.stringify({ ...seen, displays: displays.length })),
      last.map(b => JSON.stringify(boots.get(b.boardId) ?? [])),
    ],
  )
  await openBoardAlerts(sql, [
    ...[...two.values()].map(({ boardId, at, boot }) => ({
      boardId,
      kind: 'two-players' as const,
      at,
      detail: { boots: (boots.get(boardId) ?? []).map(b => b.boot), latest: boot },
    })),
    ...last
      .filter(b => b.problems.length > 0)
      .map(({ boardId, at, problems }) => ({ boardId, kind: 'problems' as const, at, detail: { problems } })),
  ])
}

interface Taken {
  n: number
  itemId: string
  dispatchId: string
  boardId: string
  at: Date
  displayed: boolean
}

async function recordDisplays(ctx: Pick<DispatchContext, 'db'>, sql: Sql, beats: Beat[]): Promise<number[]> {
  const taken = await upsertDisplays(sql, beats)
  const items = [...new Map(taken.filter(t => t.displayed).map(t => [t.itemId, t])).values()]
  if (items.length > 0) {
    await recordReceipts(
      ctx,
      'board',
      items.map(({ dispatchId, boardId, at }) => ({
        ref: `board-${dispatchId}-${boardId}`,
        dispatchId,
        targetId: boardId,
        state: 'confirmed',
        code: 'displayed',
        at,
      })),
      sql,
    )
    await sql.query(
      // By id, like a withdrawal, which must not fail because the boards are just telling that they show it.
      `with held as (
         select s.id, x.at from shelf_items s join unnest($1::bigint[], $2::timestamptz[]) as x (id, at) on x.id = s.id
         where s.shown_at is null order by s.id for no key update of s
       )
       update shelf_items s set shown_at = held.at from held where s.id = held.id`,
      [items.map(i => i.itemId), items.map(i => i.at)],
    )
  }
  const counts = beats.map(() => 0)
  for (const { n } of taken) counts[n - 1] = (counts[n - 1] ?? 0) + 1
  return counts
}

/**
 * A clock that was wrong moves a row to the nearest hour in which the item can have been on screen, and no row holds more
 * time than there was. What is the same row by then is counted once: too little rather than too much. Indexes: the primary
 * key, and shelf_items by place and dispatch.
 */
async function upsertDisplays(sql: Sql, beats: Beat[]): Promise<Taken[]> {
  const rows = beats.flatMap((beat, i) => beat.displays.map(display => ({ n: i + 1, beat, display })))
  if (rows.length === 0) return []
  const of = <T>(pick: (display: Display) => T) => rows.map(r => pick(r.display))
  const { rows: taken } = await sql.query<Taken>(
    `with told as (
       select * from unnest($1::int[], $2::bigint[], $3::timestamptz[], $4::bigint[], $5::int[], $6::text[], $7::text[],
         $8::timestamptz[], $9::timestamptz[], $10::timestamptz[], $11::int[], $12::int[], $13::int[], $14::boolean[])
         as x (n, board_id, now, dispatch_id, revision, content_hash, boot, hour, first_at, last_at, shown_ms, hidden_ms,
           times, complete)
     ), placed as (
       select x.*, s.id as item_id, s.put_at, s.shown_at,
         greatest(date_trunc('hour', s.put_at, 'UTC'),
           least(date_trunc('hour', x.now, 'UTC'), date_trunc('hour', x.hour, 'UTC'))) as at_hour
       from told x
         join shelf_items s on s.kind = 'boards' and s.place_id = x.board_id and s.dispatch_id = x.dispatch_id
         join dispatches d on d.id = s.dispatch_id and d.revision = x.revision
         join renditions r on r.id = s.rendition_id and r.content->>'contentHash' = x.content_hash
     ), bounded as (
       select *, greatest(put_at, at_hour) as since, least(now, at_hour + interval '1 hour') as until from placed
     ), known as (
       select *, greatest(since, least(first_at, until)) as began, greatest(since, least(last_at, until)) as ended,
         greatest(0, extract(epoch from until - since) * 1000 + $15)::int as room_ms
       from bounded
     ), kept as (
       insert into board_displays as k (board_id, hour, dispatch_id, revision, content_hash, boot, first_at, last_at,
         shown_ms, hidden_ms, times, complete)
       select board_id, at_hour, dispatch_id, revision, content_hash, boot, min(began), max(greatest(began, ended)),
         max(least(shown_ms, room_ms)), max(least(hidden_ms, room_ms)), max(times), bool_or(complete)
       from known group by 1, 2, 3, 4, 5, 6 order by 1, 2, 3, 4, 5, 6
       on conflict (board_id, hour, dispatch_id, revision, content_hash, boot) do update set
         first_at = least(k.first_at, excluded.first_at), last_at = greatest(k.last_at, excluded.last_at),
         shown_ms = greatest(k.shown_ms, excluded.shown_ms), hidden_ms = greatest(k.hidden_ms, excluded.hidden_ms),
         times = greatest(k.times, excluded.times), complete = k.complete or excluded.complete
     )
     select n, item_id as "itemId", dispatch_id as "dispatchId", board_id as "boardId", greatest(began, ended) as at,
       complete and shown_ms > 0 and shown_at is null as displayed
     from known`,
    [
      rows.map(r => r.n),
      rows.map(r => r.beat.boardId),
      rows.map(r => r.beat.at),
      of(d => d.dispatchId),
      of(d => d.revision),
      of(d => d.contentHash),
      of(d => d.boot),
      of(d => storable(d.hour)),
      of(d => storable(d.firstAt)),
      of(d => storable(d.lastAt)),
      of(d => d.shownMs),
      of(d => d.hiddenMs),
      of(d => d.times),
      of(d => d.complete),
      toleranceMs,
    ],
  )
  return taken
}

/** A set without a clock battery begins in any year; what is before 1970 PostgreSQL need not even read. */
function storable(iso: string): Date {
  return new Date(Math.max(0, Date.parse(iso)))
}
