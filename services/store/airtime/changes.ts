import type { Sql } from '../db.ts'

/** What a person did to the airtime of an area. */
export type AirtimeAction = 'programme' | 'exception' | 'exception-removed' | 'choice' | 'again'

/** Appends to the record of who changed airtime, in the transaction of the change. */
export async function recordAirtimeChange(
  sql: Sql,
  actor: { id: string; name: string },
  change: { areaCode: string; action: AirtimeAction; at: Date },
  detail: Record<string, unknown>,
): Promise<void> {
  await sql.query(
    `insert into airtime_changes (at, area_code, actor_id, actor_name, action, detail) values ($1, $2, $3, $4, $5, $6)`,
    [change.at, change.areaCode, actor.id, actor.name, change.action, JSON.stringify(detail)],
  )
}

export interface AirtimeChange {
  at: Date
  actorName: string
  action: AirtimeAction
  detail: Record<string, unknown>
}

/** Newest first. Index: airtime_changes_area. */
export async function airtimeChanges(sql: Sql, areaCode: string, limit: number): Promise<AirtimeChange[]> {
  const { rows } = await sql.query(
    `select at, actor_name as "actorName", action, detail from airtime_changes
     where area_code = $1 order by id desc limit $2`,
    [areaCode, limit],
  )
  return rows
}
