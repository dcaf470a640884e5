import { AppError, type Sentence } from '../domain/errors.ts'
import { foldName } from '../text/fold.ts'
import type { SheetRow, SheetRows } from './sheet.ts'

/** How lists head the columns that say where somebody or something is; also lists of stations and boards. */
export const areaHeadings = {
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
} as const

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
  ...areaHeadings,
  tags: ['nhan', 'nhom', 'doi tuong', 'nhom doi tuong', 'tag', 'tags', 'group', 'groups'],
  language: ['ngon ngu', 'tieng', 'tieng dan toc', 'ngon ngu nhan tin', 'language', 'lang'],
  consent: ['dong y', 'su dong y', 'dong y nhan tin', 'dong y nhan thong bao', 'consent', 'agreed', 'opt in'],
} as const satisfies Record<string, readonly string[]>
export type Field = keyof typeof headings

export interface Columns<F extends string = Field> {
  /** Position of each known field in a row; absent when the file has no such column. */
  at: Partial<Record<F, number>>
  /** Headings that mean nothing to the import, as written. */
  ignored: string[]
  /** Columns with a heading; a row that is longer has been cut wrongly. */
  width: number
}

/** What a list must have to be of use. */
export interface SheetKind<F extends string = Field> {
  /** @throws AppError import.no-columns when the cells are no headings of such a list */
  readHeadings(cells: string[]): Columns<F>
  accepts(row: SheetRow): boolean
  /** True for a heading that such a list has. */
  knows(heading: string): boolean
}

/** A kind of list as data. */
export interface SheetSpec<F extends string> {
  /** Headings that offices give each column, folded. */
  headings: Record<F, readonly string[]>
  /** Headings for somebody to copy. */
  example: string
  /** What the file lacks; undefined when it has enough. */
  lacks(has: (field: F) => boolean): Sentence | undefined
}

/** Makes a kind of list of its headings and needs. */
export function sheetOf<F extends string>({ headings, example, lacks }: SheetSpec<F>): SheetKind<F> {
  const fieldOf = (heading: string): F | undefined => {
    // A remark in brackets does not change what the column is: "Số điện thoại (bắt buộc)".
    const wanted = [foldName(heading), foldName(heading.replace(/\([^)]*\)|\*/g, ' '))]
    const fields = Object.keys(headings) as F[]
    return fields.find(field => wanted.some(name => headings[field].includes(name)))
  }
  const readHeadings = (cells: string[]): Columns<F> => {
    const columns: Columns<F> = { at: {}, ignored: [], width: cells.length }
    for (const [position, cell] of cells.entries()) {
      const field = fieldOf(cell)
      const first = field === undefined ? undefined : columns.at[field]
      if (first !== undefined) {
        const names = `"${cells[first]?.trim()}", "${cell.trim()}"`
        throw noColumns(
          {
            vi: `Hai cột cùng một nội dung: ${names}. Ông/Bà vui lòng bỏ bớt một cột.`,
            en: `Two columns hold the same: ${names}. Please remove one.`,
          },
          example,
        )
      }
      if (field !== undefined) columns.at[field] = position
      else if (cell.trim() !== '') columns.ignored.push(cell.trim().slice(0, 60))
    }
    const lacking = lacks(field => columns.at[field] !== undefined)
    if (lacking) throw noColumns(lacking, example)
    return columns
  }
  const accepts = ({ cells }: SheetRow) => {
    try {
      readHeadings(cells)
      return true
    } catch {
      return false
    }
  }
  return { readHeadings, accepts, knows: heading => fieldOf(heading) !== undefined }
}

function noColumns({ vi, en }: Sentence, example: string): AppError {
  return new AppError('import.no-columns', {
    vi: `${vi} Một trong 20 dòng đầu của tệp phải là tên cột, ví dụ: ${example}. Chưa có dòng nào được nhập.`,
    en: `${en} One of the first 20 rows must hold the headings, for example: ${example}. Nothing was imported.`,
  })
}

const example = 'Họ tên, Số điện thoại, Email, Mã xã, Nhãn, Đồng ý, Ngôn ngữ'
const noAddress: Sentence = {
  vi: 'Tệp không có cột số điện thoại hoặc email.',
  en: 'The file has no column of phone numbers or emails.',
}
const noArea: Sentence = {
  vi: 'Tệp không có cột mã xã hoặc tên xã.',
  en: 'The file has no column of commune codes or names.',
}

export const citizenSheet = sheetOf<Field>({
  headings,
  example,
  lacks: has => {
    if (!has('phone') && !has('email')) return noAddress
    return has('areaCode') || has('areaName') ? undefined : noArea
  },
})
/** @throws AppError import.no-columns when an address or the commune is missing, or two columns claim the same */
export const readHeadings = citizenSheet.readHeadings
/** A list of people who refuse messages: an address is enough. */
export const optOutSheet = sheetOf<Field>({
  headings,
  example,
  lacks: has => (has('phone') || has('email') ? undefined : noAddress),
})

/** Lists often carry a title, a date and an empty line above the headings. */
export const rowsAboveHeadings = 20

/**
 * Finds the headings among the first rows.
 * @returns the columns, and the rows below the headings
 * @throws AppError import.no-columns, saying what the likeliest row lacks
 */
export async function findHeadings<F extends string>(
  batches: SheetRows,
  kind: SheetKind<F>,
): Promise<{ columns: Columns<F>; rows: SheetRows }> {
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
  const known = (row: SheetRow) => row.cells.filter(kind.knows).length
  const likeliest = above.slice(0, rowsAboveHeadings).sort((a, b) => known(b) - known(a))[0]
  kind.readHeadings(likeliest?.cells ?? [])
  throw new Error('no row among the first was accepted, and yet one reads as headings')
}

async function* below(rest: SheetRow[], batches: SheetRows): SheetRows {
  if (rest.length > 0) yield rest
  yield* batches
}
