import type { Sentence } from '../../../../domain/errors.ts'
import type { ScriptReading } from '../../../../domain/reading.ts'
import { sentencesOf } from '../../../../text/sentences.ts'

/** A run of the script: said as it is written (no `spoken`), or otherwise; an empty `spoken` is not said at all. */
export interface ReadingPiece {
  written: string
  spoken?: string
}

/** One sentence of the script with what becomes of it and what the officer should know about it. */
export interface ReadingSentence {
  /** Where it begins in the script. */
  at: number
  pieces: ReadingPiece[]
  warnings: Sentence[]
  /** The first of its line. */
  opens: boolean
}

/**
 * The script sentence by sentence with its changes in place. Joining the written pieces gives the words of the script
 * back. A change that runs over the end of a sentence keeps both together.
 */
export function readingSentences({ script, spans, warnings }: ScriptReading): ReadingSentence[] {
  const sentences = bounds(script)
    .reduce<{ start: number; end: number; opens: boolean }[]>((list, next) => {
      const last = list.at(-1)
      const crossed = last && spans.some(s => s.at < next.start && s.at + s.written.length > next.start)
      if (last && crossed) last.end = next.end
      else list.push({ ...next })
      return list
    }, [])
    .map(({ start, end, opens }): ReadingSentence & { end: number } => ({
      at: start,
      end,
      opens,
      pieces: piecesBetween(script, spans, start, end),
      warnings: [],
    }))
  for (const { at, vi, en } of warnings) {
    if (at === null) continue
    const place = sentences.find(s => at < s.end) ?? sentences.at(-1)
    place?.warnings.push({ vi, en })
  }
  return sentences.map(({ end: _, ...sentence }) => sentence)
}

function bounds(script: string): { start: number; end: number; opens: boolean }[] {
  const result: { start: number; end: number; opens: boolean }[] = []
  let from = 0
  for (const line of script.split('\n')) {
    let cursor = from
    for (const [index, sentence] of sentencesOf(line).entries()) {
      const start = script.indexOf(sentence, cursor)
      cursor = start + sentence.length
      result.push({ start, end: cursor, opens: index === 0 })
    }
    from += line.length + 1
  }
  return result
}

function piecesBetween(script: string, spans: ScriptReading['spans'], start: number, end: number): ReadingPiece[] {
  const pieces: ReadingPiece[] = []
  let at = start
  for (const span of spans) {
    if (span.at < start || span.at >= end) continue
    if (span.at > at) pieces.push({ written: script.slice(at, span.at) })
    pieces.push({ written: span.written, spoken: span.spoken })
    at = span.at + span.written.length
  }
  if (at < end) pieces.push({ written: script.slice(at, end) })
  return pieces
}

/** Every change once, in the order of its first place, with how often it occurs. */
export function readingChanges({ spans }: ScriptReading): { written: string; spoken: string; times: number }[] {
  const changes = new Map<string, { written: string; spoken: string; times: number }>()
  for (const { written, spoken } of spans) {
    const key = JSON.stringify([written, spoken])
    const known = changes.get(key)
    if (known) known.times += 1
    else changes.set(key, { written, spoken, times: 1 })
  }
  return [...changes.values()]
}

/** What concerns the reading as a whole. */
export function generalWarnings({ warnings }: ScriptReading): Sentence[] {
  return warnings.filter(w => w.at === null)
}

/** The sentences of a preview that are not told with its reading already. */
export function otherWarnings(list: Sentence[], reading: ScriptReading | null): Sentence[] {
  const told = new Set(reading?.warnings.map(w => w.vi))
  return list.filter(sentence => !told.has(sentence.vi))
}
