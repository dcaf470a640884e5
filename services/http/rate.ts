import { AppError } from '../domain/errors.ts'

/**
 * Lets each caller in so many times a minute, with some to spare for a burst, in this process. For devices: one that has
 * gone mad must not take what the others need. What is remembered of a caller is forgotten once it has its full burst again.
 */
export interface RateLimit {
  /** @throws AppError request.too-many with the seconds to wait */
  pass(key: string): void
}

/** @param now milliseconds */
export function createRateLimit(perMinute: number, burst: number, now: () => number): RateLimit {
  const refillMs = 60_000 / perMinute
  /** When a caller will have its full burst again. */
  const fullAt = new Map<string, number>()
  let swept = now()

  return {
    pass(key) {
      const at = now()
      if (at - swept > 60_000) {
        swept = at
        for (const [known, full] of fullAt) if (full <= at) fullAt.delete(known)
      }
      const full = Math.max(at, fullAt.get(key) ?? at) + refillMs
      const waitMs = full - at - burst * refillMs
      if (waitMs > 0) {
        throw new AppError(
          'request.too-many',
          { vi: 'Thiết bị gửi yêu cầu quá dày.', en: 'The device asks too often.' },
          { details: { retryAfterSeconds: Math.ceil(waitMs / 1000) } },
        )
      }
      fullAt.set(key, full)
    },
  }
}

/** One caller by address: of IPv6 the network of a site (/64), since a device there has as many addresses as it likes. */
export function addressKey(ip: string | undefined): string {
  if (!ip?.includes(':') || ip.startsWith('::ffff:')) return ip ?? ''
  const [head = '', tail] = ip.split('::')
  const groups = head.split(':')
  const missing = tail === undefined ? 0 : 8 - groups.length - tail.split(':').length
  const full = [...groups, ...Array.from({ length: Math.max(0, missing) }, () => '0'), ...(tail?.split(':') ?? [])]
  return `${full
    .slice(0, 4)
    .map(group => group || '0')
    .join(':')}::/64`
}
