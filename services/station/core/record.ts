import type { DeviceEvent } from '../../domain/station.ts'
import type { JournalRecord, OpenPart, Recorded, State } from './types.ts'

/** Key of a part in `partsDone`. A slot without parts is one part of its own. */
export function partKey(slotId: string, part: { dispatchId?: string | undefined; play?: number | undefined }): string {
  return `${slotId}/${part.dispatchId ?? ''}/${part.play ?? ''}`
}

/** A device that has never heard of anything. */
export const nothingRecorded: Recorded = {
  manifest: null,
  nextN: 1,
  pending: [],
  partsDone: {},
  slotsOver: {},
  playsDone: {},
  slot: null,
  touched: false,
  open: null,
  lastAt: 0,
  skewMs: 0,
}

/**
 * What the records mean: the only way in which anything that outlives the process changes, when it happens and when the
 * journal is read again.
 */
export function apply<T extends Recorded>(state: T, record: JournalRecord): T {
  switch (record.r) {
    case 'manifest':
      return { ...state, manifest: record.manifest, lastAt: later(state, record.at) }
    case 'slot':
      return { ...state, slot: record.slot, touched: false, lastAt: later(state, record.at) }
    case 'slot-over': {
      const slotsOver = { ...state.slotsOver, [record.slotId]: record.at }
      const slot = state.slot?.slotId === record.slotId ? null : state.slot
      return { ...state, slot, slotsOver, lastAt: later(state, record.at) }
    }
    case 'position': {
      const open = state.open && { ...state.open, positionMs: record.positionMs }
      return { ...state, open, lastAt: later(state, record.at) }
    }
    case 'clock':
      return { ...state, skewMs: record.skewMs, lastAt: record.at }
    case 'acked':
      return acked(state, record.upTo)
    case 'event':
      return happened(state, record.event, record.open)
    case 'snapshot':
      return { ...state, ...record.recorded }
  }
}

const later = (state: Recorded, at: number) => Math.max(state.lastAt, at)

/**
 * A server that knows higher numbers than this device ever gave has met it before it lost its journal (a new memory
 * card): counting goes on from there, and nothing counts as stored.
 */
function acked<T extends Recorded>(state: T, upTo: number): T {
  if (upTo < state.nextN) return { ...state, pending: state.pending.filter(event => event.n > upTo) }
  const pending = state.pending.map((event, i) => ({ ...event, n: upTo + 1 + i }))
  return { ...state, pending, nextN: upTo + 1 + pending.length }
}

function happened<T extends Recorded>(state: T, event: DeviceEvent, open: OpenPart | undefined): T {
  const at = Date.parse(event.at)
  const next = { ...state, pending: [...state.pending, event], nextN: event.n + 1, lastAt: later(state, at) }
  switch (event.kind) {
    case 'started':
      return { ...next, open: open ?? null, touched: next.touched || event.slotId !== undefined }
    case 'interrupted':
      return { ...(event.reason === 'withdrawn' ? done(next, event, at) : next), open: null }
    case 'ended':
      return { ...done(next, event, at), open: null }
    case 'skipped':
    case 'missed':
      return done(next, event, at)
    default:
      return next
  }
}

function done<T extends Recorded>(state: T, event: DeviceEvent, at: number): T {
  if (event.slotId !== undefined) {
    return { ...state, partsDone: { ...state.partsDone, [partKey(event.slotId, event)]: at } }
  }
  if (event.dispatchId === undefined || event.play === undefined) return state
  const through = Math.max(state.playsDone[event.dispatchId]?.through ?? 0, event.play)
  return { ...state, playsDone: { ...state.playsDone, [event.dispatchId]: { through, at } } }
}

/** What is kept of a state when the journal is written anew; what no manifest can name any more is forgotten. */
export function snapshotOf(state: Recorded, now: number): Recorded {
  const recent = <V>(all: Readonly<Record<string, V>>, at: (value: V) => number): Record<string, V> =>
    Object.fromEntries(Object.entries(all).filter(([, value]) => now - at(value) < keptForMs))
  return {
    manifest: state.manifest,
    nextN: state.nextN,
    pending: state.pending,
    partsDone: recent(state.partsDone, at => at),
    slotsOver: recent(state.slotsOver, at => at),
    playsDone: recent(state.playsDone, ({ at }) => at),
    slot: state.slot,
    touched: state.touched,
    open: state.open,
    lastAt: state.lastAt,
    skewMs: state.skewMs,
  }
}

/** Longer than any manifest names a slot that has been, or an emergency goes on. */
const keptForMs = 60 * 86_400_000

/** The state of a new run: the records, and nothing on air. */
export function awake(recorded: Recorded, now: number): State {
  return {
    ...recorded,
    now,
    poweredAt: now,
    sound: null,
    nextSoundId: 1,
    ready: new Set(),
    sinkOk: true,
    clockOk: false,
    gap: null,
    cursorMs: null,
    stopReason: null,
    prepared: null,
    told: {},
  }
}
