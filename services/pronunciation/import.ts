import type { Actor } from '../domain/accounts.ts'
import { AppError, isAppError, type Sentence } from '../domain/errors.ts'
import { type AreaFinder, loadAreaFinder } from '../people/areas.ts'
import type { SheetRow } from '../people/sheet.ts'
import { openTable } from '../people/table.ts'
import { listAreas } from '../store/areas.ts'
import type { Sql, Transaction } from '../store/db.ts'
import { transaction } from '../store/db.ts'
import {
  type EntryState,
  insertPronunciations,
  listPronunciations,
  type PronunciationChange,
  type PronunciationRow,
  recordChanges,
  updatePronunciations,
} from '../store/pronunciations.ts'
import { foldName } from '../text/fold.ts'
import { formKey } from '../text/speech/dictionary.ts'
import { checkEntry, type EntryKind } from '../text/speech/entry.ts'
import { entriesAtMost, fieldsOf, type PronunciationContext, stateOf, tooMany } from './entries.ts'

/** Rows in one file. */
export const rowsAtMost = 20_000
const rejectedShown = 200

/** What a column may be called, folded (no marks, lower case). The first Vietnamese one is what an export writes. */
const headings = {
  written: ['cach viet', 'viet', 'chu viet', 'tu', 'written', 'word'],
  spoken: ['cach doc', 'doc', 'phien am', 'phat am', 'spoken', 'pronunciation'],
  area: ['ma dia ban', 'dia ban', 'ma xa', 'xa', 'area', 'area code'],
  kind: ['loai', 'kind', 'type'],
  caseSensitive: ['phan biet hoa thuong', 'hoa thuong', 'case sensitive', 'casesensitive'],
  note: ['ghi chu', 'note'],
} as const satisfies Record<string, readonly string[]>
type Column = keyof typeof headings
type Columns = Partial<Record<Column, number>>

const kinds: Record<string, EntryKind> = {
  'dia danh': 'place',
  place: 'place',
  'ten rieng': 'name',
  name: 'name',
  'viet tat': 'abbreviation',
  'chu viet tat': 'abbreviation',
  abbreviation: 'abbreviation',
  tu: 'word',
  'tu ngu': 'word',
  word: 'word',
  '': 'word',
}

export interface PronunciationImport {
  dryRun: boolean
  rows: number
  added: number
  updated: number
  unchanged: number
  rejectedCount: number
  /** The first 200. */
  rejected: { row: number; reason: Sentence }[]
}

/**
 * Takes entries from a CSV or Excel file: an entry with the same form and area is rewritten, a new one added, none removed.
 * A row that cannot be taken is named with its reason and costs only itself.
 * @throws AppError import.bad-encoding | import.malformed | import.no-columns | pronunciation.too-many, nothing imported
 */
export async function importEntries(
  ctx: PronunciationContext,
  actor: Actor,
  source: AsyncIterable<Uint8Array>,
  dryRun: boolean,
): Promise<PronunciationImport> {
  return await transaction(ctx.db, async sql => {
    // One import at a time: what is added and what rewritten is decided from what is there.
    await sql.query('lock table pronunciations in share row exclusive mode')
    const { entries, rows, rejected } = await readFile(sql, source, ctx.now())
    const present = await presentEntries(sql)
    const added: EntryState[] = []
    const updated: { before: PronunciationRow; after: EntryState }[] = []
    for (const [key, entry] of entries) {
      const before = present.get(key)
      if (before === undefined) added.push(entry)
      else if (!sameEntry(before, entry)) updated.push({ before, after: entry })
    }
    if (present.size + added.length > entriesAtMost) throw tooMany()
    if (!dryRun) await write(sql, ctx, actor, added, updated)
    return {
      dryRun,
      rows,
      added: added.length,
      updated: updated.length,
      unchanged: entries.size - added.length - updated.length,
      rejectedCount: rejected.length,
      rejected: rejected.slice(0, rejectedShown),
    }
  })
}

const keyOf = (entry: EntryState) =>
  `${entry.areaCode ?? ''} ${entry.caseSensitive} ${formKey(entry.written, entry.caseSensitive)}`

function sameEntry(a: EntryState, b: EntryState): boolean {
  return a.written === b.written && a.spoken === b.spoken && a.kind === b.kind && a.note === b.note
}

async function presentEntries(sql: Sql): Promise<Map<string, PronunciationRow>> {
  const rows = await listPronunciations(sql, { limit: entriesAtMost + 1 })
  return new Map(rows.map(row => [keyOf(row), row]))
}

async function write(
  sql: Transaction,
  ctx: PronunciationContext,
  actor: Actor,
  added: EntryState[],
  updated: { before: PronunciationRow; after: EntryState }[],
): Promise<void> {
  const stamp = { at: ctx.now(), by: actor.name }
  const ids = await insertPronunciations(sql, added.map(fieldsOf), stamp)
  await updatePronunciations(
    sql,
    updated.map(({ before, after }) => ({ ...fieldsOf(after), id: before.id })),
    stamp,
  )
  const changes: PronunciationChange[] = [
    ...added.map((entry, i) => ({ id: ids[i] ?? '', before: null, after: entry })),
    ...updated.map(({ before, after }) => ({ id: before.id, before: stateOf(before), after })),
  ].map(({ id, before, after }) => ({ pronunciationId: id, action: 'import', before, after: stateOf(after) }))
  await recordChanges(sql, changes, actor, stamp.at)
}

interface FileRead {
  /** By form and area; a row that repeats one is among the rejected. */
  entries: Map<string, EntryState>
  rows: number
  rejected: { row: number; reason: Sentence }[]
}

async function readFile(sql: Sql, source: AsyncIterable<Uint8Array>, now: Date): Promise<FileRead> {
  const findArea = await areas(sql, now)
  const table = await openTable(source, { accepts: row => columnsOf(row.cells) !== undefined })
  const read: FileRead = { entries: new Map(), rows: 0, rejected: [] }
  const firstRow = new Map<string, number>()
  let columns: Columns | undefined
  try {
    for await (const batch of table.rows) {
      for (const row of batch) {
        if (columns === undefined) {
          columns = columnsOf(row.cells)
          continue
        }
        read.rows += 1
        if (read.rows > rowsAtMost) throw tooMany(rowsAtMost)
        const entry = readRow(row, columns, findArea)
        const key = 'reason' in entry ? undefined : keyOf(entry.entry)
        const earlier = key === undefined ? undefined : firstRow.get(key)
        if ('reason' in entry) read.rejected.push({ row: row.row, reason: entry.reason })
        else if (earlier !== undefined) read.rejected.push({ row: row.row, reason: repeated(earlier) })
        else {
          read.entries.set(keyOf(entry.entry), entry.entry)
          firstRow.set(keyOf(entry.entry), row.row)
        }
      }
    }
  } finally {
    await table.close()
  }
  if (columns === undefined) throw noColumns()
  return read
}

function columnsOf(cells: string[]): Columns | undefined {
  const columns: Columns = {}
  for (const [position, cell] of cells.entries()) {
    const name = foldName(cell)
    const column = (Object.keys(headings) as Column[]).find(c => (headings[c] as readonly string[]).includes(name))
    if (column !== undefined) columns[column] ??= position
  }
  return columns.written === undefined || columns.spoken === undefined ? undefined : columns
}

function noColumns(): AppError {
  return new AppError('import.no-columns', {
    vi: 'Tệp cần có cột "Cách viết" và cột "Cách đọc" (có thể thêm: Mã địa bàn, Loại, Phân biệt hoa thường, Ghi chú). Chưa có dòng nào được nhập.',
    en: 'The file needs the columns "Cách viết" and "Cách đọc" (and may have: Mã địa bàn, Loại, Phân biệt hoa thường, Ghi chú). Nothing was imported.',
  })
}

const yes = ['co', 'x', '1', 'true', 'yes', 'dung']
const no = ['', 'khong', '0', 'false', 'no', 'sai']

function readRow(
  { cells, broken }: SheetRow,
  columns: Columns,
  findArea: AreaFinder,
): { entry: EntryState } | { reason: Sentence } {
  if (broken !== undefined) {
    return { reason: { vi: 'Dòng bị hỏng: dấu ngoặc kép không đóng.', en: 'The row is broken: an open quote.' } }
  }
  const cell = (column: Column) => plainCell(cells[columns[column] ?? -1] ?? '')
  const area = cell('area') === '' ? { ok: true as const, code: null } : findArea(cell('area'))
  if (!area.ok) return { reason: area.reason }
  const kind = kinds[foldName(cell('kind'))]
  const flag = foldName(cell('caseSensitive'))
  if (kind === undefined) {
    return {
      reason: {
        vi: `Không có loại "${cell('kind').slice(0, 40)}": ghi địa danh, tên riêng, viết tắt hoặc từ ngữ.`,
        en: `There is no kind "${cell('kind').slice(0, 40)}": write place, name, abbreviation or word.`,
      },
    }
  }
  if (!yes.includes(flag) && !no.includes(flag)) {
    return { reason: { vi: 'Cột phân biệt hoa thường: ghi có hoặc không.', en: 'Case sensitive: write yes or no.' } }
  }
  try {
    const entry = checkEntry({
      areaCode: area.code,
      kind,
      written: cell('written'),
      spoken: cell('spoken'),
      caseSensitive: yes.includes(flag),
      note: cell('note'),
    })
    return { entry }
  } catch (error) {
    if (isAppError(error)) return { reason: error.userMessage }
    throw error
  }
}

/** The apostrophe that keeps a spreadsheet from taking a text for a formula is no part of it. */
function plainCell(cell: string): string {
  return cell.trim().replace(/^'(?=[=+\-@])/, '')
}

function repeated(row: number): Sentence {
  return {
    vi: `Trùng với dòng ${row}: cùng cách viết và địa bàn.`,
    en: `The same written form and area as in row ${row}.`,
  }
}

/** Communes by code or name, and provinces by code or name. */
async function areas(sql: Sql, now: Date): Promise<AreaFinder> {
  const communes = await loadAreaFinder(sql, now)
  const provinces = (await listAreas(sql)).filter(area => area.kind === 'province')
  return cell => {
    const bare = foldName(cell).replace(/^(tinh|thanh pho) /, '')
    const province = provinces.find(
      p => p.code === cell.replace(/^'/, '') || foldName(p.name).replace(/^(tinh|thanh pho) /, '') === bare,
    )
    return province ? { ok: true, code: province.code } : communes(cell)
  }
}
