import { z } from 'zod'
import { brandname, flag, httpAddress, originOf, partsPerSecond, price } from '../config-parts.ts'

/** Account and sender at Twilio. Its variables carry no vendor's name, because Twilio was here first. */
export interface TwilioConfig {
  accountSid: string
  authToken: string
  from: { sender: string } | { messagingServiceSid: string }
  /** Origin of another endpoint of the same API (a regional edge, the simulator). */
  baseUrl: string | undefined
  priceDong: number | undefined
  partsPerSecond: number | undefined
}

function parseFrom(from: string): TwilioConfig['from'] | undefined {
  if (/^MG[0-9a-f]{32}$/.test(from)) return { messagingServiceSid: from }
  return /^\+[1-9]\d{7,14}$/.test(from) || brandname.test(from) ? { sender: from } : undefined
}

/** @returns the parsed configuration; every problem names its variable */
export const twilioConfigSchema = z
  .object({
    ACCOUNT_SID: z
      .string({ error: 'is required: the account, AC followed by 32 hexadecimal digits' })
      .regex(/^AC[0-9a-f]{32}$/, 'must be AC followed by 32 hexadecimal digits'),
    AUTH_TOKEN: z.string({ error: 'is required: the secret of the account' }).min(16, 'is too short for an auth token'),
    FROM: z.string({ error: 'is required: brandname, number or messaging service' }),
    BASE_URL: httpAddress,
    PRICE_DONG: price,
    PARTS_PER_SECOND: partsPerSecond,
    LOOPBACK_ONLY: flag.default(false),
  })
  .transform((values, ctx): TwilioConfig => {
    const problem = (path: string, message: string) => ctx.addIssue({ code: 'custom', path: [path], message })
    const from = parseFrom(values.FROM)
    if (!from) problem('FROM', 'must be a brandname (at most 11 Latin letters, digits, - _ . space), +number or MG...')
    return {
      accountSid: values.ACCOUNT_SID,
      authToken: values.AUTH_TOKEN,
      from: from ?? { sender: '' },
      baseUrl: originOf('BASE_URL', values.BASE_URL, undefined, values.LOOPBACK_ONLY, problem),
      priceDong: values.PRICE_DONG,
      partsPerSecond: values.PARTS_PER_SECOND,
    }
  })

/** One line per variable, for `.env.example`. */
export const twilioConfigHelp: Record<string, string> = {
  ACCOUNT_SID: 'Twilio: account, AC...',
  AUTH_TOKEN: 'Twilio: secret of the account; also verifies delivery receipts',
  FROM: 'Twilio: sender: brandname (at most 11 Latin letters and digits), +84 number, or messaging service MG...',
  BASE_URL: 'Twilio: other endpoint of the same API, e.g. a regional edge or the simulator',
  PRICE_DONG: 'Twilio: price of one SMS part in đồng',
  PARTS_PER_SECOND: 'Twilio: SMS parts per second that the account may be given; no limit when unset',
}
