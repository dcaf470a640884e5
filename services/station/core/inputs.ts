import type { ManifestSlot, StationManifest } from '../../domain/station.ts'
import { duePlay, isExpired, isWithdrawn, latestPlay, piecesOf } from './plan.ts'
import { cut, cutOpen, giveUp, namedOpen, say, type Turn, write } from './turn.ts'
import type { State } from './types.ts'

/** The same refusal or fault is told again after so long. */
const toldAgainMs = 3_600_000
/** A file that gives less than it promised by this much is bad, not merely rounded. */
const shortByMs = 500

/** Power is back (or the program was started): what was on air by the records was cut. */
export function powerOn(turn: Turn): void {
  const { open } = turn.state
  if (open) {
    const { positionMs } = open
    // The time of the cut is not known; the last that was written down comes nearest.
    say(turn, 'interrupted', { ...namedOpen(open), positionMs, reason: 'power-cut' }, turn.state.lastAt)
  }
  turn.state = { ...turn.state, stopReason: 'power-cut' }
}

/** Takes over a verified manifest, or says why not. */
export function adopt(turn: Turn, manifest: StationManifest): void {
  const { manifest: old, now } = turn.state
  const { seq } = manifest
  const isSame = old !== null && seq === old.seq
  if (Date.parse(manifest.expiresAt) <= now) refuse(turn, 'expired', { seq })
  else if (old && seq < old.seq) refuse(turn, 'old-sequence', { seq })
  else if (isSame && body(manifest) !== body(old)) refuse(turn, 'bad-manifest', { seq })
  else if (isSame) renew(turn, old, manifest)
  else {
    write(turn, { r: 'manifest', at: now, manifest })
    tellWithdrawn(turn, old, manifest)
    keepOnAir(turn)
  }
}

/** Everything that makes a manifest new: not when it was signed, and not the signed addresses. */
function body(manifest: StationManifest): string {
  const { issuedAt: _issued, expiresAt: _expires, ...rest } = manifest
  return JSON.stringify(rest, (key, value) => (key === 'url' ? undefined : value))
}

/** The same content signed anew: fresh addresses, and a later end. An older copy of it changes nothing. */
function renew(turn: Turn, old: StationManifest, manifest: StationManifest): void {
  if (Date.parse(manifest.expiresAt) < Date.parse(old.expiresAt)) return
  if (manifest.expiresAt !== old.expiresAt) write(turn, { r: 'manifest', at: turn.state.now, manifest })
  else turn.state = { ...turn.state, manifest }
}

/** An emergency that was still to be played and is withdrawn: said once, not for every play that it would have had. */
function tellWithdrawn(turn: Turn, old: StationManifest | null, manifest: StationManifest): void {
  const { open, now } = turn.state
  for (const emergency of old?.emergencies ?? []) {
    const { dispatchId } = emergency
    if (!manifest.withdrawn.includes(dispatchId) || old?.withdrawn.includes(dispatchId)) continue
    if ((open?.emergency && open.dispatchId === dispatchId) || now >= Date.parse(emergency.expiresAt)) continue
    const play = (turn.state.playsDone[dispatchId]?.through ?? 0) + 1
    if (play <= emergency.times || emergency.everySeconds !== null) {
      say(turn, 'skipped', { dispatchId, play, reason: 'withdrawn' })
    }
  }
}

/** What is on air is held against the new manifest: a withdrawn part stops at once, a coming one is left out. */
function keepOnAir(turn: Turn): void {
  const { sound, open, manifest, slot } = turn.state
  if (!sound || !manifest) return
  // Also before its first sample, when nothing is open yet.
  if (sound.emergency && manifest.withdrawn.includes(sound.emergency.dispatchId)) {
    cut(turn, 'withdrawn')
    return
  }
  if (open?.dispatchId !== undefined && manifest.withdrawn.includes(open.dispatchId)) {
    const fedMs = sound.fedMs
    const endMs = open.endMs
    cut(turn, 'withdrawn')
    // The slot goes on behind the part; what it had begun stays begun.
    if (fedMs < endMs) turn.state = { ...turn.state, cursorMs: endMs }
    return
  }
  if (sound.emergency || !slot) return
  const leftOut = piecesOf(slot)
    .filter(piece => isWithdrawn(turn.state, piece.dispatchId) && piece.startMs >= sound.fedMs)
    .map(piece => piece.startMs)
  const toMs = Math.min(sound.toMs, ...leftOut)
  if (toMs === sound.toMs) return
  turn.actions.push({ do: 'limit', soundId: sound.id, toMs })
  turn.state = { ...turn.state, sound: { ...sound, toMs } }
}

/** Something was not accepted; the same again within an hour is not worth another line. */
export function refuse(turn: Turn, reason: string, more: { seq?: number; sha256?: string }): void {
  const { seq: _, ...file } = more
  if (isNews(turn, `refused/${reason}/${more.seq ?? ''}/${more.sha256 ?? ''}`))
    say(turn, 'refused', { ...file, reason })
}

/** Something is wrong with the device itself. */
export function fault(turn: Turn, reason: string): void {
  if (isNews(turn, `fault/${reason}`)) say(turn, 'fault', { reason })
}

function isNews(turn: Turn, key: string): boolean {
  const { told, now } = turn.state
  const last = told[key]
  if (last !== undefined && Math.abs(now - last) < toldAgainMs) return false
  const recent = Object.entries(told).filter(([, at]) => Math.abs(now - at) < toldAgainMs)
  turn.state = { ...turn.state, told: { ...Object.fromEntries(recent), [key]: now } }
  return true
}

/** The sound has been heard to its end, or its file had no more. */
export function soundEnded(turn: Turn, soundId: number): void {
  const { sound, slot, manifest, now } = turn.state
  if (sound?.id !== soundId) return
  turn.state = { ...turn.state, sound: null, cursorMs: sound.emergency ? null : sound.toMs }
  const isShort = sound.fedMs < sound.toMs - shortByMs
  if (sound.emergency) {
    const { dispatchId, play } = sound.emergency
    if (isShort) {
      cutOpen(turn, 'bad-audio', sound)
      say(turn, 'missed', { dispatchId, play, reason: 'bad-audio' })
    } else if (turn.state.open) say(turn, 'ended', { dispatchId, play })
    const gapSeconds = manifest?.emergencies.find(e => e.dispatchId === dispatchId)?.gapSeconds ?? 0
    turn.state = { ...turn.state, gap: { dispatchId, until: now + gapSeconds * 1_000 } }
    return
  }
  if (!slot) return
  if (isShort) {
    cutOpen(turn, 'bad-audio', sound)
    giveUp(turn, slot, 'bad-audio')
  } else if (turn.state.open) {
    // A limit came while the last of the part was on its way, or the part ends with the file to the millisecond.
    say(turn, 'ended', namedOpen(turn.state.open))
  }
}

/** The sink takes sound, or does not. What it was being given is cut, and begun again when it is back. */
export function sinkChanged(turn: Turn, ok: boolean): void {
  if (!ok) {
    cut(turn, 'sink-failed')
    fault(turn, 'sink-failed')
  }
  turn.state = { ...turn.state, sinkOk: ok }
}

/** Plays of emergencies that are past: why they were not heard. */
export function tellMissedPlays(turn: Turn): void {
  for (const emergency of turn.state.manifest?.emergencies ?? []) {
    const { state } = turn
    const { dispatchId } = emergency
    if (state.manifest?.withdrawn.includes(dispatchId)) continue
    if (state.sound?.emergency?.dispatchId === dispatchId) continue
    const isOver = state.now >= Date.parse(emergency.expiresAt)
    const next = isOver ? latestPlay(emergency, state.now) + 1 : duePlay(state, emergency, state.now)
    if (next === undefined) continue
    const from = (state.playsDone[dispatchId]?.through ?? 0) + 1
    const reason = missReason(turn, emergency.file.sha256, isOver)
    for (let play = Math.max(from, next - mostMissed); play < next; play++) {
      say(turn, 'missed', { dispatchId, play, reason })
    }
  }
}

/** A device does not list more missed plays of one emergency than this. */
const mostMissed = 500

function missReason(turn: Turn, sha256: string, isOver: boolean): string {
  const { state } = turn
  if (!state.ready.has(sha256)) return 'no-file'
  if (!state.sinkOk) return 'sink-failed'
  if (isExpired(state, state.now) || isOver) return 'expired'
  return 'too-late'
}

/** Slots whose latest start is past and that were not begun: why. */
export function tellMissedSlots(turn: Turn): void {
  for (const slot of turn.state.manifest?.slots ?? []) {
    const { state } = turn
    if (Date.parse(slot.startUntil) >= state.now || state.slotsOver[slot.slotId] !== undefined) continue
    if (state.slot?.slotId !== slot.slotId) giveUp(turn, slot, slotMissReason(state, slot))
  }
}

function slotMissReason(state: State, slot: ManifestSlot): string {
  if (state.poweredAt > Date.parse(slot.startUntil)) return 'power-cut'
  if (state.manifest && Date.parse(slot.startsAt) >= Date.parse(state.manifest.expiresAt)) return 'expired'
  if (!state.ready.has(slot.file.sha256)) return 'no-file'
  if (!state.sinkOk) return 'sink-failed'
  return state.sound?.emergency || state.gap ? 'emergency' : 'too-late'
}
