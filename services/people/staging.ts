import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { from as copyFrom } from 'pg-copy-streams'
import type { Sentence } from '../domain/errors.ts'
import type { Sql, Transaction } from '../store/db.ts'
import type { PersonRow } from './rows.ts'

/*
 * The way of a file's rows into the database: COPY into a temporary table that goes with the transaction. Each row takes
 * its id here, in the order of the file, so that a new person needs no second look-up. Rows that were refused come along
 * with their reason: one stream, one place to read all of them from.
 */

/** Opens the temporary table. A dry run uses up ids too; they are plentiful. */
export async function openStaging(sql: Sql): Promise<void> {
  const { rows } = await sql.query<{ name: string }>(`select pg_get_serial_sequence('citizens', 'id') as name`)
  await sql.query(
    `create temp table import_rows (
       id bigint not null default nextval('${rows[0]?.name}'), row int not null, name text, phone text, email text,
       area text, tags text, consent boolean, language text, vi text, en text
     ) on commit drop`,
  )
}

/** Sends lines made by {@link personLine} and {@link refusedLine}; when they throw, nothing of them is kept. */
export async function stageLines(sql: Transaction, lines: AsyncIterable<string>): Promise<void> {
  await copyLines(sql, 'row, name, phone, email, area, tags, consent, language, vi, en', lines)
}

/** Copies lines of COPY's text format into these columns of `import_rows`. */
export async function copyLines(sql: Transaction, columns: string, lines: AsyncIterable<string>): Promise<void> {
  const into = `copy import_rows (${columns}) from stdin`
  await pipeline(Readable.from(lines, { objectMode: true, highWaterMark: 2 }), sql.query(copyFrom(into)))
}

const special = /[\\\t\n\r]/
const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

/** One value of COPY's text format. */
export function field(value: string | null): string {
  if (value === null) return '\\N'
  return special.test(value) ? value.replace(/[\\\t\n\r]/g, c => escapes[c] ?? c) : value
}

/** A person as a line of COPY's text format. */
export function personLine(p: PersonRow): string {
  const consent = p.consent === null ? '\\N' : p.consent ? 't' : 'f'
  return `${p.row}\t${field(p.name)}\t${p.phone ?? '\\N'}\t${field(p.email)}\t${p.area ?? '\\N'}\t${field(p.tags)}\t${consent}\t${p.language ?? '\\N'}\t\\N\t\\N\n`
}

/** A refused row with its reason. */
export function refusedLine(row: number, reason: Sentence): string {
  return `${row}\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\t${field(reason.vi)}\t${field(reason.en)}\n`
}
