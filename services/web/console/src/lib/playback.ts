import type { StationPlaybackShape } from '../../../../http/schemas-devices.ts'

export type PlaybackStanding = 'ticked' | 'played' | 'cut' | 'missed' | 'unknown'

/** In the order in which they are counted on the screen. */
export const playbackStandings: readonly PlaybackStanding[] = ['ticked', 'played', 'cut', 'missed', 'unknown']

type Known = Pick<StationPlaybackShape, 'airedAt' | 'plays' | 'interruptedAt' | 'missed'>

/**
 * The firmest that is known of a station, each station in one: a person's word, then a whole play that a device reported, then
 * one that was cut, then one that could not be. A fetched file is not a played one.
 */
export function standingOfPlayback({ airedAt, plays, interruptedAt, missed }: Known): PlaybackStanding {
  if (airedAt !== null) return 'ticked'
  if (plays > 0) return 'played'
  if (interruptedAt !== null) return 'cut'
  return missed > 0 ? 'missed' : 'unknown'
}

/** How many stations stand where. */
export function countStandings(stations: readonly Known[]): Record<PlaybackStanding, number> {
  const counts = { ticked: 0, played: 0, cut: 0, missed: 0, unknown: 0 }
  for (const station of stations) counts[standingOfPlayback(station)] += 1
  return counts
}

/** Whole plays before and after the withdrawal; null when it was never withdrawn, and there is nothing to tell apart. */
export function splitByWithdrawal(
  station: Pick<StationPlaybackShape, 'withdrawnAt' | 'plays' | 'playsAfterWithdrawal'>,
): { before: number; after: number } | null {
  if (station.withdrawnAt === null) return null
  return { before: station.plays - station.playsAfterWithdrawal, after: station.playsAfterWithdrawal }
}
