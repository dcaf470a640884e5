import { type AsRunNews, appendAsRunOfMany } from './as-run.ts'
import type { Sql } from './db.ts'

/** Why something is taken off the shelves. An expiry is no news for the as-run log: the item itself said when it ends. */
export type WithdrawalReason =
  | { kind: 'expired' }
  | { kind: 'cancelled' | 'superseded' | 'withdrawn'; by?: string; text?: string }

/**
 * Takes dispatches off every shelf and pokes the boards, feeds and devices that had them, in the caller's transaction.
 * Putting them back later does not undo this. The as-run log of each station says so, with what its devices had reported
 * by then. Call it once for all dispatches, as the last thing that locks rows.
 */
export async function withdrawFromShelves(
  sql: Sql,
  dispatchIds: string | string[],
  now: Date,
  why: WithdrawalReason = { kind: 'withdrawn' },
): Promise<void> {
  const { rows } = await sql.query<{ kind: string; stationId: string; dispatchId: string; announcementId: string }>(
    `with held as (
       -- In the order in which heartbeats lock them.
       select id from shelf_items where dispatch_id = any($1::bigint[]) and withdrawn_at is null
       order by id for no key update
     )
     update shelf_items s set withdrawn_at = $2 from held, dispatches d where s.id = held.id and d.id = s.dispatch_id
     returning s.kind, s.place_id as "stationId", s.dispatch_id as "dispatchId", d.announcement_id as "announcementId"`,
    [[dispatchIds].flat(), now],
  )
  const atStations = rows.filter(r => r.kind === 'stations')
  if (why.kind !== 'expired' && atStations.length > 0) await noteWithdrawn(sql, atStations, now, why)
  await sql.query(`select pg_notify('loa_shelf', '')`)
}

async function noteWithdrawn(
  sql: Sql,
  items: { stationId: string; dispatchId: string; announcementId: string }[],
  now: Date,
  why: WithdrawalReason,
): Promise<void> {
  const { kind: reason, ...more } = why
  const { rows } = await sql.query<{ stationId: string; dispatchId: string; ended: number; interrupted: number }>(
    `select station_id as "stationId", dispatch_id as "dispatchId",
       count(*) filter (where kind = 'ended')::int as ended,
       count(*) filter (where kind = 'interrupted')::int as interrupted
     from device_events where dispatch_id = any($1::bigint[]) group by 1, 2`,
    [[...new Set(items.map(i => i.dispatchId))]],
  )
  const heard = new Map(rows.map(r => [`${r.stationId} ${r.dispatchId}`, r]))
  const news = new Map<string, AsRunNews[]>()
  for (const { stationId, dispatchId, announcementId } of items) {
    const { ended = 0, interrupted = 0 } = heard.get(`${stationId} ${dispatchId}`) ?? {}
    const body = { dispatch: dispatchId, announcement: announcementId, reason, ...more, ended, interrupted }
    news.set(stationId, [...(news.get(stationId) ?? []), { at: now, kind: 'withdrawn', body }])
  }
  await appendAsRunOfMany(sql, news)
}

/**
 * Tells the devices, feeds and boards that listen that stations have something new to play, when the caller's transaction
 * ends. For changes that do not touch the shelf: slots, their files, devices, programmes.
 * @param stationIds at most some hundred; `all` when any station may be meant
 */
export async function pokeStations(sql: Sql, stationIds: string[] | 'all'): Promise<void> {
  if (stationIds === 'all') await sql.query(`select pg_notify('loa_shelf', '')`)
  else
    await sql.query(`select pg_notify('loa_shelf', $1)`, [JSON.stringify({ kind: 'stations', placeIds: stationIds })])
}

/**
 * Tells boards that they should look anew, when the caller's transaction ends: settings, name, or who may listen has changed.
 * A stream whose session is over ends at this.
 * @param boardIds any number of them
 */
export async function pokeBoards(sql: Sql, boardIds: string[]): Promise<void> {
  // Postgres refuses payloads of 8,000 bytes.
  await sql.query(
    `select pg_notify('loa_shelf', json_build_object('kind', 'boards', 'placeIds', array_agg(id::text))::text)
     from (select id, (n - 1) / 200 as part from unnest($1::bigint[]) with ordinality as board (id, n)) numbered
     group by part`,
    [boardIds],
  )
}

/** The same for all stations in use of some areas, however many they are. */
export async function pokeStationsOf(sql: Sql, areaCodes: string[]): Promise<void> {
  if (areaCodes.length === 0) return
  // Postgres refuses payloads of 8,000 bytes.
  await sql.query(
    `select pg_notify('loa_shelf', json_build_object('kind', 'stations', 'placeIds', array_agg(id::text))::text)
     from (select id, (row_number() over (order by id) - 1) / 200 as part from stations
       where area_code = any($1::text[]) and retired_at is null) numbered group by part`,
    [areaCodes],
  )
}

/** Dispatches that came to one paper board, the newest first, each announcement by its first round. Index: shelf_items_place. */
export async function dispatchesOfPaperBoard(sql: Sql, boardId: string, limit: number): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `select id from (
       select distinct on (d.announcement_id) d.id, s.put_at
       from shelf_items s join dispatches d on d.id = s.dispatch_id
         join boards b on b.id = s.place_id and b.kind = 'paper'
       where s.kind = 'boards' and s.place_id = $1
       order by d.announcement_id, d.id
     ) first order by put_at desc, id desc limit $2`,
    [boardId, limit],
  )
  return rows.map(row => row.id)
}
