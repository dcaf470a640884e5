import { readCsv } from './csv.ts'
import type { SheetRow, SheetRows } from './sheet.ts'

/** A table that is being read, whatever the file. */
export interface Reading {
  rows: SheetRows
  /** How far reading is. */
  position(): { bytes: number; bytesTotal: number }
  close(): Promise<void>
}

export interface TableOptions {
  /** True when a row holds the headings: which sheet of a workbook is meant. */
  accepts: (row: SheetRow) => boolean
  /** Called when the last byte has been taken from the source. */
  onTaken?: (() => void) | undefined
  /** How a JSON file becomes rows, for lists that come as such. */
  json?: ((bytes: AsyncIterable<Uint8Array>) => SheetRows) | undefined
}

/** A zip file begins so; every .xlsx is one. */
const zipMark = Buffer.from([0x50, 0x4b, 0x03, 0x04])

/** Blanks and a byte order mark may stand before the bracket. */
const jsonHeadBytes = 64
const beginsJson = (head: Uint8Array) =>
  /^\s*[[{]/.test(
    Buffer.from(head)
      .toString('utf8')
      .replace(/^\ufeff/, ''),
  )

/**
 * Opens a file by what it holds, not by its name: a zip is read as an XLSX workbook, a bracket begins JSON where the list
 * takes it, anything else is CSV.
 * @throws AppError import.bad-encoding | import.malformed, also while rows are read
 */
export async function openTable(source: AsyncIterable<Uint8Array>, options: TableOptions): Promise<Reading> {
  const chunks = source[Symbol.asyncIterator]()
  const taken = { bytes: 0 }
  let head: Uint8Array = new Uint8Array()
  let ended = false
  while (head.length < (options.json ? jsonHeadBytes : zipMark.length) && !ended) {
    const next = await chunks.next()
    if (next.done) ended = true
    else head = Buffer.concat([head, next.value])
  }
  async function* bytes(): AsyncGenerator<Uint8Array> {
    try {
      taken.bytes = head.length
      if (head.length > 0) yield head
      while (!ended) {
        const next = await chunks.next()
        if (next.done) break
        taken.bytes += next.value.length
        yield next.value
      }
      options.onTaken?.()
    } finally {
      await chunks.return?.()
    }
  }
  if (zipMark.equals(head.subarray(0, zipMark.length))) {
    const { openXlsx } = await import('./xlsx/index.ts')
    return await openXlsx(bytes(), options)
  }
  const json = options.json && beginsJson(head) ? options.json : undefined
  return {
    rows: json ? json(bytes()) : readCsv(bytes(), options.accepts),
    position: () => ({ bytes: taken.bytes, bytesTotal: 0 }),
    close: async () => undefined,
  }
}
