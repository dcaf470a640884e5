import { isDone, isWithdrawn, piecesOf } from './plan.ts'
import { named, namedOpen, say, type Turn, write } from './turn.ts'
import type { OpenPart, Sound } from './types.ts'

/**
 * A part counts as ended this long before its last sample, when the piece of sound with its end is given to the sink:
 * killed in between, a device rather loses the last breath than plays an announcement twice.
 */
export const commitAheadMs = 200
/** How often the position in a part is written down, which is what a power cut leaves in doubt. */
export const positionEveryMs = 2_000

/**
 * Writes down what the next piece of sound is about to begin and to end, before the sink is given it.
 * @param toMs end of the piece in the file
 * @param dueAt when the first of it will be heard
 */
export function feed(turn: Turn, sound: Sound, toMs: number, dueAt: number): void {
  const fedMs = sound.fedMs
  const time = (ms: number) => dueAt + Math.max(0, ms - fedMs)
  for (const next of openings(turn, sound)) {
    endOpen(turn, toMs, time)
    if (next.startMs < fedMs || next.startMs >= toMs) continue
    begin(turn, next, time(next.startMs))
  }
  endOpen(turn, toMs, time)
  const { open } = turn.state
  if (open) {
    const positionMs = Math.round(toMs - open.startMs)
    if (positionMs - open.positionMs >= positionEveryMs) write(turn, { r: 'position', at: turn.state.now, positionMs })
  }
  turn.state = { ...turn.state, sound: { ...sound, fedMs: toMs } }
}

function endOpen(turn: Turn, toMs: number, time: (ms: number) => number): void {
  const { open } = turn.state
  if (open && toMs > open.endMs - commitAheadMs) say(turn, 'ended', namedOpen(open), time(open.endMs))
}

function begin(turn: Turn, next: OpenPart, at: number): void {
  const told = { ...namedOpen(next), positionMs: 0 }
  say(turn, 'started', told, at, next)
}

/** Parts that this sound begins, in their order. */
function openings(turn: Turn, sound: Sound): OpenPart[] {
  const { state } = turn
  if (sound.emergency) {
    const { dispatchId, play } = sound.emergency
    return [{ dispatchId, play, emergency: true, startMs: 0, endMs: sound.toMs, positionMs: 0 }]
  }
  const slot = state.slot
  if (!slot) return []
  return piecesOf(slot)
    .filter(piece => !isDone(state, slot.slotId, piece) && !isWithdrawn(state, piece.dispatchId))
    .filter(piece => piece.startMs >= sound.fromMs && piece.startMs < sound.toMs)
    .map(piece => ({
      ...namedPiece(slot.slotId, piece),
      emergency: false,
      startMs: piece.startMs,
      endMs: piece.endMs,
      positionMs: 0,
    }))
}

function namedPiece(slotId: string, piece: { dispatchId?: string; play?: number }) {
  const { dispatchId, play } = named(slotId, piece)
  return { slotId, ...(dispatchId !== undefined && { dispatchId }), ...(play !== undefined && { play }) }
}
