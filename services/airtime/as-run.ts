import { canonicalJson } from '../domain/approval.ts'
import { AppError } from '../domain/errors.ts'
import type { InstanceKeys } from '../runtime/keys.ts'
import { asRunOrigin } from '../store/as-run.ts'
import type { Sql } from '../store/db.ts'
import { type AsRunRecord, type AsRunStatement, asRunType, csvHeading, csvLine, jsonlLine } from './as-run-file.ts'

/** One line as it is read back. */
export interface AsRunRow {
  n: number
  at: Date
  kind: string
  entry: string
  hash: string
}

/** A month of Viet Nam, `2026-11`, as its first moment and that of the next one. */
export function monthRange(month: string): { from: Date; to: Date } {
  const [year = 0, number = 0] = month.split('-').map(Number)
  const first = (n: number) => new Date(Date.UTC(year, n - 1, 1) - 7 * 3_600_000)
  return { from: first(number), to: first(number + 1) }
}

const columns = 'n::float8 as n, at, kind, entry, hash'

/** Lines of a station whose time lies in a month, in the order of the chain. Index: as_run_time. */
export async function asRunOfMonth(sql: Sql, stationId: string, month: string): Promise<AsRunRow[]> {
  const { from, to } = monthRange(month)
  const { rows } = await sql.query<AsRunRow>(
    `select ${columns} from as_run where station_id = $1 and at >= $2 and at < $3 order by n`,
    [stationId, from, to],
  )
  return rows
}

/** Whether a chain holds; `brokenAt` is the first line that does not stand on the one before it. */
export interface ChainState {
  ok: boolean
  lines: number
  brokenAt: number | null
}

/**
 * Checks a station's chain inside the database, from its origin or from a line whose hash is known, to its end: numbers
 * without gaps, every hash worked out anew, every entry naming its own number, station, time and kind. Reads the primary
 * key once.
 */
export async function verifyChain(
  sql: Sql,
  stationId: string,
  known: { n: number; hash: string } = { n: 0, hash: asRunOrigin },
): Promise<ChainState> {
  const { rows } = await sql.query<{ lines: number; brokenAt: number | null; knownIsThere: boolean }>(
    `select count(*)::int as lines,
       min(n) filter (where n <> before_n + 1 or hash <> encode(sha256(convert_to(before || E'\\n' || entry, 'UTF8')), 'hex')
         or (said->>'n')::bigint is distinct from n or said->>'station' is distinct from $1::text
         or (said->>'at')::timestamptz is distinct from at or said->>'kind' is distinct from kind)::float8 as "brokenAt",
       $2 = 0 or exists (select 1 from as_run where station_id = $1::bigint and n = $2 and hash = $3) as "knownIsThere"
     from (
       select n, at, kind, entry, hash, entry::jsonb as said,
         lag(n, 1, $2::bigint) over (order by n) as before_n, lag(hash, 1, $3::text) over (order by n) as before
       from as_run where station_id = $1::bigint and n > $2
     ) chain`,
    [stationId, known.n, known.hash],
  )
  const { lines = 0, brokenAt = null, knownIsThere = false } = rows[0] ?? {}
  if (!knownIsThere) return { ok: false, lines, brokenAt: known.n }
  return { ok: brokenAt === null, lines, brokenAt }
}

/** A station whose log is exported. */
export interface ExportedStation {
  id: string
  name: string
}

/** Where the lines of a month begin and end: a run of numbers without gaps that holds all of them. */
interface Section {
  from: number
  before: string
  to: number
  head: string
}

async function sectionOf(sql: Sql, stationId: string, month: string): Promise<Section> {
  const { from, to } = monthRange(month)
  const { rows } = await sql.query<{ first: number | null; last: number | null }>(
    `select min(n)::float8 as first, max(n)::float8 as last from as_run
     where station_id = $1 and at >= $2 and at < $3`,
    [stationId, from, to],
  )
  const hashAt = async (n: number) => {
    const found = await sql.query<{ hash: string }>('select hash from as_run where station_id = $1 and n = $2', [
      stationId,
      n,
    ])
    return found.rows[0]?.hash ?? asRunOrigin
  }
  const { first = null, last = null } = rows[0] ?? {}
  if (first !== null && last !== null) {
    return { from: first, before: await hashAt(first - 1), to: last, head: await hashAt(last) }
  }
  // Nothing happened: the section stands between two lines and says so.
  const { rows: earlier } = await sql.query<{ n: number }>(
    'select n::float8 as n from as_run where station_id = $1 and at < $2 order by n desc limit 1',
    [stationId, from],
  )
  const n = earlier[0]?.n ?? 0
  const hash = await hashAt(n)
  return { from: n + 1, before: hash, to: n, head: hash }
}

const pageLines = 1_000

/**
 * The log of a month as records, some thousand lines at a time. A line that was reported late lies between lines of another
 * month; those in between come along, because a chain cannot be checked with holes.
 */
export async function* asRunRecords(
  sql: Sql,
  stations: ExportedStation[],
  month: string,
  exportedAt: Date,
  keys: InstanceKeys,
): AsyncGenerator<AsRunRecord> {
  const statement: AsRunStatement = { v: 1, month, exportedAt: exportedAt.toISOString(), stations: [] }
  for (const { id, name } of stations) {
    const section = await sectionOf(sql, id, month)
    statement.stations.push({ station: id, ...section })
    const { from, before, to, head } = section
    yield { row: 'begin', station: id, name: name.replace(/\s+/g, ' '), month, from, before }
    for (let next = from; next <= to; ) {
      const { rows } = await sql.query<AsRunRow>(
        `select ${columns} from as_run where station_id = $1 and n >= $2 and n <= $3 order by n limit $4`,
        [id, next, to, pageLines],
      )
      for (const { n, at, kind, entry, hash } of rows) {
        yield { row: 'line', station: id, n, at: at.toISOString(), kind, entry, hash }
      }
      const last = rows.at(-1)
      if (!last) throw new AppError('internal', { vi: 'Nhật ký thiếu dòng.', en: `The as-run log lacks line ${next}.` })
      next = last.n + 1
    }
    yield { row: 'end', station: id, to, head }
  }
  yield { row: 'signed', jws: keys.asRun.sign(canonicalJson(statement), asRunType) }
}

/** The same as the text of a file. */
export async function* asRunText(records: AsyncIterable<AsRunRecord>, format: 'csv' | 'jsonl'): AsyncGenerator<string> {
  if (format === 'csv') yield csvHeading
  let piece = ''
  for await (const record of records) {
    piece += format === 'csv' ? csvLine(record) : jsonlLine(record)
    if (piece.length < 65_536) continue
    yield piece
    piece = ''
  }
  yield piece
}
