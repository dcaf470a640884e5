import { createHash } from 'node:crypto'
import { z } from 'zod'
import { flag } from './config-parts.ts'
import { type EsmsConfig, esmsConfigHelp, esmsConfigSchema } from './esms/config.ts'
import { type SmppConfig, smppConfigHelp, smppConfigSchema } from './smpp/config.ts'
import { type TwilioConfig, twilioConfigHelp, twilioConfigSchema } from './twilio/config.ts'
import { type VendorId, vendorIds } from './vendor.ts'

/** The text message channel, from LOA_SMS_*: the vendors in use, each with its account. */
export interface SmsConfig {
  vendors: VendorTerms[]
  /** Present when the vendor is in use; likewise the next two. */
  twilio?: TwilioConfig
  esms?: EsmsConfig
  smpp?: SmppConfig
  concurrency: number
  timeoutMs: number
  loopbackOnly: boolean
}

/** What routing and estimates need to know of a vendor. */
export interface VendorTerms {
  id: VendorId
  /** Its share of the messages when all is well, in proportion to the other weights. */
  weight: number
  priceDong: number | undefined
  partsPerSecond: number | undefined
  /** Names the account in the database; two processes with the same account share its rate. Holds no secret. */
  account: string
}

const weighted = /^([a-z]+)(?::(\d{1,3}))?$/

const vendorList = z.string().transform((list, ctx): { id: VendorId; weight: number }[] => {
  const problem = (message: string) => ctx.addIssue({ code: 'custom', message })
  const found = list.split(',').flatMap(entry => {
    const [, name, weight = '1'] = weighted.exec(entry.trim()) ?? []
    const id = vendorIds.find(known => known === name)
    if (id && Number(weight) > 0) return [{ id, weight: Number(weight) }]
    problem(`"${entry.trim()}" must be one of ${vendorIds.join(', ')}, with a weight from 1 to 999: twilio:60,esms:40`)
    return []
  })
  if (new Set(found.map(v => v.id)).size < found.length) problem('names a vendor twice')
  return found
})

const common = z.object({
  VENDORS: vendorList.prefault('twilio'),
  CONCURRENCY: z.coerce.number().int().min(1).max(200).default(20),
  TIMEOUT_MS: z.coerce.number().int().min(100).max(600_000).default(60_000),
  LOOPBACK_ONLY: flag.default(false),
})

/** A short name for a secret key that does not give it away. */
const fingerprint = (key: string) => createHash('sha256').update(key).digest('hex').slice(0, 12)

function accountOf(id: VendorId, { twilio, esms, smpp }: Omit<SmsConfig, 'vendors'>): string {
  if (id === 'twilio') return `twilio:${twilio?.accountSid}`
  if (id === 'esms') return `esms:${fingerprint(esms?.apiKey ?? '')}`
  return `smpp:${smpp?.systemId}@${smpp?.host}:${smpp?.port}`
}

/** @returns the parsed configuration of the vendors in use and of no other; every problem names its variable */
export const smsConfigSchema: z.ZodType<SmsConfig> = z
  .record(z.string(), z.string())
  .transform((values, ctx): SmsConfig => {
    function read<T>(schema: z.ZodType<T>): T | undefined {
      const result = schema.safeParse(values)
      for (const { path, message } of result.error?.issues ?? []) ctx.addIssue({ code: 'custom', path, message })
      return result.data
    }
    const shared = read(common)
    if (!shared) return z.NEVER
    const uses = (id: VendorId) => shared.VENDORS.some(v => v.id === id)
    const twilio = uses('twilio') ? read(twilioConfigSchema) : undefined
    const esms = uses('esms') ? read(esmsConfigSchema) : undefined
    const smpp = uses('smpp') ? read(smppConfigSchema) : undefined
    const config = {
      ...(twilio && { twilio }),
      ...(esms && { esms }),
      ...(smpp && { smpp }),
      concurrency: shared.CONCURRENCY,
      timeoutMs: shared.TIMEOUT_MS,
      loopbackOnly: shared.LOOPBACK_ONLY,
    }
    const vendors = shared.VENDORS.map(({ id, weight }) => ({
      id,
      weight,
      priceDong: config[id]?.priceDong,
      partsPerSecond: config[id]?.partsPerSecond,
      account: accountOf(id, config),
    }))
    return { vendors, ...config }
  })

/** One line per variable, for `.env.example`. */
export const smsConfigHelp: Record<string, string> = {
  VENDORS: 'Vendors in use with their weights, e.g. twilio:60,esms:40 (known: twilio, esms, smpp); default twilio',
  ...twilioConfigHelp,
  ...esmsConfigHelp,
  ...smppConfigHelp,
  CONCURRENCY: 'Requests at once to a vendor that speaks HTTP; default 20',
  TIMEOUT_MS: 'How long an answer may take before a message counts as unknown, milliseconds; default 60000',
  LOOPBACK_ONLY: 'true: refuse any endpoint that is not on this machine (demo and training)',
}
