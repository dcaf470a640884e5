import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import { parse as parseCsv } from 'csv-parse/sync'
import fc from 'fast-check'
import { type Delimiter, readCsv, sniffDelimiter } from '../../../services/people/csv.ts'
import type { SheetRow } from '../../../services/people/sheet.ts'
import { projectPath } from '../../../services/runtime/paths.ts'

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function read(bytes: Uint8Array | string, size = 64): Promise<SheetRow[]> {
  const rows: SheetRow[] = []
  for await (const batch of readCsv(pieces(Buffer.from(bytes), size))) rows.push(...batch)
  return rows
}

const cellsOf = (rows: SheetRow[]) => rows.map(r => r.cells)
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
    ['UTF-16LE without a mark', utf16le(written('\t')).subarray(2)],
    ['UTF-16BE without a mark', utf16be(written('\t')).subarray(2)],
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

  test('empty lines above the headings are rows too', async () => {
    expect((await read('\n\na,b\n1,2\n')).map(r => r.row)).toEqual([3, 4])
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
    ['an archive', Buffer.from([0x50, 0x4b, 0x03, 0x04, 0, 0, 1, 2])],
    ['a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13])],
    ['a photo', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16])],
    ['a program', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0])],
    ['control characters', Buffer.from('a,b\n\x01\x02,3\n')],
    ['a web page', Buffer.from('<!DOCTYPE html><html><table>')],
    ['an .xls', Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1])],
    ['a PDF', Buffer.from('%PDF-1.7\n')],
    ['bytes with NUL', Buffer.from('a,b\n1,\0\n')],
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

describe('a broken line costs no other line', () => {
  const lines = (n: number, from = 0) => Array.from({ length: n }, (_, i) => `An,${from + i}`)
  const good = (rows: SheetRow[]) => rows.filter(r => !r.broken).map(r => r.row)
  const broken = (rows: SheetRow[]) => rows.filter(r => r.broken)

  test.each([7, 100, 65_536])('a quote that is never closed, early, in the middle and last (%i bytes)', async size => {
    for (const at of [1, 60, 200]) {
      const all = ['a,b', ...lines(200)]
      all[at] = `"An,${at}`
      const rows = await read(all.join('\n'), size)
      expect(broken(rows)).toEqual([{ row: at + 1, cells: [], broken: 'quote' }])
      expect(good(rows)).toEqual(all.map((_, i) => i + 1).filter(row => row !== at + 1))
    }
  })

  test('a stray quote does not swallow the lines up to the next quoted cell', async () => {
    const rows = await read('a,b\n"An,1\nBình,2\n"Chi","3"\n"Dũng, con bà ""Út""",4\n')
    expect(broken(rows)).toEqual([{ row: 2, cells: [], broken: 'quote' }])
    expect(cellsOf(rows).slice(2)).toEqual([
      ['Bình', '2'],
      ['Chi', '3'],
      ['Dũng, con bà "Út"', '4'],
    ])
  })

  test('a quote lost at the end of a cell, where every cell is quoted', async () => {
    const rows = await read('"a","b"\n"An","1\n"Bình","2"\n"Chi","3"\n')
    expect(broken(rows)).toEqual([{ row: 2, cells: [], broken: 'quote' }])
    expect(cellsOf(rows).slice(2)).toEqual([
      ['Bình', '2'],
      ['Chi', '3'],
    ])
  })

  test.each([1_000, 65_536])('an endless line is given up without being kept (%i bytes a piece)', async size => {
    const rows = await read(`a,b\n1,2\n${'x'.repeat(200_000)},3\n4,5\n${'"y'.repeat(100_000)}`, size)
    expect(rows.map(r => [r.row, r.broken])).toEqual([
      [1, undefined],
      [2, undefined],
      [3, 'too-long'],
      [4, undefined],
      [5, expect.any(String)],
    ])
  })

  test('a cell of many lines is a cell; one of a hundred is a quote that was lost', async () => {
    expect(await read(`a,b\n"${'dòng\n'.repeat(40)}",2\n`)).toHaveLength(2)
    const rows = await read(`a,b\n"${'x,y\n'.repeat(100)}",2\n3,4\n`)
    expect(rows[1]).toEqual({ row: 2, cells: [], broken: 'quote' })
    expect(rows.at(-1)).toMatchObject({ cells: ['3', '4'] })
  })

  test('a file far larger than what is kept of it, with one broken line', async () => {
    // In a process of its own whose heap holds half of the file at the most: keeping it would end the process.
    const program = projectPath('test/support/read-huge-csv.ts')
    const loader = projectPath('test/support/typescript-loader.mjs')
    const args = ['--max-old-space-size=64', '--no-warnings', '--import', loader, program]
    const { stdout } = await promisify(execFile)(process.execPath, args)
    expect(JSON.parse(stdout)).toEqual({
      expected: expect.any(Number),
      rows: JSON.parse(stdout).expected,
      brokenAt: [6_000_002],
    })
  })

  test('wherever one quote is put into a line, no other line is lost', async () => {
    const place = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.nat({ max: 5 }), fc.integer({ min: 1, max: 50 }))
    await fc.assert(
      fc.asyncProperty(place, async ([line, at, size]) => {
        const all = ['a,b', ...lines(9, 10)]
        all[line] = `${all[line]?.slice(0, at)}"${all[line]?.slice(at)}`
        const rows = await read(all.join('\n'), size)
        for (const [i, text] of all.entries()) {
          if (i !== line) expect(rows).toContainEqual({ row: i + 1, cells: text.split(',') })
        }
      }),
    )
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

  test('what a well-kept parser reads is read alike, quotes inside cells included', async () => {
    const loose = fc.string({ unit: fc.constantFrom('a', 'Ệ', ' ', '"', '0', '""'), maxLength: 6 })
    // A cell that begins with a quote and is not quoted properly is read by each parser in its own way.
    const one = fc.oneof(
      cell.map(quote),
      loose.map(c => c.replace(/^[\s"]+/, '')),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(one, { minLength: 2, maxLength: 4 }), { maxLength: 6 }), async rows => {
        const text = [['h1', 'h2'], ...rows].map(r => r.join(';')).join('\n')
        const expected: string[][] = parseCsv(text, { delimiter: ';', relax_quotes: true, relax_column_count: true })
        expect(cellsOf(await read(text, 16))).toEqual(expected.filter(r => r.some(c => c.trim() !== '')))
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
