import type { DeliveryCounts, ResendableState } from './delivery.ts'
import { resendableStates } from './delivery.ts'

/** What one round of a channel says of itself. */
export interface RoundState {
  round: number
  /** The states the round is for; null in the first, which is for everybody. */
  resendStates: readonly ResendableState[] | null
  counts: DeliveryCounts
}

/**
 * How many a further round of one channel would be for, by state, read from its rounds. Whoever was taken into a later
 * round counts there and not where they were before. The server makes the list itself when it adds the round: receipts
 * that come in between can change these numbers.
 */
export function leftOver(rounds: readonly RoundState[]): Record<ResendableState, number> {
  const left: Record<ResendableState, number> = { rejected: 0, unknown: 0, skipped: 0 }
  for (const { round, counts } of rounds) {
    const later = rounds.filter(r => r.round > round)
    for (const state of resendableStates) {
      if (!later.some(r => r.resendStates?.includes(state))) left[state] += counts[state]
    }
  }
  return left
}
