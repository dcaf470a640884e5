import type { DeliveryState } from '../domain/delivery.ts'
import type { Sql } from './db.ts'
import { isFirmest } from './ranks.ts'

/** Which table holds the targets of an audience kind, and what names a target on screen. */
const targetTables = {
  citizens: { table: 'citizens', label: 'p.phone' },
  stations: { table: 'stations', label: 'p.name' },
  boards: { table: 'boards', label: 'p.name' },
} as const
export type TargetKind = keyof typeof targetTables

export interface TargetStateRow {
  targetId: string
  label: string
  areaName: string
  state: DeliveryState
  code: string | null
  at: Date | null
}

/** Where a page ended: behind a recorded target, or behind a position in a chunk. Opaque to callers. */
type Cursor = { targetId: string } | { chunkId: string; position: number }

/** @returns undefined for anything that is no cursor of ours */
function readCursor(text: string | undefined): Cursor | undefined {
  const [, targetId, chunkId, position] = /^(?:t(\d{1,18})|c(\d{1,18})\.(\d{1,9}))$/.exec(text ?? '') ?? []
  if (targetId !== undefined) return { targetId }
  return chunkId === undefined ? undefined : { chunkId, position: Number(position) }
}

/** Chunks that are read for one page at a time; each holds about a thousand targets. */
const chunksAtOnce = 4

/** True when chunk `c` can hold a target in the state: those that cannot are passed over without looking into them. */
const mayHold: Record<DeliveryState, string> = {
  waiting: 'c.rest_state is null and c.up_to < c.size',
  sending: 'c.up_to > c.done_to',
  accepted: 'c.accepted > 0',
  confirmed: 'c.confirmed > 0',
  rejected: 'c.rejected > 0',
  skipped: `(c.skipped > 0 or c.rest_state = 'skipped')`,
  unknown: 'c.unknown > 0',
  cancelled: `c.rest_state = 'cancelled'`,
  expired: `c.rest_state = 'expired'`,
}

/** Those that are few and of interest; they have an index of their own, and come first. */
const recordedUnreached = ['rejected', 'unknown', 'skipped']

/**
 * Targets of one dispatch and what became of each, in pages, optionally of one state only. A page costs the same whether
 * the dispatch has a thousand targets or a million: the unreached come from their own index (outcomes_unreached), the
 * others chunk by chunk (chunks_of_dispatch, outcomes_target).
 * @param options.address picks the label of a citizen
 */
export async function listTargets(
  sql: Sql,
  dispatchId: string,
  kind: TargetKind,
  options: {
    address?: 'phone' | 'email'
    state?: DeliveryState
    cursor?: string | undefined
    limit: number
  },
): Promise<{ rows: TargetStateRow[]; nextCursor: string | null }> {
  const { limit, state } = options
  const cursor = readCursor(options.cursor)
  const found: PositionedState[] = []
  const recorded = state !== undefined && recordedUnreached.includes(state)
  if (recorded && !(cursor && 'chunkId' in cursor)) {
    found.push(...(await unreached(sql, dispatchId, state, cursor?.targetId ?? '0', limit)))
  }
  // What was skipped by the freeze has no outcome of its own.
  if (found.length < limit && (!recorded || state === 'skipped')) {
    const from = cursor && 'chunkId' in cursor ? cursor : { chunkId: '0', position: 0 }
    found.push(...(await fromChunks(sql, dispatchId, state, from, limit - found.length, recorded)))
  }
  const labels = await labelsOf(sql, kind, options.address, found)
  const last = found.length === limit ? found.at(-1) : undefined
  return {
    rows: found.map(({ targetId, state: of, code, at }) => ({
      targetId,
      label: labels.get(targetId)?.label ?? '',
      areaName: labels.get(targetId)?.areaName ?? '',
      state: of,
      code,
      at,
    })),
    nextCursor: last ? (last.position === null ? `t${last.targetId}` : `c${last.chunkId}.${last.position}`) : null,
  }
}

interface PositionedState {
  targetId: string
  chunkId: string
  /** Null for one that was found by its outcome. */
  position: number | null
  state: DeliveryState
  code: string | null
  at: Date | null
}

async function unreached(
  sql: Sql,
  dispatchId: string,
  state: DeliveryState,
  afterId: string,
  limit: number,
): Promise<PositionedState[]> {
  const { rows } = await sql.query(
    `select o.target_id as "targetId", o.chunk_id as "chunkId", null::int as position, o.state, o.code, o.at
     from outcomes o
     where o.dispatch_id = $1 and o.target_id > $3 and o.state in ('rejected', 'skipped', 'unknown') and o.state = $2
       and ${isFirmest}
     order by o.target_id limit $4`,
    [dispatchId, state, afterId, limit],
  )
  return rows
}

/**
 * The firmest outcome recorded in its chunk, else what the chunk says of the position; a target that moved to a follow-up
 * chunk appears there.
 * @param restOnly only those without an outcome
 */
async function fromChunks(
  sql: Sql,
  dispatchId: string,
  state: DeliveryState | undefined,
  from: { chunkId: string; position: number },
  limit: number,
  restOnly: boolean,
): Promise<PositionedState[]> {
  const found: PositionedState[] = []
  let { chunkId, position } = from
  while (found.length < limit) {
    const { rows: chunks } = await sql.query(
      `select c.id from chunks c where c.dispatch_id = $1 and c.id >= $2 and ${state ? mayHold[state] : 'true'}
       order by c.id limit $3`,
      [dispatchId, chunkId, chunksAtOnce],
    )
    const ids = chunks.map(r => r.id as string)
    const last = ids.at(-1)
    if (last === undefined) break
    const { rows } = await sql.query(
      `select s.* from (
         select t.id as "targetId", c.id as "chunkId", t.position::int as position, o.at,
           coalesce(o.state, case
             when t.position <= c.done_to then 'moved'
             when t.position <= c.up_to then 'sending'
             else coalesce(c.rest_state, 'waiting') end) as state,
           coalesce(o.code, case when t.position > c.up_to then c.rest_reason end) as code
         from chunks c
         cross join lateral unnest(c.target_ids) with ordinality as t (id, position)
         left join lateral (
           select state, code, at from outcomes
           where dispatch_id = $1 and target_id = t.id and chunk_id = c.id order by rank desc limit 1
         ) o on true
         where c.id = any($2::bigint[]) and (c.id > $3 or t.position > $4) and (not $7 or t.position > c.up_to)
       ) s
       where s.state <> 'moved' and ($5::text is null or s.state = $5)
       order by s."chunkId"::bigint, s.position limit $6`,
      [dispatchId, ids, chunkId, position, state ?? null, limit - found.length, restOnly],
    )
    found.push(...rows)
    if (ids.length < chunksAtOnce) break
    chunkId = (BigInt(last) + 1n).toString()
    position = 0
  }
  return found
}

async function labelsOf(
  sql: Sql,
  kind: TargetKind,
  address: 'phone' | 'email' | undefined,
  targets: PositionedState[],
): Promise<Map<string, { label: string; areaName: string }>> {
  const { table, label } = targetTables[kind]
  const shown = kind === 'citizens' && address === 'email' ? 'p.email' : label
  const { rows } = await sql.query(
    `select p.id, coalesce(${shown}, '') as label, coalesce(a.name, '') as "areaName"
     from ${table} p left join areas a on a.code = p.area_code where p.id = any($1::bigint[])`,
    [targets.map(t => t.targetId)],
  )
  return new Map(rows.map(r => [r.id, r]))
}
