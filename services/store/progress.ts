import type { DeliveryCounts, DeliveryState } from '../domain/delivery.ts'
import { noDeliveries } from '../domain/delivery.ts'
import type { Sql } from './db.ts'

/** The parts of the equation as sums over chunk rows: reading progress never counts people. */
const countColumns = `
  coalesce(sum(c.size - c.moved), 0)::float8 as audience,
  coalesce(sum(case when c.rest_state is null then c.size - c.up_to else 0 end), 0)::float8 as waiting,
  coalesce(sum(c.up_to - c.done_to), 0)::float8 as sending,
  coalesce(sum(c.accepted), 0)::float8 as accepted,
  coalesce(sum(c.confirmed), 0)::float8 as confirmed,
  coalesce(sum(c.rejected), 0)::float8 as rejected,
  coalesce(sum(c.skipped + case when c.rest_state = 'skipped' then c.size - c.up_to else 0 end), 0)::float8 as skipped,
  coalesce(sum(c.unknown), 0)::float8 as unknown,
  coalesce(sum(case when c.rest_state = 'cancelled' then c.size - c.up_to else 0 end), 0)::float8 as cancelled,
  coalesce(sum(case when c.rest_state = 'expired' then c.size - c.up_to else 0 end), 0)::float8 as expired`

/** Counts of each dispatch, by dispatch id. Index: chunks_of_dispatch. */
export async function countsOfDispatches(sql: Sql, dispatchIds: string[]): Promise<Map<string, DeliveryCounts>> {
  const { rows } = await sql.query(
    `select c.dispatch_id as id, ${countColumns} from chunks c where c.dispatch_id = any($1::bigint[]) group by 1`,
    [dispatchIds],
  )
  const counts = new Map<string, DeliveryCounts>(dispatchIds.map(id => [id, noDeliveries()]))
  for (const { id, ...row } of rows) counts.set(id, row)
  return counts
}

/** Counts over all dispatches of each announcement; announcements without dispatches are missing. */
export async function countsOfAnnouncements(sql: Sql, ids: string[]): Promise<Map<string, DeliveryCounts>> {
  const { rows } = await sql.query(
    `select d.announcement_id as id, ${countColumns}
     from dispatches d left join chunks c on c.dispatch_id = d.id
     where d.announcement_id = any($1::uuid[]) group by 1`,
    [ids],
  )
  const counts = new Map<string, DeliveryCounts>()
  for (const { id, ...row } of rows) counts.set(id, row)
  return counts
}

/**
 * Why targets were skipped, rejected or are unknown: `state:code` is left to the reader, codes are unique enough. Reads
 * only those, not everybody who was accepted. Indexes: outcomes_reasons, outcomes_target.
 */
export async function reasonsOf(sql: Sql, dispatchId: string): Promise<Record<string, number>> {
  const { rows } = await sql.query(
    `select code, sum(n)::float8 as n from (
       select rest_reason as code, size - up_to as n from chunks
         where dispatch_id = $1 and rest_reason is not null and size > up_to
       union all
       select o.code, 1 from outcomes o
         where o.dispatch_id = $1 and o.state in ('rejected', 'skipped', 'unknown') and o.code is not null
           and not exists (
             select 1 from outcomes f where f.dispatch_id = o.dispatch_id and f.target_id = o.target_id and f.rank > o.rank
           )
     ) x group by code`,
    [dispatchId],
  )
  return Object.fromEntries(rows.map(r => [r.code, r.n]))
}

/**
 * One row per target with its derived state: the firmest outcome recorded in its chunk, else what the chunk says of
 * its position; a target that moved to a follow-up chunk appears there. Parameter $1: dispatch id.
 */
const targetStates = `
  select t.id as target_id, t.position, c.id as chunk_id,
    coalesce(o.state, case
      when t.position <= c.done_to then 'moved'
      when t.position <= c.up_to then 'sending'
      else coalesce(c.rest_state, 'waiting') end) as state,
    coalesce(o.code, case when t.position > c.up_to then c.rest_reason end) as code, o.at
  from chunks c
  cross join lateral unnest(c.target_ids) with ordinality as t (id, position)
  left join lateral (
    select state, code, at from outcomes
    where dispatch_id = c.dispatch_id and target_id = t.id and chunk_id = c.id order by rank desc limit 1
  ) o on true
  where c.dispatch_id = $1`

/** Which table holds the targets of an audience kind, and what names a target on screen. */
const targetTables = {
  citizens: { table: 'citizens', label: 'p.phone' },
  stations: { table: 'stations', label: 'p.name' },
  boards: { table: 'boards', label: 'p.name' },
} as const
export type TargetKind = keyof typeof targetTables

/** Counts of one dispatch by commune; a target that was deleted meanwhile is under the empty code. */
export async function countsByArea(
  sql: Sql,
  dispatchId: string,
  kind: TargetKind,
): Promise<{ areaCode: string; areaName: string; state: DeliveryState; n: number }[]> {
  const { rows } = await sql.query(
    `select coalesce(a.code, '') as "areaCode", coalesce(a.name, '') as "areaName", s.state, count(*)::float8 as n
     from (${targetStates}) s
     left join ${targetTables[kind].table} p on p.id = s.target_id
     left join areas a on a.code = p.area_code
     where s.state <> 'moved'
     group by 1, 2, 3 order by 2, 1`,
    [dispatchId],
  )
  return rows
}

export interface TargetStateRow {
  targetId: string
  label: string
  areaName: string
  state: DeliveryState
  code: string | null
  at: Date | null
}

/** Targets of one dispatch in id order, optionally of one state only. `address` picks the label of a citizen. */
export async function listTargets(
  sql: Sql,
  dispatchId: string,
  kind: TargetKind,
  options: { address?: 'phone' | 'email'; state?: DeliveryState; afterId?: string; limit: number },
): Promise<TargetStateRow[]> {
  const label =
    kind === 'citizens'
      ? `coalesce(p.${options.address === 'email' ? 'email' : 'phone'}, '')`
      : targetTables[kind].label
  const { rows } = await sql.query(
    `select s.target_id as "targetId", coalesce(${label}, '') as label, coalesce(a.name, '') as "areaName", s.state,
       s.code, s.at
     from (${targetStates}) s
     left join ${targetTables[kind].table} p on p.id = s.target_id
     left join areas a on a.code = p.area_code
     where s.state <> 'moved' and ($2::text is null or s.state = $2) and s.target_id > $3
     order by s.target_id limit $4`,
    [dispatchId, options.state ?? null, options.afterId ?? '0', options.limit],
  )
  return rows
}
