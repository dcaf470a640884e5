import { type SmsVendor, smsVendors } from './vendors.ts'

/**
 * How many messages each number took, and from which vendor: exact for millions of numbers in little memory, so that
 * chaos and benches can prove who got one twice without keeping any text.
 */
export interface Tally {
  /** @param number E.164 with plus sign */
  add(number: string, vendor: SmsVendor): void
  totals(): TallyTotals
  /** Numbers that took more than one message. */
  repeated(): Generator<TallyEntry>
  all(): Generator<TallyEntry>
  of(number: string): TallyEntry
  clear(): void
}

export interface TallyTotals {
  messages: number
  numbers: number
  /** Numbers that took more than one message, and the messages beyond their first. */
  numbersRepeated: number
  messagesRepeated: number
  vendors: Record<SmsVendor, number>
}

export interface TallyEntry {
  number: string
  count: number
  vendors: Record<SmsVendor, number>
}

const width = smsVendors.length
const firstCapacity = 1 << 12

/**
 * A hash table in flat arrays: E.164 has at most fifteen digits, which a double holds exactly. 14 bytes a slot, at most
 * 70 % full, so a million numbers take 30 MB.
 */
export function createTally(): Tally {
  let keys = new Float64Array(firstCapacity)
  let counts = new Uint16Array(firstCapacity * width)
  let used = 0
  let totals = emptyTotals()

  /** The slot of a number, or the free one where it belongs. Capacities are powers of two. */
  function slotOf(key: number): number {
    const mask = keys.length - 1
    let slot = mix(key) & mask
    while (keys[slot] !== 0 && keys[slot] !== key) slot = (slot + 1) & mask
    return slot
  }

  function grow(): void {
    const [oldKeys, oldCounts] = [keys, counts]
    keys = new Float64Array(oldKeys.length * 2)
    counts = new Uint16Array(keys.length * width)
    for (let i = 0; i < oldKeys.length; i += 1) {
      const key = oldKeys[i] ?? 0
      if (key === 0) continue
      const slot = slotOf(key)
      keys[slot] = key
      counts.set(oldCounts.subarray(i * width, (i + 1) * width), slot * width)
    }
  }

  function entryAt(slot: number, number: string): TallyEntry {
    const [twilio = 0, esms = 0, smpp = 0] = counts.subarray(slot * width, (slot + 1) * width)
    return { number, count: twilio + esms + smpp, vendors: { twilio, esms, smpp } }
  }

  function* entries(): Generator<TallyEntry> {
    for (let slot = 0; slot < keys.length; slot += 1) {
      if (keys[slot] !== 0) yield entryAt(slot, `+${keys[slot]}`)
    }
  }

  return {
    add(number, vendor) {
      const key = Number(number.slice(1))
      if (!/^\+[1-9]\d{1,14}$/.test(number)) throw new Error('a tally counts E.164 numbers only')
      if (used * 10 > keys.length * 7) grow()
      const slot = slotOf(key)
      if (keys[slot] === 0) {
        keys[slot] = key
        used += 1
      }
      const before = entryAt(slot, number).count
      const place = slot * width + smsVendors.indexOf(vendor)
      counts[place] = Math.min((counts[place] ?? 0) + 1, 0xffff)
      totals.messages += 1
      totals.vendors[vendor] += 1
      if (before === 1) totals.numbersRepeated += 1
      if (before > 0) totals.messagesRepeated += 1
    },
    totals: () => ({ ...totals, numbers: used, vendors: { ...totals.vendors } }),
    *repeated() {
      for (const entry of entries()) if (entry.count > 1) yield entry
    },
    all: entries,
    of: number => entryAt(slotOf(Number(number.slice(1))), number),
    clear() {
      keys = new Float64Array(firstCapacity)
      counts = new Uint16Array(firstCapacity * width)
      used = 0
      totals = emptyTotals()
    },
  }
}

function emptyTotals(): TallyTotals {
  return {
    messages: 0,
    numbers: 0,
    numbersRepeated: 0,
    messagesRepeated: 0,
    vendors: { twilio: 0, esms: 0, smpp: 0 },
  }
}

/** Spreads neighbouring numbers over the table (the finaliser of MurmurHash3, on both halves of the number). */
function mix(key: number): number {
  let h = ((key % 0x1_0000_0000) | 0) ^ Math.imul(Math.floor(key / 0x1_0000_0000), 0x9e37_79b1)
  h = Math.imul(h ^ (h >>> 16), 0x85eb_ca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2_ae35)
  return (h ^ (h >>> 16)) >>> 0
}
