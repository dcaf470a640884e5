import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { paperFontFiles } from '../../../services/web/print/assets.ts'
import { documentHead, placeOf } from '../../../services/web/print/document.ts'
import { largeType } from '../../../services/web/print/large.ts'
import { lineHtml, paragraphs } from '../../../services/web/print/notice.ts'
import { cssString } from '../../../services/web/print/page.ts'

describe('head of an official sheet', () => {
  test.each([
    ['Thông báo về việc cắt nước', '15/TB-UBND', 'Thông báo', 'Về việc cắt nước', 'Số: 15/TB-UBND'],
    ['Lịch cắt nước', '15/TB-UBND', 'Thông báo', 'Lịch cắt nước', 'Số: 15/TB-UBND'],
    ['Lịch cắt nước', '', 'Thông báo', 'Lịch cắt nước', ''],
    ['Kế hoạch tiêm chủng quý I', '7/KH-UBND', 'Kế hoạch', 'Tiêm chủng quý I', 'Số: 7/KH-UBND'],
    ['Tiêm chủng quý I', '7/KH-UBND', 'Thông báo', 'Tiêm chủng quý I', 'Theo văn bản số: 7/KH-UBND'],
    ['Đưa tin cải cách', '1216/QĐ-BTTTT', 'Thông báo', 'Đưa tin cải cách', 'Theo văn bản số: 1216/QĐ-BTTTT'],
    ['Phí chợ', '12/2026/NQ-HĐND', 'Thông báo', 'Phí chợ', 'Theo văn bản số: 12/2026/NQ-HĐND'],
    ['THÔNG BÁO tuyển quân', '3/TB-BCH', 'Thông báo', 'Tuyển quân', 'Số: 3/TB-BCH'],
    ['Thông báo', '', 'Thông báo', 'Thông báo', ''],
    ['Hướng dẫnviên', '9/UBND', 'Thông báo', 'Hướng dẫnviên', 'Số: 9/UBND'],
  ])('%s (%s)', (title, number, kind, subject, line) => {
    expect(documentHead(title, number)).toEqual({ kind, subject, number: line })
  })

  test('is dated where the issuer says it is, and nowhere when it does not', () => {
    const areas = ['Phường Đông Hà', 'Tỉnh Quảng Trị', 'Xã Hà']
    expect(placeOf('Ủy ban nhân dân tỉnh Quảng Trị', areas)).toBe('Quảng Trị')
    expect(placeOf('Ủy ban nhân dân phường Đông Hà', areas)).toBe('Đông Hà')
    expect(placeOf('Bộ Y tế', areas)).toBeNull()
    expect(placeOf('', areas)).toBeNull()
  })
})

describe('large type', () => {
  test('is as large as a short notice allows, and never below 48 and 24 points', () => {
    expect(largeType('Cắt nước', 'Từ 8 giờ đến 17 giờ ngày 27/11.')).toEqual({ title: 80, text: 36 })
    expect(largeType('Thông báo '.repeat(30), 'Nội dung '.repeat(2000))).toEqual({ title: 48, text: 24 })
    const middle = largeType('Lịch tiêm chủng mở rộng tháng 12 năm 2026', 'Trẻ em dưới 5 tuổi. '.repeat(6))
    expect(middle.title).toBeGreaterThan(48)
    expect(middle.title).toBeLessThan(80)
  })

  test('is small enough for the longest word', () => {
    expect(largeType('W'.repeat(18), '').title).toBeLessThan(60)
  })
})

describe('lines', () => {
  test('hold the words as they are: what is added is no character', () => {
    const line =
      'Xem 1216/QĐ-BTTTT, giai đoạn 2021 - 2030 tại https://a.example/b/c?d=<1>&e=2_3-4.5/67890123456789 "nhé"'
    const html = lineHtml(line)
    const bare = html
      .replace(/<\/?(span|wbr)[^>]*>/g, '')
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&quot;', '"')
      .replaceAll('&amp;', '&')
    expect(bare).toBe(line)
    expect(html).toContain('<span class="nb">2021 - 2030</span>')
    expect(html).toContain('<span class="nb">1216/QĐ-BTTTT,</span>')
    expect(html).toContain('a.<wbr>example/<wbr>b')
  })

  test('become paragraphs, nothing an officer writes becomes a tag', () => {
    expect(paragraphs('Một\n\n\n <b>Hai</b> \n')).toBe('<p>Một</p>\n<p>&lt;b&gt;Hai&lt;/b&gt;</p>')
  })

  test('a text in a stylesheet cannot end its string or its element', () => {
    expect(cssString('a"b\\c</style>\n')).toBe('"a\\22 b\\5c c\\3c /style\\3e \\a "')
  })
})

/** Code points that a font's cmap (format 4 or 12) maps to a glyph. */
function codePoints(file: string): Set<number> {
  const font = readFileSync(file)
  const tables = font.readUInt16BE(4)
  const found = new Set<number>()
  for (let i = 0; i < tables; i++) {
    const record = 12 + i * 16
    if (font.toString('latin1', record, record + 4) !== 'cmap') continue
    const cmap = font.readUInt32BE(record + 8)
    for (let j = 0; j < font.readUInt16BE(cmap + 2); j++) {
      readSubtable(font, cmap + font.readUInt32BE(cmap + 4 + j * 8 + 4), found)
    }
  }
  return found
}

function readSubtable(font: Buffer, at: number, found: Set<number>): void {
  if (font.readUInt16BE(at) !== 4) return
  const segments = font.readUInt16BE(at + 6) / 2
  for (let i = 0; i < segments; i++) {
    const end = font.readUInt16BE(at + 14 + i * 2)
    const start = font.readUInt16BE(at + 16 + segments * 2 + i * 2)
    for (let code = start; code <= end && code !== 0xffff; code++) found.add(code)
  }
}

test('every typeface is whole: 134 Vietnamese letters, the đồng sign, what sheets are marked with', () => {
  const plain = 'aăâeêioôơuưy'
  const marks = ['', '\u0300', '\u0301', '\u0303', '\u0309', '\u0323']
  const lower = [...plain].flatMap(letter => marks.map(mark => (letter + mark).normalize('NFC'))).concat('đ')
  const letters = [...lower, ...lower.map(letter => letter.toLocaleUpperCase('vi'))]
  const own = letters.filter(letter => letter.length === 1 && letter > '\u007f')
  expect(new Set(own).size).toBe(134)
  for (const [name, file] of Object.entries(paperFontFiles())) {
    const known = codePoints(file)
    const missing = [...letters, '₫', '…', '·', '–', '“', '”'].filter(letter => !known.has(letter.codePointAt(0) ?? 0))
    expect({ name, missing }).toEqual({ name, missing: [] })
  }
})
