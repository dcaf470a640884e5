import type { AudienceKind } from '../../channels/contract.ts'
import type { ResendableState } from '../domain/delivery.ts'
import type { Sql } from './db.ts'
import { unreachedBefore } from './rounds.ts'

/** Whom a dispatch is for. */
export interface AudienceQuery {
  kind: AudienceKind
  address: 'phone' | 'email' | undefined
  channel: string
  /**
   * Everybody in these communes (resolved to commune codes) with one of these tags; or, in a further round, those whom the
   * earlier rounds left in one of these states.
   */
  members: { communes: string[]; tags: string[] } | { round: { dispatchId: string; states: ResendableState[] } }
}

/** Who belongs to the audience, whatever may be sent to them: a condition on `p`, with parameters from $1 on. */
function members({ kind, members }: AudienceQuery): { condition: string; parameters: unknown[] } {
  const present = kind === 'citizens' ? 'true' : 'p.retired_at is null'
  if ('round' in members) {
    const { dispatchId, states } = members.round
    return { condition: `p.id in (${unreachedBefore}) and ${present}`, parameters: [dispatchId, states] }
  }
  const { communes, tags } = members
  // Places have no tags.
  return kind === 'citizens' && tags.length > 0
    ? { condition: `p.area_code = any($1::text[]) and p.tags && $2::text[]`, parameters: [communes, tags] }
    : { condition: `p.area_code = any($1::text[]) and ${present}`, parameters: [communes] }
}

/**
 * One select per kind of audience: id, commune and, for those who may not be written to, the reason. The first reason that
 * holds is kept, so the exclusions add up. Indexes: citizens_area, stations_area, boards_area; consents and opt_outs by
 * primary key.
 */
function candidates(query: AudienceQuery): { select: string; parameters: unknown[] } {
  const { condition, parameters } = members(query)
  if (query.kind !== 'citizens') {
    return {
      select: `select p.id, p.area_code, null::text as reason from ${query.kind} p where ${condition}`,
      parameters,
    }
  }
  const address = query.address === 'email' ? 'p.email' : 'p.phone'
  const select = `select p.id, p.area_code, case
      when ${address} is null then 'no-address'
      when o.address is not null then 'opted-out'
      when k.citizen_id is null then 'no-consent'
    end as reason
    from citizens p
    left join consents k on k.citizen_id = p.id and k.purpose = 'announcements' and k.withdrawn_at is null
    left join opt_outs o on o.channel = $${parameters.length + 1} and o.address = ${address}
    where ${condition}`
  return { select, parameters: [...parameters, query.channel] }
}

export interface FreezeCounts {
  audience: number
  excluded: Record<string, number>
}

function addUp(rows: { reason: string | null; n: number }[]): FreezeCounts {
  const excluded: Record<string, number> = {}
  let audience = 0
  for (const { reason, n } of rows) {
    audience += n
    if (reason !== null) excluded[reason] = n
  }
  return { audience, excluded }
}

/** How many targets the audience has at this moment, and how many of them would be excluded, by reason. */
export async function countAudience(sql: Sql, query: AudienceQuery): Promise<FreezeCounts> {
  const { select, parameters } = candidates(query)
  const { rows } = await sql.query(
    `select reason, count(*)::float8 as n from (${select}) x group by reason`,
    parameters,
  )
  return addUp(rows)
}

/** How many belong to the audience, by the membership alone: what the freeze must add up to. */
export async function countMembers(sql: Sql, query: AudienceQuery): Promise<number> {
  const { condition, parameters } = members(query)
  const { rows } = await sql.query(`select count(*)::float8 as n from ${query.kind} p where ${condition}`, parameters)
  return rows[0].n
}

/**
 * Writes the audience into chunks with one set-based statement, the targets of one commune together. Excluded targets get
 * chunks of their own, closed from the start with their reason, so that they are counted and can be listed. The caller
 * runs this in a repeatable-read transaction that holds the dispatch row, compares the result with {@link countMembers} in
 * the same snapshot, and sets frozen_at: a crash before its commit leaves nothing, after it everything.
 */
export async function insertChunks(
  sql: Sql,
  dispatchId: string,
  query: AudienceQuery,
  chunkSize: number,
): Promise<FreezeCounts> {
  const { select, parameters } = candidates(query)
  const n = parameters.length
  // The sort of a million people stays in memory.
  await sql.query(`set local work_mem = '96MB'`)
  const { rows } = await sql.query(
    `with inserted as (
       insert into chunks (dispatch_id, area_code, target_ids, size, rest_state, rest_reason, closed_at)
       select $${n + 1}, area_code, array_agg(id), count(*),
         case when reason is not null then 'skipped' end, reason, case when reason is not null then now() end
       from (
         select id, area_code, reason,
           (row_number() over (partition by area_code, reason order by id) - 1) / $${n + 2}::int as piece
         from (${select}) x
       ) numbered
       group by area_code, reason, piece
       returning size, rest_reason
     )
     select rest_reason as reason, sum(size)::float8 as n from inserted group by rest_reason`,
    [...parameters, dispatchId, chunkSize],
  )
  return addUp(rows)
}
