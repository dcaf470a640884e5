import { z } from 'zod'
import type { ReadingSettings } from '../../services/text/script.ts'
import { documentStyles, profileNames } from '../../services/text/speech/types.ts'
import { type Voice, voices } from './espeak.ts'

/** How the loudspeaker channel sounds, from LOA_LOUDSPEAKER_*. An empty environment gives a working channel. */
export interface LoudspeakerConfig extends ReadingSettings {
  voice: Voice
  /** Words per minute. */
  speed: number
  /** Two tones before the speech. */
  chime: boolean
}

const speedRule = 'must be a whole number from 80 to 250'
const flag = z.stringbool({ truthy: ['true', '1', 'yes'], falsy: ['false', '0', 'no'] })

export const loudspeakerConfigSchema: z.ZodType<LoudspeakerConfig> = z
  .object({
    VOICE: z.enum(voices, `must be one of ${voices.join(', ')}`).default('vi'),
    SPEED: z.coerce.number(speedRule).int(speedRule).min(80, speedRule).max(250, speedRule).default(150),
    CHIME: flag.default(true),
    PROFILE: z.enum(profileNames, `must be one of ${profileNames.join(', ')}`).default('north'),
    DOCUMENTS: z.enum(documentStyles, `must be one of ${documentStyles.join(', ')}`).default('expanded'),
  })
  .transform(values => ({
    voice: values.VOICE,
    speed: values.SPEED,
    chime: values.CHIME,
    profile: values.PROFILE,
    documents: values.DOCUMENTS,
  }))

/** One line per variable, for `.env.example`. */
export const loudspeakerConfigHelp: Record<string, string> = {
  VOICE: `Voice: vi (Northern, default), vi-vn-x-central, vi-vn-x-south`,
  SPEED: 'Words per minute, 80 to 250; default 150, a calm announcer',
  CHIME: 'true (default): two tones before the speech; false: none',
  PROFILE: 'Regional words: north (default: nghìn, linh, tư), south (ngàn, lẻ, bốn)',
  DOCUMENTS: 'Document numbers: expanded (default: của Chính phủ), verbatim (sign by sign)',
}
