/** What one device said about one slot. */
export interface DeviceReport {
  /** Different plays that were played to the end or left out because they were withdrawn. */
  done: number
  /** Something of it was on air. */
  heard: boolean
  /** It said that it could not play. */
  missed: boolean
}

/** What all devices of a commune said about a slot. */
export interface Playback {
  devices: number
  played: number
  partly: number
  missed: number
  silent: number
}

/**
 * Sums up what devices reported. "Played" is a play to the end, not somebody who heard it; a device that said nothing is
 * silent, which is neither.
 * @param devices in use at the commune's stations
 * @param reports of those that said something, also of devices revoked since
 * @param plays that the slot's file holds
 */
export function playbackOf(devices: number, reports: readonly DeviceReport[], plays: number): Playback {
  const sum = { played: 0, partly: 0, missed: 0 }
  for (const { done, heard, missed } of reports) {
    if (done >= plays && plays > 0 && heard) sum.played += 1
    else if (heard) sum.partly += 1
    else if (missed) sum.missed += 1
  }
  const told = sum.played + sum.partly + sum.missed
  return { devices: Math.max(devices, told), ...sum, silent: Math.max(0, devices - told) }
}

/** True when devices reported and each of them missed it: nobody heard it, so that it is aired in the next slot. */
export function missedByAll({ played, partly, missed }: Playback): boolean {
  return missed > 0 && played === 0 && partly === 0
}
