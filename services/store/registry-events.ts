import type { Actor } from '../domain/accounts.ts'
import type { Sql } from './db.ts'

export type RegistrySubject = 'areas' | 'stations' | 'boards'
export type RegistryAction = 'imported' | 'added' | 'changed' | 'retired' | 'restored' | 'paired' | 'unpaired'

/**
 * Writes who did what to the lists of areas, stations and boards, in the transaction that does it.
 * @param detail what changed, without personal data
 */
export async function recordRegistryEvent(
  sql: Sql,
  actor: Actor,
  subject: RegistrySubject,
  action: RegistryAction,
  placeId: string | null,
  detail: object,
): Promise<void> {
  await sql.query(
    `insert into registry_events (actor_id, actor_name, subject, action, place_id, detail) values ($1, $2, $3, $4, $5, $6)`,
    [actor.id, actor.name, subject, action, placeId, JSON.stringify(detail)],
  )
}
