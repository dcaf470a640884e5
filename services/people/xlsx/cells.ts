import type { SharedStrings } from './strings.ts'
import type { NumberStyle } from './styles.ts'

/** What a sheet's cells refer to. */
export interface Book {
  strings: SharedStrings
  styles: NumberStyle[]
  /** Days count from 1904 (old files of Macs) instead of 1900. */
  from1904: boolean
}

export interface RawCell {
  /** `t` of the cell: 's' shared, 'inlineStr', 'str' (of a formula), 'b', 'e', 'd' or a number. */
  type: string | undefined
  style: number
  value: string
  /** Holds a formula. It is never worked out: what counts is the value that was saved with it. */
  formula: boolean
}

/** Text of a cell as the other readers expect it. */
export function cellText(cell: RawCell, book: Book): string {
  const { type, value } = cell
  // A formula that was never worked out has no value; its error is what a spreadsheet would show.
  if (value === '') return cell.formula && type !== 'str' ? '#CALC!' : ''
  if (type === 's') return plain(book.strings.at(Number(value)) ?? '')
  if (type === 'inlineStr' || type === 'str') return plain(value)
  if (type === 'b') return value === '1' ? 'true' : 'false'
  if (type === 'e' || type === 'd') return value
  return numberText(value, book.styles[cell.style], book.from1904)
}

/** Characters that XML cannot hold are written `_x000D_` (ECMA-376 part 1, 22.9.2.19). */
function plain(text: string): string {
  if (!text.includes('_x')) return text
  return text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, hex: string) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16))
    // Half a character or one that no text holds must not come in by the back door.
    return /[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]/.test(character) ? '\ufffd' : character
  })
}

/** All digits of the number: a phone number that a screen shows as 8,49E+10 is whole in the file. */
function numberText(value: string, style: NumberStyle, from1904: boolean): string {
  const number = Number(value)
  if (!Number.isFinite(number)) return value
  if (style === 'date') return dateText(number, from1904)
  const text = Number.isSafeInteger(number) ? BigInt(number).toString() : String(number)
  return style && Number.isSafeInteger(number) && number >= 0 ? text.padStart(style.digits, '0') : text
}

const dayMs = 86_400_000

/** ISO 8601, without a time at midnight. Serial 60 is the day in 1900 that never was; later days count from 30-12-1899. */
function dateText(serial: number, from1904: boolean): string {
  const start = from1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, serial < 60 ? 31 : 30)
  const at = new Date(start + Math.round((serial * dayMs) / 1000) * 1000)
  if (Number.isNaN(at.getTime())) return String(serial)
  const text = at.toISOString()
  return text.endsWith('T00:00:00.000Z') ? text.slice(0, 10) : text.slice(0, 16).replace('T', ' ')
}
