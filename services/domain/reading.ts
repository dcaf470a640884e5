import { z } from 'zod'

/**
 * How the script of an announcement is said. Made when the announcement is submitted and kept with it: what the approver
 * has read is what goes on air, whatever rules and dictionary say later.
 */
export const scriptReadingSchema = z.object({
  /** As written: the announcer's script. */
  script: z.string(),
  /** As the voice says it. */
  spoken: z.string(),
  /** Every piece that is said otherwise than it is written; `at` counts UTF-16 units of the script. */
  spans: z.array(z.object({ at: z.number().int(), written: z.string(), spoken: z.string() })),
  /** What the reader would not guess. `at`: the place in the script; null for what concerns all of it. */
  warnings: z.array(z.object({ at: z.number().int().nullable(), vi: z.string(), en: z.string() })),
  /** Regional words: nghìn, linh, tư; or ngàn, lẻ, bốn. */
  profile: z.enum(['north', 'south']),
  /** Document numbers in words, or sign by sign. */
  documents: z.enum(['expanded', 'verbatim']),
  /** Which rules read it. */
  readerVersion: z.number().int(),
})
export type ScriptReading = z.infer<typeof scriptReadingSchema>
