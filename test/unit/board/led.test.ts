import { beforeAll, describe, expect, test } from '@jest/globals'
import { createCanvas, GlobalFonts, loadImage } from '@napi-rs/canvas'
import fc from 'fast-check'
import { board } from '../../../channels/board/index.ts'
import { type Bitmap, darkBitmap, pngOf, stamp } from '../../../channels/board/led/bitmap.ts'
import { dwellMs, ledLayout, ledType, ledWarning, lineRows } from '../../../channels/board/led/geometry.ts'
import { type Glyphs, loadGlyphs } from '../../../channels/board/led/glyphs.ts'
import { drawLed } from '../../../channels/board/led/index.ts'
import { lineWidth, pagesOf } from '../../../channels/board/led/phrases.ts'
import { announcementContentSchema } from '../../../services/domain/announcement.ts'
import { fontFile } from '../../../services/runtime/fonts.ts'
import { silentLog } from '../../support/server-keeper.ts'

const vowels = [...'aăâeêioôơuưy'].flatMap(v => ['', '\u0300', '\u0301', '\u0303', '\u0309', '\u0323'].map(t => v + t))
const lower = [...vowels, 'd', 'đ'].map(l => l.normalize('NFC'))
const marked = [...lower, ...lower.map(l => l.toUpperCase())]
const letters = [...marked, ...'₫0123456789']

let glyphs: Glyphs
beforeAll(async () => {
  glyphs = await loadGlyphs()
})

function picture(letter: string, em: number): Bitmap {
  let found: Bitmap | undefined
  glyphs.place(letter, em, mark => {
    found = mark
  })
  if (!found) throw new Error(`no picture of ${letter}`)
  return found
}

/** The lamps of a letter on a field that is the same for all, with the origin at the same place. */
function field(letter: string, em: number): Uint8Array {
  const mark = picture(letter, em)
  const wide = darkBitmap(4 * em, mark.height)
  stamp(wide, mark, 0, 0)
  return wide.lamps
}

/** Lamps that differ, counted up to `limit`. */
function difference(a: Uint8Array, b: Uint8Array, limit: number): number {
  let count = 0
  for (let i = 0; i < a.length && count < limit; i++) if (a[i] !== b[i]) count += 1
  return count
}

/** The two letters that are hardest to tell apart at this size; none when all differ in 20 lamps. */
function closest(em: number): { lamps: number; pair: string } {
  const all = letters.map(letter => ({ letter, lamps: field(letter, em) }))
  let best = { lamps: 20, pair: '' }
  for (const [i, a] of all.entries()) {
    for (const b of all.slice(0, i)) {
      const lamps = difference(a.lamps, b.lamps, best.lamps)
      if (lamps < best.lamps) best = { lamps, pair: a.letter + b.letter }
    }
  }
  return best
}

describe('the floor', () => {
  test('the letters are the 134 beyond ASCII, their bases, đồng and digits', () => {
    expect(marked.filter(l => l.charCodeAt(0) > 127)).toHaveLength(134)
    expect(new Set(letters).size).toBe(letters.length)
  })
  test('from the floor on no two letters differ in fewer than four lamps', () => {
    const close = Array.from({ length: 32 }, (_, i) => ledType.floorEm + i).map(em => ({ em, ...closest(em) }))
    expect(close.filter(c => c.lamps < 4)).toEqual([])
  })
  test('below it some do, so it is no lower', () => {
    expect(closest(ledType.floorEm - 1).lamps).toBeLessThan(4)
  })
  test.each([17, 21, 32, 43, 87, 174])('a line at %d lamps per em has room for every mark', em => {
    GlobalFonts.registerFromPath(fontFile('bold'), 'ruler')
    const ruler = createCanvas(1, 1).getContext('2d')
    ruler.font = `${em}px ruler`
    const { above, below } = lineRows(em)
    for (const letter of [...letters, ...'gjpqy,;()/']) {
      const box = ruler.measureText(letter)
      expect({ letter, fits: box.actualBoundingBoxAscent <= above + 0.5 }).toEqual({ letter, fits: true })
      expect({ letter, fits: box.actualBoundingBoxDescent <= below + 0.5 }).toEqual({ letter, fits: true })
    }
  })
})

describe('layout', () => {
  test.each([
    [640, 64, 43, 1],
    [192, 32, 21, 1],
    [128, 32, 21, 1],
    [1920, 128, 43, 2],
    [4096, 512, 173, 2],
    [96, 26, 17, 1],
    [64, 128, 17, 4],
  ])('%d x %d: %d lamps per em in %d lines', (width, height, em, lines) => {
    expect(ledLayout({ width, height })).toEqual({ em, lines })
  })
  test('whatever the size, letters are at the floor or above and the lines fit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 32, max: 4096 }), fc.integer({ min: 16, max: 512 }), (width, height) => {
        const layout = ledLayout({ width, height })
        if (!layout) return expect(ledWarning({ width, height })?.vi).toContain('quá nhỏ')
        expect(layout.em).toBeGreaterThanOrEqual(ledType.floorEm)
        expect(layout.lines).toBeGreaterThanOrEqual(1)
        expect(lineRows(layout.em).all * layout.lines).toBeLessThanOrEqual(height)
        // Two lines and more only where capitals stay comfortable, or where the width forces small letters anyway.
        const narrow = layout.em <= Math.max(ledType.floorEm, width / ledType.syllable)
        expect(layout.lines === 1 || layout.em * ledType.capHeight >= 23.5 || narrow).toBe(true)
        expect(ledWarning({ width, height })).toBeUndefined()
      }),
    )
  })
  test.each([
    [32, 16],
    [640, 25],
    [40, 64],
  ])('%d x %d is refused in a sentence', (width, height) => {
    expect(ledLayout({ width, height })).toBeUndefined()
    expect(ledWarning({ width, height })?.vi).toContain('ít nhất 45 x 26 điểm')
  })
})

describe('pages', () => {
  const measure = (text: string) => 10 * text.length
  const paged = (text: string, width: number, lines = 1, pages = 1000) =>
    pagesOf(text, { width, lines, gap: 10, pages }, measure)
  const text = (lines: { text: string }[][]) => lines.map(line => line.map(piece => piece.text).join(' ')).join(' ')

  test('turn at the end of a phrase when it is near', () => {
    const { pages } = paged('Nộp hồ sơ trực tuyến, được giảm 50% lệ phí.', 250)
    expect(pages.map(text)).toEqual(['Nộp hồ sơ trực tuyến,', 'được giảm 50% lệ phí.'])
  })
  test('do not part a name of two words', () => {
    const { pages } = paged('Xả lũ hồ Rào Quán lúc 14 giờ', 150)
    expect(pages.map(text)).toEqual(['Xả lũ hồ', 'Rào Quán', 'lúc 14\u00A0giờ'])
  })
  test('keep a telephone number, an hour and an amount together', () => {
    const { pages } = paged('Đường dây nóng 0233 3852 112 lúc 14 giờ 30 giá 25.000 ₫', 160)
    expect(pages.map(text).join('|')).toMatch(/0233\u00A03852\u00A0112.*14\u00A0giờ\u00A030.*25\.000\u00A0₫/)
  })
  test('no word, no letter is lost, no line is too wide, and only too wide words are broken', () => {
    const word = fc.stringMatching(/^[a-zđêơ/,.-]{1,14}$/)
    const sentence = fc.array(word, { minLength: 1, maxLength: 40 }).map(words => words.join(' '))
    fc.assert(
      fc.property(
        sentence,
        fc.integer({ min: 30, max: 300 }),
        fc.integer({ min: 1, max: 3 }),
        (given, width, lines) => {
          const { pages, whole } = paged(given, width, lines)
          expect(whole).toBe(true)
          const pieces = pages.flat(2)
          expect(pieces.map(p => p.text).join('')).toBe(given.replaceAll(' ', ''))
          for (const page of pages) expect(page.length).toBeLessThanOrEqual(lines)
          for (const line of pages.flat()) expect(lineWidth(line, 10)).toBeLessThanOrEqual(width)
          if (given.split(' ').every(w => measure(w) <= width)) expect(pieces.map(p => p.text).join(' ')).toBe(given)
        },
      ),
    )
  })
  test('say when they hold not all', () => {
    expect(paged('một hai ba bốn', 30, 1, 2)).toMatchObject({ whole: false, pages: [[[{ text: 'một' }]], [[{}]]] })
  })
  test('cut short, they end with a whole sentence', () => {
    const { pages, whole } = paged('Một hai. Ba bốn năm. Sáu bảy tám chín mười.', 80, 1, 4)
    expect(whole).toBe(false)
    expect(pages.map(text).join(' ')).toBe('Một hai. Ba bốn năm.')
  })
  test('stay longer for more words', () => {
    expect(dwellMs('Thông báo')).toBe(3000)
    expect(dwellMs('một hai ba bốn năm sáu bảy tám')).toBe(5500)
  })
})

test('the PNG has one bit per lamp, and a decoder of others reads the lamps back', async () => {
  const bitmap = darkBitmap(19, 7)
  for (let i = 0; i < bitmap.lamps.length; i += 3) bitmap.lamps[i] = 1
  const png = pngOf(bitmap)
  expect([png.readUInt32BE(16), png.readUInt32BE(20), png[24], png[25]]).toEqual([19, 7, 1, 0])
  expect(await lampsOf(png)).toEqual([...bitmap.lamps])
})

async function lampsOf(png: Buffer): Promise<number[]> {
  const image = await loadImage(png)
  const context = createCanvas(image.width, image.height).getContext('2d')
  context.drawImage(image, 0, 0)
  const { data } = context.getImageData(0, 0, image.width, image.height)
  const lamps = Array.from({ length: image.width * image.height }, (_, i) => data[4 * i] ?? -1)
  expect(lamps.filter(l => l !== 0 && l !== 255)).toEqual([])
  return lamps.map(l => l / 255)
}
const litShare = async (png: Buffer) => {
  const lamps = await lampsOf(png)
  return lamps.filter(l => l === 1).length / lamps.length
}

async function contentOf(given: Record<string, unknown>, demo = false) {
  const content = announcementContentSchema.parse(given)
  const tools = { workDir: '', signal: new AbortController().signal, log: silentLog }
  return (await board.render({ announcementId: 'a', revision: 1, content, demo }, tools, {})).content
}
const notice = {
  title: 'Niêm yết danh mục thủ tục hành chính',
  body: 'Từ ngày 01/12/2026, Trung tâm Phục vụ hành chính công tiếp nhận hồ sơ từ 7 giờ 30.',
  issuer: 'Ủy ban nhân dân xã Vĩnh Linh',
  documentNumber: '123/TB-UBND',
}
const draw = async (given: Record<string, unknown>, width: number, height: number, demo = false) => {
  const pages = await drawLed(await contentOf(given, demo), { width, height })
  if (!pages) throw new Error('too small')
  return pages
}

describe('an announcement on a strip', () => {
  test('says title, text and source in order, the same each time', async () => {
    const pages = await draw(notice, 640, 64)
    const said = pages
      .map(p => p.text)
      .join(' ')
      .replaceAll('\u00A0', ' ')
    expect(said).toBe(`${notice.title} ${notice.body} ${notice.issuer}, số 123/TB-UBND`)
    expect(await draw(notice, 640, 64)).toEqual(pages)
    for (const page of pages) expect(await litShare(page.png)).toBeGreaterThan(0.03)
  })
  test('an emergency has its word beside every page, or before them on a short strip', async () => {
    const flood = { ...notice, priority: 'emergency' }
    const wide = await draw(flood, 640, 64)
    expect(wide[0]?.text).toBe('Niêm yết danh mục thủ tục')
    for (const { png } of wide) {
      const lamps = await lampsOf(png)
      const row = (y: number) => lamps.slice(y * 640, (y + 1) * 640)
      expect(row(0).every(l => l === 1)).toBe(true)
      // The label's ground.
      expect(row(32).slice(3, 8)).toEqual([1, 1, 1, 1, 1])
    }
    const short = await draw(flood, 192, 32)
    expect(short[0]?.text).toBe('KHẨN CẤP')
    expect(await litShare(short[0]?.png ?? Buffer.alloc(0))).toBeGreaterThan(0.6)
    const low = await draw(flood, 192, 26)
    for (const { png } of low) expect(await litShare(png)).toBeGreaterThan(0.5)
  })
  test('a demo says so first', async () => {
    expect((await draw(notice, 640, 64, true))[0]?.text).toBe('DIỄN TẬP')
  })
  test('a book on a short strip ends after 24 pages and says where the rest is', async () => {
    const board = { text: 'Người dân lưu ý các nội dung sau đây. '.repeat(500) }
    const pages = await draw({ ...notice, variants: { board } }, 96, 32)
    expect(pages.length).toBeLessThanOrEqual(24)
    const said = pages.map(p => p.text.replace(/\s/g, '')).join('')
    // The number is wider than this strip at the floor, so it is parted.
    expect(said).toContain('Toànvăn:số123/TB-UBND')
  })
  test('letters shrink for a date that they would break, not below the floor', async () => {
    const said = (await draw(notice, 128, 32)).map(p => p.text)
    expect(said).toContain('01/12/2026,')
  })
  test('a strip too small gets none', async () => {
    expect(await drawLed(await contentOf(notice), { width: 32, height: 16 })).toBeUndefined()
  })
})
