import type { ManifestEmergency, ManifestFile, ManifestSlot, StationManifest } from '../../domain/station.ts'

/** Something that Loa itself is to play to a station. */
export interface DuePlay {
  /** slot:<id> or emergency:<dispatch>:<play>; played at most once. */
  ref: string
  dueAt: Date
  file: ManifestFile
  slot?: ManifestSlot
  emergency?: ManifestEmergency
  /** The how-manieth play of an emergency. */
  play?: number
}

/** What has been begun already: when, and whether it is over. */
export type Begun = Map<string, { beganAt: Date; ended: boolean }>

/**
 * What is to be on air now, an emergency before a slot, the newer emergency before the older. An emergency is owed its first
 * plays however late that is; of its repeats only the latest that is due, so that a pause is not made up for. Pure: the
 * same rule as a player's, by the same manifest.
 */
export function duePlay(manifest: StationManifest, begun: Begun, now: Date): DuePlay | undefined {
  const withdrawn = new Set(manifest.withdrawn)
  const emergencies = manifest.emergencies
    .filter(e => !withdrawn.has(e.dispatchId) && Date.parse(e.expiresAt) > now.getTime())
    .sort((a, b) => b.issuedAt.localeCompare(a.issuedAt))
  for (const emergency of emergencies) {
    const due = dueEmergency(emergency, begun, now)
    if (due) return due
  }
  for (const slot of manifest.slots) {
    const ref = `slot:${slot.slotId}`
    const startsAt = new Date(slot.startsAt)
    if (startsAt > now || Date.parse(slot.startUntil) < now.getTime() || begun.has(ref)) continue
    // Nothing of it may be heard any more.
    if (slot.parts.length > 0 && slot.parts.every(p => withdrawn.has(p.dispatchId))) continue
    return { ref, dueAt: startsAt, file: slot.file, slot }
  }
  return undefined
}

function dueEmergency(emergency: ManifestEmergency, begun: Begun, now: Date): DuePlay | undefined {
  const { dispatchId, times, gapSeconds, everySeconds, file } = emergency
  const refOf = (play: number) => `emergency:${dispatchId}:${play}`
  const issuedAt = new Date(emergency.issuedAt)
  const at = (play: number, dueAt: Date): DuePlay => ({ ref: refOf(play), dueAt, file, emergency, play })
  for (let play = 1; play <= times; play++) {
    if (begun.has(refOf(play))) continue
    const before = begun.get(refOf(play - 1))
    const dueAt = before ? new Date(before.beganAt.getTime() + file.durationMs + gapSeconds * 1000) : issuedAt
    return dueAt <= now ? at(play, dueAt) : undefined
  }
  if (everySeconds === null) return undefined
  const repeat = Math.floor((now.getTime() - issuedAt.getTime()) / (everySeconds * 1000))
  if (repeat < 1) return undefined
  const dueAt = new Date(issuedAt.getTime() + repeat * everySeconds * 1000)
  const last = begun.get(refOf(times))
  // First plays that came late stand for the repeats that were due meanwhile.
  if (begun.has(refOf(times + repeat)) || (last && last.beganAt >= dueAt)) return undefined
  return at(times + repeat, dueAt)
}

/** The stretches of a slot's file that were taken back. */
export function withdrawnParts(
  slot: ManifestSlot | undefined,
  withdrawn: string[],
): { startMs: number; endMs: number }[] {
  return (slot?.parts ?? []).filter(p => withdrawn.includes(p.dispatchId))
}
