import type { BoardKind, BoardSettings } from './board.ts'
import { type Reach, reachOf } from './reach.ts'

/** What is known of a board's presence. Paper is reached by a person, so it has no reach of its own. */
export const boardStates = ['never', 'online', 'late', 'offline', 'paper', 'retired'] as const
export type BoardState = Reach | 'paper' | 'retired'

/** Pure; `lastSeenAt` is the last sign of life that came from the board itself. */
export function boardStateOf(
  board: { kind: BoardKind; lastSeenAt: Date | null; retiredAt: Date | null },
  now: Date,
): BoardState {
  if (board.retiredAt !== null) return 'retired'
  return board.kind === 'paper' ? 'paper' : reachOf(board.lastSeenAt, now)
}

/**
 * What the tile of a commune tells, the worst first. `resting`: silent, but outside its own hours, when a board that was
 * switched off for the night is no fault.
 */
export const tileStates = ['offline', 'late', 'never', 'resting', 'online', 'paper'] as const
export type TileState = (typeof tileStates)[number]

/** Time of day in Viet Nam, which has one offset all year: `06:30`. */
export function vietNamClock(at: Date): string {
  return new Date(at.getTime() + 7 * 3_600_000).toISOString().slice(11, 16)
}

/** True within a board's operating hours, the end not included. They may span midnight; equal ends mean day and night. */
export function withinHours({ from, to }: BoardSettings['hours'], now: Date): boolean {
  const clock = vietNamClock(now)
  if (from === to) return true
  return from < to ? clock >= from && clock < to : clock >= from || clock < to
}

/**
 * How what a board says it shows stands to what it should have now.
 * current: it reported the very manifest; awaited: that changed after its last report, so it may have it by now; behind: it
 * reported after the change and still shows the one before; unknown: it has never reported a manifest.
 */
export const manifestStandings = ['current', 'awaited', 'behind', 'unknown'] as const
export type ManifestStanding = (typeof manifestStandings)[number]

/**
 * Pure.
 * @param wanted version of the manifest that the board should have
 * @param changedAt when that last changed, as far as is known
 */
export function manifestStanding(
  report: { version: string; at: Date } | null,
  wanted: string,
  changedAt: Date | null,
): ManifestStanding {
  if (report === null || report.version === '') return 'unknown'
  if (report.version === wanted) return 'current'
  // A report that left while the change was made still names the one before.
  const afterMs = changedAt === null ? Number.POSITIVE_INFINITY : report.at.getTime() - changedAt.getTime()
  return afterMs > graceMs ? 'behind' : 'awaited'
}

/** A board fetches within a second of a poke; this leaves room for a slow line. */
const graceMs = 15_000
