import type { ResendableState } from '../../../../domain/delivery.ts'
import { resendableStates } from '../../../../domain/delivery.ts'
import { leftOver } from '../../../../domain/rounds.ts'
import type { DispatchProgress } from '../../../../http/schemas.ts'

/** One channel of an announcement with its rounds, the first one first. */
export interface ChannelRounds {
  channel: string
  rounds: DispatchProgress[]
}

/** The dispatches of an announcement by channel, in the order in which the channels come. */
export function byChannel(dispatches: readonly DispatchProgress[]): ChannelRounds[] {
  const channels = [...new Set(dispatches.map(d => d.channel))]
  return channels.map(channel => ({
    channel,
    rounds: dispatches.filter(d => d.channel === channel).sort((a, b) => a.round - b.round),
  }))
}

/**
 * Whom a further round of the channel could be for, by state; null while the channel is not done, was stopped, or has
 * nobody left. The server has the last word.
 */
export function resendable(rounds: readonly DispatchProgress[]): Record<ResendableState, number> | null {
  if (rounds.length === 0 || rounds.some(d => d.phase !== 'settled')) return null
  const left = leftOver(rounds)
  return resendableStates.some(state => left[state] > 0) ? left : null
}

/** What is ticked when the dialog opens. Who was skipped had a reason, so that is left to the officer. */
export function usualStates(left: Record<ResendableState, number>): ResendableState[] {
  return resendableStates.filter(state => state !== 'skipped' && left[state] > 0)
}
