import { setImmediate } from 'node:timers/promises'
import type { StoredBoardContent } from '../../../services/domain/board.ts'
import { type Bitmap, darkBitmap, frame, invert, pngOf, stamp } from './bitmap.ts'
import { dwellMs, type LedSize, ledLayout, ledType } from './geometry.ts'
import { type Glyphs, loadGlyphs } from './glyphs.ts'
import { type Line, lineWidth, pagesOf, widestWord } from './phrases.ts'
import { fitted, type Label, ledSurface, type Surface } from './surface.ts'

/** A page of an LED strip as it is stored and sent. */
export interface LedPage {
  /** One bit per lamp: black ground, white letters. */
  png: Buffer
  /** How long it stays. */
  dwellMs: number
  /** What it says, for those who check it. */
  text: string
}

/** Raised when the same content would give other pictures, so that stored ones are made anew. */
export const ledVersion = 2

/** Nobody stands before a strip for minutes: the title, then what fits, then where the rest is. */
const most = { title: 12, source: 6, all: 24 } as const

/**
 * The pages of an announcement on a strip: black and white, without grey, since a lamp is on or off. Deterministic.
 * @returns undefined when the strip is too small; see ledWarning
 * @throws what the canvas library throws where it cannot be loaded
 */
export async function drawLed(content: StoredBoardContent, size: LedSize): Promise<LedPage[] | undefined> {
  if (!ledLayout(size)) return undefined
  const glyphs = await loadGlyphs()
  const laid = ledSurface(size, content.priority === 'emergency', glyphs.measure)
  if (!laid) return undefined
  const words = [content.title, bodyOf(content), ...sourcesOf(content)].join('\n')
  const atFloor = (laid.box.width * laid.em) / ledType.floorEm - 1
  const widest = widestWord(words, atFloor, text => glyphs.measure(text, laid.em))
  const surface = fitted(laid, (widest + 1) / laid.em)
  const pages: LedPage[] = []
  for (const page of wordsOn(content, surface, glyphs)) {
    pages.push({ png: pngOf(drawn(page, size, surface, glyphs)), dwellMs: dwellMs(page.text), text: page.text })
    // A wide strip takes some milliseconds a page; whoever else this process serves goes first.
    await setImmediate()
  }
  return pages
}

interface Page {
  text: string
  lines: Line[]
  /** A word of its own that is not part of the announcement: white ground. */
  sign: boolean
}

/** All pages in words: signs, title, text, who says so. */
function wordsOn(content: StoredBoardContent, surface: Surface, glyphs: Glyphs): Page[] {
  const measure = (text: string) => glyphs.measure(text, surface.em)
  const paged = (text: string, pages: number, sign = false) => {
    const made = pagesOf(text, { width: surface.box.width, lines: surface.lines, gap: measure(' '), pages }, measure)
    return { whole: made.whole, pages: made.pages.map(lines => ({ text: wordsOf(lines), lines, sign })) }
  }
  const signs = [
    ...(content.demo ? paged('DIỄN TẬP', 2, true).pages : []),
    ...(content.priority === 'emergency' && !surface.label ? paged('KHẨN CẤP', 2, true).pages : []),
  ]
  const title = paged(content.title, most.title)
  const left = most.all - most.source - signs.length - title.pages.length
  const text = paged(bodyOf(content), Math.max(1, left))
  const lead = title.whole && text.whole ? '' : 'Toàn văn: '
  const source = sourcesOf(content)
    .map(from => paged(lead + from, most.source))
    .find(made => made.whole)
  return [...signs, ...title.pages, ...text.pages, ...(source?.pages ?? [])]
}

const bodyOf = ({ pages }: StoredBoardContent) =>
  pages
    .map(page => page.text)
    .filter(text => text !== '')
    .join('\n')

/** Who says so, from the whole of it to what fits on the narrowest strip. */
function sourcesOf({ issuer, documentNumber }: StoredBoardContent): string[] {
  const number = documentNumber === '' ? [] : [`số\u00A0${documentNumber}`]
  const name = issuer === '' ? [] : [issuer]
  return [[...name, ...number].join(', '), ...number, ...name].filter(Boolean)
}

const wordsOf = (lines: Line[]) => lines.flatMap(line => line.map(piece => piece.text)).join(' ')

function drawn(page: Page, size: LedSize, surface: Surface, glyphs: Glyphs): Bitmap {
  const bitmap = darkBitmap(size.width, size.height)
  const { box, em, rows } = surface
  const gap = glyphs.measure(' ', em)
  const top = box.y + Math.floor((box.height - rows * page.lines.length) / 2)
  for (const [i, line] of page.lines.entries()) {
    let x = box.x + Math.floor((box.width - lineWidth(line, gap)) / 2)
    for (const piece of line) {
      const left = x
      glyphs.place(piece.text, em, (mark, at) => stamp(bitmap, mark, left + at, top + i * rows))
      x += piece.width + gap
    }
  }
  if (page.sign) invert(bitmap, 0, 0, size.width, size.height)
  else {
    if (surface.label) drawLabel(bitmap, surface.label, glyphs)
    if (surface.frame > 0) frame(bitmap, surface.frame)
    if (surface.inverted) invert(bitmap, 0, 0, size.width, size.height)
  }
  return bitmap
}

/** Black words on white, so that they stand out from the text in the same white. */
function drawLabel(bitmap: Bitmap, label: Label, glyphs: Glyphs): void {
  const { x, y, width, height, em, rows, words } = label
  const top = y + Math.floor((height - rows * words.length) / 2)
  for (const [i, word] of words.entries()) {
    const left = x + Math.floor((width - glyphs.measure(word, em)) / 2)
    glyphs.place(word, em, (mark, at) => stamp(bitmap, mark, left + at, top + i * rows))
  }
  invert(bitmap, x, y, width, height)
}
