import type { AudienceKind } from '../../channels/contract.ts'
import type { Sql } from './db.ts'

/** Whom a dispatch is for; `communes` is already resolved to commune codes. */
export interface AudienceQuery {
  kind: AudienceKind
  address: 'phone' | 'email' | undefined
  channel: string
  communes: string[]
  tags: string[]
}

/**
 * One select per kind of audience: id and, for those who may not be written to, the reason. Parameters: $1 communes,
 * $2 tags, $3 channel. The first reason that holds is kept, so the exclusions add up. Index: citizens_area,
 * stations_area, boards_area; consents and opt_outs by primary key.
 */
function candidates(query: AudienceQuery): string {
  if (query.kind === 'citizens') {
    const address = query.address === 'email' ? 'c.email' : 'c.phone'
    return `select c.id, case
        when ${address} is null then 'no-address'
        when o.address is not null then 'opted-out'
        when k.citizen_id is null then 'no-consent'
      end as reason
      from citizens c
      left join consents k on k.citizen_id = c.id and k.purpose = 'announcements' and k.withdrawn_at is null
      left join opt_outs o on o.channel = $3 and o.address = ${address}
      where c.area_code = any($1::text[]) and ($2::text[] = '{}' or c.tags && $2::text[])`
  }
  // Places have no tags and refuse nothing; the unused parameters keep one signature for all kinds.
  return `select p.id, null::text as reason from ${query.kind} p
    where p.area_code = any($1::text[]) and p.retired_at is null and $2::text[] is not null and $3::text is not null`
}

const parameters = (query: AudienceQuery) => [query.communes, query.tags, query.channel]

export interface FreezeCounts {
  audience: number
  excluded: Record<string, number>
}

/** How many targets the audience has at this moment, and how many of them would be excluded, by reason. */
export async function countAudience(sql: Sql, query: AudienceQuery): Promise<FreezeCounts> {
  const { rows } = await sql.query(
    `select reason, count(*)::float8 as n from (${candidates(query)}) x group by reason`,
    parameters(query),
  )
  const excluded: Record<string, number> = {}
  let audience = 0
  for (const row of rows) {
    audience += row.n
    if (row.reason !== null) excluded[row.reason] = row.n
  }
  return { audience, excluded }
}

/**
 * Writes the audience into chunks with one set-based statement. Excluded targets get chunks of their own, closed from
 * the start with their reason, so that they are counted and can be listed. The caller runs this in a repeatable-read
 * transaction that holds the dispatch row, compares the result with {@link countAudience} in the same snapshot, and
 * sets frozen_at: a crash before its commit leaves nothing, after it everything.
 */
export async function insertChunks(
  sql: Sql,
  dispatchId: string,
  query: AudienceQuery,
  chunkSize: number,
): Promise<FreezeCounts> {
  const { rows } = await sql.query(
    `with inserted as (
       insert into chunks (dispatch_id, target_ids, size, rest_state, rest_reason, closed_at)
       select $4, array_agg(id order by id), count(*),
         case when reason is not null then 'skipped' end, reason, case when reason is not null then now() end
       from (
         select id, reason, (row_number() over (partition by reason order by id) - 1) / $5::int as piece
         from (${candidates(query)}) x
       ) numbered
       group by reason, piece
       returning size, rest_reason
     )
     select rest_reason as reason, sum(size)::float8 as n from inserted group by rest_reason`,
    [...parameters(query), dispatchId, chunkSize],
  )
  const excluded: Record<string, number> = {}
  let audience = 0
  for (const row of rows) {
    audience += row.n
    if (row.reason !== null) excluded[row.reason] = row.n
  }
  return { audience, excluded }
}
