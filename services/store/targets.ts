import type { AudienceKind, Target } from '../../channels/contract.ts'
import type { Sql } from './db.ts'

/** A target as it is at the moment of sending, or why it must not be sent to any more. */
export type FreshTarget = { id: string; target: Target } | { id: string; skip: string }

/**
 * Reads addresses and refusals freshly for one flush; personal data is read here and nowhere earlier. A person who
 * refused after the freeze, or is gone, is skipped with the reason. Same length and order as `ids`.
 */
export async function readTargets(
  sql: Sql,
  kind: AudienceKind,
  channel: string,
  address: 'phone' | 'email' | undefined,
  ids: string[],
): Promise<FreshTarget[]> {
  const found = new Map<string, FreshTarget>()
  if (kind === 'citizens') {
    const column = address === 'email' ? 'c.email' : 'c.phone'
    const { rows } = await sql.query(
      `select c.id, ${column} as address, c.full_name as "fullName", o.address is not null as refused
       from citizens c left join opt_outs o on o.channel = $2 and o.address = ${column}
       where c.id = any($1::bigint[])`,
      [ids, channel],
    )
    for (const { id, address: to, fullName, refused } of rows) {
      if (refused) found.set(id, { id, skip: 'opted-out' })
      else if (to === null) found.set(id, { id, skip: 'no-address' })
      else found.set(id, { id, target: { id, address: to, fullName } })
    }
  } else if (kind === 'stations') {
    const { rows } = await sql.query(
      `select id, name, operator_email as "operatorEmail", feed_token as "feedToken" from stations
       where id = any($1::bigint[]) and retired_at is null`,
      [ids],
    )
    for (const target of rows) found.set(target.id, { id: target.id, target })
  } else {
    const { rows } = await sql.query(
      'select id, name from boards where id = any($1::bigint[]) and retired_at is null',
      [ids],
    )
    for (const target of rows) found.set(target.id, { id: target.id, target })
  }
  return ids.map(id => found.get(id) ?? { id, skip: 'gone' })
}
