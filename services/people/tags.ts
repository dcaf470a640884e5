import type { Sql } from '../store/db.ts'

/** More would be no list to choose from. */
const mostTags = 500

/** The tags that citizens carry, in alphabetical order. Reads all citizens: about 0.3 s for a million. */
export async function listTags(sql: Sql): Promise<string[]> {
  const { rows } = await sql.query<{ tag: string }>(
    'select distinct tag from citizens, unnest(tags) as tag order by tag limit $1',
    [mostTags],
  )
  return rows.map(row => row.tag)
}
