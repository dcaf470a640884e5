import type { Sql } from '../store/db.ts'
import { looksLikeToken, newPlaceToken } from './tokens.ts'

export interface StationRow {
  id: string
  name: string
  areaCode: string
  areaName: string
  operatorEmail: string | null
  feedToken: string
}

const columns = `s.id, s.name, s.area_code as "areaCode", a.name as "areaName", s.operator_email as "operatorEmail",
  s.feed_token as "feedToken"`

/**
 * Adds stations with one statement, each with a fresh feed token. The areas must exist (foreign key).
 * @returns ids in the order given
 */
export async function createStations(
  sql: Sql,
  stations: { areaCode: string; name: string; operatorEmail?: string | null }[],
): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `insert into stations (area_code, name, operator_email, feed_token)
     select area_code, name, email, token
     from unnest($1::text[], $2::text[], $3::text[], $4::text[]) with ordinality as s (area_code, name, email, token, n)
     order by n returning id`,
    [
      stations.map(s => s.areaCode),
      stations.map(s => s.name.normalize('NFC')),
      stations.map(s => s.operatorEmail ?? null),
      stations.map(() => newPlaceToken()),
    ],
  )
  return rows.map(r => r.id)
}

/**
 * Stations in use, by area then name.
 * @param options.retired those that are no longer in use as well: their as-run logs remain
 */
export async function listStations(
  sql: Sql,
  options: { retired?: boolean } = {},
): Promise<(StationRow & { parentCode: string; retired: boolean })[]> {
  const { rows } = await sql.query(
    `select ${columns}, coalesce(a.parent_code, '') as "parentCode", s.retired_at is not null as retired from stations s join areas a on a.code = s.area_code
     where s.retired_at is null or $1 order by s.area_code, s.name, s.id`,
    [options.retired ?? false],
  )
  return rows
}

/** Stations of a commune in use. Index: stations_area. */
export async function stationsOfArea(sql: Sql, areaCode: string): Promise<StationRow[]> {
  const { rows } = await sql.query(
    `select ${columns} from stations s join areas a on a.code = s.area_code
     where s.area_code = $1 and s.retired_at is null order by s.id`,
    [areaCode],
  )
  return rows
}

/** The station whose feed this is; undefined for an unknown token and for a station that is no longer in use. */
export async function stationByToken(sql: Sql, token: string): Promise<StationRow | undefined> {
  if (!looksLikeToken(token)) return undefined
  const { rows } = await sql.query(
    `select ${columns} from stations s join areas a on a.code = s.area_code
     where s.feed_token = $1 and s.retired_at is null`,
    [token],
  )
  return rows[0]
}
