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

  /** The vendor that is furthest behind its share, of those that can take something now. */
  function choose(now: Record<string, number>, avoid: string | undefined): VendorTerms | undefined {
    const key = JSON.stringify(now)
    if (key !== givenFor) {
      given = {}
      givenFor = key
    }
    const able = terms.filter(t => (now[t.id] ?? 0) > 0 && vendors.get(t.id)?.pausedMs() === 0)
    const better = able.filter(t => t.id !== avoid)
    const behind = (t: VendorTerms) => (given[t.id] ?? 0) / (now[t.id] ?? 1)
    return (better.length > 0 ? better : able).toSorted((a, b) => behind(a) - behind(b))[0]
  }

  async function chosen(avoid: string | undefined, signal: AbortSignal): Promise<VendorTerms | undefined> {
    while (!signal.aborted) {
      const now = terms.length === 1 ? { [terms[0]?.id ?? '']: 100 } : await shares.shares(weights)
      const found = choose(now, avoid)
      if (found) return found
      // Every vendor has asked us to slow down.
      const pauses = terms.flatMap(t => ((now[t.id] ?? 0) > 0 ? [vendors.get(t.id)?.pausedMs() ?? 0] : []))
      await wait(Math.max(1, Math.min(...pauses)), undefined, { signal }).catch(() => undefined)
    }
    return undefined
  }

  return {
    async reserve(wish, signal) {
      const vendor = await chosen(wish.avoid, signal)
      if (!vendor) return { count: 0, vendor: terms[0]?.id ?? '' }
      const { id, account, partsPerSecond: perSecond } = vendor
      const parts = Math.max(1, wish.content.parts)
      const most = perSecond === undefined ? wish.count : Math.max(1, Math.floor((perSecond * turnSeconds) / parts))
      const count = Math.min(wish.count, most)
      // At once, so that another lane of this process does not choose the same vendor meanwhile.
      given[id] = (given[id] ?? 0) + count
      if (perSecond !== undefined) {
        const turn = { parts: parts * count, perSecond, urgent: wish.priority === 'emergency' }
        if ((await pace.take(account, turn, signal)) === undefined) return { count: 0, vendor: id }
      }
      return { count, vendor: id }
    },
  }
}
