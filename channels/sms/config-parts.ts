import { z } from 'zod'
import { isLoopbackHost } from '../send-each.ts'

/** `true` and `false` as people write them in an environment. */
export const flag = z.stringbool({ truthy: ['true', '1', 'yes'], falsy: ['false', '0', 'no'] })

/** Price of one part in đồng. */
export const price = z.coerce.number().min(0).max(1_000_000).optional()

/** Parts per second that the vendor's account may be given. */
export const partsPerSecond = z.coerce
  .number({ error: 'must be a number of message parts per second' })
  .min(0.1, 'must be at least 0.1 parts per second')
  .max(10_000)
  .optional()

/** A brandname in Viet Nam: at most 11 Latin letters, digits, `- _ .` and spaces, not digits alone (NĐ 91/2020). */
export const brandname = /^(?!\d+$)[A-Za-z0-9_. -]{1,11}$/

/** Adds a problem that names its variable. */
export type Problem = (variable: string, message: string) => void

/**
 * The origin of a vendor's HTTP endpoint, checked: https unless it is on this machine, and on this machine when nothing
 * may leave it.
 * @param fallback the vendor's own address, when the variable is not set
 */
export function originOf(
  variable: string,
  value: string | undefined,
  fallback: string | undefined,
  loopbackOnly: boolean,
  problem: Problem,
): string | undefined {
  const base = value === undefined ? undefined : new URL(value)
  const loopback = base !== undefined && isLoopbackHost(base.hostname)
  if (loopbackOnly && !loopback) problem(variable, 'must be on this machine, because LOOPBACK_ONLY is set')
  if (base?.protocol === 'http:' && !loopback) {
    problem(variable, 'must be https: phone numbers and the secret would travel unprotected')
  }
  return base?.origin ?? fallback
}

export const httpAddress = z.url({ protocol: /^https?$/, error: 'must be an http(s) address' }).optional()
