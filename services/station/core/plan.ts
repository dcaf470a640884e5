import type { ManifestEmergency, ManifestFile, ManifestSlot } from '../../domain/station.ts'
import { partKey } from './record.ts'
import type { Recorded, State } from './types.ts'

/** A piece of a slot's file that is played, reported and left out as one. */
export interface Piece {
  dispatchId?: string
  play?: number
  startMs: number
  endMs: number
}

/** The parts of a slot in the order of time; a slot that names none is one piece from end to end. */
export function piecesOf(slot: ManifestSlot): Piece[] {
  if (slot.parts.length === 0) return [{ startMs: 0, endMs: slot.file.durationMs }]
  return slot.parts
    .map(({ dispatchId, play, startMs, endMs }) => ({
      dispatchId,
      play,
      startMs,
      endMs: Math.min(endMs, slot.file.durationMs),
    }))
    .sort((a, b) => a.startMs - b.startMs)
}

/** True for an announcement that must not be heard any more. */
export function isWithdrawn(state: Recorded, dispatchId: string | undefined): boolean {
  return dispatchId !== undefined && state.manifest?.withdrawn.includes(dispatchId) === true
}

export const isDone = (state: Recorded, slotId: string, piece: Piece) =>
  state.partsDone[partKey(slotId, piece)] !== undefined

const isLeft = (state: Recorded, slot: ManifestSlot, piece: Piece) =>
  !isDone(state, slot.slotId, piece) && !isWithdrawn(state, piece.dispatchId)

/** Pieces that are still to be played. */
export function remaining(state: Recorded, slot: ManifestSlot): Piece[] {
  return piecesOf(slot).filter(piece => isLeft(state, slot, piece))
}

/** After this a slot that was cut is not taken up again: its own length after the latest start. */
export function resumeUntil(slot: ManifestSlot): number {
  return Date.parse(slot.startUntil) + slot.file.durationMs
}

/**
 * The next stretch of a slot in hand: from `cursorMs`, or from the first piece that is left (from the very beginning when
 * none was started yet), to the next piece that is to be left out, or the end of the file.
 * @returns undefined when nothing is left to play
 */
export function nextStretch(
  state: Recorded,
  slot: ManifestSlot,
  cursorMs: number | null,
): { fromMs: number; toMs: number } | undefined {
  const pieces = piecesOf(slot)
  const left = pieces.filter(piece => isLeft(state, slot, piece))
  let fromMs = cursorMs
  if (fromMs === null) {
    if (left.length === 0) return undefined
    fromMs = state.touched ? (left[0]?.startMs ?? 0) : 0
  }
  let toMs = slot.file.durationMs
  for (const piece of pieces) {
    if (left.includes(piece)) continue
    if (piece.endMs <= fromMs) continue
    if (piece.startMs <= fromMs) fromMs = piece.endMs
    else {
      toMs = Math.min(toMs, piece.startMs)
      break
    }
  }
  if (fromMs >= toMs) return undefined
  return { fromMs, toMs }
}

/** The play of an emergency that is due, and the latest there will have been by its end. */
export interface Due {
  emergency: ManifestEmergency
  issuedAt: number
  play: number
}

/** Number of the latest play that was due at a time; the first ones, `times` in a row, are due at once. */
export function latestPlay(emergency: ManifestEmergency, now: number): number {
  const { everySeconds, times } = emergency
  const since = Math.min(now, Date.parse(emergency.expiresAt) - 1) - Date.parse(emergency.issuedAt)
  if (everySeconds === null) return times
  return times + Math.max(0, Math.floor(since / (everySeconds * 1_000)))
}

/**
 * Which play of an emergency is due now. Within the first `everySeconds` the first ones come in their order; later only
 * the most recent, so that a device that was away does not make up for hours.
 */
export function duePlay(state: Recorded, emergency: ManifestEmergency, now: number): number | undefined {
  if (now >= Date.parse(emergency.expiresAt) || isWithdrawn(state, emergency.dispatchId)) return undefined
  const through = state.playsDone[emergency.dispatchId]?.through ?? 0
  const latest = latestPlay(emergency, now)
  if (through >= latest) return undefined
  return latest > emergency.times ? latest : through + 1
}

/** Emergencies with a play due whose file is here, newest first. */
export function dueEmergencies(state: State): Due[] {
  return (state.manifest?.emergencies ?? [])
    .flatMap(emergency => {
      const play = duePlay(state, emergency, state.now)
      if (play === undefined || !state.ready.has(emergency.file.sha256)) return []
      return [{ emergency, issuedAt: Date.parse(emergency.issuedAt), play }]
    })
    .sort(newestFirst)
}

/** Order of emergencies: the one issued last wins; of two at once the one with the higher number. */
export function newestFirst(a: Due, b: Due): number {
  return b.issuedAt - a.issuedAt || Number(BigInt(b.emergency.dispatchId) - BigInt(a.emergency.dispatchId))
}

/** A manifest past its end lets nothing be played. */
export function isExpired(state: Recorded, now: number): boolean {
  return state.manifest !== null && now >= Date.parse(state.manifest.expiresAt)
}

/**
 * Files that the device should have, the most urgent first: emergencies, the slot in hand, the coming slots. What is
 * withdrawn altogether or over is not wanted.
 */
export function wantedFiles(state: State): ManifestFile[] {
  const { manifest, now } = state
  if (!manifest) return state.slot ? [state.slot.file] : []
  const emergencies = manifest.emergencies
    .filter(e => now < Date.parse(e.expiresAt) && !isWithdrawn(state, e.dispatchId))
    .filter(e => e.everySeconds !== null || (state.playsDone[e.dispatchId]?.through ?? 0) < e.times)
    .sort((a, b) => Date.parse(b.issuedAt) - Date.parse(a.issuedAt))
  const slots = manifest.slots
    .filter(s => state.slotsOver[s.slotId] === undefined && now <= Date.parse(s.startUntil))
    .filter(s => remaining(state, s).length > 0)
    .sort((a, b) => Date.parse(a.startsAt) - Date.parse(b.startsAt))
  const files = [...emergencies, ...(state.slot ? [state.slot] : []), ...slots].map(item => item.file)
  return [...new Map(files.map(file => [file.sha256, file])).values()]
}

/** How long before a slot its file is decoded and the sink opened. */
export const prepareAheadMs = 5_000

/** When the machine must be asked again although nothing happens; undefined: only when something does. */
export function nextWake(state: State): number | undefined {
  const { manifest, now } = state
  const times: number[] = []
  if (state.gap) times.push(state.gap.until)
  if (state.slot) times.push(resumeUntil(state.slot) + 1)
  if (manifest) {
    times.push(Date.parse(manifest.expiresAt))
    for (const slot of manifest.slots) {
      if (state.slotsOver[slot.slotId] !== undefined) continue
      const startsAt = Date.parse(slot.startsAt)
      times.push(startsAt - prepareAheadMs, startsAt, Date.parse(slot.startUntil) + 1)
    }
    for (const e of manifest.emergencies) {
      times.push(Date.parse(e.expiresAt))
      if (e.everySeconds === null) continue
      const everyMs = e.everySeconds * 1_000
      const issuedAt = Date.parse(e.issuedAt)
      times.push(issuedAt + Math.max(1, Math.floor((now - issuedAt) / everyMs) + 1) * everyMs)
    }
  }
  const coming = times.filter(at => at > now)
  return coming.length === 0 ? undefined : Math.min(...coming)
}
