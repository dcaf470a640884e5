import { Buffer } from 'node:buffer'
import { ZipFile } from 'yazl'

/** A cell as it is written into a sheet: text goes to the shared strings, `xml` stands as it is. */
export type TestCell = string | number | boolean | null | { xml: string } | { style: number; value: number }

export interface TestSheet {
  name: string
  rows: TestCell[][]
  hidden?: boolean
}

export interface TestWorkbook {
  sheets: TestSheet[]
  /** Format codes; a cell's `style` n is the n-th of them (from 1). A number is a built-in format. */
  formats?: (string | number)[]
  from1904?: boolean
  /** Parts that replace or join the usual ones, by path. */
  parts?: Record<string, string | Buffer>
  without?: string[]
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const relations = (all: [id: string, type: string, target: string][]) =>
  `${head}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${all
    .map(([id, type, target]) => `<Relationship Id="${id}" Type="${office}/${type}" Target="${target}"/>`)
    .join('')}</Relationships>`

function columnName(index: number): string {
  return index < 26
    ? String.fromCharCode(65 + index)
    : columnName(Math.floor(index / 26) - 1) + String.fromCharCode(65 + (index % 26))
}

/** A workbook as Excel writes it: a zip of XML parts, with shared strings and styles. */
export async function workbook({
  sheets,
  formats = [],
  from1904,
  parts = {},
  without = [],
}: TestWorkbook): Promise<Buffer> {
  const strings: string[] = []
  const cell = (value: TestCell, row: number, column: number): string => {
    const at = `r="${columnName(column)}${row}"`
    if (value === null || value === '') return ''
    if (typeof value === 'string') return `<c ${at} t="s"><v>${strings.push(value) - 1}</v></c>`
    if (typeof value === 'number') return `<c ${at}><v>${value}</v></c>`
    if (typeof value === 'boolean') return `<c ${at} t="b"><v>${value ? 1 : 0}</v></c>`
    return 'xml' in value
      ? value.xml.replace('<c', `<c ${at}`)
      : `<c ${at} s="${value.style}"><v>${value.value}</v></c>`
  }
  const all: Record<string, string | Buffer> = {
    '[Content_Types].xml': `${head}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
    '_rels/.rels': relations([['rId1', 'officeDocument', 'xl/workbook.xml']]),
    'xl/workbook.xml': `${head}<workbook xmlns="${main}" xmlns:r="${office}"><workbookPr${from1904 ? ' date1904="1"' : ''}/><sheets>${sheets
      .map(
        (s, i) =>
          `<sheet name="${escaped(s.name)}" sheetId="${i + 1}"${s.hidden ? ' state="hidden"' : ''} r:id="rId${i + 1}"/>`,
      )
      .join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': relations([
      ...sheets.map((_, i): [string, string, string] => [`rId${i + 1}`, 'worksheet', `worksheets/sheet${i + 1}.xml`]),
      ['rId900', 'sharedStrings', 'sharedStrings.xml'],
      ['rId901', 'styles', '/xl/styles.xml'],
    ]),
    'xl/styles.xml': `${head}<styleSheet xmlns="${main}"><numFmts>${formats
      .map((f, i) =>
        typeof f === 'string' ? `<numFmt numFmtId="${164 + i}" formatCode="${f.replaceAll('"', '&quot;')}"/>` : '',
      )
      .join('')}</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/>${formats
      .map((f, i) => `<xf numFmtId="${typeof f === 'number' ? f : 164 + i}"/>`)
      .join('')}</cellXfs></styleSheet>`,
  }
  for (const [i, sheet] of sheets.entries()) {
    const rows = sheet.rows.map((row, r) => `<row r="${r + 1}">${row.map((c, k) => cell(c, r + 1, k)).join('')}</row>`)
    all[`xl/worksheets/sheet${i + 1}.xml`] =
      `${head}<worksheet xmlns="${main}"><sheetData>${rows.join('')}</sheetData></worksheet>`
  }
  all['xl/sharedStrings.xml'] =
    `${head}<sst xmlns="${main}">${strings.map(s => `<si><t xml:space="preserve">${escaped(s)}</t></si>`).join('')}</sst>`
  return await zip({ ...all, ...parts }, without)
}

/** A zip of these parts. */
export async function zip(parts: Record<string, string | Buffer>, without: string[] = []): Promise<Buffer> {
  const file = new ZipFile()
  for (const [path, content] of Object.entries(parts)) {
    if (!without.includes(path)) file.addBuffer(Buffer.from(content), path)
  }
  file.end()
  const pieces: Buffer[] = []
  for await (const piece of file.outputStream) pieces.push(piece as Buffer)
  return Buffer.concat(pieces)
}
