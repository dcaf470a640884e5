import type { Sentence } from '../domain/errors.ts'
import type { Db, Transaction } from '../store/db.ts'
import { transaction } from '../store/db.ts'
import { cancellable, stopIfAsked } from './cancellable.ts'
import { type Columns, findHeadings, optOutSheet } from './columns.ts'
import { readEmail } from './email.ts'
import { brokenRows, type ImportProgress, rejectedRowsKept } from './import.ts'
import { noteDone } from './jobs.ts'
import { readPhone } from './phone.ts'
import { keepRejected, type RejectedRow } from './rejected.ts'
import { cellOf } from './rows.ts'
import type { SheetRow } from './sheet.ts'
import { openStaging, personLine, refusedLine, stageLines } from './staging.ts'
import { openTable } from './table.ts'

/** A channel whose messages can be refused, by the kind of address it writes to. */
export interface RefusableChannel {
  id: string
  address: 'phone' | 'email'
}

export interface OptOutImportOptions {
  now: () => Date
  channels: RefusableChannel[]
  dryRun?: boolean
  jobId?: string
  onProgress?: (progress: ImportProgress) => void
  onTaken?: () => void
  signal?: AbortSignal
}

export interface OptOutImportReport {
  dryRun: boolean
  rows: number
  /** Refusals that were not known: an address may refuse several channels. */
  added: number
  /** Refusals that stood already; their date and source stay. */
  known: number
  rejectedCount: number
  rejected: RejectedRow[]
  ignoredColumns: string[]
}

const noAddress: Sentence = {
  vi: 'Thiếu cả số điện thoại và email.',
  en: 'Both phone number and email are missing.',
}

/**
 * Imports a list of addresses that may not be written to: people who refused at the one-stop office, or by telephone. An
 * address is refused on every channel that writes to its kind, registered or not: the refusal outlives the person's row.
 * A list of this kind can only add refusals; taking one back is the person's own doing. Numbers of before 2018 are
 * converted, for a refusal must not fail for the form of a number.
 * @throws AppError import.bad-encoding | import.malformed | import.no-columns | import.cancelled, nothing imported
 */
export function importOptOuts(
  db: Db,
  source: AsyncIterable<Uint8Array>,
  options: OptOutImportOptions,
): Promise<OptOutImportReport> {
  return transaction(db, sql =>
    cancellable(db, sql, options.signal, async () => {
      await openStaging(sql)
      const taken = await stageFile(sql, source, options)
      const { rows: counted } = await sql.query<{ all: number; known: number }>(
        `select count(*)::int as all, count(o.address)::int as known
         from (${refusals}) r left join opt_outs o on o.channel = r.channel and o.address = r.address`,
        [JSON.stringify(options.channels)],
      )
      const { all, known } = counted[0] ?? { all: 0, known: 0 }
      if (!options.dryRun) {
        await sql.query(
          `insert into opt_outs (channel, address, at, source) select channel, address, $2, 'import' from (${refusals}) r
           order by 1, 2 on conflict do nothing`,
          [JSON.stringify(options.channels), options.now()],
        )
      }
      const refused = await keepRejected(sql, options.jobId, rejectedRowsKept)
      const { ignoredColumns, ...staged } = taken
      const dryRun = options.dryRun ?? false
      const report = { dryRun, rows: staged.rows, added: all - known, known, ...refused, ignoredColumns }
      await noteDone(sql, options.jobId, report, staged)
      return report
    }),
  )
}

/** Each refused address with each channel that writes to its kind ($1: the channels). */
const refusals = `select distinct c.id as channel, case c.address when 'phone' then phone else email end as address
  from import_rows cross join json_to_recordset($1) as c (id text, address text)
  where vi is null and case c.address when 'phone' then phone else email end is not null`

function readAddresses(row: SheetRow, columns: Columns): { line: string; ok: boolean } {
  const refuse = (reason: Sentence) => ({ line: refusedLine(row.row, reason), ok: false })
  if (row.broken) return refuse(brokenRows[row.broken])
  const [phoneCell, emailCell] = [cellOf(row.cells, columns.at.phone), cellOf(row.cells, columns.at.email)]
  if (phoneCell === '' && emailCell === '') return refuse(noAddress)
  const phone = phoneCell === '' ? undefined : readPhone(phoneCell, { convertOldNumbers: true })
  if (phone && !phone.ok) return refuse(phone.reason)
  const email = emailCell === '' ? undefined : readEmail(emailCell)
  if (email && !email.ok) return refuse(email.reason)
  const nothing = { name: null, area: null, tags: null, consent: null, language: null }
  return {
    ok: true,
    line: personLine({ ...nothing, row: row.row, phone: phone?.phone ?? null, email: email?.email ?? null }),
  }
}

async function stageFile(
  sql: Transaction,
  source: AsyncIterable<Uint8Array>,
  { onProgress, onTaken, signal }: OptOutImportOptions,
): Promise<Omit<ImportProgress, 'phase'> & { ignoredColumns: string[] }> {
  const staged = { rows: 0, rejected: 0, bytes: 0, bytesTotal: 0 }
  let ignoredColumns: string[] = []
  async function* lines(): AsyncGenerator<string> {
    const reading = await openTable(source, { accepts: optOutSheet.accepts, onTaken })
    try {
      const { columns, rows } = await findHeadings(reading.rows, optOutSheet)
      ignoredColumns = columns.ignored
      for await (const batch of rows) {
        stopIfAsked(signal)
        let text = ''
        for (const row of batch) {
          const { line, ok } = readAddresses(row, columns)
          text += line
          staged.rows += 1
          if (!ok) staged.rejected += 1
        }
        yield text
        Object.assign(staged, reading.position())
        onProgress?.({ ...staged, phase: 'reading' })
      }
    } finally {
      await reading.close()
    }
  }
  await stageLines(sql, lines())
  onProgress?.({ ...staged, phase: 'merging' })
  return { ...staged, ignoredColumns }
}
