import { z } from 'zod'
import { isLoopbackHost } from '../send-each.ts'

/** Account and sender of the text message channel, from LOA_SMS_*. */
export interface SmsConfig {
  accountSid: string
  authToken: string
  from: { sender: string } | { messagingServiceSid: string }
  /** Origin of another endpoint of the same API (a regional edge, the simulator). */
  baseUrl: string | undefined
  priceDong: number | undefined
  concurrency: number
  timeoutMs: number
  loopbackOnly: boolean
}

const flag = z.stringbool({ truthy: ['true', '1', 'yes'], falsy: ['false', '0', 'no'] })

const raw = z.object({
  ACCOUNT_SID: z
    .string({ error: 'is required: the account, AC followed by 32 hexadecimal digits' })
    .regex(/^AC[0-9a-f]{32}$/, 'must be AC followed by 32 hexadecimal digits'),
  AUTH_TOKEN: z.string({ error: 'is required: the secret of the account' }).min(16, 'is too short for an auth token'),
  FROM: z.string({ error: 'is required: brandname, number or messaging service' }),
  BASE_URL: z.url({ protocol: /^https?$/, error: 'must be an http(s) address' }).optional(),
  PRICE_DONG: z.coerce.number().min(0).max(1_000_000).optional(),
  CONCURRENCY: z.coerce.number().int().min(1).max(200).default(20),
  TIMEOUT_MS: z.coerce.number().int().min(100).max(600_000).default(15_000),
  LOOPBACK_ONLY: flag.default(false),
})

/** A brandname in Viet Nam: at most 11 Latin letters, digits, `- _ .` and spaces, not digits alone (NĐ 91/2020). */
const brandname = /^(?!\d+$)[A-Za-z0-9_. -]{1,11}$/

function parseFrom(from: string): SmsConfig['from'] | undefined {
  if (/^MG[0-9a-f]{32}$/.test(from)) return { messagingServiceSid: from }
  return /^\+[1-9]\d{7,14}$/.test(from) || brandname.test(from) ? { sender: from } : undefined
}

/** @returns the parsed configuration; every problem names its variable */
export const smsConfigSchema: z.ZodType<SmsConfig> = raw.transform((values, ctx): SmsConfig => {
  const problem = (path: string, message: string) => ctx.addIssue({ code: 'custom', path: [path], message })
  const from = parseFrom(values.FROM)
  if (!from) problem('FROM', 'must be a brandname (at most 11 Latin letters, digits, - _ . space), +number or MG...')
  const base = values.BASE_URL === undefined ? undefined : new URL(values.BASE_URL)
  const loopback = base !== undefined && isLoopbackHost(base.hostname)
  if (values.LOOPBACK_ONLY && !loopback) {
    problem('BASE_URL', 'must be on this machine, because LOOPBACK_ONLY is set')
  }
  if (base?.protocol === 'http:' && !loopback) {
    problem('BASE_URL', 'must be https: phone numbers and the secret would travel unprotected')
  }
  return {
    accountSid: values.ACCOUNT_SID,
    authToken: values.AUTH_TOKEN,
    from: from ?? { sender: '' },
    baseUrl: base?.origin,
    priceDong: values.PRICE_DONG,
    concurrency: values.CONCURRENCY,
    timeoutMs: values.TIMEOUT_MS,
    loopbackOnly: values.LOOPBACK_ONLY,
  }
})

/** One line per variable, for `.env.example`. */
export const smsConfigHelp: Record<string, string> = {
  ACCOUNT_SID: 'Twilio account, AC...',
  AUTH_TOKEN: 'Secret of the account; also verifies delivery receipts',
  FROM: 'Sender: brandname (at most 11 Latin letters and digits), +84 number, or messaging service MG...',
  BASE_URL: 'Other endpoint of the same API, e.g. a regional edge or the simulator',
  PRICE_DONG: 'Price of one SMS part in đồng, for estimates',
  CONCURRENCY: 'Requests at once; default 20',
  TIMEOUT_MS: 'How long an answer may take, milliseconds; default 15000',
  LOOPBACK_ONLY: 'true: refuse any endpoint that is not on this machine (demo and training)',
}
