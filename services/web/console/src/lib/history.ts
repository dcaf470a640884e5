import type { ResendableState } from '../../../../domain/delivery.ts'
import { resendableStates } from '../../../../domain/delivery.ts'

/** The detail of an event as the server wrote it; what is missing or of another kind is left out. */
type EventDetail = Readonly<Record<string, unknown>>

/** What a cancel found on one channel at its moment. */
export interface Stopped {
  channel: string
  stopped: number
  left: number
  inFlight: number
}

/** What a cancel found, per channel; empty for other events and for cancels of before this was recorded. */
export function readStopped(detail: EventDetail): Stopped[] {
  const [stopped, left, inFlight] = [numbers(detail['stopped']), numbers(detail['left']), numbers(detail['inFlight'])]
  return Object.keys(stopped).map(channel => ({
    channel,
    stopped: stopped[channel] ?? 0,
    left: left[channel] ?? 0,
    inFlight: inFlight[channel] ?? 0,
  }))
}

/** A further round as its event tells it. */
export interface ResentRound {
  round: number
  states: ResendableState[]
  audience: number
  possibleRepeats: number
}

/** Undefined when the event is not about a further round. */
export function readResent(detail: EventDetail): ResentRound | undefined {
  const { round, audience, possibleRepeats, states } = detail
  if (typeof round !== 'number' || typeof audience !== 'number' || !Array.isArray(states)) return undefined
  return {
    round,
    states: resendableStates.filter(state => states.includes(state)),
    audience,
    possibleRepeats: typeof possibleRepeats === 'number' ? possibleRepeats : 0,
  }
}

function numbers(value: unknown): Record<string, number> {
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  )
}
