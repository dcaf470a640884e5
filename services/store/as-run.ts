import { createHash } from 'node:crypto'
import { canonicalJson } from '../domain/approval.ts'
import type { Sql } from './db.ts'

/** Stands for the entry before the first. */
export const asRunOrigin = '0'.repeat(64)

/** One line of the as-run log (nhật ký phát sóng). */
export interface AsRunLine {
  n: number
  /** Canonical JSON: n, station, at, kind and what belongs to the kind. */
  entry: string
  hash: string
}

/** Hash of an entry behind the one with `before`: SHA-256, hex. */
export function asRunHash(before: string, entry: string): string {
  return createHash('sha256').update(`${before}\n${entry}`).digest('hex')
}

/** What is to be written; `at` is when it happened, not when it was heard of. */
export interface AsRunNews {
  at: Date
  kind: string
  body: Record<string, unknown>
}

/**
 * Appends to a station's as-run log, in the caller's transaction: the log has an entry exactly when what it tells of is
 * stored. Appends to one station wait for each other (a lock on its row), so a chain has no forks.
 * @param entries in order
 */
export async function appendAsRun(sql: Sql, stationId: string, entries: AsRunNews[]): Promise<void> {
  await appendAsRunOfMany(sql, new Map([[stationId, entries]]))
}

/**
 * The same for many stations in three statements. Their rows are locked in the order of their ids, after everything else
 * that the transaction locks: call it once, at the end.
 */
export async function appendAsRunOfMany(sql: Sql, news: Map<string, AsRunNews[]>): Promise<void> {
  const ids = [...news].filter(([, entries]) => entries.length > 0).map(([id]) => id)
  if (ids.length === 0) return
  await sql.query('select 1 from stations where id = any($1::bigint[]) order by id for no key update', [ids])
  const { rows } = await sql.query<{ id: string; n: number; hash: string }>(
    `select s.id, l.n::float8 as n, l.hash from unnest($1::bigint[]) as s (id)
     cross join lateral (select n, hash from as_run where station_id = s.id order by n desc limit 1) l`,
    [ids],
  )
  const ends = new Map(rows.map(r => [r.id, r]))
  const lines = ids.flatMap(station => chained(station, ends.get(station), news.get(station) ?? []))
  await sql.query(
    `insert into as_run (station_id, n, at, kind, entry, hash)
     select * from unnest($1::bigint[], $2::bigint[], $3::timestamptz[], $4::text[], $5::text[], $6::text[])`,
    [
      lines.map(l => l.station),
      lines.map(l => l.n),
      lines.map(l => l.at),
      lines.map(l => l.kind),
      lines.map(l => l.entry),
      lines.map(l => l.hash),
    ],
  )
}

function chained(station: string, end: { n: number; hash: string } | undefined, entries: AsRunNews[]) {
  let n = end?.n ?? 0
  let hash = end?.hash ?? asRunOrigin
  return entries.map(({ at, kind, body }) => {
    n += 1
    const entry = canonicalJson({ ...body, n, station, at: at.toISOString(), kind })
    hash = asRunHash(hash, entry)
    return { station, n, at, kind, entry, hash }
  })
}
