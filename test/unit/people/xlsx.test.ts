import { describe, expect, test } from '@jest/globals'
import { citizenSheet } from '../../../services/people/columns.ts'
import type { SheetRow } from '../../../services/people/sheet.ts'
import { openTable } from '../../../services/people/table.ts'
import { archiveLimits } from '../../../services/people/xlsx/archive.ts'
import { openXlsx } from '../../../services/people/xlsx/index.ts'
import { stringLimits } from '../../../services/people/xlsx/strings.ts'
import { type TestCell, type TestWorkbook, workbook, zip } from '../../support/xlsx.ts'

async function* pieces(bytes: Buffer, size = 1_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function read(bytes: Buffer): Promise<SheetRow[]> {
  const reading = await openTable(pieces(bytes), { accepts: citizenSheet.accepts })
  const rows: SheetRow[] = []
  try {
    for await (const batch of reading.rows) rows.push(...batch)
  } finally {
    await reading.close()
  }
  return rows
}

const headings = ['Họ tên', 'SĐT', 'Mã xã']
const book = (rows: TestCell[][], more: Partial<TestWorkbook> = {}) =>
  workbook({ sheets: [{ name: 'Danh sách', rows }], ...more })
const cellsOf = async (rows: TestCell[][], more: Partial<TestWorkbook> = {}) =>
  (await read(await book(rows, more))).map(r => r.cells)

describe('what cells hold', () => {
  test('text with every letter, numbers whole, yes and no', async () => {
    expect(
      await cellsOf([
        headings,
        ['Đỗ Thị Thủy & <Út>', 912345678, '19333'],
        ['Hồ Ưng', 84912345678, 4212],
        ['a', { xml: '<c><v>8.4912345678E10</v></c>' }, true],
        ['b', 1.5, { xml: '<c t="inlineStr"><is><t>trong </t><r><t>ô</t></r></is></c>' }],
      ]),
    ).toEqual([
      headings,
      ['Đỗ Thị Thủy & <Út>', '912345678', '19333'],
      ['Hồ Ưng', '84912345678', '4212'],
      ['a', '84912345678', 'true'],
      ['b', '1.5', 'trong ô'],
    ])
  })

  test('dates are dates, and zeros that a format shows are there', async () => {
    const formats = [14, 'dd/mm/yyyy', '00000', '0000000000', '"ngày "0', '[h]:mm']
    const row = (style: number, value: number) => ({ style, value })
    expect(
      await cellsOf([[row(1, 45_000), row(2, 45_000.5), row(3, 4212), row(4, 912345678), row(5, 7), row(6, 1)]], {
        formats,
      }),
    ).toEqual([['2023-03-15', '2023-03-15 12:00', '04212', '0912345678', '7', '1900-01-01']])
    expect(await cellsOf([[row(1, 43_538)]], { formats, from1904: true })).toEqual([['2023-03-15']])
  })

  test('of a formula the saved value counts, and nothing is worked out', async () => {
    expect(
      await cellsOf([
        [
          { xml: '<c t="str"><f>"0"&amp;A2</f><v>0912345678</v></c>' },
          { xml: '<c><f>1+1</f><v>912345678</v></c>' },
          { xml: '<c><f>WEBSERVICE("http://x.example")</f></c>' },
          { xml: '<c t="e"><f>VLOOKUP(1,A:B,2)</f><v>#N/A</v></c>' },
        ],
      ]),
    ).toEqual([['0912345678', '912345678', '#CALC!', '#N/A']])
  })

  test('runs are joined, phonetic guides are left out, escapes are undone', async () => {
    const strings = `<sst><si><r><t>Lê </t></r><r><t>An</t></r><rPh sb="0" eb="1"><t>guide</t></rPh></si><si><t>a_x000A_b_x005F__x0000__xD800_</t></si></sst>`
    const cells = await cellsOf([['x', 'y']], { parts: { 'xl/sharedStrings.xml': strings } })
    expect(cells).toEqual([['Lê An', 'a\nb_\ufffd\ufffd']])
  })

  test('rows and cells that are left out count', async () => {
    const rows = await read(await book([headings, [null, null, null], ['', '0912345678', '']]))
    expect(rows.map(r => [r.row, r.cells])).toEqual([
      [1, headings],
      [3, ['', '0912345678']],
    ])
  })

  test('prefixed names, as some programs write them', async () => {
    const sheet = `<x:worksheet xmlns:x="y"><x:sheetData><x:row r="1"><x:c r="A1"><x:v>7</x:v></x:c></x:row></x:sheetData></x:worksheet>`
    expect(await cellsOf([['a']], { parts: { 'xl/worksheets/sheet1.xml': sheet } })).toEqual([['7']])
  })
})

describe('which sheet', () => {
  test('the first with headings, below its title; hidden ones are not looked at', async () => {
    const sheets = [
      { name: 'Ẩn', rows: [headings, ['ẩn', '1', '1']], hidden: true },
      { name: 'Hướng dẫn', rows: [['Cách điền biểu'], ['...']] },
      { name: 'Dữ liệu', rows: [['DANH SÁCH NGƯỜI DÂN'], [], headings, ['An', '0912345678', '19333']] },
      { name: 'Khác', rows: [headings] },
    ]
    expect((await read(await workbook({ sheets }))).map(r => r.cells[0])).toEqual([
      'DANH SÁCH NGƯỜI DÂN',
      'Họ tên',
      'An',
    ])
  })

  test('the first when none has any: its error is the one to show', async () => {
    const sheets = [
      { name: '1', rows: [['một']] },
      { name: '2', rows: [['hai']] },
    ]
    expect((await read(await workbook({ sheets }))).map(r => r.cells)).toEqual([['một']])
  })
})

describe('what is refused', () => {
  const fails = async (bytes: Buffer, code: string, what: RegExp) => {
    await expect(read(bytes)).rejects.toMatchObject({ code, message: expect.stringMatching(what) })
  }

  test('zips that are no workbook', async () => {
    await fails(await zip({ 'danh-sach.csv': 'a,b' }), 'import.bad-encoding', /no Excel workbook/)
    await fails(await book([], { without: ['xl/workbook.xml'] }), 'import.bad-encoding', /no Excel workbook/)
  })

  test('damaged ones', async () => {
    const whole = await book([headings])
    await fails(whole.subarray(0, whole.length - 30), 'import.malformed', /xlsx/)
    await fails(
      await book([headings], { parts: { 'xl/worksheets/sheet1.xml': '<worksheet><row' } }),
      'import.malformed',
      /xlsx/,
    )
    const backwards = '<worksheet><sheetData><row r="5"/><row r="4"/></sheetData></worksheet>'
    await fails(
      await book([headings], { parts: { 'xl/worksheets/sheet1.xml': backwards } }),
      'import.malformed',
      /row 4/,
    )
    const flipped = Buffer.from(whole)
    const name = flipped.indexOf('xl/worksheets/sheet1.xml')
    flipped.fill(0xff, name + 30, name + 60)
    await fails(flipped, 'import.malformed', /xlsx/)
  })

  test('entities and document types', async () => {
    const bomb = `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><sst><si><t>&b;</t></si></sst>`
    await fails(await book([['x']], { parts: { 'xl/sharedStrings.xml': bomb } }), 'import.malformed', /document type/)
    const unknown = '<sst><si><t>&b;</t></si></sst>'
    await fails(await book([['x']], { parts: { 'xl/sharedStrings.xml': unknown } }), 'import.malformed', /xlsx/)
  })

  test('a bomb: 300 MB of nothing in a small file', async () => {
    const sheet = `<worksheet><sheetData>${' '.repeat(300 * 1024 * 1024)}</sheetData></worksheet>`
    const bytes = await book([headings], { parts: { 'xl/worksheets/sheet1.xml': sheet } })
    expect(bytes.length).toBeLessThan(1024 * 1024)
    await fails(bytes, 'import.malformed', /unpacks \d+ times/)
  })

  test('a bomb that lies about its size', async () => {
    const sheet = `<worksheet><sheetData>${'<row/>'.repeat(100_000)}</sheetData></worksheet>`
    const bytes = await book([headings], { parts: { 'xl/worksheets/sheet1.xml': sheet } })
    // The size in the directory at the end is what is believed; make it small.
    const entry = bytes.lastIndexOf('xl/worksheets/sheet1.xml') - 46
    expect(bytes.readUInt32LE(entry)).toBe(0x02014b50)
    bytes.writeUInt32LE(1_000, entry + 24)
    await fails(bytes, 'import.malformed', /too many bytes/)
  })

  test('more than the limits, each with its own', async () => {
    const bytes = await book([headings, ...Array.from({ length: 500 }, (_, i) => [`Người ${i}`, '1', '2'])])
    const open = (archive: Partial<typeof archiveLimits>, strings: Partial<typeof stringLimits> = {}) =>
      openXlsx(
        pieces(bytes),
        { accepts: citizenSheet.accepts },
        { archive: { ...archiveLimits, ...archive }, strings: { ...stringLimits, ...strings } },
      )
    const refused = (what: RegExp) => ({ code: 'import.malformed', message: expect.stringMatching(what) })
    await expect(open({ packedBytes: 1_000 })).rejects.toMatchObject(refused(/packed/))
    await expect(open({ unpackedBytes: 1_000 })).rejects.toMatchObject(refused(/unpacks to/))
    await expect(open({ ratio: 2, ratioFromBytes: 1_000 })).rejects.toMatchObject(refused(/times/))
    await expect(open({ parts: 3 })).rejects.toMatchObject(refused(/parts/))
    await expect(open({}, { count: 100 })).rejects.toMatchObject(refused(/shared strings/))
    await expect(open({}, { bytes: 100 })).rejects.toMatchObject(refused(/shared strings/))
    await (await open({})).close()
  })

  test('an endless text, an endless tag and endless depth', async () => {
    const inSheet = async (xml: string) => await book([headings], { parts: { 'xl/worksheets/sheet1.xml': xml } })
    const noise = Array.from({ length: 40_000 }, (_, i) => Math.sin(i).toString(36)).join('')
    await fails(await inSheet(`<worksheet>${noise.repeat(5)}`), 'import.malformed', /endless/)
    await fails(await inSheet(`<worksheet a="${noise.repeat(5)}">`), 'import.malformed', /endless/)
    await fails(await inSheet('<a>'.repeat(100)), 'import.malformed', /too deep/)
  })

  test('the sentence says what to do', async () => {
    await expect(read(await zip({ a: 'b' }))).rejects.toMatchObject({
      userMessage: { vi: expect.stringContaining('.xlsx'), en: expect.stringContaining('.xlsx') },
    })
  })
})
