import { decodeText } from './encoding.ts'
import { hasContent, type SheetRow, type SheetRows } from './sheet.ts'

export type Delimiter = ',' | ';' | '\t'
type Accepts = (row: SheetRow) => boolean

/** A record beyond this is a quote that was never closed, not a person. Characters. */
const longestRecord = 65_536
/** So is one of more lines than this; it also bounds what is read again after a broken record. */
const mostLines = 50

/**
 * The character that separates the headings: Vietnamese Windows writes `;`, others `,`, Excel's "Unicode Text" a tab.
 * Separators inside quotes do not count; a heading line without any is a table of one column.
 */
export function sniffDelimiter(headings: string): Delimiter {
  const bare = headings.replace(/"[^"]*("|$)/g, '')
  const count = (delimiter: Delimiter) => bare.split(delimiter).length
  const candidates: Delimiter[] = [';', '\t', ',']
  return candidates.reduce((best, next) => (count(next) > count(best) ? next : best), ',')
}

/** Every kind of line end becomes `\n`, wherever the pieces are cut. */
async function* evenLineEnds(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let held = ''
  for await (const piece of pieces) {
    const text = held + piece
    held = text.endsWith('\r') ? '\r' : ''
    const whole = held ? text.slice(0, -1) : text
    yield whole.includes('\r') ? whole.replace(/\r\n?/g, '\n') : whole
  }
  if (held) yield '\n'
}

type Reading = { cells: string[]; end: number } | { broken: 'quote' | 'too-long' } | 'more'

/**
 * Reads the record that begins at `from` and holds a quote. Quotes are taken as people write them: one inside a cell is a
 * letter, and so is a quoted beginning that goes on (`"Tý" Nguyễn`). Only a quoted part that crosses a line end must be
 * closed properly: otherwise one stray quote would swallow the lines up to the next.
 * @param ended no text follows `text`
 * @returns the cells and where the next record begins, or 'more' when the record is not complete
 */
function readRecord(text: string, from: number, delimiter: Delimiter, ended: boolean): Reading {
  const cells: string[] = []
  let at = from
  for (;;) {
    let lineEnd = text.indexOf('\n', at)
    let cellEnd = text.indexOf(delimiter, at)
    if (text[at] === '"') {
      const close = closingQuote(text, at)
      if (close < 0) return tooMuch(text, from) || (ended ? { broken: 'quote' } : 'more')
      if (tooMuch(text.slice(from, close), 0)) return { broken: 'quote' }
      const next = text[close + 1]
      if (next === undefined && !ended) return 'more'
      if (next === undefined || next === delimiter || next === '\n') {
        cells.push(text.slice(at + 1, close).replaceAll('""', '"'))
        at = close + 2
        if (next === delimiter) continue
        return { cells, end: at }
      }
      if (text.slice(at, close).includes('\n')) return { broken: 'quote' }
      lineEnd = text.indexOf('\n', close)
      cellEnd = text.indexOf(delimiter, close)
    }
    if (cellEnd >= 0 && (lineEnd < 0 || cellEnd < lineEnd)) {
      cells.push(text.slice(at, cellEnd))
      at = cellEnd + 1
      continue
    }
    if (lineEnd < 0 && !ended) return tooMuch(text, from) ? { broken: 'too-long' } : 'more'
    const end = lineEnd < 0 ? text.length : lineEnd
    cells.push(text.slice(at, end))
    return { cells, end: end + 1 }
  }
}

/** Position of the quote that closes the one at `open`, doubled ones passed over; -1 when there is none. */
function closingQuote(text: string, open: number): number {
  let at = open + 1
  for (;;) {
    const quote = text.indexOf('"', at)
    if (quote < 0 || text[quote + 1] !== '"') return quote
    at = quote + 2
  }
}

function tooMuch(text: string, from: number): { broken: 'quote' } | undefined {
  if (text.length - from > longestRecord) return { broken: 'quote' }
  let lines = 0
  for (let at = text.indexOf('\n', from); at >= 0; at = text.indexOf('\n', at + 1)) {
    lines += 1
    if (lines > mostLines) return { broken: 'quote' }
  }
  return undefined
}

interface Cutter {
  /** All complete rows of the text so far; `ended` when none follows. */
  rowsOf(piece: string, ended: boolean): SheetRow[]
}

function cutter(delimiter: Delimiter): Cutter {
  let rest = ''
  let row = 0
  /** In the middle of a line that was given up for its length. */
  let skipping = false

  function rowsOf(piece: string, ended: boolean): SheetRow[] {
    const text = rest + piece
    const rows: SheetRow[] = []
    const give = (cells: string[]) => {
      row += 1
      if (hasContent(cells)) rows.push({ row, cells })
    }
    const giveUp = (broken: 'quote' | 'too-long') => {
      row += 1
      rows.push({ row, cells: [], broken })
    }
    let at = 0
    while (at < text.length) {
      const newline = text.indexOf('\n', at)
      const lineEnd = newline < 0 ? text.length : newline
      if (skipping || lineEnd - at > longestRecord) {
        if (!skipping) giveUp('too-long')
        skipping = newline < 0
        at = lineEnd + 1
        continue
      }
      const line = text.slice(at, lineEnd)
      if (!line.includes('"')) {
        if (newline < 0 && !ended) break
        give(line.split(delimiter))
        at = lineEnd + 1
        continue
      }
      const reading = readRecord(text, at, delimiter, ended)
      if (reading === 'more') break
      if ('broken' in reading) {
        // Only the line where the record began is lost: what follows is read as lines of its own.
        if (newline < 0 && !ended) break
        giveUp(reading.broken)
        at = lineEnd + 1
      } else {
        give(reading.cells)
        at = reading.end
      }
    }
    rest = at < text.length ? text.slice(at) : ''
    return rows
  }
  return { rowsOf }
}

/** Lines that are looked at for how cells are separated; lists often carry a title above the headings. */
const sniffedLines = 20

/** Reads the first lines, says how to cut, and gives their text back with Excel's hint taken off. */
async function openText(
  pieces: AsyncGenerator<string>,
  accepts: Accepts,
): Promise<{ delimiter: Delimiter; head: string; ended: boolean }> {
  let head = ''
  let ended = false
  while (!ended && head.length < longestRecord && head.split('\n').length <= sniffedLines) {
    const next = await pieces.next()
    if (next.done) ended = true
    else head += next.value
  }
  // Excel's hint stands above the headings and is not shown: it is no row.
  const hint = /^sep=([;,\t])(\n|$)/i.exec(head)
  if (hint) return { delimiter: hint[1] as Delimiter, head: head.slice(hint[0].length), ended }
  const lines = head.split('\n').slice(0, sniffedLines)
  const headings = lines.find(line => accepts({ row: 1, cells: unquoted(line, sniffDelimiter(line)) }))
  return { delimiter: sniffDelimiter(headings ?? lines.find(line => /[;,\t]/.test(line)) ?? ''), head, ended }
}

/** Cells of a line of headings, near enough to know them. */
function unquoted(line: string, delimiter: Delimiter): string[] {
  return line.split(delimiter).map(cell => cell.replaceAll('"', ''))
}

/**
 * Reads a CSV file of any of the usual dialects, in memory that does not grow with the file. The first row given is the
 * headings or stands above them. A line that is broken (a quote never closed, endless text) is given as such and costs no other line.
 * @param accepts true for the row of headings: it decides how cells are separated
 * @throws AppError import.bad-encoding
 */
export async function* readCsv(source: AsyncIterable<Uint8Array>, accepts: Accepts = () => false): SheetRows {
  const pieces = evenLineEnds(decodeText(source))
  const { delimiter, head, ended } = await openText(pieces, accepts)
  const { rowsOf } = cutter(delimiter)
  let rows = rowsOf(head, ended)
  if (rows.length > 0) yield rows
  if (ended) return
  for await (const piece of pieces) {
    rows = rowsOf(piece, false)
    if (rows.length > 0) yield rows
  }
  rows = rowsOf('', true)
  if (rows.length > 0) yield rows
}
