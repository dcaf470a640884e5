import { fontFile } from '../../../services/runtime/fonts.ts'
import { type Bitmap, darkBitmap } from './bitmap.ts'
import { ledType, lineRows } from './geometry.ts'

/** Letters as lamps. One size of letter has one picture of each, at whole lamps, so that what was measured is what is shown. */
export interface Glyphs {
  /** Width of a text in lamps. */
  measure(text: string, em: number): number
  /** Calls back with each letter's picture and where its left edge goes; pictures are as tall as a line. */
  place(text: string, em: number, each: (mark: Bitmap, x: number) => void): void
}

/** A lamp is lit when the letter covers half of it or more. */
const halfCovered = 128
/** Lamps of kept pictures, a byte each. A strip shows some 90 different letters in one size: 60 kB to 8 MB of them. */
const keptLamps = 24_000_000
const keptWidths = 20_000

const graphemes = new Intl.Segmenter('vi', { granularity: 'grapheme' })
const lettersOf = (text: string) => [...graphemes.segment(text.normalize('NFC'))].map(s => s.segment)

let loading: Promise<Glyphs> | undefined

/**
 * Loads the canvas and the typeface once per process, when the first strip is drawn: a machine for which the library has
 * no build must still start, and without strips nobody pays for it.
 * @throws whatever the library throws on such a machine
 */
export function loadGlyphs(): Promise<Glyphs> {
  loading ??= load()
  return loading
}

async function load(): Promise<Glyphs> {
  const { createCanvas, GlobalFonts } = await import('@napi-rs/canvas')
  const family = 'Loa LED'
  if (!GlobalFonts.registerFromPath(fontFile('bold'), family)) throw new Error('the typeface could not be loaded')
  const ruler = createCanvas(1, 1).getContext('2d')
  const widths = new Map<string, number>()
  const pictures = new Map<string, Bitmap>()
  let lamps = 0

  const widthOf = (text: string, em: number) => {
    const key = `${em} ${text}`
    const known = widths.get(key)
    if (known !== undefined) return known
    if (widths.size >= keptWidths) widths.clear()
    ruler.font = `${em}px "${family}"`
    const { width } = ruler.measureText(text)
    widths.set(key, width)
    return width
  }
  /** From one letter's origin to the next one's, kerning included. */
  const advance = (letter: string, next: string | undefined, em: number) => {
    if (isSpace(letter)) return Math.round(ledType.space * em)
    if (next === undefined || isSpace(next)) return Math.round(widthOf(letter, em))
    return Math.max(1, Math.round(widthOf(letter + next, em) - widthOf(next, em)))
  }

  const draw = (letter: string, em: number) => {
    const { above, all } = lineRows(em)
    const margin = marginOf(em)
    const width = Math.ceil(widthOf(letter, em)) + 2 * margin
    const context = createCanvas(width, all).getContext('2d')
    context.font = `${em}px "${family}"`
    context.fillStyle = '#fff'
    context.fillText(letter, margin, above)
    const { data } = context.getImageData(0, 0, width, all)
    const bitmap = darkBitmap(width, all)
    for (let i = 0; i < bitmap.lamps.length; i++) bitmap.lamps[i] = (data[4 * i + 3] ?? 0) >= halfCovered ? 1 : 0
    return bitmap
  }
  const picture = (letter: string, em: number) => {
    const key = `${em} ${letter}`
    const known = pictures.get(key)
    if (known !== undefined) return known
    const drawn = draw(letter, em)
    lamps += drawn.lamps.length
    if (lamps > keptLamps) {
      pictures.clear()
      lamps = drawn.lamps.length
    }
    pictures.set(key, drawn)
    return drawn
  }

  return {
    measure(text, em) {
      const letters = lettersOf(text)
      return letters.reduce((sum, letter, i) => sum + advance(letter, letters[i + 1], em), 0)
    },
    place(text, em, each) {
      let x = 0
      const letters = lettersOf(text)
      for (const [i, letter] of letters.entries()) {
        if (!isSpace(letter)) each(picture(letter, em), x - marginOf(em))
        x += advance(letter, letters[i + 1], em)
      }
    },
  }
}

const isSpace = (letter: string) => letter === ' ' || letter === '\u00A0'

/** Room beside the origin for letters that reach over it. */
function marginOf(em: number): number {
  return Math.ceil(em / 4)
}
