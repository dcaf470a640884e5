import type { Db } from '../store/db.ts'

/** The phone number of the n-th invented person (n from 1), in the form that carriers in Viet Nam take. */
export function phoneOf(n: number): string {
  return `+849${String(n).padStart(8, '0')}`
}

export interface Registry {
  recipients: number
  /** Channel for which one in a hundred has refused. */
  channel: string
  /** The last so many people live in a commune of their own, {@link villageCode}. */
  villagers?: number
}

export const provinceCode = '44'
const communeCode = '19333'
export const villageCode = '19334'

/**
 * Fills an empty database with a province of invented people. One in fifty has not agreed and one in a hundred has
 * refused, so that the freeze has exclusions to work on.
 */
export async function fillRegistry(db: Db, { recipients, channel, villagers = 0 }: Registry): Promise<void> {
  await db.query('insert into instance (demo) values (false) on conflict do nothing')
  await db.query(
    `insert into areas (code, kind, name, parent_code)
     values ($1, 'province', 'Bench', null), ($2, 'commune', 'Bench', $1), ($3, 'commune', 'Bench', $1)`,
    [provinceCode, communeCode, villageCode],
  )
  await db.query(
    `insert into citizens (full_name, phone, email, area_code)
     select 'Người ' || n, '+849' || lpad(n::text, 8, '0'), 'nguoi' || n || '@loa.example',
       case when n > $1::int - $2::int then $4 else $3 end
     from generate_series(1, $1::int) n`,
    [recipients, villagers, communeCode, villageCode],
  )
  await db.query(
    `insert into consents (citizen_id, purpose, given_at, source)
     select id, 'announcements', now(), 'bench' from citizens where id % 50 <> 0`,
  )
  await db.query(
    `insert into opt_outs (channel, address, source) select $1, phone, 'bench' from citizens where id % 100 = 1`,
    [channel],
  )
  await db.query('analyze')
}
