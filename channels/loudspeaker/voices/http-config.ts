import { z } from 'zod'
import { isLoopbackHost } from '../../send-each.ts'
import { type BreakerRules, withBreaker } from './breaker.ts'
import { type FptConfig, fptVoice, fptVoices } from './fpt.ts'
import { type GoogleConfig, googleCloudVoice, googleVoice } from './google.ts'
import { type ViettelConfig, viettelVoice, viettelVoices } from './viettel.ts'
import type { Voice } from './voice.ts'

/** The voices over HTTP that have a key, from LOA_LOUDSPEAKER_*. */
export interface HttpVoicesConfig {
  fpt?: FptConfig
  viettel?: ViettelConfig
  google?: GoogleConfig
  /**
   * Present when any of them is configured: whether all are held to this machine. A demo instance refuses `false`
   * (`checkDemoProviders`), so it must stand at the top of the channel's own configuration.
   */
  loopbackOnly?: boolean
}

const address = z.url({ protocol: /^https?$/, error: 'must be an http(s) address' }).optional()
// Keys go into headers: a line break or a letter outside ASCII in one would make every call fail without a clear reason.
const secret = z
  .string()
  .regex(/^[\x21-\x7e]{8,}$/, 'must be 8 or more printable ASCII characters without blanks')
  .optional()

const timeRule = 'must be a whole number from 100 to 120000'

/** Shape for the channel's schema: spread it into `z.object`, then call {@link readHttpVoices} in its transform. */
export const httpVoicesShape = {
  FPT_KEY: secret,
  FPT_VOICE: z.enum(fptVoices, `must be one of ${fptVoices.join(', ')}`).default('banmai'),
  FPT_BASE_URL: address,
  VIETTEL_TOKEN: secret,
  VIETTEL_VOICE: z.enum(viettelVoices, `must be one of ${viettelVoices.join(', ')}`).default('hn-quynhanh'),
  VIETTEL_BASE_URL: address,
  GOOGLE_KEY: secret,
  GOOGLE_VOICE: z
    .string()
    .regex(googleVoice, 'must be a Vietnamese voice of Google, e.g. vi-VN-Wavenet-A')
    .default('vi-VN-Wavenet-A'),
  GOOGLE_BASE_URL: address,
  VOICE_TIMEOUT_MS: z.coerce.number(timeRule).int(timeRule).min(100, timeRule).max(120_000, timeRule).default(15_000),
  LOOPBACK_ONLY: z.stringbool({ truthy: ['true', '1', 'yes'], falsy: ['false', '0', 'no'] }).default(false),
} as const

/** One line per variable, for `.env.example`. */
export const httpVoicesHelp: Record<string, string> = {
  FPT_KEY: 'FPT.AI: API key; the voice can be used once it is set',
  FPT_VOICE: `FPT.AI: voice: ${fptVoices.join(', ')}; default banmai`,
  FPT_BASE_URL: 'FPT.AI: endpoint of the same API; default https://api.fpt.ai',
  VIETTEL_TOKEN: 'Viettel AI: token; the voice can be used once it is set',
  VIETTEL_VOICE: `Viettel AI: voice: ${viettelVoices.join(', ')}; default hn-quynhanh`,
  VIETTEL_BASE_URL: 'Viettel AI: endpoint of the same API; default https://viettelai.vn',
  GOOGLE_KEY: 'Google Cloud: API key; the voice can be used once it is set',
  GOOGLE_VOICE: 'Google Cloud: Vietnamese voice; default vi-VN-Wavenet-A',
  GOOGLE_BASE_URL: 'Google Cloud: endpoint of the same API; default https://texttospeech.googleapis.com',
  VOICE_TIMEOUT_MS: 'Voices over HTTP: how long an answer may take, plus 25 ms per character; default 15000',
  LOOPBACK_ONLY: 'true: refuse any voice service that is not on this machine (demo and training)',
}

const shape = z.object(httpVoicesShape)
export type HttpVoicesValues = z.output<typeof shape>

const own = {
  FPT: 'https://api.fpt.ai',
  VIETTEL: 'https://viettelai.vn',
  GOOGLE: 'https://texttospeech.googleapis.com',
} as const

/**
 * The configuration from values that the shape has parsed.
 * @param problem told of each variable that is wrong, for the schema's list of problems
 */
export function readHttpVoices(
  values: HttpVoicesValues,
  problem: (variable: string, message: string) => void,
): HttpVoicesConfig {
  const { LOOPBACK_ONLY: loopbackOnly, VOICE_TIMEOUT_MS: timeoutMs } = values
  const baseUrl = (vendor: keyof typeof own): string => {
    const variable = `${vendor}_BASE_URL` as const
    const base = new URL(values[variable] ?? own[vendor])
    const loopback = isLoopbackHost(base.hostname)
    if (loopbackOnly && !loopback) problem(variable, 'must be on this machine, because LOOPBACK_ONLY is set')
    else if (base.protocol === 'http:' && !loopback)
      problem(variable, 'must be https: the key would travel unprotected')
    return base.origin
  }
  const { FPT_KEY, VIETTEL_TOKEN, GOOGLE_KEY } = values
  const config: HttpVoicesConfig = {
    ...(FPT_KEY && {
      fpt: { key: FPT_KEY, voice: values.FPT_VOICE, baseUrl: baseUrl('FPT'), timeoutMs, loopbackOnly },
    }),
    ...(VIETTEL_TOKEN && {
      viettel: { token: VIETTEL_TOKEN, voice: values.VIETTEL_VOICE, baseUrl: baseUrl('VIETTEL'), timeoutMs },
    }),
    ...(GOOGLE_KEY && {
      google: { key: GOOGLE_KEY, voice: values.GOOGLE_VOICE, baseUrl: baseUrl('GOOGLE'), timeoutMs },
    }),
  }
  return Object.keys(config).length === 0 ? config : { ...config, loopbackOnly }
}

/**
 * The voices that are configured, each behind a breaker of its own. Call it once per process: the breakers live in them.
 * @param deps.rules other rules of the breakers, for tests
 */
export function httpVoices(config: HttpVoicesConfig, deps: { rules?: BreakerRules } = {}): Voice[] {
  const voices = [
    config.fpt && fptVoice(config.fpt),
    config.viettel && viettelVoice(config.viettel),
    config.google && googleCloudVoice(config.google),
  ]
  return voices.filter(voice => voice !== undefined).map(voice => withBreaker(voice, deps.rules))
}
