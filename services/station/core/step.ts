import type { ManifestSlot } from '../../domain/station.ts'
import { feed } from './feed.ts'
import { adopt, fault, powerOn, refuse, sinkChanged, soundEnded, tellMissedPlays, tellMissedSlots } from './inputs.ts'
import { type Due, dueEmergencies, isExpired, nextStretch, prepareAheadMs, remaining, resumeUntil } from './plan.ts'
import { cut, giveUp, say, type Turn, write } from './turn.ts'
import type { Input, Sound, State, Step } from './types.ts'

/**
 * The player's only rule book: what happened goes in, what is to be written down and done comes out. Nothing here reads a
 * clock, a disk or a network. The caller puts the records on the disk, then carries out the actions, in this order.
 */
export function step(state: State, input: Input): Step {
  const turn: Turn = { state: { ...state, now: input.now }, records: [], actions: [] }
  if (input.type === 'feed') {
    const { sound } = turn.state
    if (sound?.id === input.soundId) feed(turn, sound, Math.min(input.toMs, sound.toMs), input.dueAt)
    return turn
  }
  take(turn, input)
  if (input.type !== 'power-off') decide(turn)
  return turn
}

function take(turn: Turn, input: Input): void {
  const { state } = turn
  switch (input.type) {
    case 'power-on':
      powerOn(turn)
      break
    case 'power-off':
      cut(turn, 'operator')
      break
    case 'manifest':
      adopt(turn, input.manifest)
      break
    case 'refused':
      refuse(turn, input.reason, input)
      break
    case 'fault':
      fault(turn, input.reason)
      break
    case 'file-ready':
      turn.state = { ...state, ready: new Set([...state.ready, input.sha256]) }
      if (input.isNew) say(turn, 'fetched', { sha256: input.sha256 })
      break
    case 'file-gone':
      turn.state = { ...state, ready: new Set([...state.ready].filter(sha => sha !== input.sha256)) }
      break
    case 'sound-ended':
      soundEnded(turn, input.soundId)
      break
    case 'sink':
      sinkChanged(turn, input.ok)
      break
    case 'clock':
      clockChanged(turn, input.ok, input.skewMs)
      break
    case 'acked':
      if (input.upTo >= (state.pending[0]?.n ?? state.nextN)) write(turn, { r: 'acked', upTo: input.upTo })
      break
  }
}

function clockChanged(turn: Turn, ok: boolean, skewMs: number): void {
  const { skewMs: was, poweredAt } = turn.state
  turn.state = { ...turn.state, clockOk: ok }
  if (Math.abs(skewMs - was) < worthWritingMs) return
  write(turn, { r: 'clock', at: turn.state.now, skewMs })
  turn.state = { ...turn.state, poweredAt: poweredAt + skewMs - was }
}

const worthWritingMs = 250

/** Puts on air what belongs there now. */
function decide(turn: Turn): void {
  const { state } = turn
  // By a clock that is certainly wrong nothing is begun and nothing is called missed.
  if (!state.clockOk || !state.manifest) return
  if (isExpired(state, state.now)) {
    cut(turn, 'expired')
    if (turn.state.slot) giveUp(turn, turn.state.slot, 'expired')
  }
  tellMissedPlays(turn)
  tellMissedSlots(turn)
  giveUpTooLate(turn)
  if (isExpired(turn.state, turn.state.now) || !turn.state.sinkOk) return
  const front = dueEmergencies(turn.state)[0]
  if (front && takesTheAir(turn.state, front)) playEmergency(turn, front)
  // Between two plays of an emergency there is silence.
  else if (!front && !turn.state.sound) playSlot(turn)
  prepare(turn)
}

/** An emergency goes before every slot and every older emergency, but not before its own pause is over. */
function takesTheAir(state: State, due: Due): boolean {
  const { dispatchId } = due.emergency
  const onAir = state.sound?.emergency
  if (onAir) {
    if (onAir.dispatchId === dispatchId) return false
    const older = due.issuedAt - onAir.issuedAt || Number(BigInt(dispatchId) - BigInt(onAir.dispatchId))
    return older > 0
  }
  return !(state.gap?.dispatchId === dispatchId && state.now < state.gap.until)
}

function playEmergency(turn: Turn, { emergency, issuedAt, play }: Due): void {
  cut(turn, 'emergency')
  if (turn.state.slot && emergency.afterwards === 'skip') giveUp(turn, turn.state.slot, 'emergency')
  begin(turn, emergency.file.sha256, 0, emergency.file.durationMs, {
    emergency: { dispatchId: emergency.dispatchId, play, issuedAt },
  })
}

/** A slot in hand goes on; else the earliest whose time it is begins. */
function playSlot(turn: Turn): void {
  for (;;) {
    const { slot, cursorMs, ready } = turn.state
    const stretch = slot && nextStretch(turn.state, slot, cursorMs)
    if (slot && stretch) {
      if (!ready.has(slot.file.sha256)) return
      begin(turn, slot.file.sha256, stretch.fromMs, stretch.toMs, { slotId: slot.slotId })
      return
    }
    if (slot) giveUp(turn, slot, 'too-late')
    else if (!takeInHand(turn)) return
  }
}

/** @returns false when no slot's time is now */
function takeInHand(turn: Turn): boolean {
  const slot = slotsToBegin(turn.state)[0]
  if (!slot) return false
  turn.state = { ...turn.state, cursorMs: null, stopReason: null }
  if (remaining(turn.state, slot).length === 0) giveUp(turn, slot, 'withdrawn')
  else write(turn, { r: 'slot', at: turn.state.now, slot })
  return true
}

function slotsToBegin(state: State): ManifestSlot[] {
  const isNow = (slot: ManifestSlot) =>
    Date.parse(slot.startsAt) <= state.now && state.now <= Date.parse(slot.startUntil)
  return (state.manifest?.slots ?? [])
    .filter(slot => isNow(slot) && state.slotsOver[slot.slotId] === undefined)
    .filter(slot => state.ready.has(slot.file.sha256) || remaining(state, slot).length === 0)
    .sort((a, b) => Date.parse(a.startsAt) - Date.parse(b.startsAt))
}

function giveUpTooLate(turn: Turn): void {
  const { slot, now, sound, stopReason } = turn.state
  if (!slot || sound?.slotId === slot.slotId || now <= resumeUntil(slot)) return
  giveUp(turn, slot, stopReason ?? 'too-late')
}

function begin(
  turn: Turn,
  sha256: string,
  fromMs: number,
  toMs: number,
  who: Pick<Sound, 'slotId' | 'emergency'>,
): void {
  const { nextSoundId: id, now } = turn.state
  const sound: Sound = { id, sha256, ...who, fromMs, toMs, fedMs: fromMs, since: now }
  turn.state = { ...turn.state, sound, nextSoundId: id + 1, gap: null }
  turn.actions.push({ do: 'play', sound })
}

/** Once per slot, a few seconds before its time. */
function prepare(turn: Turn): void {
  const { now, manifest, slotsOver, ready, sound } = turn.state
  if (sound) return
  for (const slot of manifest?.slots ?? []) {
    const at = Date.parse(slot.startsAt)
    if (at <= now || at - prepareAheadMs > now || slotsOver[slot.slotId] !== undefined) continue
    if (!ready.has(slot.file.sha256) || turn.state.prepared === slot.slotId) continue
    turn.state = { ...turn.state, prepared: slot.slotId }
    turn.actions.push({ do: 'prepare', sha256: slot.file.sha256, fromMs: 0, at })
  }
}
