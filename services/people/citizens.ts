import type { Sql } from '../store/db.ts'

export interface CitizenAddresses {
  id: string
  phone: string | null
  email: string | null
}

/** Where a person can be reached now; undefined when the person is no longer registered. */
export async function findAddresses(sql: Sql, citizenId: string): Promise<CitizenAddresses | undefined> {
  const { rows } = await sql.query<CitizenAddresses>('select id, phone, email from citizens where id = $1', [citizenId])
  return rows[0]
}

/**
 * Records that nothing more may be sent to these addresses on this channel. Kept by address, so that deleting and
 * importing the person again does not undo it. Repeating it changes nothing; the first date and source stay.
 * @param source how the refusal came: 'one-click', 'page', 'keyword', ...
 */
export async function refuse(
  sql: Sql,
  channel: string,
  addresses: string[],
  { source, now }: { source: string; now: Date },
): Promise<void> {
  await sql.query(
    `insert into opt_outs (channel, address, at, source)
     select $1, address, $2, $3 from unnest($4::text[]) as address on conflict do nothing`,
    [channel, now, source, addresses],
  )
}

/** Takes a refusal back, at the wish of the person. */
export async function undoRefusal(sql: Sql, channel: string, addresses: string[]): Promise<void> {
  await sql.query('delete from opt_outs where channel = $1 and address = any($2)', [channel, addresses])
}

/** True when at least one of the addresses is refused on this channel. */
export async function isRefused(sql: Sql, channel: string, addresses: string[]): Promise<boolean> {
  const { rowCount } = await sql.query('select from opt_outs where channel = $1 and address = any($2) limit 1', [
    channel,
    addresses,
  ])
  return rowCount === 1
}

export interface CitizensSummary {
  citizens: number
  withPhone: number
  withEmail: number
  /** People with a consent that stands. */
  consenting: number
  byArea: { areaCode: string; areaName: string; citizens: number }[]
}

/** How many people are registered, without saying who. Reads the whole register: for a page, not for a hot path. */
export async function summariseCitizens(sql: Sql): Promise<CitizensSummary> {
  const { rows } = await sql.query<{ areaCode: string; areaName: string } & Omit<CitizensSummary, 'byArea'>>(
    `select a.code as "areaCode", a.name as "areaName", count(*)::int as citizens, count(c.phone)::int as "withPhone",
       count(c.email)::int as "withEmail", count(k.citizen_id)::int as consenting
     from citizens c
       join areas a on a.code = c.area_code
       left join consents k on k.citizen_id = c.id and k.purpose = 'announcements' and k.withdrawn_at is null
     group by a.code order by a.code`,
  )
  const total = (column: 'citizens' | 'withPhone' | 'withEmail' | 'consenting') =>
    rows.reduce((sum, row) => sum + row[column], 0)
  return {
    citizens: total('citizens'),
    withPhone: total('withPhone'),
    withEmail: total('withEmail'),
    consenting: total('consenting'),
    byArea: rows.map(({ areaCode, areaName, citizens }) => ({ areaCode, areaName, citizens })),
  }
}
