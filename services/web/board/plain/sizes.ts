import { countLines, layout } from '../../../../channels/board/fit.ts'
import { lineHolds } from '../core/glue.js'

/*
 * Type sizes of the plain page. Nothing measures there, so the server counts lines for each shape of screen and names
 * the largest size that fits in each; style.ts has a rule for every name. Lengths are shares of the screen's shorter side.
 */

/**
 * Shapes of screens, from wide to upright, with the room for text on the smallest of each. `below`: a QR code stands below the
 * text, not beside it.
 */
export const shapes = {
  w: { media: '(min-aspect-ratio: 17/10)', unit: 'vh', width: 1.54, height: 0.72, below: false },
  n: {
    media: '(min-aspect-ratio: 5/4) and (max-aspect-ratio: 17/10)',
    unit: 'vh',
    width: 1.13,
    height: 0.72,
    below: false,
  },
  q: {
    media: '(min-aspect-ratio: 4/5) and (max-aspect-ratio: 5/4)',
    unit: 'vmin',
    width: 0.9,
    height: 0.64,
    below: false,
  },
  s: {
    media: '(min-aspect-ratio: 3/5) and (max-aspect-ratio: 4/5)',
    unit: 'vw',
    width: 0.9,
    height: 0.88,
    below: true,
  },
  t: { media: '(max-aspect-ratio: 3/5)', unit: 'vw', width: 0.9, height: 1.3, below: true },
} as const
export type Shape = keyof typeof shapes
export const shapeNames = Object.keys(shapes) as Shape[]

/** Hundredths of the shorter side that there are rules for. The last is the floor of legibility. */
export const sizes = [10, 9, 8, 7, 6.6, 6, 5.5, 5, 4.5, 4, 3.5] as const
const floor = 3.5

/** What else stands on the page and takes room from the text. */
export interface Beside {
  qr: boolean
  band: boolean
}

/** Side of a QR code with its margin and words. */
export const qrRoom = 0.3
export const bandRoom = 0.18

/** Characters of one line at this size on the screen where a line is shortest. */
export function shortestLine(hundredths: number, beside: Beside): number {
  const widths = Object.values(shapes).map(({ width, below }) => width - (beside.qr && !below ? qrRoom : 0))
  return lineHolds(Math.min(...widths), hundredths / 100)
}

/** Class names of the heading and of the text, one of each per shape of screen: `wh66 nh60 ...`. */
export function sizeClasses(
  page: { heading: string; running: boolean; text: string },
  emergency: boolean,
  beside: Beside
): { heading: string; text: string } {
  const found = shapeNames.map(shape => ({ shape, ...sizeIn(shape, page, emergency, beside) }))
  const names = (part: 'heading' | 'text') =>
    found.map(f => `${f.shape}${part.charAt(0)}${Math.round(f[part] * 10)}`).join(' ')
  return { heading: names('heading'), text: names('text') }
}

/** The largest pair that fits, or the floor. An emergency's headline gives way last. */
function sizeIn(
  shape: Shape,
  page: { heading: string; running: boolean; text: string },
  emergency: boolean,
  beside: Beside
): { heading: number; text: number } {
  const { width, height, below } = shapes[shape]
  const qr = beside.qr ? qrRoom : 0
  const room = { width: width - (below ? 0 : qr), height: height - (below ? qr : 0) - (beside.band ? bandRoom : 0) }
  const headline = emergency && !page.running
  const headings = headline ? sizes.filter(s => s >= 6) : [undefined]
  for (const heading of headings) {
    for (const text of sizes.filter(s => s <= 6)) {
      const pair = { heading: heading ?? headingFor(text, page.running), text }
      if (heightOf(page, pair, room.width) <= room.height) return pair
    }
  }
  return { heading: headline ? 6 : floor, text: floor }
}

/** The size with a rule that is nearest below the heading's share of the text. */
function headingFor(text: number, running: boolean): number {
  const wanted = text * (running ? layout.headingScale.running : layout.headingScale.normal)
  return sizes.find(s => s <= wanted + 0.001) ?? floor
}

function heightOf(
  page: { heading: string; text: string },
  size: { heading: number; text: number },
  width: number
): number {
  const heading = size.heading / 100
  const text = size.text / 100
  const headingLines = page.heading === '' ? 0 : countLines(page.heading, width / heading)
  const paragraphs = page.text.split('\n').filter(Boolean)
  const textLines =
    paragraphs.reduce((sum, p) => sum + countLines(p, width / text), 0) +
    Math.max(0, paragraphs.length - 1) * layout.paragraphGap
  return headingLines * heading * layout.headingLineHeight + layout.headingGap + textLines * text * layout.lineHeight
}
