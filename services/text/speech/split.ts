import { sentencesOf } from '../sentences.ts'

/** One breath of the voice and the silence behind it, seconds. */
export interface SpeechPart {
  text: string
  pauseSeconds: number
}

/** Commas are left to the engine (about 0.2 s). */
const pauses = { clause: 0.2, sentence: 0.45, paragraph: 0.9, heading: 1.2 } as const
const longSentence = 220

/**
 * Cuts spoken text into parts for the voice: sentences, with longer silence behind paragraphs and headings. A sentence
 * over 220 characters is cut at a comma or before a conjunction, because engines lose their breath and hang on long
 * ones. Joining the parts with blanks gives the words back.
 */
export function splitForSpeech(spoken: string): SpeechPart[] {
  const parts: SpeechPart[] = []
  for (const line of spoken.split('\n')) {
    const sentences = sentencesOf(line.replace(/\s+/g, ' ').trim()).filter(sentence => /[\p{L}\p{N}]/u.test(sentence))
    sentences.forEach((sentence, index) => {
      const pieces = breaths(sentence)
      const last = index === sentences.length - 1
      pieces.forEach((text, piece) => {
        const inner = piece < pieces.length - 1
        parts.push({
          text,
          pauseSeconds: inner ? pauses.clause : last ? endOfLine(line, sentences.length) : pauses.sentence,
        })
      })
    })
  }
  return parts
}

/** A short line without a closing mark is a heading. */
function endOfLine(line: string, sentences: number): number {
  const text = line.trim()
  return sentences === 1 && text.length <= 120 && !/[.!?…,;:]["”)]*$/u.test(text) ? pauses.heading : pauses.paragraph
}

const conjunction = /\s(?:và|hoặc|nhưng|để|nhằm|do|vì|nếu|khi|đồng thời|trong đó|theo đó|đối với|cùng với)\s/gu

function breaths(sentence: string): string[] {
  const pieces: string[] = []
  let rest = sentence
  while (rest.length > longSentence) {
    const cut = cutPoint(rest.slice(0, longSentence))
    pieces.push(rest.slice(0, cut).trim())
    rest = rest.slice(cut).trim()
  }
  if (rest !== '') pieces.push(rest)
  return pieces
}

/** The last semicolon or comma in reach, else the last conjunction, else the last blank. */
function cutPoint(window: string): number {
  const mark = Math.max(window.lastIndexOf('; '), window.lastIndexOf(', '), window.lastIndexOf(': '))
  if (mark >= longSentence / 4) return mark + 1
  const joints = [...window.matchAll(conjunction)].map(match => match.index)
  const joint = joints.at(-1)
  if (joint !== undefined && joint >= longSentence / 4) return joint
  const blank = window.lastIndexOf(' ')
  return blank > 0 ? blank : window.length
}
