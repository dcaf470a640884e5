import { AppError, type Sentence } from '../domain/errors.ts'
import type { Db, Transaction } from '../store/db.ts'
import { transaction } from '../store/db.ts'
import { loadAreaFinder } from './areas.ts'
import { cancellable, stopIfAsked } from './cancellable.ts'
import { type Columns, citizenSheet, findHeadings } from './columns.ts'
import { noteDone } from './jobs.ts'
import { mergeStaged } from './merge.ts'
import { keepRejected } from './rejected.ts'
import { readPerson } from './rows.ts'
import type { SheetRow } from './sheet.ts'
import { openStaging, personLine, refusedLine, stageLines } from './staging.ts'
import { openTable, type Reading } from './table.ts'

export interface CitizenImportOptions {
  now: () => Date
  /** Work out what an import would do and write nothing: the report is what a real import would say. */
  dryRun?: boolean
  /**
   * On what basis everybody in the file may be written to (for example "phiếu đăng ký tại bộ phận một cửa"). Needed
   * when the file has no consent column; recorded with each consent either way.
   */
  consentBasis?: string
  /** Turn 11-digit mobile numbers into what they became in 2018 instead of refusing them. */
  convertOldNumbers?: boolean
  /** The job (see jobs.ts) under which all refused rows are kept; without one only the first are, in the report. */
  jobId?: string
  onProgress?: (progress: ImportProgress) => void
  /** Called when the whole file has been taken from `source`; reading it may still go on (XLSX). */
  onTaken?: () => void
  /** Stops the import at its next step; nothing is imported. */
  signal?: AbortSignal
}

export interface ImportProgress {
  phase: 'reading' | 'merging'
  /** Rows read so far, and how many of them were refused. */
  rows: number
  rejected: number
  /** Bytes read so far, of how many (0: not known); of an XLSX those of the unpacked sheet. */
  bytes: number
  bytesTotal: number
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

/** Refused rows that a report names; a job keeps all of them. */
export const rejectedRowsKept = 1_000

/** Reasons of rows that are no rows at all. */
export const brokenRows = {
  quote: {
    vi: 'Dòng không đọc được: có dấu ngoặc kép mở mà không đóng.',
    en: 'The row cannot be read: a double quote is never closed.',
  },
  'too-long': {
    vi: 'Dòng không đọc được: quá dài so với một người.',
    en: 'The row cannot be read: it is too long for one person.',
  },
} as const satisfies Record<string, Sentence>

/**
 * Imports citizens from a CSV or XLSX file into the register.
 *
 * One transaction: a file that breaks off or turns out unreadable leaves nothing behind, so that it can be mended and
 * imported again as a whole. Wrong rows, broken lines among them, do not stop the others; they are reported. Importing the
 * same file again updates people; empty cells take nothing away. Memory does not grow with the file.
 * @param source the file's bytes. A stream is closed when the file is refused half-way, as `for await` does; give
 *   `iterator({ destroyOnReturn: false })` of an HTTP request, so that it can still be answered
 * @throws AppError import.bad-encoding | import.malformed | import.no-columns | import.no-consent | import.cancelled,
 *   nothing imported
 */
export function importCitizens(
  db: Db,
  source: AsyncIterable<Uint8Array>,
  options: CitizenImportOptions,
): Promise<CitizenImportReport> {
  return transaction(db, sql => cancellable(db, sql, options.signal, () => importInto(sql, source, options)))
}

async function importInto(
  sql: Transaction,
  source: AsyncIterable<Uint8Array>,
  options: CitizenImportOptions,
): Promise<CitizenImportReport> {
  const dryRun = options.dryRun ?? false
  const now = options.now()
  const basis = options.consentBasis?.trim() ?? ''
  await openStaging(sql)
  const staged = await stageFile(sql, source, basis, now, options)
  options.onProgress?.({ ...staged, phase: 'merging' })
  const merged = await mergeStaged(sql, {
    now,
    source: basis ? `import: ${basis}` : 'import: consent column',
    dryRun,
  })
  const refused = await keepRejected(sql, options.jobId, rejectedRowsKept)
  const report = { dryRun, ...merged, rows: staged.rows, ignoredColumns: staged.ignoredColumns, ...refused }
  await noteDone(sql, options.jobId, report, { ...staged, rejected: refused.rejectedCount })
  return report
}

interface Staged extends Omit<ImportProgress, 'phase'> {
  ignoredColumns: string[]
}

async function stageFile(
  sql: Transaction,
  source: AsyncIterable<Uint8Array>,
  basis: string,
  now: Date,
  { convertOldNumbers = false, onProgress, onTaken, signal }: CitizenImportOptions,
): Promise<Staged> {
  const findArea = await loadAreaFinder(sql, now)
  const staged: Staged = { rows: 0, rejected: 0, bytes: 0, bytesTotal: 0, ignoredColumns: [] }

  const lineOf = (row: SheetRow, columns: Columns): string => {
    staged.rows += 1
    const reading = row.broken
      ? { ok: false as const, reason: brokenRows[row.broken] }
      : readPerson(row, columns, { findArea, consentForAll: columns.at.consent === undefined, convertOldNumbers })
    if (reading.ok) return personLine(reading.person)
    staged.rejected += 1
    return refusedLine(row.row, reading.reason)
  }

  async function* lines(): AsyncGenerator<string> {
    const reading: Reading = await openTable(source, { accepts: citizenSheet.accepts, onTaken })
    try {
      const { columns, rows } = await findHeadings(reading.rows, citizenSheet)
      if (columns.at.consent === undefined && basis === '') throw noConsent()
      staged.ignoredColumns = columns.ignored
      for await (const batch of rows) {
        stopIfAsked(signal)
        let text = ''
        for (const row of batch) text += lineOf(row, columns)
        yield text
        Object.assign(staged, reading.position())
        onProgress?.({ ...staged, phase: 'reading' })
      }
    } finally {
      await reading.close()
    }
  }
  await stageLines(sql, lines())
  return staged
}

function noConsent(): AppError {
  return new AppError('import.no-consent', {
    vi: 'Tệp không có cột "Đồng ý". Pháp luật về bảo vệ dữ liệu cá nhân yêu cầu sự đồng ý của từng người: Ông/Bà vui lòng thêm cột này (có/không), hoặc nêu căn cứ cho thấy mọi người trong tệp đã đồng ý nhận thông báo. Chưa có dòng nào được nhập.',
    en: 'The file has no consent column. The law on personal data asks for the consent of each person: add the column (có/không), or state on what basis everybody in the file has agreed to receive announcements. Nothing was imported.',
  })
}
