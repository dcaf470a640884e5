import type { Readable } from 'node:stream'
import { hasContent, type SheetRow, type SheetRows } from '../sheet.ts'
import { type Book, cellText } from './cells.ts'
import { badWorkbook } from './refusal.ts'
import { readXml } from './xml.ts'

/** Excel's own last row. */
const lastRow = 1_048_576
/** Columns beyond are not looked at; a list of people has some ten. */
const mostColumns = 256
/** The start of a text shows what is wrong with it. */
const longestCell = 4_000

/** Column of a reference: A1 -> 0, AB7 -> 27; -1 without letters. */
function columnOf(reference: string): number {
  let column = 0
  for (let i = 0; i < reference.length; i++) {
    const letter = reference.charCodeAt(i) - 64
    if (letter < 1 || letter > 26) break
    column = column * 26 + letter
  }
  return column - 1
}

/**
 * Reads the rows of a sheet, in memory that does not grow with it. Rows and cells that are left out of the file count as
 * empty; rows without content are passed over.
 * @param onBytes told how many unpacked bytes were read
 * @throws AppError import.malformed
 */
export async function* sheetRows(part: Readable, book: Book, onBytes: (bytes: number) => void): SheetRows {
  let ready: SheetRow[] = []
  let row = 0
  let cells: string[] = []
  let column = -1
  let raw = { type: undefined as string | undefined, style: 0, value: '', formula: false }
  let taking = false
  let phonetic = false

  const pieces = readXml(part, {
    open(name, attribute) {
      if (name === 'row') {
        const next = Number(attribute('r') ?? row + 1)
        if (!(next > row && next <= lastRow)) throw badWorkbook(`row ${attribute('r')} after row ${row}`)
        row = next
        cells = []
        column = -1
      } else if (name === 'c') {
        const reference = attribute('r')
        column = reference === undefined ? column + 1 : columnOf(reference)
        raw = { type: attribute('t'), style: Number(attribute('s') ?? 0), value: '', formula: false }
      } else if (name === 'f') raw.formula = true
      else if (name === 'rPh') phonetic = true
      else if (name === 'v' || name === 't') taking = !phonetic
    },
    text(piece) {
      if (taking && raw.value.length < longestCell) raw.value += piece.slice(0, longestCell)
    },
    close(name) {
      if (name === 'v' || name === 't') taking = false
      else if (name === 'rPh') phonetic = false
      else if (name === 'c' && column >= 0 && column < mostColumns) {
        while (cells.length < column) cells.push('')
        cells[column] = cellText(raw, book)
      } else if (name === 'row' && hasContent(cells)) ready.push({ row, cells })
    },
  })
  for await (const bytes of pieces) {
    onBytes(bytes)
    if (ready.length === 0) continue
    yield ready
    ready = []
  }
  if (ready.length > 0) yield ready
}
