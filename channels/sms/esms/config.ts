import { z } from 'zod'
import { brandname, flag, httpAddress, originOf, partsPerSecond, price } from '../config-parts.ts'

/** Account and sender at an aggregator that speaks like eSMS. */
export interface EsmsConfig {
  apiKey: string
  secretKey: string
  brandname: string
  baseUrl: string
  priceDong: number | undefined
  partsPerSecond: number | undefined
}

/** @returns the parsed configuration; every problem names its variable */
export const esmsConfigSchema = z
  .object({
    ESMS_API_KEY: z.string({ error: 'is required: the ApiKey of the account' }).min(1),
    ESMS_SECRET_KEY: z
      .string({ error: 'is required: the SecretKey of the account' })
      .min(8, 'is too short for a secret'),
    ESMS_BRANDNAME: z
      .string({ error: 'is required: the registered brandname' })
      .regex(brandname, 'must be a brandname: at most 11 Latin letters, digits, - _ . space, not digits alone'),
    ESMS_BASE_URL: httpAddress,
    ESMS_PRICE_DONG: price,
    ESMS_PARTS_PER_SECOND: partsPerSecond,
    LOOPBACK_ONLY: flag.default(false),
  })
  .transform((values, ctx): EsmsConfig => {
    const problem = (path: string, message: string) => ctx.addIssue({ code: 'custom', path: [path], message })
    const own = 'https://rest.esms.vn'
    return {
      apiKey: values.ESMS_API_KEY,
      secretKey: values.ESMS_SECRET_KEY,
      brandname: values.ESMS_BRANDNAME,
      baseUrl: originOf('ESMS_BASE_URL', values.ESMS_BASE_URL, own, values.LOOPBACK_ONLY, problem) ?? own,
      priceDong: values.ESMS_PRICE_DONG,
      partsPerSecond: values.ESMS_PARTS_PER_SECOND,
    }
  })

/** One line per variable, for `.env.example`. */
export const esmsConfigHelp: Record<string, string> = {
  ESMS_API_KEY: 'eSMS: ApiKey of the account',
  ESMS_SECRET_KEY: 'eSMS: SecretKey of the account; also makes the secret in the addresses of delivery receipts',
  ESMS_BRANDNAME: 'eSMS: registered brandname',
  ESMS_BASE_URL: 'eSMS: endpoint of the same API; default https://rest.esms.vn',
  ESMS_PRICE_DONG: 'eSMS: price of one SMS part in đồng',
  ESMS_PARTS_PER_SECOND: 'eSMS: SMS parts per second that the account may be given; no limit when unset',
}
