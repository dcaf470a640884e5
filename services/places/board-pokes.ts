import type { Sql } from '../store/db.ts'
import { shelfNotifyChannel } from './shelf.ts'

/** Postgres refuses payloads of 8,000 bytes; 200 ids are at most 4,600. */
const boardsPerPoke = 200

/**
 * Tells the boards that listen that their manifest may have changed, when the caller's transaction ends. For changes that do
 * not touch the shelf: settings, names.
 */
export async function pokeBoards(sql: Sql, boardIds: string[]): Promise<void> {
  await sql.query(
    `select pg_notify($2, json_build_object('kind', 'boards', 'placeIds', array_agg(id::text))::text)
     from (select id, (row_number() over (order by id) - 1) / ${boardsPerPoke} as part
       from unnest($1::bigint[]) as id) numbered
     group by part`,
    [boardIds, shelfNotifyChannel],
  )
}
