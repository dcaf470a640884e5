import type { Sql } from '../db.ts'

/**
 * Which areas have news for planning. What people decide sets `stale` in its own transaction; what comes and goes on the
 * shelves is seen by a sum over them, so that the ways to a shelf (delivery, cancel, expiry, supersession) need not know of
 * airtime, and an hour without planning loses nothing.
 */

/** An item that a station may air now. Tables: s shelf_items, d dispatches, a announcements; $now is `$1`. */
export const onShelf = `s.kind = 'stations' and s.withdrawn_at is null and d.cancelled_at is null and d.expired_at is null
  and a.state not in ('cancelled', 'superseded') and d.priority <> 'emergency'
  and coalesce(d.expires_at, s.put_at + interval '30 days') > $1`

/**
 * Notes what is on the shelves now. Areas whose shelves or days changed since they were planned become stale; areas with
 * stations that were never planned get a row, and so do their provinces.
 * Index: shelf_items_dispatch.
 * @param day today in Viet Nam
 * @returns how many became stale by this
 */
export async function noteNews(sql: Sql, now: Date, day: string): Promise<number> {
  await sql.query(
    `insert into airtime_plans (area_code)
     select code from (
       select area_code as code from stations where retired_at is null
       union select a.parent_code from stations st join areas a on a.code = st.area_code
         where st.retired_at is null and a.parent_code is not null
     ) wanted where not exists (select from airtime_plans p where p.area_code = code)
     order by code on conflict do nothing`,
  )
  // Sums instead of sorted lists: one pass over the shelves, no sort. A round more or a revision changes the dispatch.
  const { rowCount } = await sql.query(
    `with live as materialized (
       select d.id, hashint8(d.id)::bigint as mark, d.expires_at from dispatches d join announcements a on a.id = d.announcement_id
       where d.channel = 'loudspeaker' and d.cancelled_at is null and d.expired_at is null and d.priority <> 'emergency'
         and (d.expires_at is null or d.expires_at > $1) and a.state not in ('cancelled', 'superseded')
         -- What has no end leaves the shelves thirty days after it came there, which takes hours and not months.
         and (d.expires_at is not null or d.not_before > $1::timestamptz - interval '120 days')
     ), marks as (
       select st.area_code, count(*) || ':' || sum(live.mark) as mark
       from live join shelf_items s on s.dispatch_id = live.id and s.kind = 'stations' and s.withdrawn_at is null
         join stations st on st.id = s.place_id and st.retired_at is null
       where live.expires_at is not null or s.put_at > $1::timestamptz - interval '30 days'
       group by st.area_code
     ), news as (
       select p.area_code, coalesce(m.mark, '') as mark from airtime_plans p left join marks m using (area_code)
       where p.shelf_mark is distinct from coalesce(m.mark, '') or p.planned_day is distinct from $2::date
     ), provinces as (
       select distinct a.parent_code as area_code from news join areas a on a.code = news.area_code
     )
     update airtime_plans p set stale = true, shelf_mark = coalesce((select mark from news n where n.area_code = p.area_code), p.shelf_mark)
     where p.area_code in (select area_code from news union select area_code from provinces where area_code is not null)`,
    [now, day],
  )
  return rowCount ?? 0
}

/** Says that these areas are to be planned anew; in the transaction of what changed. */
export async function markStale(sql: Sql, areaCodes: string[]): Promise<void> {
  if (areaCodes.length === 0) return
  await sql.query(
    `insert into airtime_plans (area_code) select distinct unnest($1::text[]) order by 1
     on conflict (area_code) do update set stale = true`,
    [areaCodes],
  )
}

/** Says the same of all communes of a province. */
export async function markCommunesStale(sql: Sql, provinceCodes: string[]): Promise<void> {
  await sql.query(
    `update airtime_plans p set stale = true from areas a
     where a.code = p.area_code and a.parent_code = any($1::text[]) and not p.stale`,
    [provinceCodes],
  )
}

/** Up to `limit` areas to be planned, provinces first, since their slots are relayed. Index: airtime_plans_stale. */
export async function staleAreas(sql: Sql, limit: number): Promise<{ code: string; kind: 'province' | 'commune' }[]> {
  const { rows } = await sql.query(
    `select a.code, a.kind from airtime_plans p join areas a on a.code = p.area_code
     where p.stale order by a.kind = 'commune', a.code limit $1`,
    [limit],
  )
  return rows
}

/**
 * Takes the rows of areas until the transaction ends, so that nobody else plans, locks or decides for them meanwhile. In the
 * order of codes, everywhere.
 * @param wait false: areas that somebody else holds are left out
 * @returns the codes that were taken
 */
export async function holdAreas(sql: Sql, areaCodes: string[], wait: boolean): Promise<string[]> {
  const { rows } = await sql.query<{ code: string }>(
    `select area_code as code from airtime_plans where area_code = any($1::text[])
     order by area_code for update ${wait ? '' : 'skip locked'}`,
    [areaCodes],
  )
  return rows.map(r => r.code)
}

/** An item without a slot, as it is stored with the plan. */
export interface StoredWaiting {
  dispatchId: string
  reason: string
}

/** Notes that areas are planned, and what waits in them. */
export async function notePlanned(
  sql: Sql,
  plans: { areaCode: string; waiting: StoredWaiting[] }[],
  day: string,
  now: Date,
): Promise<void> {
  await sql.query(
    `update airtime_plans p set stale = false, planned_day = $2::date, planned_at = $3, waiting = given.waiting
     from jsonb_to_recordset($1::jsonb) as given ("areaCode" text, waiting jsonb) where p.area_code = given."areaCode"`,
    [JSON.stringify(plans), day, now],
  )
}
