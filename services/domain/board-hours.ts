import type { BoardSettings } from './board.ts'

/** Viet Nam has one zone and no summer time. */
const vietNamMs = 7 * 3_600_000
const dayMs = 86_400_000

function minutesOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number)
  return hours * 60 + minutes
}

/**
 * When the operating hours began in which this moment lies; undefined outside them. `from` equal to `to` is day and night:
 * since ever. Hours may go over midnight. Pure.
 */
export function hoursBeganAt({ from, to }: BoardSettings['hours'], at: Date): Date | undefined {
  if (from === to) return new Date(0)
  const midnight = Math.floor((at.getTime() + vietNamMs) / dayMs) * dayMs - vietNamMs
  const minute = Math.floor((at.getTime() - midnight) / 60_000)
  const [begin, end] = [minutesOf(from), minutesOf(to)]
  const today = new Date(midnight + begin * 60_000)
  if (begin < end) return minute >= begin && minute < end ? today : undefined
  if (minute >= begin) return today
  return minute < end ? new Date(today.getTime() - dayMs) : undefined
}
