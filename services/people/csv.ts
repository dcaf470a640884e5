import { pipeline, Readable } from 'node:stream'
import { CsvError, parse } from 'csv-parse'
import { AppError } from '../domain/errors.ts'
import { decodeText } from './encoding.ts'

export type Delimiter = ',' | ';' | '\t'

export interface CsvRow {
  /** As a spreadsheet numbers it: the headings are row 1; empty rows count. */
  row: number
  cells: string[]
}

/** A record beyond this is a quote that was never closed, not a person. Characters. */
const longestRecord = 65_536

/** Position of the end of the first record (a line break outside quotes), or -1 when it is not in `text`. */
function endOfRecord(text: string): number {
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    const c = text[i]
    if (c === '"') quoted = !quoted
    else if (!quoted && (c === '\n' || c === '\r')) return i
  }
  return -1
}

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

/** Reads on until the headings are complete, then says how to cut and gives all text again from the start. */
async function openText(
  source: AsyncIterable<Uint8Array>,
): Promise<{ delimiter: Delimiter; text: AsyncIterable<string> }> {
  const pieces = decodeText(source)
  let head = ''
  let end = -1
  while (end < 0 && head.length < longestRecord) {
    const next = await pieces.next()
    if (next.done) break
    head += next.value
    head = head.replace(/^[\r\n]+/, '')
    end = endOfRecord(head)
  }
  let headings = end < 0 ? head : head.slice(0, end)
  // Excel's own hint, a line above the headings that it does not show.
  const hint = /^sep=([;,\t])$/i.exec(headings)?.[1] as Delimiter | undefined
  if (hint !== undefined) {
    head = head.slice(end).replace(/^(\r\n|\r|\n)/, '')
    headings = head.slice(0, Math.max(endOfRecord(head), 0))
  }
  async function* text() {
    if (head) yield head
    yield* pieces
  }
  return { delimiter: hint ?? sniffDelimiter(headings), text: text() }
}

function malformed(error: CsvError): AppError {
  // The parser fails ahead of the rows it has already given, and says how many records it had finished.
  const row = Number(error.records ?? 0) + 1
  return new AppError(
    'import.malformed',
    {
      vi: `Không đọc được tệp từ khoảng dòng ${row}: có dấu ngoặc kép mở mà không đóng, hoặc dòng quá dài. Chưa có dòng nào được nhập.`,
      en: `The file cannot be read from about row ${row} on: a double quote is never closed, or the row is too long. Nothing was imported.`,
    },
    { message: `csv: ${error.code} near row ${row}`, details: { row } },
  )
}

/**
 * Reads a CSV file of any of the usual dialects, row by row, in memory that does not grow with the file. The first row
 * given is the headings. Rows without any content are passed over but counted.
 * @throws AppError import.bad-encoding | import.malformed
 */
export async function* readCsv(source: AsyncIterable<Uint8Array>): AsyncGenerator<CsvRow> {
  const { delimiter, text } = await openText(source)
  const parser = parse({
    delimiter,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_quotes: true,
    relax_column_count: true,
    max_record_size: longestRecord,
  })
  pipeline(Readable.from(text), parser, () => undefined)
  let row = 0
  try {
    for await (const cells of parser as AsyncIterable<string[]>) {
      row += 1
      if (cells.some(cell => cell.trim() !== '')) yield { row, cells }
    }
  } catch (error) {
    throw error instanceof CsvError ? malformed(error) : error
  }
}
