import { z } from 'zod'
import { isLoopbackHost } from '../../send-each.ts'
import { brandname, flag, partsPerSecond, price } from '../config-parts.ts'

/** A carrier's or aggregator's message centre, reached by SMPP 3.4. */
export interface SmppConfig {
  host: string
  port: number
  systemId: string
  password: string
  systemType: string
  /** Brandname, short code or +number. */
  from: string
  /** Connections per worker process. */
  binds: number
  /** Messages per connection that wait for their answer. */
  window: number
  /** How a long message is cut: by us with headers, or by the centre. */
  long: 'udh' | 'payload'
  /** How receipts write a message's id, when other than the answer to its submission. */
  receiptIds: 'same' | 'decimal' | 'hex'
  tls: boolean
  priceDong: number | undefined
  partsPerSecond: number | undefined
}

const whole = (least: number, most: number) => z.coerce.number().int().min(least).max(most)

/** @returns the parsed configuration; every problem names its variable */
export const smppConfigSchema = z
  .object({
    SMPP_HOST: z.string({ error: 'is required: the message centre' }).min(1),
    SMPP_PORT: whole(1, 65_535).default(2775),
    SMPP_SYSTEM_ID: z.string({ error: 'is required: the account' }).min(1).max(15, 'is longer than 15 characters'),
    // The protocol says 8 characters; many centres take more.
    SMPP_PASSWORD: z.string({ error: 'is required: the password of the account' }).max(64),
    SMPP_SYSTEM_TYPE: z.string().max(12, 'is longer than 12 characters').default(''),
    SMPP_FROM: z
      .string({ error: 'is required: brandname, short code or +number' })
      .refine(from => brandname.test(from) || /^\d{3,8}$/.test(from) || /^\+[1-9]\d{7,14}$/.test(from), {
        error: 'must be a brandname (at most 11 Latin letters, digits, - _ . space), a short code or +number',
      }),
    SMPP_BINDS: whole(1, 20).default(1),
    SMPP_WINDOW: whole(1, 1000).default(10),
    SMPP_LONG: z.enum(['udh', 'payload'], { error: 'must be udh or payload' }).default('udh'),
    SMPP_RECEIPT_IDS: z.enum(['same', 'decimal', 'hex'], { error: 'must be same, decimal or hex' }).default('same'),
    SMPP_TLS: flag.default(false),
    SMPP_PRICE_DONG: price,
    SMPP_PARTS_PER_SECOND: partsPerSecond,
    LOOPBACK_ONLY: flag.default(false),
  })
  .transform((values, ctx): SmppConfig => {
    if (values.LOOPBACK_ONLY && !isLoopbackHost(values.SMPP_HOST)) {
      const message = 'must be on this machine, because LOOPBACK_ONLY is set'
      ctx.addIssue({ code: 'custom', path: ['SMPP_HOST'], message })
    }
    return {
      host: values.SMPP_HOST.replace(/^\[(.*)\]$/, '$1'),
      port: values.SMPP_PORT,
      systemId: values.SMPP_SYSTEM_ID,
      password: values.SMPP_PASSWORD,
      systemType: values.SMPP_SYSTEM_TYPE,
      from: values.SMPP_FROM,
      binds: values.SMPP_BINDS,
      window: values.SMPP_WINDOW,
      long: values.SMPP_LONG,
      receiptIds: values.SMPP_RECEIPT_IDS,
      tls: values.SMPP_TLS,
      priceDong: values.SMPP_PRICE_DONG,
      partsPerSecond: values.SMPP_PARTS_PER_SECOND,
    }
  })

/** One line per variable, for `.env.example`. */
export const smppConfigHelp: Record<string, string> = {
  SMPP_HOST: 'SMPP: message centre',
  SMPP_PORT: 'SMPP: its port; default 2775',
  SMPP_SYSTEM_ID: 'SMPP: account (system_id)',
  SMPP_PASSWORD: 'SMPP: password of the account',
  SMPP_SYSTEM_TYPE: 'SMPP: system_type, where the contract names one',
  SMPP_FROM: 'SMPP: sender: brandname, short code or +number',
  SMPP_BINDS: 'SMPP: connections per process; default 1, the contract says how many are permitted in all',
  SMPP_WINDOW: 'SMPP: messages per connection that wait for an answer; default 10',
  SMPP_LONG: 'SMPP: udh (default): long messages are cut here; payload: the centre cuts them',
  SMPP_RECEIPT_IDS:
    'SMPP: same (default), or decimal or hex where receipts write ids that way and answers the other way',
  SMPP_TLS: 'SMPP: true: TLS with a checked certificate; otherwise use a private line or VPN',
  SMPP_PRICE_DONG: 'SMPP: price of one SMS part in đồng',
  SMPP_PARTS_PER_SECOND: 'SMPP: SMS parts per second that the account may be given; plan 10 to 50 per connection',
}
