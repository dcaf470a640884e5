import { posix } from 'node:path'
import { rowsAboveHeadings } from '../columns.ts'
import type { SheetRow } from '../sheet.ts'
import type { Reading, TableOptions } from '../table.ts'
import { type Archive, archiveLimits, openArchive } from './archive.ts'
import type { Book } from './cells.ts'
import { badWorkbook, notWorkbook } from './refusal.ts'
import { sheetRows } from './rows.ts'
import { readSharedStrings, stringLimits } from './strings.ts'
import { readStyles } from './styles.ts'
import { readWholeXml } from './xml.ts'

/** Sheets that are looked at for headings. */
const mostSheets = 50

/**
 * Opens an XLSX workbook (ECMA-376) for its list: the first visible sheet with headings among its first rows, else the
 * first sheet. Values are taken as they were saved; nothing is ever worked out or fetched.
 * @throws AppError import.malformed (damaged, or beyond the limits), import.bad-encoding (another kind of zip)
 */
export async function openXlsx(
  bytes: AsyncIterable<Uint8Array>,
  { accepts }: TableOptions,
  limits = { archive: archiveLimits, strings: stringLimits },
): Promise<Reading> {
  const archive = await openArchive(bytes, limits.archive)
  try {
    const { sheets, from1904, parts } = await readWorkbook(archive)
    const book: Book = {
      from1904,
      strings: parts.strings
        ? await readSharedStrings(await archive.read(parts.strings), limits.strings)
        : { at: () => undefined },
      styles: parts.styles ? await readStyles(await archive.read(parts.styles)) : [],
    }
    const sheet = await findSheet(archive, sheets, book, accepts)
    const position = { bytes: 0, bytesTotal: archive.sizeOf(sheet) }
    const rows = sheetRows(await archive.read(sheet), book, bytes => {
      position.bytes += bytes
    })
    return { rows, position: () => position, close: async () => archive.close() }
  } catch (error) {
    archive.close()
    throw error
  }
}

interface Workbook {
  /** Paths of the visible sheets, in order. */
  sheets: string[]
  from1904: boolean
  parts: { strings: string | undefined; styles: string | undefined }
}

async function readWorkbook(archive: Archive): Promise<Workbook> {
  if (!archive.has('_rels/.rels')) throw notWorkbook()
  const main = (await relations(archive, '_rels/.rels', '')).find(r => r.type === 'officeDocument')?.target
  if (main === undefined || !/\/workbook\d*\.xml$/.test(`/${main}`) || !archive.has(main)) throw notWorkbook()
  const folder = posix.dirname(main)
  const related = await relations(archive, `${folder}/_rels/${posix.basename(main)}.rels`, folder)
  const pathOf = (type: string) => related.find(r => r.type === type && archive.has(r.target))?.target

  const sheets: string[] = []
  let from1904 = false
  await readWholeXml(await archive.read(main), {
    open(name, attribute) {
      if (name === 'workbookPr') from1904 = ['1', 'true'].includes(attribute('date1904') ?? '')
      if (name !== 'sheet' || (attribute('state') ?? 'visible') !== 'visible') return
      const id = attribute('r:id') ?? attribute('id')
      const sheet = related.find(r => r.id === id && r.type === 'worksheet')
      if (sheet && archive.has(sheet.target)) sheets.push(sheet.target)
    },
  })
  if (sheets.length === 0) throw badWorkbook('no sheet')
  return { sheets, from1904, parts: { strings: pathOf('sharedStrings'), styles: pathOf('styles') } }
}

async function relations(
  archive: Archive,
  part: string,
  folder: string,
): Promise<{ id: string; type: string; target: string }[]> {
  const found: { id: string; type: string; target: string }[] = []
  await readWholeXml(await archive.read(part), {
    open(name, attribute) {
      if (name !== 'Relationship' || attribute('TargetMode') === 'External') return
      const target = attribute('Target') ?? ''
      found.push({
        id: attribute('Id') ?? '',
        type: posix.basename(attribute('Type') ?? ''),
        target: target.startsWith('/') ? target.slice(1) : posix.normalize(posix.join(folder, target)),
      })
    },
  })
  return found
}

async function findSheet(
  archive: Archive,
  sheets: string[],
  book: Book,
  accepts: (row: SheetRow) => boolean,
): Promise<string> {
  const first = sheets[0] ?? ''
  if (sheets.length === 1) return first
  for (const sheet of sheets.slice(0, mostSheets)) {
    let looked = 0
    const rows = sheetRows(await archive.read(sheet), book, () => undefined)
    for await (const batch of rows) {
      if (batch.slice(0, rowsAboveHeadings - looked).some(accepts)) return sheet
      looked += batch.length
      if (looked >= rowsAboveHeadings) break
    }
  }
  return first
}
