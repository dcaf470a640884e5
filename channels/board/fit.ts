import { sentencesOf } from '../../services/text/sentences.ts'

/**
 * Splits a notice into pages of large type. Sizes are shares of the screen's shorter side, so that the letters are as
 * tall on a panel hung upright as on the same panel hung level. Legibility was measured by Concerto 3 on a 48" screen
 * (docs/content_fit_design.md there): target 6 %, floor 3.5 %. What does not fit at the target becomes another page;
 * only the player, which knows the real screen, may go below the target, and never below the floor.
 */
export interface BoardPage {
  /** The title, or on later pages a short reminder of it. */
  heading: string
  /** True when `heading` is only the reminder. */
  running: boolean
  /** Paragraphs separated by `\n`; empty on a page that holds the title alone. */
  text: string
}

/** Type sizes and boxes on a 16:9 screen whose height is 1. The player's style sheet follows the same numbers. */
export const layout = {
  textSize: 0.06,
  textFloor: 0.035,
  lineHeight: 1.45,
  /** Extra space between paragraphs, in lines. */
  paragraphGap: 0.35,
  boxWidth: 1.62,
  boxHeight: 0.74,
  headingLineHeight: 1.35,
  headingGap: 0.03,
  /** Heading size as a multiple of the text size. In an emergency the headline is 10 % of the screen. */
  headingScale: { normal: 1.1, emergency: 10 / 6, running: 0.75 },
  /** A title with more lines gets a page of its own, or the text would have no room. */
  headingLines: 3,
  runningCharacters: 60,
} as const

/** Advance widths in em of Be Vietnam Pro Bold, by class of letter, measured from the font and rounded up. */
function letterWidth(letter: string): number {
  if (letter === ' ' || letter === '\u00A0') return 0.24
  const base = letter.normalize('NFD').charAt(0)
  if (/[il.,:;'!|jI()[\]]/.test(base)) return 0.36
  if (/[frt"“”\-/]/.test(base)) return 0.46
  if (/[mw]/.test(base)) return 0.9
  if (/[MW%@…]/.test(base)) return 1
  if (/\p{Lu}/u.test(base)) return 0.75
  return 0.65
}

function widthOf(text: string): number {
  let width = 0
  for (const letter of text) width += letterWidth(letter)
  return width
}

/** Lines that `text` takes in a box `width` em wide, wrapped between words; a longer word is broken, and a no-break space is none. */
export function countLines(text: string, width: number): number {
  let lines = 1
  let used = 0
  for (const word of text.split(/[ \t\n]+/).filter(Boolean)) {
    const size = widthOf(word)
    const gap = used === 0 ? 0 : letterWidth(' ')
    if (used + gap + size <= width) used += gap + size
    else {
      if (used > 0) lines += 1
      lines += Math.max(0, Math.ceil(size / width) - 1)
      used = size % width || width
    }
  }
  return lines
}

const textWidth = layout.boxWidth / layout.textSize

/** Height of paragraphs in lines of text. */
function heightInLines(paragraphs: string): number {
  const parts = paragraphs.split('\n')
  const lines = parts.reduce((sum, p) => sum + countLines(p, textWidth), 0)
  return lines + (parts.length - 1) * layout.paragraphGap
}

/** Height of a heading in units of the screen, gap included; 0 without heading. */
function headingHeight(heading: string, scale: number): number {
  if (heading === '') return 0
  const size = layout.textSize * scale
  return countLines(heading, layout.boxWidth / size) * size * layout.headingLineHeight + layout.headingGap
}

/** Lines of text that fit below a heading of this height. */
function linesBelow(height: number): number {
  return Math.floor((layout.boxHeight - height) / (layout.textSize * layout.lineHeight))
}

/** Cut at a word boundary, with an ellipsis; short titles stay whole. */
export function runningHeading(title: string): string {
  if ([...title].length <= layout.runningCharacters) return title
  const cut = [...title].slice(0, layout.runningCharacters).join('')
  return `${cut.slice(0, Math.max(cut.lastIndexOf(' '), 1)).replace(/[\s,;:–-]+$/, '')}…`
}

/** Pieces of at most `fits` size, cut between words; prefers the last comma or semicolon in the second half. */
function cutWords(sentence: string, fits: (piece: string) => boolean): string[] {
  const pieces: string[] = []
  let words = sentence.split(' ')
  while (words.length > 0) {
    let count = 1
    while (count < words.length && fits(words.slice(0, count + 1).join(' '))) count += 1
    if (count < words.length) {
      for (let i = count; i > count / 2; i--) {
        if (/[,;:]$/.test(words[i - 1] ?? '')) {
          count = i
          break
        }
      }
    }
    pieces.push(words.slice(0, count).join(' '))
    words = words.slice(count)
  }
  return pieces
}

/** Fills pages of `capacity` lines (the first one may have fewer) with whole sentences where possible. */
function fill(paragraphs: string[], firstCapacity: number, capacity: number): string[] {
  const pages: string[] = []
  let page = ''
  const room = () => (pages.length === 0 ? firstCapacity : capacity)
  for (const paragraph of paragraphs) {
    let separator = '\n'
    for (const sentence of sentencesOf(paragraph)) {
      const whole = heightInLines(sentence) <= capacity
      for (const piece of whole ? [sentence] : cutWords(sentence, p => heightInLines(p) <= capacity)) {
        const joined = page === '' ? piece : `${page}${separator}${piece}`
        if (heightInLines(joined) <= room()) page = joined
        else {
          // An empty page here is a first page without room for a single piece.
          pages.push(page)
          page = piece
        }
        separator = ' '
      }
    }
  }
  if (page !== '') pages.push(page)
  return pages
}

/** Like {@link fill} with the fewest pages possible, and these about equally full: no page with one last word. */
function fillEvenly(paragraphs: string[], firstCapacity: number, capacity: number): string[] {
  const fewest = fill(paragraphs, firstCapacity, capacity)
  for (let lower = 2; lower < capacity; lower++) {
    const pages = fill(paragraphs, Math.min(firstCapacity, lower), lower)
    if (pages.length === fewest.length) return pages
  }
  return fewest
}

/** A range of numbers ("2021 - 2030") stays on one line. */
function keepRanges(text: string): string {
  return text.replace(/(\d) ([-–]) (?=\d)/g, '$1\u00A0$2\u00A0')
}

/**
 * Pages of a notice, in order; at least one. Nothing is dropped: the words of all `text` together are the words given.
 * @param plainTitle one line
 * @param text paragraphs separated by line breaks; may be empty
 * @param emergency the title becomes a headline of 10 % of the screen and shares its page only with a text that fits
 *   there as a whole
 */
export function paginate(plainTitle: string, text: string, emergency: boolean): BoardPage[] {
  const title = keepRanges(plainTitle)
  const paragraphs = text
    .split('\n')
    .map(p => keepRanges(p.trim().replace(/\s+/g, ' ')))
    .filter(Boolean)
  const scale = emergency ? layout.headingScale.emergency : layout.headingScale.normal
  const height = headingHeight(title, scale)
  const later = linesBelow(headingHeight(runningHeading(title), layout.headingScale.running))
  const below = linesBelow(height)
  const joined = paragraphs.join('\n')

  const short = height - layout.headingGap <= layout.headingLines * layout.textSize * scale * layout.headingLineHeight
  const together = joined === '' ? height <= layout.boxHeight : heightInLines(joined) <= below
  if (together || (!emergency && short && below >= 2)) {
    const pages = fillEvenly(paragraphs, below, later)
    const [first = '', ...rest] = pages
    return [{ heading: title, running: false, text: first }, ...rest.map(t => laterPage(title, t))]
  }
  const headline = cutWords(title, piece => headingHeight(piece, scale) <= layout.boxHeight)
  return [
    ...headline.map(heading => ({ heading, running: false, text: '' })),
    ...fillEvenly(paragraphs, later, later).map(t => laterPage(title, t)),
  ]
}

function laterPage(title: string, text: string): BoardPage {
  return { heading: runningHeading(title), running: true, text }
}
