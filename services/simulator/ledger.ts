/**
 * What one kind of inbox has received: every single delivery is counted for ever, while the messages themselves are
 * kept only up to a limit of memory. Tests and `loa chaos` compare the counts with the database, so they are exact
 * even after the oldest messages were dropped.
 */
export interface Ledger<Item extends LedgerItem> {
  /** @param group what makes two deliveries to one address repeats of each other (the text, the subject) */
  add(group: string, item: Item): void
  /** All deliveries ever. */
  total(): number
  /** Deliveries to one address. */
  countOf(address: string): number
  /** How many different addresses received anything. */
  addresses(): number
  /** Every (group, address) pair with its count; more than 1 means that somebody got the same thing twice. */
  counts(): Generator<{ group: string; address: string; count: number }>
  /** Deliveries beyond the first of the same group to the same address. */
  repeats(): number
  /** Messages of one address that are still kept, oldest first. */
  keptOf(address: string): Item[]
  get(id: string): Item | undefined
  /** Kept messages, newest first. */
  newest(): Generator<Item>
  /** Addresses with kept messages, the one written to last comes first. */
  recentAddresses(search: string, limit: number): string[]
  /** How many messages were dropped from memory (never from the counts). */
  forgotten(): number
  clear(): void
}

export interface LedgerItem {
  id: string
  to: string
}

/**
 * @param limit how much may be kept, in the unit of `weigh`
 * @param weigh weight of one item: 1 to limit the number, its size to limit bytes
 */
export function createLedger<Item extends LedgerItem>(limit: number, weigh: (item: Item) => number): Ledger<Item> {
  const groups = new Map<string, Map<string, number>>()
  // Maps keep the order of insertion: the first key is the oldest item, the last address the most recent one.
  const kept = new Map<string, Item>()
  const byAddress = new Map<string, Item[]>()
  let total = 0
  let repeats = 0
  let weight = 0
  let forgotten = 0

  function forgetOldest(): void {
    const [id, item] = kept.entries().next().value ?? []
    if (id === undefined || item === undefined) return
    kept.delete(id)
    weight -= weigh(item)
    forgotten += 1
    const others = byAddress.get(item.to)
    others?.shift()
    if (others?.length === 0) byAddress.delete(item.to)
  }

  return {
    add(group, item) {
      let counts = groups.get(group)
      if (!counts) {
        counts = new Map()
        groups.set(group, counts)
      }
      const before = counts.get(item.to) ?? 0
      counts.set(item.to, before + 1)
      total += 1
      if (before > 0) repeats += 1
      kept.set(item.id, item)
      weight += weigh(item)
      const mine = byAddress.get(item.to) ?? []
      mine.push(item)
      byAddress.delete(item.to)
      byAddress.set(item.to, mine)
      while (weight > limit && kept.size > 1) forgetOldest()
    },
    total: () => total,
    countOf(address) {
      let sum = 0
      for (const counts of groups.values()) sum += counts.get(address) ?? 0
      return sum
    },
    addresses() {
      if (groups.size === 1) for (const counts of groups.values()) return counts.size
      const all = new Set<string>()
      for (const counts of groups.values()) for (const address of counts.keys()) all.add(address)
      return all.size
    },
    *counts() {
      for (const [group, counts] of groups) for (const [address, count] of counts) yield { group, address, count }
    },
    repeats: () => repeats,
    keptOf: address => [...(byAddress.get(address) ?? [])],
    get: id => kept.get(id),
    *newest() {
      const ids = [...kept.keys()]
      for (let i = ids.length - 1; i >= 0; i -= 1) {
        const item = kept.get(ids[i] as string)
        if (item) yield item
      }
    },
    recentAddresses(search, wanted) {
      const found: string[] = []
      const all = [...byAddress.keys()]
      for (let i = all.length - 1; i >= 0 && found.length < wanted; i -= 1) {
        const address = all[i] as string
        if (address.includes(search)) found.push(address)
      }
      return found
    },
    forgotten: () => forgotten,
    clear() {
      groups.clear()
      kept.clear()
      byAddress.clear()
      total = 0
      repeats = 0
      weight = 0
      forgotten = 0
    },
  }
}
