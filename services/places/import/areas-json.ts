import { AppError } from '../../domain/errors.ts'
import { decodeText } from '../../people/encoding.ts'
import type { SheetRow, SheetRows } from '../../people/sheet.ts'
import { foldName } from '../../text/fold.ts'
import { officialTones } from '../../text/tones.ts'
import { areaListSeparator, areaSheet } from './areas-columns.ts'

/** The whole country with all its names in every language is some 5 MB. */
const mostCharacters = 64 * 1024 * 1024
/** Provinces and their communes; deeper is something else. */
const deepest = 3

type Json = Record<string, unknown>
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Units as JSON: a list of objects, each with its fields under the headings that a table would have, and units below it in
 * a list of its own (`{Code, FullName, Wards: [{Code, FullName, ProvinceCode}]}`, as the public data sets of Viet Nam's
 * units have them). Given as a table whose rows are numbered from 1. JSON is read as a whole.
 * @throws AppError import.malformed
 */
export async function* areasFromJson(bytes: AsyncIterable<Uint8Array>): SheetRows {
  let text = ''
  for await (const piece of decodeText(bytes)) {
    text += piece
    if (text.length > mostCharacters) throw notUnits('the JSON is longer than is read')
  }
  const units = unitsOf(parse(text))
  const keys = [...new Set(units.flatMap(({ fields }) => Object.keys(fields)))]
  yield [{ row: 0, cells: [...keys, ...(keys.some(isParent) ? [] : ['parent code'])] }]
  yield units.map(({ fields, parent }, i): SheetRow => {
    const cells = keys.map(key => cellOf(key, fields[key]) || (isParent(key) ? parent : ''))
    return { row: i + 1, cells: keys.some(isParent) ? cells : [...cells, parent] }
  })
}

const isParent = (key: string) => areaSheet.readField(key) === 'parentCode'

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw notUnits(cause instanceof Error ? cause.message : 'no JSON')
  }
}

interface Unit {
  fields: Json
  /** Code of the unit under which it was listed. */
  parent: string
}

function unitsOf(value: unknown, parent = '', depth = 1): Unit[] {
  const list = Array.isArray(value) ? value : isObject(value) ? listsIn(value)[0]?.[1] : undefined
  if (!list || depth > deepest || !list.every(isObject)) throw notUnits('not a list of units')
  return list.flatMap(unit => {
    const below = listsIn(unit)
    const fields = Object.fromEntries(Object.entries(unit).filter(([key]) => !below.some(([name]) => name === key)))
    const code = Object.entries(fields).find(([key]) => areaSheet.readField(key) === 'code')?.[1]
    const here = typeof code === 'string' || typeof code === 'number' ? String(code) : ''
    return [{ fields, parent }, ...below.flatMap(([, units]) => unitsOf(units, here, depth + 1))]
  })
}

/** Lists of objects among the fields: units below. */
function listsIn(unit: Json): [string, Json[]][] {
  return Object.entries(unit).flatMap(([key, value]): [string, Json[]][] =>
    Array.isArray(value) && value.length > 0 && value.every(isObject) ? [[key, value]] : [],
  )
}

/** `FullName` is the mark of a data set that rewrote all names to the new style of tone marks. */
function cellOf(key: string, value: unknown): string {
  if (Array.isArray(value)) return value.filter(v => typeof v === 'string').join(areaListSeparator)
  if (typeof value !== 'string' && typeof value !== 'number') return ''
  const text = String(value)
  return foldName(key) === 'fullname' ? officialTones(text) : text
}

function notUnits(message: string): AppError {
  return new AppError(
    'import.malformed',
    {
      vi: 'Tệp JSON không đọc được thành danh sách đơn vị hành chính (mỗi đơn vị cần mã và tên, ví dụ {"Code": "44", "FullName": "Tỉnh Quảng Trị", "Wards": [...]}). Chưa có dòng nào được nhập.',
      en: 'The JSON cannot be read as a list of units (each needs a code and a name, for example {"Code": "44", "FullName": "Tỉnh Quảng Trị", "Wards": [...]}). Nothing was imported.',
    },
    { message },
  )
}
