import { cleanText } from '../input.ts'
import type { Dictionary } from './dictionary.ts'
import type { Span } from './output.ts'
import { type PlacedWarning, readText, type SpokenText } from './reader.ts'
import { type DocumentStyle, type ProfileName, profiles } from './types.ts'

export { type SpeechPart, splitForSpeech } from './split.ts'
export type { DocumentStyle, PlacedWarning, ProfileName, Span, SpokenText }

/** Kept with every pinned reading. Raise it with a change of the rules that changes what listeners hear. */
export const readerVersion = 3

export interface ReadingOptions {
  /** Regional words; north says nghìn, linh, tư. */
  profile?: ProfileName
  documents?: DocumentStyle
  /** Words of the place, before all rules. */
  dictionary?: Dictionary | undefined
}

const verbatimProfiles = {
  north: { ...profiles.north, documents: 'verbatim' },
  south: { ...profiles.south, documents: 'verbatim' },
} as const

/**
 * Written administrative Vietnamese as an announcer would say it: numbers, dates, times, telephone numbers, units, legal
 * document numbers and abbreviations become words. What cannot be settled from the text is left as written and comes back
 * as a warning for the officer, never as a guess. The text is cleaned
 * first (any form in, NFC out; invisible characters, which would split words, go); linear time; never throws.
 * @returns the spoken text, warnings, and every piece that was changed
 */
export function readAloud(text: string, options: ReadingOptions = {}): SpokenText {
  const clean = cleanText(text)
  const { profile = 'north', documents = 'expanded' } = options
  const words = documents === 'verbatim' ? verbatimProfiles[profile] : profiles[profile]
  return readText(clean, words, options.dictionary)
}
