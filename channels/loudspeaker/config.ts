import { z } from 'zod'
import type { ReadingSettings } from '../../services/text/script.ts'
import { documentStyles, profileNames } from '../../services/text/speech/types.ts'
import { type SoundForm, soundForms } from './passes.ts'
import { type EspeakVariant, espeakVariants } from './voices/espeak.ts'
import { type HttpVoicesConfig, httpVoicesHelp, httpVoicesShape, readHttpVoices } from './voices/http-config.ts'

/**
 * Engines that can speak, each behind the interface of `voices/voice.ts`, in the order in which those that are set up are
 * tried when no list is set: what was set up is meant to be used, on this machine before services that charge for it and
 * see the text; espeak-ng, which is always there, last.
 */
export const voiceEngines = ['piper', 'fpt', 'viettel', 'google', 'espeak'] as const
export type VoiceEngine = (typeof voiceEngines)[number]

/** How the loudspeaker channel sounds, from LOA_LOUDSPEAKER_*. An empty environment gives a working channel. */
export interface LoudspeakerConfig extends ReadingSettings, HttpVoicesConfig {
  /** In the order in which they are tried. */
  voices: VoiceEngine[]
  /** Which of espeak-ng's voices. */
  voice: EspeakVariant
  piper: PiperConfig
  /** Words per minute. */
  speed: number
  /** Two tones before the speech and two after it. */
  chime: boolean
  /** Silence before everything, seconds. */
  powerOnLeadSeconds: number
  /** Files of each rendition; the usual MP3 is always one of them. */
  forms: SoundForm[]
}

export interface PiperConfig {
  /** Folder with one .onnx, tokens.txt and espeak-ng-data; undefined: no such voice. */
  model: string | undefined
  /** Number of the speaker in a model with several. */
  speaker: number
}

const flag = z.stringbool({ truthy: ['true', '1', 'yes'], falsy: ['false', '0', 'no'] })
const whole = (from: number, to: number) => {
  const rule = `must be a whole number from ${from} to ${to}`
  return z.coerce.number(rule).int(rule).min(from, rule).max(to, rule)
}
const listOf = <T extends string>(names: readonly [T, ...T[]]) =>
  z
    .string()
    .transform(text => [...new Set(text.split(',').map(name => name.trim()))].filter(Boolean))
    .pipe(z.array(z.enum(names, `must be of ${names.join(', ')}`)).min(1, `must name one of ${names.join(', ')}`))

/** What an engine cannot speak without. */
const madeUsableBy = {
  piper: 'PIPER_MODEL',
  fpt: 'FPT_KEY',
  viettel: 'VIETTEL_TOKEN',
  google: 'GOOGLE_KEY',
} as const satisfies Partial<Record<VoiceEngine, string>>

const formNames = Object.keys(soundForms) as [SoundForm, ...SoundForm[]]

export const loudspeakerConfigSchema: z.ZodType<LoudspeakerConfig> = z
  .object({
    VOICES: listOf(voiceEngines).optional(),
    VOICE: z.enum(espeakVariants, `must be one of ${espeakVariants.join(', ')}`).default('vi'),
    PIPER_MODEL: z.string().optional(),
    PIPER_SPEAKER: whole(0, 10_000).default(0),
    SPEED: whole(80, 250).default(150),
    CHIME: flag.default(true),
    POWER_ON_LEAD_SECONDS: whole(0, 60).default(0),
    FORMS: listOf(formNames).default(['mp3']),
    PROFILE: z.enum(profileNames, `must be one of ${profileNames.join(', ')}`).default('north'),
    DOCUMENTS: z.enum(documentStyles, `must be one of ${documentStyles.join(', ')}`).default('expanded'),
    ...httpVoicesShape,
  })
  .transform((values, ctx) => {
    const problem = (variable: string, message: string) => ctx.addIssue({ code: 'custom', path: [variable], message })
    const isSetUp = (engine: VoiceEngine) => engine === 'espeak' || values[madeUsableBy[engine]] !== undefined
    for (const engine of values.VOICES ?? []) {
      if (engine !== 'espeak' && !isSetUp(engine)) {
        problem(madeUsableBy[engine], `must be set, since VOICES holds ${engine}`)
      }
    }
    return {
      ...readHttpVoices(values, problem),
      voices: values.VOICES ?? voiceEngines.filter(isSetUp),
      voice: values.VOICE,
      piper: { model: values.PIPER_MODEL, speaker: values.PIPER_SPEAKER },
      speed: values.SPEED,
      chime: values.CHIME,
      powerOnLeadSeconds: values.POWER_ON_LEAD_SECONDS,
      forms: [...new Set<SoundForm>(['mp3', ...values.FORMS])],
      profile: values.PROFILE,
      documents: values.DOCUMENTS,
    }
  })

/** One line per variable, for `.env.example`. */
export const loudspeakerConfigHelp: Record<string, string> = {
  VOICES: `Voices in the order in which they are tried (${voiceEngines.join(', ')}); a bulletin is spoken by one of them alone. Default: those that are set up below, in this order, and espeak`,
  VOICE: `Voice of espeak-ng: vi (Northern, default), vi-vn-x-central, vi-vn-x-south`,
  PIPER_MODEL: 'Folder of a Piper (VITS) model: one .onnx file, tokens.txt and espeak-ng-data',
  PIPER_SPEAKER: 'Number of the speaker in a model with several; default 0',
  SPEED: 'Words per minute, 80 to 250; default 150, a calm announcer',
  CHIME: 'true (default): two tones before the speech and two after it; false: none',
  POWER_ON_LEAD_SECONDS:
    'Seconds of silence before each item, 0 to 60, for amplifiers switched on by the sound; default 0',
  FORMS: 'Files of each item: mp3 (always), mp3-22050 for old devices, wav (5 MB a minute); default mp3',
  PROFILE: 'Regional words: north (default: nghìn, linh, tư), south (ngàn, lẻ, bốn)',
  DOCUMENTS: 'Document numbers: expanded (default: của Chính phủ), verbatim (sign by sign)',
  ...httpVoicesHelp,
}
