import type { Sentence } from '../../../services/domain/errors.ts'

/** A strip in lamps. */
export interface LedSize {
  width: number
  height: number
}

/** How a strip is filled: `lines` of text with letters of `em` lamps. */
export interface LedLayout {
  em: number
  lines: number
}

/**
 * Sizes in lamps and in em of Be Vietnam Pro Bold. The floor was measured (test/unit/board/led.test.ts): from 17 lamps per
 * em on, letters that differ only in their marks differ in four lamps or more; at 16 and below some differ in none, and
 * ă reads as ã. The comfortable height of capitals is the house's rule for coarse walls (24 lamps).
 */
export const ledType = {
  floorEm: 17,
  capHeight: 0.7,
  comfortableCap: 24,
  /** From the baseline up to the hook over Ẩ, and down to the dot below ợ and the tail of y. */
  ascent: 1.225,
  descent: 0.245,
  /** Between words; the typeface's own 0.24 runs together on lamps. */
  space: 0.32,
  /** "nghiêng", the longest syllable of the language. */
  syllable: 4.6,
  /** A line below this many em is not worth having: four letters. */
  narrowest: 2.6,
  /** About 16 letters: with less in a line, more and smaller lines read better than fewer and bigger ones. */
  comfortableLine: 9,
} as const

/** Lamps above and below the baseline that a line takes. */
export function lineRows(em: number): { above: number; below: number; all: number } {
  const above = Math.ceil(ledType.ascent * em)
  const below = Math.ceil(ledType.descent * em)
  return { above, below, all: above + below }
}

/** The largest letters of which so many lines fit below one another. */
export function largestEm(height: number, lines: number): number {
  let em = Math.floor(height / lines / (ledType.ascent + ledType.descent))
  while (em > 0 && lineRows(em).all * lines > height) em -= 1
  return em
}

/**
 * Letters as large as can be, in two lines where capitals of 24 lamps allow them, in more where the strip is too narrow
 * for 16 letters in one. Undefined when not even one line at the floor fits.
 */
export function ledLayout({ width, height }: LedSize): LedLayout | undefined {
  const { floorEm, capHeight, comfortableCap, comfortableLine, narrowest, syllable } = ledType
  if (largestEm(height, 1) < floorEm || width < floorEm * narrowest) return undefined
  const comfortable = (lines: number) => largestEm(height, lines) * capHeight >= comfortableCap
  let lines = comfortable(2) ? 2 : 1
  while (width / largestEm(height, lines) < comfortableLine && comfortable(lines + 1)) lines += 1
  const em = Math.min(largestEm(height, lines), Math.max(floorEm, Math.floor(width / syllable)))
  return { em, lines: Math.floor(height / lineRows(em).all) }
}

/** What the officer reads when a strip cannot show Vietnamese; undefined when it can. */
export function ledWarning(size: LedSize): Sentence | undefined {
  if (ledLayout(size)) return undefined
  const height = lineRows(ledType.floorEm).all
  const width = Math.ceil(ledType.floorEm * ledType.narrowest)
  return {
    vi: `Bảng LED ${size.width} x ${size.height} điểm quá nhỏ để hiện rõ dấu tiếng Việt; cần ít nhất ${width} x ${height} điểm. Loa không gửi hình cho bảng này.`,
    en: `A strip of ${size.width} x ${size.height} pixels is too small for Vietnamese marks; it takes at least ${width} x ${height}. Loa sends no pictures to it.`,
  }
}

/** Time that a page stays: half a second per word after a moment to look up; never under three seconds. */
export function dwellMs(text: string): number {
  const words = text.split(/\s+/).filter(Boolean).length
  return Math.max(3000, 1500 + 500 * words)
}
