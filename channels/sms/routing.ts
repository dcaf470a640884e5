import { setTimeout as wait } from 'node:timers/promises'
import type { PacePort, Slot, VendorPort, Wish } from '../contract.ts'
import type { VendorTerms } from './config.ts'
import type { SmsContent } from './render.ts'
import type { Vendor, VendorId } from './vendor.ts'

/** One turn at a vendor is worth so much of its pace, so that an emergency never waits behind more. */
const turnSeconds = 0.2

/** What choosing a vendor needs. */
export interface RoutingDeps {
  terms: VendorTerms[]
  vendors: Map<VendorId, Vendor>
  pace: PacePort
  shares: VendorPort
}

/** Configured weight by vendor. */
export function weightsOf(terms: VendorTerms[]): Record<string, number> {
  return Object.fromEntries(terms.map(t => [t.id, t.weight]))
}

/**
 * Chooses a vendor for each flush, so that over time each gets its share of the targets, and waits for its rate limit.
 * What each vendor was given is counted per process: the shares themselves are what all processes have in common.
 */
export function createRouting({ terms, vendors, pace, shares }: RoutingDeps): {
  reserve(wish: Wish<SmsContent>, signal: AbortSignal): Promise<Slot>
} {
  const weights = weightsOf(terms)
  let given: Record<string, number> = {}
  let givenFor = ''

  /** The vendor that is furthest behind its share, of those that can take something now; counts what it is given. */
  function choose(now: Record<string, number>, wish: Wish<SmsContent>): Choice | undefined {
    const key = JSON.stringify(now)
    if (key !== givenFor) {
      given = {}
      givenFor = key
    }
    const able = terms.filter(t => (now[t.id] ?? 0) > 0 && vendors.get(t.id)?.pausedMs() === 0)
    const better = able.filter(t => t.id !== wish.avoid)
    const behind = (t: VendorTerms) => (given[t.id] ?? 0) / (now[t.id] ?? 1)
    const vendor = (better.length > 0 ? better : able).toSorted((a, b) => behind(a) - behind(b))[0]
    if (!vendor) return undefined
    const count = Math.min(wish.count, mostInOneTurn(vendor, wish.content))
    // Counted before anything is waited for: another lane of this process must not choose the same vendor meanwhile.
    given[vendor.id] = (given[vendor.id] ?? 0) + count
    return { vendor, count }
  }

  async function chosen(wish: Wish<SmsContent>, signal: AbortSignal): Promise<Choice | undefined> {
    while (!signal.aborted) {
      const now = terms.length === 1 ? { [terms[0]?.id ?? '']: 100 } : await shares.shares(weights)
      const choice = choose(now, wish)
      if (choice) return choice
      // Every vendor has asked us to slow down.
      const pauses = terms.flatMap(t => ((now[t.id] ?? 0) > 0 ? [vendors.get(t.id)?.pausedMs() ?? 0] : []))
      await wait(Math.max(1, Math.min(...pauses)), undefined, { signal }).catch(() => undefined)
    }
    return undefined
  }

  return {
    async reserve(wish, signal) {
      const choice = await chosen(wish, signal)
      if (!choice) return { count: 0, vendor: terms[0]?.id ?? '' }
      const { vendor, count } = choice
      const { id, account, partsPerSecond: perSecond } = vendor
      if (perSecond !== undefined) {
        const parts = partsOf(wish.content) * count
        const turn = { parts, perSecond, urgent: wish.priority === 'emergency' }
        if ((await pace.take(account, turn, signal)) === undefined) return { count: 0, vendor: id }
      }
      return { count, vendor: id }
    },
  }
}

interface Choice {
  vendor: VendorTerms
  count: number
}

const partsOf = (content: SmsContent) => Math.max(1, content.parts)

function mostInOneTurn({ partsPerSecond }: VendorTerms, content: SmsContent): number {
  if (partsPerSecond === undefined) return Number.POSITIVE_INFINITY
  return Math.max(1, Math.floor((partsPerSecond * turnSeconds) / partsOf(content)))
}
