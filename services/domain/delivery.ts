/**
 * Delivery states and the equation that is true at every moment (design promise 1):
 *
 *   audience = waiting + sending + accepted + confirmed + rejected + skipped + unknown + cancelled + expired
 *
 * Terminology: *accepted* means that a carrier or server took the message over; it is neither "sent" nor "received".
 * *unknown* means that the message may or may not have left: it is never sent again by itself.
 */
export const deliveryStates = [
  'waiting',
  'sending',
  'accepted',
  'confirmed',
  'rejected',
  'skipped',
  'unknown',
  'cancelled',
  'expired',
] as const

export type DeliveryState = (typeof deliveryStates)[number]

/** States that are written to the append-only outcome ledger; the others are derived from the chunk. */
export const recordedStates = ['unknown', 'accepted', 'rejected', 'confirmed', 'skipped'] as const
export type RecordedState = (typeof recordedStates)[number]

/**
 * States whose targets a further round may be for. Who was skipped is asked about again: consent may have come, an address
 * may have been added. Those who were reached never are.
 */
export const resendableStates = ['rejected', 'unknown', 'skipped'] as const
export type ResendableState = (typeof resendableStates)[number]

/**
 * How firm a recorded state is. A later record replaces an earlier one only when it is firmer, so receipts that come
 * twice, late or out of order change nothing. `confirmed` outranks `rejected`: carriers do send a failure and then a
 * delivery for the same message, and the delivery is the positive evidence of the two.
 */
export const recordedRank: Record<RecordedState, number> = {
  unknown: 1,
  accepted: 2,
  skipped: 3,
  rejected: 3,
  confirmed: 4,
}

/** True when a target in state `from` (undefined: nothing recorded yet) may move to `to`. */
export function movesForward(from: RecordedState | undefined, to: RecordedState): boolean {
  return from === undefined || recordedRank[to] > recordedRank[from]
}

/** What a channel says of one target after trying to send. Values, not exceptions. */
export type Outcome =
  /**
   * `ref` is what the vendor calls the message. `partRefs` is given instead of our own ids by vendors whose receipts name
   * nothing else (SMPP): one reference per part, each with its own receipt. `costDong` is what the vendor charges for it.
   */
  | { kind: 'accepted'; ref?: string; partRefs?: string[]; costDong?: number }
  | { kind: 'rejected'; code: string }
  /** Certain that it was NOT sent; try again, not before `afterMs` from now. */
  | { kind: 'retry'; code: string; afterMs?: number }
  /** May or may not have left. `ref` is what a look-up at the vendor needs, when anything is known. */
  | { kind: 'unknown'; code: string; ref?: string }
  /** Not tried on purpose, for example because the person opted out after the freeze. */
  | { kind: 'skipped'; code: string }

export type DeliveryCounts = Record<DeliveryState, number> & { audience: number }

/** The zero of {@link DeliveryCounts}, for sums. */
export function noDeliveries(): DeliveryCounts {
  return {
    audience: 0,
    waiting: 0,
    sending: 0,
    accepted: 0,
    confirmed: 0,
    rejected: 0,
    skipped: 0,
    unknown: 0,
    cancelled: 0,
    expired: 0,
  }
}

/** True when the parts add up to the audience (and none is negative). */
export function balances(counts: DeliveryCounts): boolean {
  const parts = deliveryStates.map(state => counts[state])
  return parts.every(n => Number.isInteger(n) && n >= 0) && parts.reduce((a, b) => a + b, 0) === counts.audience
}

/** True when nobody is left to be tried. */
export function isSettled(counts: DeliveryCounts): boolean {
  return counts.waiting === 0 && counts.sending === 0
}
