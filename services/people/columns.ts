import { AppError } from '../domain/errors.ts'
import { foldName } from '../text/fold.ts'
import type { SheetRow, SheetRows } from './sheet.ts'

/** What a column may hold, with the headings that offices give it (folded: no marks, lower case). */
const headings = {
  fullName: ['ho ten', 'ho va ten', 'ten', 'ho ten nguoi dan', 'ho ten cong dan', 'full name', 'fullname', 'name'],
  phone: [
    'so dien thoai',
    'dien thoai',
    'sdt',
    'so dt',
    'dt',
    'dtdd',
    'di dong',
    'so di dong',
    'dien thoai di dong',
    'so dien thoai di dong',
    'phone',
    'phone number',
    'mobile',
    'mobile phone',
    'tel',
  ],
  email: ['email', 'e mail', 'mail', 'dia chi email', 'thu dien tu', 'dia chi thu dien tu', 'email address'],
  areaCode: [
    'ma xa',
    'ma xa phuong',
    'ma phuong xa',
    'ma dia ban',
    'ma don vi hanh chinh',
    'area code',
    'commune code',
  ],
  areaName: [
    'xa',
    'phuong',
    'xa phuong',
    'phuong xa',
    'xa phuong dac khu',
    'ten xa',
    'ten xa phuong',
    'dia ban',
    'don vi hanh chinh',
    'area',
    'commune',
    'ward',
  ],
  tags: ['nhan', 'nhom', 'doi tuong', 'nhom doi tuong', 'tag', 'tags', 'group', 'groups'],
  language: ['ngon ngu', 'tieng', 'tieng dan toc', 'ngon ngu nhan tin', 'language', 'lang'],
  consent: ['dong y', 'su dong y', 'dong y nhan tin', 'dong y nhan thong bao', 'consent', 'agreed', 'opt in'],
} as const satisfies Record<string, readonly string[]>
export type Field = keyof typeof headings

export interface Columns {
  /** Position of each known field in a row; absent when the file has no such column. */
  at: Partial<Record<Field, number>>
  /** Headings that mean nothing to the import, as written. */
  ignored: string[]
  /** Columns with a heading; a row that is longer has been cut wrongly. */
  width: number
}

function fieldOf(heading: string): Field | undefined {
  // A remark in brackets does not change what the column is: "Số điện thoại (bắt buộc)".
  const wanted = [foldName(heading), foldName(heading.replace(/\([^)]*\)|\*/g, ' '))]
  const fields = Object.keys(headings) as Field[]
  return fields.find(field => wanted.some(name => (headings[field] as readonly string[]).includes(name)))
}

function noColumns(vi: string, en: string): AppError {
  return new AppError('import.no-columns', {
    vi: `${vi} Một trong 20 dòng đầu của tệp phải là tên cột, ví dụ: Họ tên, Số điện thoại, Email, Mã xã, Nhãn, Đồng ý, Ngôn ngữ. Chưa có dòng nào được nhập.`,
    en: `${en} One of the first 20 rows must hold the headings, for example: Họ tên, Số điện thoại, Email, Mã xã, Nhãn, Đồng ý, Ngôn ngữ. Nothing was imported.`,
  })
}

/** What a list must have to be of use. */
export interface SheetKind {
  /** @throws AppError import.no-columns when the cells are no headings of such a list */
  readHeadings(cells: string[]): Columns
  accepts(row: SheetRow): boolean
}

/**
 * Finds out which column holds what, by headings in Vietnamese (with or without marks) or English.
 * @throws AppError import.no-columns when two columns claim the same
 */
function columnsOf(cells: string[]): Columns {
  const columns: Columns = { at: {}, ignored: [], width: cells.length }
  for (const [position, cell] of cells.entries()) {
    const field = fieldOf(cell)
    const first = field === undefined ? undefined : columns.at[field]
    if (first !== undefined) {
      const names = `"${cells[first]?.trim()}", "${cell.trim()}"`
      throw noColumns(
        `Hai cột cùng một nội dung: ${names}. Ông/Bà vui lòng bỏ bớt một cột.`,
        `Two columns hold the same: ${names}. Please remove one.`,
      )
    }
    if (field !== undefined) columns.at[field] = position
    else if (cell.trim() !== '') columns.ignored.push(cell.trim().slice(0, 60))
  }
  if (columns.at.phone === undefined && columns.at.email === undefined) {
    throw noColumns('Tệp không có cột số điện thoại hoặc email.', 'The file has no column of phone numbers or emails.')
  }
  return columns
}

/** @throws AppError import.no-columns when an address or the commune is missing, or two columns claim the same */
export function readHeadings(cells: string[]): Columns {
  const columns = columnsOf(cells)
  if (columns.at.areaCode === undefined && columns.at.areaName === undefined) {
    throw noColumns('Tệp không có cột mã xã hoặc tên xã.', 'The file has no column of commune codes or names.')
  }
  return columns
}

function kindOf(read: (cells: string[]) => Columns): SheetKind {
  const accepts = ({ cells }: SheetRow) => {
    try {
      read(cells)
      return true
    } catch {
      return false
    }
  }
  return { readHeadings: read, accepts }
}

export const citizenSheet = kindOf(readHeadings)
/** A list of people who refuse messages: an address is enough. */
export const optOutSheet = kindOf(columnsOf)

/** Lists often carry a title, a date and an empty line above the headings. */
export const rowsAboveHeadings = 20

/**
 * Finds the headings among the first rows.
 * @returns the columns, and the rows below the headings
 * @throws AppError import.no-columns, saying what the likeliest row lacks
 */
export async function findHeadings(
  batches: SheetRows,
  kind: SheetKind,
): Promise<{ columns: Columns; rows: SheetRows }> {
  const above: SheetRow[] = []
  for (;;) {
    const next = await batches.next()
    const batch = next.done ? [] : next.value
    const at = batch.slice(0, rowsAboveHeadings - above.length).findIndex(kind.accepts)
    if (at >= 0) {
      const columns = kind.readHeadings(batch[at]?.cells ?? [])
      return { columns, rows: below(batch.slice(at + 1), batches) }
    }
    above.push(...batch)
    if (next.done || above.length >= rowsAboveHeadings) break
  }
  await batches.return(undefined)
  const known = (row: SheetRow) => row.cells.filter(cell => fieldOf(cell) !== undefined).length
  const likeliest = above.slice(0, rowsAboveHeadings).sort((a, b) => known(b) - known(a))[0]
  kind.readHeadings(likeliest?.cells ?? [])
  throw noColumns('Không tìm thấy dòng tên cột.', 'No row of headings was found.')
}

async function* below(rest: SheetRow[], batches: SheetRows): SheetRows {
  if (rest.length > 0) yield rest
  yield* batches
}
