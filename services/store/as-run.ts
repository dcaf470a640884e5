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

/**
 * Appends to a station's as-run log, in the caller's transaction: the log has an entry exactly when what it tells of is
 * stored. Appends to one station wait for each other (a lock on its row), so a chain has no forks; take the locks of
 * several stations in the order of their ids.
 * @param entries in order; `at` is when it happened, not when it was heard of
 */
export async function appendAsRun(
  sql: Sql,
  stationId: string,
  entries: { at: Date; kind: string; body: Record<string, unknown> }[],
): Promise<void> {
  if (entries.length === 0) return
  await sql.query('select 1 from stations where id = $1 for no key update', [stationId])
  const { rows } = await sql.query<{ n: number; hash: string }>(
    'select n::float8 as n, hash from as_run where station_id = $1 order by n desc limit 1',
    [stationId],
  )
  let n = rows[0]?.n ?? 0
  let hash = rows[0]?.hash ?? asRunOrigin
  const lines = entries.map(({ at, kind, body }) => {
    n += 1
    const entry = canonicalJson({ ...body, n, station: stationId, at: at.toISOString(), kind })
    hash = asRunHash(hash, entry)
    return { n, at, kind, entry, hash }
  })
  await sql.query(
    `insert into as_run (station_id, n, at, kind, entry, hash)
     select $1, * from unnest($2::bigint[], $3::timestamptz[], $4::text[], $5::text[], $6::text[])`,
    [
      stationId,
      lines.map(l => l.n),
      lines.map(l => l.at),
      lines.map(l => l.kind),
      lines.map(l => l.entry),
      lines.map(l => l.hash),
    ],
  )
}
