import type { Sql } from '../../store/db.ts'

/**
 * Adds boards with one statement. The areas must exist (foreign key).
 * @returns ids in the order given
 */
export async function createBoards(sql: Sql, boards: { areaCode: string; name: string }[]): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `insert into boards (area_code, name)
     select area_code, name from unnest($1::text[], $2::text[]) with ordinality as b (area_code, name, n)
     order by n returning id`,
    [boards.map(b => b.areaCode), boards.map(b => b.name.normalize('NFC'))],
  )
  return rows.map(r => r.id)
}
