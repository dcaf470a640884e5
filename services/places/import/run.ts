import { type Actor, requirePermission } from '../../domain/accounts.ts'
import type { Sentence } from '../../domain/errors.ts'
import { cancellable, stopIfAsked } from '../../people/cancellable.ts'
import { type Columns, findHeadings, type SheetKind } from '../../people/columns.ts'
import { brokenRows, type ImportProgress, rejectedRowsKept } from '../../people/import.ts'
import { noteDone } from '../../people/jobs.ts'
import { keepRejected, type RejectedRow } from '../../people/rejected.ts'
import { cutWrongly } from '../../people/rows.ts'
import type { SheetRow, SheetRows } from '../../people/sheet.ts'
import { copyLines, field } from '../../people/staging.ts'
import { openTable } from '../../people/table.ts'
import type { Db, Transaction } from '../../store/db.ts'
import { transaction } from '../../store/db.ts'

export interface ListImportOptions {
  now: () => Date
  /** Work out what an import would do and write nothing. */
  dryRun?: boolean
  /** The job under which all refused rows are kept. */
  jobId?: string
  onProgress?: (progress: ImportProgress) => void
  /** Called when the whole file has been taken from the source. */
  onTaken?: () => void
  /** Stops the import at its next step; nothing is imported. */
  signal?: AbortSignal
}

/** What every import of a list reports, beside the counts of its kind. */
export interface ListReport {
  dryRun: boolean
  /** Rows with content, headings excluded. */
  rows: number
  rejectedCount: number
  /** The first {@link rejectedRowsKept}. */
  rejected: RejectedRow[]
  /** Headings of columns that were not imported. */
  ignoredColumns: string[]
}

/** One row as it is staged: a value for each column of the list, as text. */
export type StagedRow = (string | null)[]
/** Reads one row: what to stage (a row may speak of more than one thing), or why it is refused. */
export type RowReader<F extends string> = (row: SheetRow, columns: Columns<F>) => StagedRow[] | Sentence

/** What makes one list of places different from another. */
export interface ListKind<F extends string, Counts extends object> {
  sheet: SheetKind<F>
  /** Columns of the staging table with their types, beside `row`, `vi` and `en`. */
  stage: readonly (readonly [name: string, type: string])[]
  /** How a JSON file of this list becomes rows. */
  json?: ((bytes: AsyncIterable<Uint8Array>) => SheetRows) | undefined
  reader(sql: Transaction, now: Date): Promise<RowReader<F>>
  /** Marks what cannot be merged (`vi`, `en`), counts, and writes unless it is a dry run. */
  merge(sql: Transaction, options: { dryRun: boolean; actor: Actor }): Promise<Counts>
}

/**
 * Imports a list of places as one transaction: what breaks off leaves nothing behind, wrong rows do not stop the others,
 * the same file again changes nothing, and nothing is ever deleted. Memory does not grow with the file, but for JSON.
 * @throws AppError auth.forbidden | import.bad-encoding | import.malformed | import.no-columns | import.cancelled
 */
export function importPlaceList<F extends string, Counts extends object>(
  db: Db,
  actor: Actor,
  source: AsyncIterable<Uint8Array>,
  kind: ListKind<F, Counts>,
  options: ListImportOptions,
): Promise<ListReport & Counts> {
  requirePermission(actor, 'place.manage')
  return transaction(db, sql =>
    cancellable(db, sql, options.signal, async () => {
      const dryRun = options.dryRun ?? false
      const columns = kind.stage.map(([name, type]) => `${name} ${type}`).join(', ')
      await sql.query(`create temp table import_rows (row int not null, ${columns}, vi text, en text) on commit drop`)
      const { ignoredColumns, ...staged } = await stageFile(sql, source, kind, options)
      options.onProgress?.({ ...staged, phase: 'merging' })
      await sql.query('analyze import_rows')
      const counts = await kind.merge(sql, { dryRun, actor })
      const refused = await keepRejected(sql, options.jobId, rejectedRowsKept)
      const report = { dryRun, rows: staged.rows, ...counts, ...refused, ignoredColumns }
      await noteDone(sql, options.jobId, report, { ...staged, rejected: refused.rejectedCount })
      return report
    }),
  )
}

async function stageFile<F extends string, Counts extends object>(
  sql: Transaction,
  source: AsyncIterable<Uint8Array>,
  kind: ListKind<F, Counts>,
  { now, onProgress, onTaken, signal }: ListImportOptions,
): Promise<Omit<ImportProgress, 'phase'> & { ignoredColumns: string[] }> {
  const read = await kind.reader(sql, now())
  const staged = { rows: 0, rejected: 0, bytes: 0, bytesTotal: 0 }
  let ignoredColumns: string[] = []
  const nothing = kind.stage.map(() => null)

  const linesOf = (row: SheetRow, columns: Columns<F>): string => {
    staged.rows += 1
    const reading = row.broken ? brokenRows[row.broken] : (cutWrongly(row.cells, columns) ?? read(row, columns))
    if (Array.isArray(reading)) return reading.map(values => line(row.row, values, null)).join('')
    staged.rejected += 1
    return line(row.row, nothing, reading)
  }

  async function* lines(): AsyncGenerator<string> {
    const reading = await openTable(source, { accepts: kind.sheet.accepts, onTaken, json: kind.json })
    try {
      const { columns, rows } = await findHeadings(reading.rows, kind.sheet)
      ignoredColumns = columns.ignored
      for await (const batch of rows) {
        stopIfAsked(signal)
        yield batch.map(row => linesOf(row, columns)).join('')
        Object.assign(staged, reading.position())
        onProgress?.({ ...staged, phase: 'reading' })
      }
    } finally {
      await reading.close()
    }
  }
  await copyLines(sql, ['row', ...kind.stage.map(([name]) => name), 'vi', 'en'].join(', '), lines())
  return { ...staged, ignoredColumns }
}

/** A staged row as a line of COPY's text format. */
function line(row: number, values: StagedRow, refusal: Sentence | null): string {
  return `${[String(row), ...values.map(field), field(refusal?.vi ?? null), field(refusal?.en ?? null)].join('\t')}\n`
}
