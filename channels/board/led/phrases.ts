import { sentencesOf } from '../../../services/text/sentences.ts'

/** Width of a piece of text in lamps. */
export type Measure = (text: string) => number

/** A word and its width in lamps. */
export interface Piece {
  text: string
  width: number
}

/** A line and the space between its words, which is the same in all of a text. */
export type Line = Piece[]

/** How good a place after this word is for turning the page: 3 a paragraph's end, 2 a sentence's, 1 a comma's, 0 none. */
interface Word extends Piece {
  border: number
}

export interface Room {
  /** Of a line, in lamps. */
  width: number
  /** Of a page. */
  lines: number
  /** Between two words. */
  gap: number
  /** Pages at the most. */
  pages: number
}

/**
 * Splits a text into pages of a few short lines. Pages end at the end of a sentence or phrase where one is near enough,
 * else between words. A word is broken only when it alone is wider than a line. Nothing is dropped but what the allowed
 * pages do not hold, and then no half sentence is left at the end.
 * @returns the pages, and whether they hold all of the text
 */
export function pagesOf(text: string, room: Room, measure: Measure): { pages: Line[][]; whole: boolean } {
  const pages: Word[][] = []
  const words = wordsOf(text)
  // A book is not measured to its end: no more than so many of the narrowest words have room.
  const most = room.pages * room.lines * (Math.ceil(room.width / room.gap) + 1)
  let rest = words.slice(0, most).flatMap(word => narrowed(word, room.width, measure))
  while (rest.length > 0 && pages.length < room.pages) {
    const count = pageEnd(rest, taken(rest, room))
    pages.push(rest.slice(0, count))
    rest = rest.slice(count)
  }
  const whole = rest.length === 0 && words.length <= most
  const kept = whole ? spareLonelyWords(pages, room) : untilSentence(pages)
  return { pages: kept.map(page => wrap(page, room)), whole }
}

/** Pages that were cut short, up to the end of their last whole sentence, if they hold one. */
function untilSentence(pages: Word[][]): Word[][] {
  const last = pages.findLastIndex(page => page.some(word => word.border >= 2))
  if (last < 0) return pages
  const end = (pages[last] ?? []).findLastIndex(word => word.border >= 2) + 1
  return [...pages.slice(0, last), (pages[last] ?? []).slice(0, end)]
}

function wordsOf(text: string): { text: string; border: number }[] {
  return keepNumbers(text.normalize('NFC'))
    .split('\n')
    .flatMap(paragraph => {
      const sentences = sentencesOf(paragraph).map(sentence => sentence.split(/[ \t]+/))
      return sentences.flatMap((words, s) =>
        words.map((word, w) => {
          const ends = w === words.length - 1 ? (s === sentences.length - 1 ? 3 : 2) : 0
          return { text: word, border: ends || (/[,;:–)”]$/u.test(word) ? 1 : 0) }
        }),
      )
    })
}

/** A telephone number, an hour, an amount stay on one line: half of one is another one. */
function keepNumbers(text: string): string {
  return text
    .replace(/(?<=\d) (?=\d{2,}|giờ|ngày|tháng|năm|phút|đồng|triệu|tỷ|₫|%|km)/gu, '\u00A0')
    .replace(/(?<=\d\u00A0giờ) (?=\d)/gu, '\u00A0')
}

/** A word too wide for a line: parted at its hard spaces and after / and -, at last between letters. */
function narrowed(word: { text: string; border: number }, width: number, measure: Measure): Word[] {
  const own = measure(word.text)
  if (own <= width) return [{ ...word, width: own }]
  const fits = (part: string) => measure(part) <= width
  const pieces = word.text
    .split('\u00A0')
    .flatMap(part => (fits(part) ? [part] : part.split(/(?<=[/-])(?=.)/u)))
    .flatMap(part => (fits(part) ? [part] : letterPieces(part, width, measure)))
  return pieces.map((text, i) => ({
    text,
    width: measure(text),
    border: i === pieces.length - 1 ? word.border : 0,
  }))
}

function letterPieces(word: string, width: number, measure: Measure): string[] {
  const pieces: string[] = []
  let piece = ''
  for (const letter of word) {
    if (piece !== '' && measure(piece + letter) > width) {
      pieces.push(piece)
      piece = ''
    }
    piece += letter
  }
  return [...pieces, piece]
}

/**
 * The widest word of a text in lamps among those that a line of `limit` lamps can hold: what is wider is parted anyway.
 */
export function widestWord(text: string, limit: number, measure: Measure): number {
  const all = new Set(wordsOf(text).map(word => word.text))
  const words = [...all].flatMap(word => (measure(word) <= limit ? [word] : word.split('\u00A0')))
  return Math.max(0, ...words.map(measure).filter(width => width <= limit))
}

/** Width of a line in lamps. */
export function lineWidth(line: Line, gap: number): number {
  return line.reduce((sum, piece) => sum + piece.width, 0) + Math.max(0, line.length - 1) * gap
}

/** Greedy lines, never across the end of a paragraph. */
function wrap(words: Word[], { width, gap }: Room): Line[] {
  const lines: Line[] = []
  let line: Line = []
  let used = 0
  for (const [i, word] of words.entries()) {
    const joins = line.length > 0 && words[i - 1]?.border !== 3 && used + gap + word.width <= width
    if (joins) used += gap + word.width
    else {
      if (line.length > 0) lines.push(line)
      line = []
      used = word.width
    }
    line.push(word)
  }
  return line.length === 0 ? lines : [...lines, line]
}

/** How many of the words fit on one page; at least one. */
function taken(words: Word[], room: Room): number {
  let count = 1
  while (count < words.length && wrap(words.slice(0, count + 1), room).length <= room.lines) count += 1
  return count
}

/** Where the page ends: behind the last good border that leaves it full enough, else behind the last word that fits. */
function pageEnd(words: Word[], fits: number): number {
  if (fits === words.length) return fits
  for (const [border, share] of [
    [2, 0.4],
    [1, 0.5],
  ] as const) {
    for (let end = fits; end > 0 && end >= fits * share; end--) {
      if ((words[end - 1]?.border ?? 0) >= border) return end
    }
  }
  // "hồ Rào" and then "Quán" is another lake: a name of some words stays together where it can.
  let end = fits
  while (end > fits * 0.5 && isName(words[end - 1]) && isName(words[end])) end--
  return end > fits * 0.5 ? end : fits
}

function isName(word: Word | undefined): boolean {
  return word !== undefined && /^\p{Lu}\p{Ll}*$/u.test(word.text)
}

/** A page with one word behind a full one looks like a mistake: the two share their words. */
function spareLonelyWords(pages: Word[][], room: Room): Word[][] {
  return pages.reduce<Word[][]>((done, page) => {
    const before = done.at(-1)
    const torn = before !== undefined && before.length > 2 && page.length === 1 && before.at(-1)?.border === 0
    if (!torn) return [...done, page]
    const both = [...before, ...page]
    const half = Math.ceil(both.length / 2)
    const halves = [both.slice(0, half), both.slice(half)]
    const fit = halves.every(h => wrap(h, room).length <= room.lines)
    return [...done.slice(0, -1), ...(fit ? halves : [before, page])]
  }, [])
}
