import type { Sql } from '../store/db.ts'
import { looksLikeToken, newPlaceToken } from './tokens.ts'

export interface BoardRow {
  id: string
  name: string
  areaCode: string
  areaName: string
  token: string
  lastSeenAt: Date | null
}

const columns = `b.id, b.name, b.area_code as "areaCode", a.name as "areaName", b.token, b.last_seen_at as "lastSeenAt"`

/**
 * Adds boards with one statement, each with a fresh token for its player page. The areas must exist (foreign key).
 * @returns ids in the order given
 */
export async function createBoards(sql: Sql, boards: { areaCode: string; name: string }[]): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `insert into boards (area_code, name, token)
     select area_code, name, token
     from unnest($1::text[], $2::text[], $3::text[]) with ordinality as b (area_code, name, token, n)
     order by n returning id`,
    [boards.map(b => b.areaCode), boards.map(b => b.name.normalize('NFC')), boards.map(() => newPlaceToken())],
  )
  return rows.map(r => r.id)
}

/** The board whose page this is; undefined for an unknown token and for a board that is no longer in use. */
export async function boardByToken(sql: Sql, token: string): Promise<BoardRow | undefined> {
  if (!looksLikeToken(token)) return undefined
  const { rows } = await sql.query(
    `select ${columns} from boards b join areas a on a.code = b.area_code where b.token = $1 and b.retired_at is null`,
    [token],
  )
  return rows[0]
}
