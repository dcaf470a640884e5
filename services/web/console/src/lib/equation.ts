import type { DeliveryCounts, DeliveryState } from '../../../../domain/delivery.ts'
import { deliveryStates, noDeliveries } from '../../../../domain/delivery.ts'

/** One coloured piece of the bar that shows the equation of a dispatch. */
export interface Segment {
  state: DeliveryState
  count: number
  /** Width in per cent of the bar. */
  percent: number
}

/** From the firmest evidence to what has not happened yet, so that the bar grows from the left. */
export const segmentOrder: readonly DeliveryState[] = [
  'confirmed',
  'accepted',
  'sending',
  'waiting',
  'unknown',
  'rejected',
  'skipped',
  'expired',
  'cancelled',
]

/**
 * The pieces of the bar. A state with anybody in it gets at least `minPercent`, so that three rejected people among a
 * million stay visible; the others shrink in proportion and the sum stays 100.
 */
export function segments(counts: DeliveryCounts, minPercent = 1): Segment[] {
  const present = segmentOrder.filter(state => counts[state] > 0)
  const total = present.reduce((sum, state) => sum + counts[state], 0)
  if (total === 0) return []
  const raw = present.map(state => ({ state, count: counts[state], percent: (counts[state] / total) * 100 }))
  const small = raw.filter(s => s.percent < minPercent)
  const missing = small.reduce((sum, s) => sum + (minPercent - s.percent), 0)
  const room = raw.filter(s => s.percent >= minPercent).reduce((sum, s) => sum + s.percent, 0)
  return raw.map(s =>
    s.percent < minPercent ? { ...s, percent: minPercent } : { ...s, percent: s.percent * (1 - missing / room) },
  )
}

/** Adds up the equations of several dispatches. */
export function sumCounts(list: readonly DeliveryCounts[]): DeliveryCounts {
  const sum = noDeliveries()
  for (const counts of list) {
    sum.audience += counts.audience
    for (const state of deliveryStates) sum[state] += counts[state]
  }
  return sum
}
