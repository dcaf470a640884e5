import type { SpeechPart } from '../../../services/text/speech/index.ts'
import type { Voice } from './voice.ts'

// As the pauses of services/text/speech/split.ts: a comma takes 0.2 s, a bare word border none.
const commaSeconds = 0.2

// What splitForSpeech puts between sentences and between the parts of a long one; more than this ends a paragraph.
const withinParagraphSeconds = 0.45

/** What is spoken in one call each: pieces joined where the voice likes that, and cut where it must be. */
export function piecesFor(pieces: SpeechPart[], voice: Pick<Voice, 'limits' | 'joinUpToCharacters'>): SpeechPart[] {
  const { joinUpToCharacters: most } = voice
  return fitPieces(most === undefined ? pieces : joinPieces(pieces, most), voice.limits)
}

/** Joins the sentences of a paragraph as long as the whole stays short enough; the voice makes the pauses between them. */
export function joinPieces(pieces: SpeechPart[], maxCharacters: number): SpeechPart[] {
  const joined: SpeechPart[] = []
  for (const piece of pieces) {
    const last = joined.at(-1)
    const together = last && last.pauseSeconds > 0 && last.pauseSeconds <= withinParagraphSeconds
    if (last && together && last.text.length + 1 + piece.text.length <= maxCharacters) {
      joined[joined.length - 1] = { text: `${last.text} ${piece.text}`, pauseSeconds: piece.pauseSeconds }
    } else joined.push(piece)
  }
  return joined
}

/**
 * Cuts pieces that a voice cannot take in one call: at the last comma or semicolon in reach, else at the last blank, else
 * between two letters. Nothing but blanks at the cuts is lost; the pause of a piece stays behind its last part.
 */
export function fitPieces(pieces: SpeechPart[], limits: Voice['limits']): SpeechPart[] {
  return pieces.flatMap(piece => fit(piece, limits))
}

function fit(piece: SpeechPart, limits: Voice['limits']): SpeechPart[] {
  const parts: SpeechPart[] = []
  let rest = piece.text.trim()
  for (;;) {
    const reach = reachOf(rest, limits)
    if (reach >= rest.length) break
    const { end, pauseSeconds } = cutWithin(rest, reach)
    parts.push({ text: rest.slice(0, end).trim(), pauseSeconds })
    rest = rest.slice(end).trim()
  }
  return [...parts, { text: rest, pauseSeconds: piece.pauseSeconds }]
}

/** How far into the text one call may go, in UTF-16 units; never into the middle of a character, always past the first. */
function reachOf(text: string, limits: Voice['limits']): number {
  let units = 0
  let bytes = 0
  let characters = 0
  for (const character of text) {
    bytes += Buffer.byteLength(character)
    characters += 1
    if (units > 0 && (bytes > limits.maxBytes || characters > limits.maxCharacters)) return units
    units += character.length
  }
  return units
}

function cutWithin(text: string, reach: number): { end: number; pauseSeconds: number } {
  // The mark itself must lie within reach, the blank behind it need not.
  const window = text.slice(0, reach + 1)
  const marks = [...window.matchAll(/[,;:](?=\s)/gu)].map(match => match.index).filter(at => at < reach)
  const mark = marks.at(-1)
  if (mark !== undefined && mark >= reach / 4) return { end: mark + 1, pauseSeconds: commaSeconds }
  const blank = window.search(/\s\S*$/u)
  if (blank > 0) return { end: blank, pauseSeconds: 0 }
  return { end: reach, pauseSeconds: 0 }
}
