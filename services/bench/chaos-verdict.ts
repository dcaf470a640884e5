import { balances, type DeliveryCounts, type DeliveryState, isSettled } from '../domain/delivery.ts'

/** What both sides say when everything has come to rest. */
export interface Evidence {
  /** Everybody in the registry, by address: the audience as nobody but the bench knows it. */
  addresses: string[]
  /** The database: one row per target. */
  targets: { address: string; state: DeliveryState; code?: string | null }[]
  /** The vendor's own record: how often it took a message for a number. */
  vendor: Map<string, number>
  /** The equation as officers see it. */
  counts: DeliveryCounts
  /** True when the dispatch came to its end without anybody's help. */
  completedByItself: boolean
  kills: number
  /** Flushes that one worker process has under way at the same time. */
  lanes: number
  /** Targets that were ever recorded as unknown because a worker was gone. */
  unknownFromKills: number
  /** Most targets in one flush. */
  largestFlush: number
}

export interface Verdict {
  /** The vendor has nothing for them, and the database no answer. */
  lost: number
  /** Numbers for which the vendor took more than one message. */
  duplicated: number
  /** Accepted or confirmed in the database, and the vendor has never seen them. */
  missedButAccepted: number
  /** Taken by the vendor, while the database says that nothing was sent (or has no answer). */
  sentButDenied: number
  /** Numbers at the vendor that belong to nobody in the registry. */
  strangers: number
  balances: boolean
  /** What does not hold, in words; empty when all is well. */
  failures: string[]
}

const sent: readonly string[] = ['accepted', 'confirmed']
const open: readonly string[] = ['waiting', 'sending']

/**
 * True for a state that says that the vendor does not have the message. Twilio's codes from 30001 are the carrier's and
 * come in receipts: those messages were taken and did not reach the handset.
 */
function saysNotSent({ state, code }: Evidence['targets'][number]): boolean {
  if (state === 'rejected') return !/^30\d{3}$/.test(code ?? '')
  return state === 'skipped' || state === 'cancelled' || state === 'expired'
}

/**
 * Compares the vendor's record with the database. Pure, so that a test can show that each kind of failure is seen: a
 * check that cannot fail would prove nothing.
 */
export function judge(evidence: Evidence): Verdict {
  const { addresses, vendor, counts, kills, lanes, unknownFromKills, largestFlush } = evidence
  const rows = evidence.targets
  const states = new Map(rows.map(t => [t.address, t.state]))
  const known = new Set(addresses)
  const took = (address: string) => vendor.get(address) ?? 0
  const settled = (address: string) => {
    const state = states.get(address)
    return state !== undefined && !open.includes(state)
  }
  const of = (wanted: readonly string[]) => addresses.filter(a => wanted.includes(states.get(a) ?? ''))

  const lost = addresses.filter(a => !settled(a) && took(a) === 0).length
  const duplicated = [...vendor.values()].filter(n => n > 1).length
  const missedButAccepted = of(sent).filter(a => took(a) === 0).length
  const sentButDenied =
    rows.filter(t => saysNotSent(t) && took(t.address) > 0).length +
    addresses.filter(a => !settled(a) && took(a) > 0).length
  const strangers = [...vendor.keys()].filter(a => !known.has(a)).length
  const inBalance = balances(counts) && counts.audience === addresses.length && sameAs(rows, counts)

  const most = kills * lanes * largestFlush
  const failures = [
    lost > 0 && `${lost} lost: no message and no answer`,
    duplicated > 0 && `${duplicated} got it more than once`,
    missedButAccepted > 0 && `${missedButAccepted} accepted in the database, never seen by the vendor`,
    sentButDenied > 0 && `${sentButDenied} taken by the vendor, not sent according to the database`,
    strangers > 0 && `${strangers} numbers at the vendor that are in no registry`,
    !inBalance && 'the equation does not hold, or does not fit the list of targets',
    !isSettled(counts) && `${counts.waiting + counts.sending} are still waiting or being sent`,
    unknownFromKills > most &&
      `${unknownFromKills} unknown from kills, more than ${kills} x ${lanes} x ${largestFlush}`,
    !evidence.completedByItself && 'it did not come to its end by itself',
  ].filter(text => text !== false)
  return { lost, duplicated, missedButAccepted, sentButDenied, strangers, balances: inBalance, failures }
}

/** True when the list of targets, counted, gives the very sums that stand in the equation, and names nobody twice. */
function sameAs(rows: Evidence['targets'], counts: DeliveryCounts): boolean {
  const counted = new Map<string, number>()
  for (const { state } of rows) counted.set(state, (counted.get(state) ?? 0) + 1)
  const { audience, ...parts } = counts
  if (new Set(rows.map(r => r.address)).size !== rows.length || rows.length !== audience) return false
  return Object.entries(parts).every(([state, n]) => (counted.get(state) ?? 0) === n)
}
