import type { DeviceEvent, DeviceEventKind, ManifestSlot } from '../../domain/station.ts'
import { isDone, isWithdrawn, type Piece, piecesOf } from './plan.ts'
import { apply } from './record.ts'
import type { Action, JournalRecord, OpenPart, Sound, Step } from './types.ts'

/** One step in the making: what it writes changes its state at once, by the same function that reads the journal. */
export interface Turn extends Step {
  records: JournalRecord[]
  actions: Action[]
}

/** Appends a record and lives by it. */
export function write(turn: Turn, record: JournalRecord): void {
  turn.records.push(record)
  turn.state = apply(turn.state, record)
}

type Told = Partial<Omit<DeviceEvent, 'n' | 'at' | 'kind' | 'seq'>>

/**
 * Tells the server of something.
 * @param at when it happened or will be heard; default: now
 */
export function say(turn: Turn, kind: DeviceEventKind, told: Told, at = turn.state.now, open?: OpenPart): void {
  const seq = turn.state.manifest?.seq
  const event: DeviceEvent = {
    n: turn.state.nextN,
    at: new Date(at).toISOString(),
    kind,
    ...(seq !== undefined && { seq }),
    ...told,
  }
  write(turn, { r: 'event', event, ...(open && { open }) })
}

/** Names a piece of a slot in an event. */
export function named(slotId: string, piece: Pick<Piece, 'dispatchId' | 'play'>): Told {
  return {
    slotId,
    ...(piece.dispatchId !== undefined && { dispatchId: piece.dispatchId }),
    ...(piece.play !== undefined && { play: piece.play }),
  }
}

/** Names what is open in an event. */
export function namedOpen(open: OpenPart): Told {
  return {
    ...(open.slotId !== undefined && { slotId: open.slotId }),
    ...(open.dispatchId !== undefined && { dispatchId: open.dispatchId }),
    ...(open.play !== undefined && { play: open.play }),
  }
}

/** Stops the sound on air, if any, and says what it cut. */
export function cut(turn: Turn, reason: string): void {
  const { sound } = turn.state
  if (!sound) return
  turn.actions.push({ do: 'stop', soundId: sound.id })
  cutOpen(turn, reason, sound)
  turn.state = { ...turn.state, sound: null, cursorMs: null, stopReason: reason }
}

/** Says that the open part came no further than the sink was given it. */
export function cutOpen(turn: Turn, reason: string, sound: Sound): void {
  const { open } = turn.state
  if (!open) return
  const positionMs = Math.max(0, Math.round(sound.fedMs - open.startMs))
  say(turn, 'interrupted', { ...namedOpen(open), positionMs, reason })
}

/** Says of every piece of a slot that is left why it will not be heard, and puts the slot away. */
export function giveUp(turn: Turn, slot: ManifestSlot, reason: string): void {
  for (const piece of piecesOf(slot)) {
    if (isDone(turn.state, slot.slotId, piece)) continue
    if (isWithdrawn(turn.state, piece.dispatchId))
      say(turn, 'skipped', { ...named(slot.slotId, piece), reason: 'withdrawn' })
    else say(turn, 'missed', { ...named(slot.slotId, piece), reason })
  }
  write(turn, { r: 'slot-over', at: turn.state.now, slotId: slot.slotId })
}
