import type { Sentence } from '../../domain/errors.ts'
import type { Columns } from '../../people/columns.ts'
import { cellOf } from '../../people/rows.ts'
import { foldName } from '../../text/fold.ts'
import { type AreaField, areaListSeparator } from './areas-columns.ts'
import { readPlaceName } from './names.ts'

export type AreaKind = 'province' | 'commune'

/** One unit as a row gives it; null where the row says nothing. */
export interface AreaUnit {
  code: string
  kind: AreaKind
  name: string
  parentCode: string | null
  validFrom: string | null
  validTo: string | null
  aliases: string[]
  /** Only named beside its commune: made when it is missing, never changed. */
  implied: boolean
}

export type AreaReading = { ok: true; units: AreaUnit[] } | { ok: false; reason: Sentence }

const refused = (vi: string, en: string) => ({ ok: false as const, reason: { vi, en } })

/** Words of a unit's level, folded. Townships exist no more but stand in lists of ended units. */
const levels: Record<string, AreaKind | 'district'> = {
  tinh: 'province',
  'thanh pho': 'province',
  'thanh pho trung uong': 'province',
  'thanh pho truc thuoc trung uong': 'province',
  'cap tinh': 'province',
  province: 'province',
  xa: 'commune',
  phuong: 'commune',
  'dac khu': 'commune',
  'thi tran': 'commune',
  'cap xa': 'commune',
  commune: 'commune',
  ward: 'commune',
  huyen: 'district',
  quan: 'district',
  'thi xa': 'district',
  'cap huyen': 'district',
  district: 'district',
}
const unitWords = ['Tỉnh', 'Thành phố', 'Xã', 'Phường', 'Đặc khu', 'Thị trấn']
const mostAliases = 20

function levelOfName(name: string): AreaKind | 'district' | undefined {
  const folded = foldName(name)
  return Object.entries(levels).find(([word]) => folded.startsWith(`${word} `))?.[1]
}

/** Reads the cells of a list of units; see {@link readAreaRow}. */
export function readAreaCells(cells: string[], columns: Columns<AreaField>): AreaReading {
  return readAreaRow(field => cellOf(cells, columns.at[field]))
}

/**
 * Reads one row of a list of provinces and communes. What a unit is, is said by its level column, else by the first words
 * of its name, else by its parent and the length of its code: only then can the zeros be put back that a spreadsheet took
 * from the code (00004 is a commune, 04 a province).
 */
export function readAreaRow(cell: (field: AreaField) => string): AreaReading {
  const name = readPlaceName(cell('fullName') || cell('name'))
  if (!name.ok) return name
  const levelCell = cell('kind').replace(/\s+/g, ' ')
  const named = levels[foldName(levelCell)]
  if (levelCell !== '' && named === undefined) {
    return refused(
      `Không rõ cấp "${levelCell.slice(0, 60)}"; hãy ghi tỉnh, thành phố, xã, phường hoặc đặc khu.`,
      `The level "${levelCell.slice(0, 60)}" is unclear; write tỉnh, thành phố, xã, phường or đặc khu.`,
    )
  }
  const digits = /^'?(\d{1,5})(\.0)?$/.exec(cell('code'))?.[1]
  if (digits === undefined) {
    return refused(
      `Mã "${cell('code').slice(0, 60)}" không phải mã đơn vị hành chính (2 chữ số cho tỉnh, 5 chữ số cho xã).`,
      `"${cell('code').slice(0, 60)}" is no code of a unit (2 digits for a province, 5 for a commune).`,
    )
  }
  const parentCell = cell('parentCode')
  const level = named ?? levelOfName(name.name) ?? (parentCell !== '' ? 'commune' : levelOfCode(digits))
  if (level === undefined) {
    return refused(
      `Không rõ "${digits}" là mã tỉnh hay mã xã; hãy ghi đủ các số 0 ở đầu.`,
      `It is unclear whether "${digits}" is a province or a commune; write the leading zeros.`,
    )
  }
  const width = level === 'province' ? 2 : 5
  if (level === 'district' || digits.length > width) {
    return refused(
      `"${name.name}" (mã ${digits}) không phải đơn vị cấp tỉnh hay cấp xã; Loa chỉ dùng hai cấp này.`,
      `"${name.name}" (code ${digits}) is neither a province nor a commune; Loa uses only these two levels.`,
    )
  }
  const parent = level === 'commune' && parentCell !== '' ? readProvinceCode(parentCell) : null
  if (parent === undefined) {
    return refused(
      `Mã tỉnh "${parentCell.slice(0, 60)}" không đúng (2 chữ số).`,
      `The province code "${parentCell.slice(0, 60)}" is not right (2 digits).`,
    )
  }
  const dates = readValidity(cell('validFrom'), cell('validTo'))
  if (!dates.ok) return dates
  const aliases = cell('aliases')
    .split(new RegExp(`[${areaListSeparator}|\n]`))
    .map(alias => readPlaceName(alias))
    .flatMap(alias => (alias.ok ? [alias.name] : []))
  const unit: AreaUnit = {
    code: digits.padStart(width, '0'),
    kind: level,
    name: withUnitWord(name.name, levelCell),
    parentCode: parent,
    validFrom: dates.from,
    validTo: dates.to,
    aliases: [...new Set(aliases)].slice(0, mostAliases),
    implied: false,
  }
  return { ok: true, units: [...impliedProvince(parent, cell('parentName')), unit] }
}

function levelOfCode(digits: string): AreaKind | undefined {
  if (digits.length === 2) return 'province'
  return digits.length > 2 ? 'commune' : undefined
}

function readProvinceCode(cell: string): string | undefined {
  const digits = /^'?(\d{1,2})(\.0)?$/.exec(cell)?.[1]
  return digits?.padStart(2, '0')
}

/** Lists of communes often name the province in each row instead of giving it a row of its own. */
function impliedProvince(code: string | null, cell: string): AreaUnit[] {
  const name = readPlaceName(cell)
  if (code === null || !name.ok) return []
  const nothing = { parentCode: null, validFrom: null, validTo: null, aliases: [] }
  return [{ code, kind: 'province', name: name.name, ...nothing, implied: true }]
}

/** "Ba Đình" with the level "Phường" is "Phường Ba Đình", as the official list writes it. */
function withUnitWord(name: string, level: string): string {
  const word = unitWords.find(unit => foldName(unit) === foldName(level))
  return word === undefined || levelOfName(name) !== undefined ? name : `${word} ${name}`
}

type Validity = { ok: true; from: string | null; to: string | null } | { ok: false; reason: Sentence }

function readValidity(fromCell: string, toCell: string): Validity {
  const [from, to] = [readDate(fromCell), readDate(toCell)]
  const wrong = from === undefined ? fromCell : to === undefined ? toCell : undefined
  if (wrong !== undefined || from === undefined || to === undefined) {
    return refused(
      `"${wrong?.slice(0, 40)}" không phải là ngày; hãy ghi ngày/tháng/năm, ví dụ 01/07/2025.`,
      `"${wrong?.slice(0, 40)}" is not a date; write day/month/year, for example 01/07/2025.`,
    )
  }
  if (from !== null && to !== null && to <= from) {
    return refused('Ngày hết hiệu lực không sau ngày có hiệu lực.', 'The end of validity is not after its start.')
  }
  return { ok: true, from, to }
}

/** A day as ISO 8601: null when the cell is empty, undefined when it is no day. */
function readDate(cell: string): string | null | undefined {
  if (cell === '') return null
  const iso = /^((?:1[89]|2\d)\d{2})-(\d{2})-(\d{2})(?:[T ]00:00(?::00(?:\.0+)?)?Z?)?$/.exec(cell)
  const local = /^(\d{1,2})[/.-](\d{1,2})[/.-]((?:1[89]|2\d)\d{2})$/.exec(cell)
  const [year, month, day] = iso ? iso.slice(1, 4) : local ? [local[3], local[2], local[1]] : []
  if (year === undefined || month === undefined || day === undefined) return undefined
  const text = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  const at = new Date(`${text}T00:00:00Z`)
  return Number.isNaN(at.getTime()) || at.toISOString().slice(0, 10) !== text ? undefined : text
}
