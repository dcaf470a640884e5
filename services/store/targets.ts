import type { AudienceKind, Target } from '../../channels/contract.ts'
import { numberArray } from './arrays.ts'
import type { Sql } from './db.ts'
import { isFirmest } from './ranks.ts'

/** A target as it is at the moment of sending, or why it must not be sent to any more. */
export type FreshTarget = { id: string; target: Target } | { id: string; skip: string }

/** Whose targets are read: a further round asks again whether somebody has been reached meanwhile. */
export interface Reader {
  kind: AudienceKind
  channel: string
  address: 'phone' | 'email' | undefined
  dispatchId: string
  round: number
}

/**
 * Reads addresses and refusals freshly for one flush; personal data is read here and nowhere earlier. A person who
 * refused after the freeze, or is gone, or has been reached by an earlier round after all, is skipped with the reason.
 * Same length and order as `ids`.
 */
export async function readTargets(sql: Sql, reader: Reader, ids: string[]): Promise<FreshTarget[]> {
  const found = new Map<string, FreshTarget>()
  if (reader.kind === 'citizens') for (const fresh of await readCitizens(sql, reader, ids)) found.set(fresh.id, fresh)
  else for (const target of await readPlaces(sql, reader.kind, ids)) found.set(target.id, { id: target.id, target })
  if (reader.round > 1) {
    for (const id of await reachedBefore(sql, reader.dispatchId, ids)) found.set(id, { id, skip: 'reached-before' })
  }
  return ids.map(id => found.get(id) ?? { id, skip: 'gone' })
}

/** Index: primary keys of citizens and opt_outs. */
async function readCitizens(sql: Sql, reader: Reader, ids: string[]): Promise<FreshTarget[]> {
  const column = reader.address === 'email' ? 'c.email' : 'c.phone'
  // Rows as arrays: at the pace of a drain, an object per row is a noticeable part of a worker's time.
  const { rows } = await sql.query<[string, string | null, string, boolean]>({
    name: `read-citizens-${column}`,
    rowMode: 'array',
    text: `select c.id, ${column}, c.full_name, o.address is not null
      from citizens c left join opt_outs o on o.channel = $2 and o.address = ${column}
      where c.id = any($1::bigint[])`,
    values: [numberArray(ids), reader.channel],
  })
  return rows.map(([id, address, fullName, refused]) => {
    if (refused) return { id, skip: 'opted-out' }
    return address === null ? { id, skip: 'no-address' } : { id, target: { id, address, fullName } }
  })
}

async function readPlaces(sql: Sql, kind: 'stations' | 'boards', ids: string[]): Promise<Target[]> {
  const columns =
    kind === 'stations' ? 'id, name, operator_email as "operatorEmail", feed_token as "feedToken"' : 'id, name'
  const { rows } = await sql.query(
    `select ${columns} from ${kind} where id = any($1::bigint[]) and retired_at is null`,
    [ids],
  )
  return rows
}

/** Those whom another round of the same revision and channel has reached. Index: outcomes_target. */
async function reachedBefore(sql: Sql, dispatchId: string, ids: string[]): Promise<string[]> {
  const { rows } = await sql.query(
    `select distinct o.target_id as id from dispatches d
     join dispatches r on r.announcement_id = d.announcement_id and r.revision = d.revision and r.channel = d.channel
     join outcomes o on o.dispatch_id = r.id
     where d.id = $1 and r.id <> d.id and o.target_id = any($2::bigint[]) and o.state in ('accepted', 'confirmed')
       -- A message that was taken over and then came back has not reached anybody.
       and ${isFirmest}`,
    [dispatchId, numberArray(ids)],
  )
  return rows.map(r => r.id)
}
