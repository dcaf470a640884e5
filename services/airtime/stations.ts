import type { Actor } from '../domain/accounts.ts'
import { AppError } from '../domain/errors.ts'
import type { Sql } from '../store/db.ts'

/** A station that a person works for. */
export interface OwnStation {
  id: string
  name: string
  areaCode: string
}

/** Stations that an operator works for; an administrator for all. */
export async function ownStations(sql: Sql, actor: Actor): Promise<OwnStation[]> {
  const { rows } = await sql.query(
    `select st.id, st.name, st.area_code as "areaCode" from stations st join areas a on a.code = st.area_code
     where st.retired_at is null and ($1::text[] is null or a.code = any($1) or a.parent_code = any($1)) order by st.id`,
    [actor.role === 'admin' ? null : actor.areas],
  )
  return rows
}

/** The refusal for a station that is not one of a person's. */
export function noSuchStation(): AppError {
  return new AppError('not-found', {
    vi: 'Không có đài này trong số các đài Ông/Bà phụ trách.',
    en: 'This station is not one of yours.',
  })
}

/** @throws AppError not-found for a station that is not one of this person's */
export function requireStation(stations: OwnStation[], stationId: string): OwnStation {
  const station = stations.find(s => s.id === stationId)
  if (station) return station
  throw noSuchStation()
}
