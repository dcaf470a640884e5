import type { DeliveryCounts } from '../domain/delivery.ts'
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

/** What the vendors charge for what they accepted, in đồng. Index: chunks_of_dispatch. */
export async function costOf(sql: Sql, dispatchId: string): Promise<number> {
  const { rows } = await sql.query(
    'select coalesce(sum(cost_dong), 0)::float8 as cost from chunks where dispatch_id = $1',
    [dispatchId],
  )
  return rows[0].cost
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
 * Why targets were skipped, rejected or are unknown: `state:code` is left to the reader, codes are unique enough. Sums of
 * counts, never of people. Indexes: chunks_of_dispatch, reason_counts_of.
 */
export async function reasonsOf(sql: Sql, dispatchId: string): Promise<Record<string, number>> {
  const { rows } = await sql.query(
    `select code, sum(n)::float8 as n from (
       select rest_reason as code, size - up_to as n from chunks
         where dispatch_id = $1 and rest_reason is not null and size > up_to
       union all
       select code, n from reason_counts where dispatch_id = $1
     ) x group by code having sum(n) <> 0`,
    [dispatchId],
  )
  return Object.fromEntries(rows.map(r => [r.code, r.n]))
}

/**
 * Counts of one dispatch by commune. A chunk holds targets of one commune, as they were registered at the freeze; those
 * from before that rule are under the empty code. Index: chunks_of_dispatch.
 */
export async function countsByArea(
  sql: Sql,
  dispatchId: string,
): Promise<{ areaCode: string; areaName: string; counts: DeliveryCounts }[]> {
  const { rows } = await sql.query(
    `select coalesce(c.area_code, '') as "areaCode", coalesce(a.name, '') as "areaName", ${countColumns}
     from chunks c left join areas a on a.code = c.area_code
     where c.dispatch_id = $1 group by 1, 2 order by 2, 1`,
    [dispatchId],
  )
  return rows.map(({ areaCode, areaName, ...counts }) => ({ areaCode, areaName, counts }))
}
