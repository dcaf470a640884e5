import type { DeviceEvent } from '../../domain/station.ts'
import type { StationPlan } from './plan.ts'
import type { Heard } from './recorder.ts'

/** A piece of a file: a part of a slot, or an emergency's play. */
export interface FilePiece {
  /** `slotId/dispatchId/play`, or `/dispatchId` for an emergency, whose plays sound alike. */
  key: string
  startMs: number
  endMs: number
}

/** What a run leaves behind to be judged by. */
export interface Evidence {
  plan: StationPlan
  /** By name of the file as the recorder knows it. */
  pieces: Map<string, FilePiece[]>
  heard: Heard[]
  strangeSamples: number
  /** When each connection of a sink was made, by the world's own clock. */
  connectedAt: number[]
  /** What the server stored. */
  events: DeviceEvent[]
  contradictions: number
  /** Events that never reached the server. */
  untold: number
  /** When the device took over which sequence, and what each sequence said was withdrawn. */
  adopted: { at: number; seq: number }[]
  withdrawnBySeq: Map<number, readonly string[]>
  /** When the device had no power. */
  off: [number, number][]
  /** When it could not be reached, or was lied to. */
  troubled: [number, number][]
}

/** A piece as the recorder heard it; times of the world. */
export interface HeardPiece {
  key: string
  at: number
  fromMs: number
  toMs: number
  lengthMs: number
}

/** A piece as the device reported it. */
export interface LoggedPiece {
  key: string
  play: number | undefined
  at: number
  closedBy: DeviceEvent | undefined
}

/** Shorter than this is no hearing: a click at a cut. */
export const leastMs = 300

/** Cuts what was heard into the pieces that the files are made of, in the order of time. */
export function heardPieces({ heard, pieces, connectedAt }: Evidence): HeardPiece[] {
  const found = joined(heard).flatMap(stretch => {
    const startedAt = (connectedAt[stretch.connection] ?? 0) + (stretch.startedAtSample * 1_000) / 44_100
    return (pieces.get(stretch.file) ?? []).flatMap(piece => {
      const from = Math.max(stretch.fromMs, piece.startMs)
      const to = Math.min(stretch.toMs, piece.endMs)
      if (to - from < leastMs) return []
      return [
        {
          key: piece.key,
          at: startedAt + from - stretch.fromMs,
          fromMs: from - piece.startMs,
          toMs: to - piece.startMs,
          lengthMs: piece.endMs - piece.startMs,
        },
      ]
    })
  })
  return found.sort((a, b) => a.at - b.at)
}

/** A file that was heard on without a break may have been recognised in several stretches. */
function joined(heard: Heard[]): Heard[] {
  const all: Heard[] = []
  for (const next of heard) {
    const last = all.at(-1)
    const goesOn =
      last?.file === next.file &&
      last.connection === next.connection &&
      Math.abs(last.toMs - next.fromMs) < 1 &&
      Math.abs(last.startedAtSample + ((last.toMs - last.fromMs) * 44_100) / 1_000 - next.startedAtSample) < 50
    if (last && goesOn) all[all.length - 1] = { ...last, toMs: next.toMs }
    else all.push(next)
  }
  return all
}

/** The key under which the recorder's and the device's accounts are compared. */
export function keyOf({ slotId, dispatchId, play }: Pick<DeviceEvent, 'slotId' | 'dispatchId' | 'play'>): string {
  return slotId === undefined ? `/${dispatchId}` : `${slotId}/${dispatchId}/${play}`
}

/** Pairs every `started` with what closed it. */
export function loggedPieces(events: DeviceEvent[]): LoggedPiece[] {
  const pieces: LoggedPiece[] = []
  for (const event of events) {
    if (event.kind === 'started') {
      pieces.push({ key: keyOf(event), play: event.play, at: Date.parse(event.at), closedBy: undefined })
    } else if (event.kind === 'ended' || event.kind === 'interrupted') {
      const open = pieces.findLast(p => p.key === keyOf(event) && p.play === event.play && !p.closedBy)
      if (open) open.closedBy = event
    }
  }
  return pieces
}
