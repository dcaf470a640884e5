import { AppError, type Sentence } from '../domain/errors.ts'
import type { Db, Sql } from '../store/db.ts'
import { transaction } from '../store/db.ts'
import { loadAreaFinder } from './areas.ts'
import { type Columns, readHeadings } from './columns.ts'
import { readCsv } from './csv.ts'
import { mergeStaged, openStaging, stageRows } from './merge.ts'
import { type PersonRow, readPerson } from './rows.ts'

export interface CitizenImportOptions {
  now: () => Date
  /** Do everything, then take it back: the report is what a real import would say. */
  dryRun?: boolean
  /**
   * On what basis everybody in the file may be written to (for example "phiếu đăng ký tại bộ phận một cửa"). Needed
   * when the file has no consent column; recorded with each consent either way.
   */
  consentBasis?: string
  /** Turn 11-digit mobile numbers into what they became in 2018 instead of refusing them. */
  convertOldNumbers?: boolean
  /** Called after each batch with the rows read so far. */
  onProgress?: (progress: { rows: number }) => void
}

export interface CitizenImportReport {
  dryRun: boolean
  /** Rows with content, headings excluded: added + updated + merged + rejectedCount. */
  rows: number
  added: number
  updated: number
  /** Rows that spoke of a person whom another row of the same file named already. */
  merged: number
  /** People whom the file says to agree, but who withdrew earlier: the withdrawal stands. */
  keptWithdrawn: number
  rejectedCount: number
  /** The first {@link rejectedRowsKept}, by row number as a spreadsheet shows it. */
  rejected: { row: number; reason: Sentence }[]
  /** Headings of columns that were not imported. */
  ignoredColumns: string[]
}

export const rejectedRowsKept = 1_000
/** Rows per statement: large enough to be quick, small enough to stay a few hundred kilobytes. */
const batchRows = 2_000

/**
 * Imports citizens from a CSV file into the register.
 *
 * One transaction: a file that breaks off or turns out unreadable leaves nothing behind, so that it can be mended and
 * imported again as a whole. Wrong rows do not stop the others; they are reported. Importing the same file again
 * updates people; empty cells take nothing away. Memory does not grow with the file.
 * @param source the file's bytes. A stream is closed when the file is refused half-way, as `for await` does; give
 *   `iterator({ destroyOnReturn: false })` of an HTTP request, so that it can still be answered
 * @throws AppError import.bad-encoding | import.malformed | import.no-columns | import.no-consent, nothing imported
 */
export async function importCitizens(
  db: Db,
  source: AsyncIterable<Uint8Array>,
  options: CitizenImportOptions,
): Promise<CitizenImportReport> {
  let report: CitizenImportReport | undefined
  try {
    return await transaction(db, async sql => {
      report = await importInto(sql, source, options)
      if (options.dryRun) throw new DryRunDone()
      return report
    })
  } catch (error) {
    if (error instanceof DryRunDone && report) return report
    throw error
  }
}

/** Makes the transaction roll back at the end of a dry run. */
class DryRunDone extends Error {}

async function importInto(
  sql: Sql,
  source: AsyncIterable<Uint8Array>,
  options: CitizenImportOptions,
): Promise<CitizenImportReport> {
  const now = options.now()
  const basis = options.consentBasis?.trim() ?? ''
  await openStaging(sql)
  const staged = await stageFile(sql, source, basis, now, options)
  const merged = await mergeStaged(sql, {
    now,
    source: basis ? `import: ${basis}` : 'import: consent column',
    keep: rejectedRowsKept,
  })
  return {
    dryRun: options.dryRun ?? false,
    ...merged,
    rows: staged.rows,
    ignoredColumns: staged.ignoredColumns,
    rejectedCount: staged.rejectedCount + merged.rejectedCount,
    rejected: [...staged.rejected, ...merged.rejected].sort((a, b) => a.row - b.row).slice(0, rejectedRowsKept),
  }
}

async function stageFile(
  sql: Sql,
  source: AsyncIterable<Uint8Array>,
  basis: string,
  now: Date,
  { convertOldNumbers = false, onProgress }: CitizenImportOptions,
): Promise<Pick<CitizenImportReport, 'rows' | 'rejected' | 'rejectedCount' | 'ignoredColumns'>> {
  const findArea = await loadAreaFinder(sql, now)
  const rejected: CitizenImportReport['rejected'] = []
  let columns: Columns | undefined
  let consentForAll = false
  let batch: PersonRow[] = []
  let rows = 0
  let rejectedCount = 0
  const flush = async () => {
    if (batch.length > 0) await stageRows(sql, batch)
    batch = []
    onProgress?.({ rows })
  }

  for await (const csvRow of readCsv(source)) {
    if (!columns) {
      columns = readHeadings(csvRow.cells)
      consentForAll = columns.at.consent === undefined
      if (consentForAll && basis === '') throw noConsent()
      continue
    }
    rows += 1
    const reading = readPerson(csvRow, columns, { findArea, consentForAll, convertOldNumbers })
    if (reading.ok) batch.push(reading.person)
    else {
      rejectedCount += 1
      if (rejected.length < rejectedRowsKept) rejected.push({ row: csvRow.row, reason: reading.reason })
    }
    if (batch.length >= batchRows) await flush()
  }
  if (!columns) columns = readHeadings([])
  await flush()
  return { rows, rejected, rejectedCount, ignoredColumns: columns.ignored }
}

function noConsent(): AppError {
  return new AppError('import.no-consent', {
    vi: 'Tệp không có cột "Đồng ý". Pháp luật về bảo vệ dữ liệu cá nhân yêu cầu sự đồng ý của từng người: Ông/Bà vui lòng thêm cột này (có/không), hoặc nêu căn cứ cho thấy mọi người trong tệp đã đồng ý nhận thông báo. Chưa có dòng nào được nhập.',
    en: 'The file has no consent column. The law on personal data asks for the consent of each person: add the column (có/không), or state on what basis everybody in the file has agreed to receive announcements. Nothing was imported.',
  })
}
