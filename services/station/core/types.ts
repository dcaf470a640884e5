import type { DeviceEvent, ManifestSlot, StationManifest } from '../../domain/station.ts'

/*
 * The player as data. What a restart must know comes from records, appended to the journal before anything is done by
 * them; the rest belongs to one run of the program. All times are milliseconds since 1970 by the corrected clock, all
 * positions milliseconds in a file.
 */

/** A part (or an emergency's play) that is on air by the records: `started` was written, its end was not. */
export interface OpenPart {
  slotId?: string
  dispatchId?: string
  play?: number
  /** An emergency's play and not a part of a slot. */
  emergency: boolean
  startMs: number
  endMs: number
  /** How far into the part it is known to have come. */
  positionMs: number
}

/** One line of the journal. */
export type JournalRecord =
  | { r: 'manifest'; at: number; manifest: StationManifest }
  | { r: 'event'; event: DeviceEvent; open?: OpenPart }
  /** A slot was taken in hand: its copy stays valid when later manifests no longer name it. */
  | { r: 'slot'; at: number; slot: ManifestSlot }
  | { r: 'slot-over'; at: number; slotId: string }
  | { r: 'position'; at: number; positionMs: number }
  | { r: 'acked'; upTo: number }
  | { r: 'clock'; at: number; skewMs: number }
  | { r: 'snapshot'; recorded: Recorded }

/** What the records add up to. */
export interface Recorded {
  manifest: StationManifest | null
  /** Number of the next event. */
  nextN: number
  /** Events that the server has not confirmed yet. */
  pending: DeviceEvent[]
  /** Parts that are never to be played again (ended, skipped, missed): key -> when. */
  partsDone: Readonly<Record<string, number>>
  slotsOver: Readonly<Record<string, number>>
  /** Per emergency: every play up to this one is done. */
  playsDone: Readonly<Record<string, { through: number; at: number }>>
  /** The slot in hand: begun and not over, on air or interrupted. */
  slot: ManifestSlot | null
  /** A piece of the slot in hand was begun, so its opening is not heard again. */
  touched: boolean
  open: OpenPart | null
  /** The latest time of any record: the clock cannot be earlier. */
  lastAt: number
  /** The last known error of the device's clock. */
  skewMs: number
}

/** What the sink is being given now: one stretch of one file. */
export interface Sound {
  id: number
  sha256: string
  slotId?: string
  emergency?: { dispatchId: string; play: number; issuedAt: number }
  fromMs: number
  toMs: number
  /** Given to the sink so far. */
  fedMs: number
  /** When it began. */
  since: number
}

export interface State extends Recorded {
  now: number
  poweredAt: number
  sound: Sound | null
  nextSoundId: number
  /** Hashes of the files that are on the device and right. */
  ready: ReadonlySet<string>
  sinkOk: boolean
  /** False until the first contact was tried, or while the clock stands before the journal. */
  clockOk: boolean
  /** Pause between two plays of the same emergency. */
  gap: { dispatchId: string; until: number } | null
  /** Where the slot in hand goes on without an interruption; null: with its first part that is left. */
  cursorMs: number | null
  /** Why the slot in hand was interrupted last. */
  stopReason: string | null
  /** What was prepared for the sink last. */
  prepared: string | null
  /** Refusals and faults already told: key -> when. */
  told: Readonly<Record<string, number>>
}

export type Input = { now: number } & (
  | { type: 'power-on' }
  /** The program is ended in order. */
  | { type: 'power-off' }
  | { type: 'tick' }
  /** Verified: signature, key, station and shape are right. */
  | { type: 'manifest'; manifest: StationManifest }
  /** A manifest or file that was not accepted. */
  | { type: 'refused'; reason: string; seq?: number; sha256?: string }
  | { type: 'fault'; reason: string }
  | { type: 'file-ready'; sha256: string; isNew: boolean }
  | { type: 'file-gone'; sha256: string }
  /** The sink is about to be given the sound up to `toMs`; the first of it is due at `dueAt`. */
  | { type: 'feed'; soundId: number; toMs: number; dueAt: number }
  /** All of the sound was given and its time has passed; `fedMs` short of `toMs`: the file had no more. */
  | { type: 'sound-ended'; soundId: number }
  | { type: 'sink'; ok: boolean }
  | { type: 'clock'; ok: boolean; skewMs: number }
  | { type: 'acked'; upTo: number }
)

export type Action =
  | { do: 'play'; sound: Sound }
  | { do: 'stop'; soundId: number }
  /** The sound on air ends earlier than was said. */
  | { do: 'limit'; soundId: number; toMs: number }
  /** Decode and open the sink, so that the sound starts on time. */
  | { do: 'prepare'; sha256: string; fromMs: number; at: number }

export interface Step {
  state: State
  /** To be on the disk before the actions are carried out. */
  records: JournalRecord[]
  actions: Action[]
}
