import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type CsvRow, type Delimiter, readCsv, sniffDelimiter } from '../../../services/people/csv.ts'

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function read(bytes: Uint8Array | string, size = 64): Promise<CsvRow[]> {
  const rows: CsvRow[] = []
  for await (const row of readCsv(pieces(Buffer.from(bytes), size))) rows.push(row)
  return rows
}

const cellsOf = (rows: CsvRow[]) => rows.map(r => r.cells)
const table = [
  ['Họ tên', 'Số điện thoại', 'Xã'],
  ['Đỗ Thị Thủy', '0912345678', 'Lệ Thủy'],
  ['Hồ Ưng', '', 'Đakrông'],
]
const written = (delimiter: string, newline = '\r\n') => table.map(row => row.join(delimiter)).join(newline)
const utf16le = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le')
const utf16be = (text: string) => Buffer.from(utf16le(text)).swap16()

describe('dialects', () => {
  test.each([',', ';', '\t'])('cells separated by %j', async delimiter => {
    expect(cellsOf(await read(written(delimiter)))).toEqual(table)
  })

  test.each(['\n', '\r\n', '\r'])('lines ended by %j', async newline => {
    expect(cellsOf(await read(written(',', newline) + newline))).toEqual(table)
  })

  test.each([
    ['UTF-8', Buffer.from(written(','))],
    ['UTF-8 with a mark', Buffer.from(`\ufeff${written(',')}`)],
    ['UTF-16LE', utf16le(written('\t'))],
    ['UTF-16BE', utf16be(written('\t'))],
  ])('%s, however the bytes are cut', async (_name, bytes) => {
    for (const size of [1, 2, 3, 7, 1000]) expect(cellsOf(await read(bytes, size))).toEqual(table)
  })

  test("Excel's hint above the headings is obeyed and is no row", async () => {
    const rows = await read(`sep=;\r\na;b,c\r\n1;2`)
    expect(rows).toEqual([
      { row: 1, cells: ['a', 'b,c'] },
      { row: 2, cells: ['1', '2'] },
    ])
  })

  test('quoted cells hold separators, quotes and line breaks', async () => {
    expect(cellsOf(await read('a;b\n"x;y";"nói ""chào"""\n"hai\ndòng";z'))).toEqual([
      ['a', 'b'],
      ['x;y', 'nói "chào"'],
      ['hai\ndòng', 'z'],
    ])
  })

  test('a name that begins with a quoted nickname is not the end of the world', async () => {
    expect(cellsOf(await read('a,b\n"Tý" Nguyễn,1\nHồ "Út" Hai,2'))).toEqual([
      ['a', 'b'],
      ['"Tý" Nguyễn', '1'],
      ['Hồ "Út" Hai', '2'],
    ])
  })

  test('rows are numbered as a spreadsheet does, empty ones included', async () => {
    expect((await read('a,b\n1,2\n\n,\n3,4\n')).map(r => r.row)).toEqual([1, 2, 5])
  })

  test('an empty file has no rows', async () => {
    expect(await read('')).toEqual([])
    expect(await read('\ufeff')).toEqual([])
  })
})

describe('files that are refused whole', () => {
  const vietnamese1258 = Buffer.from([0x48, 0xf2, 0x20, 0x74, 0xea, 0x6e, 0x2c, 0x53, 0xd0, 0x54, 0x0a, 0x41, 0x6e])
  test.each<[string, Buffer]>([
    ['Latin-1', Buffer.from('Hoang Thuý,0912345678\n', 'latin1')],
    ['Windows-1258', vietnamese1258],
    ['an old zip-based spreadsheet', Buffer.from([0x50, 0x4b, 0x03, 0x04, 0, 0, 1, 2])],
    ['an .xls', Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1])],
    ['a PDF', Buffer.from('%PDF-1.7\n')],
    ['bytes with NUL', Buffer.from('a,b\n1,\0\n')],
    ['UTF-16 without a mark', Buffer.from('Họ tên,SĐT\n', 'utf16le')],
  ])('%s', async (_name, bytes) => {
    await expect(read(bytes)).rejects.toMatchObject({ code: 'import.bad-encoding' })
  })

  test('a wrong byte far into the file, and one at its very end', async () => {
    const good = 'Họ tên,SĐT\n'.repeat(20_000)
    const late = Buffer.concat([Buffer.from(good), Buffer.from([0xe1, 0x20, 0x0a])])
    await expect(read(late, 4096)).rejects.toMatchObject({ code: 'import.bad-encoding' })
    const cut = Buffer.concat([Buffer.from(good), Buffer.from('ệ').subarray(0, 2)])
    await expect(read(cut, 4096)).rejects.toMatchObject({ code: 'import.bad-encoding' })
  })

  test('the sentence says how to save the file', async () => {
    await expect(read(Buffer.from('Thuý', 'latin1'))).rejects.toMatchObject({
      userMessage: { vi: expect.stringContaining('CSV UTF-8'), en: expect.stringContaining('CSV UTF-8') },
    })
  })

  test('a quote that is never closed, with its row', async () => {
    const body = `a,b\n1,2\n"x,3\n${'4,5\n'.repeat(50)}`
    await expect(read(body)).rejects.toMatchObject({ code: 'import.malformed', details: { row: 3 } })
    const endless = `a,b\n1,2\n"x,3\n${'4,5\n'.repeat(50_000)}`
    await expect(read(endless)).rejects.toMatchObject({ code: 'import.malformed', details: { row: 3 } })
  })

  test('a source that breaks off passes its own error on', async () => {
    async function* broken() {
      yield Buffer.from('a,b\n1,2\n')
      throw new Error('connection lost')
    }
    const all = async () => {
      for await (const _ of readCsv(broken()));
    }
    await expect(all()).rejects.toThrow('connection lost')
  })
})

describe('properties', () => {
  const quote = (cell: string) => `"${cell.replaceAll('"', '""')}"`
  const delimiter = fc.constantFrom<Delimiter>(',', ';', '\t')
  // Cells of letters, separators and quotes; NUL and lone surrogates are no text.
  const cell = fc.string({ unit: fc.constantFrom('a', 'Ệ', 'ơ', ' ', ',', ';', '\t', '"', '\n', '0'), maxLength: 8 })

  test('what is written quoted is read back, in any encoding, delimiter and cut', async () => {
    const encode = fc.constantFrom<(t: string) => Buffer>(
      t => Buffer.from(t),
      t => Buffer.from(`\ufeff${t}`),
      utf16le,
      utf16be,
    )
    const body = fc.array(fc.tuple(cell, cell), { maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(body, delimiter, encode, fc.integer({ min: 1, max: 40 }), async (rows, d, enc, size) => {
        const all = [['h1', 'h2'], ...rows]
        const text = all.map(r => r.map(quote).join(d)).join('\r\n')
        const expected = all.filter(r => r.some(c => c.trim() !== ''))
        expect(cellsOf(await read(enc(text), size))).toEqual(expected)
      }),
    )
  })

  test('the delimiter is found whatever the quoted headings hold', () => {
    const heading = cell.map(c => c.replaceAll('"', '').replaceAll('\n', ''))
    fc.assert(
      fc.property(fc.array(heading, { minLength: 2, maxLength: 6 }), delimiter, (headings, d) => {
        expect(sniffDelimiter(headings.map(h => `"${h}"`).join(d))).toBe(d)
      }),
    )
  })
})
