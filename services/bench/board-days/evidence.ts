import type { Priority } from '../../domain/announcement.ts'
import type { BoardManifest } from '../../domain/board.ts'
import type { Takeover } from '../../domain/board-content.ts'
import type { Look } from './look.ts'
import type { Sight } from './set.ts'

/** From and to, milliseconds of true simulated time. */
export type Span = [number, number]

/** What was published, by the office's own record. */
export interface ItemTruth {
  mark: string
  dispatchId: string
  priority: Priority
  takeover: Takeover
  pinned: boolean
  publishedAt: number
  expiresAt: number
  cancelledAt: number | undefined
}

/** What the board was told at one contact, as it passed the proxy. Items and takeovers by mark. */
export interface Shelf {
  at: number
  items: string[]
  emergency: { mark: string; mode: Takeover; until: number }[]
  settings: Pick<BoardManifest['settings'], 'hours' | 'outside'>
}

/** A row of board_displays, or several of one hour added up. */
export interface Proof {
  mark: string
  /** Start of the hour. */
  hour: number
  shownMs: number
  times: number
}

/** What a run leaves behind to be judged by. */
export interface BoardsEvidence {
  startMs: number
  endMs: number
  items: ItemTruth[]
  sights: Sight[]
  looks: Look[]
  /** Every good answer to a question for the manifest, in the order of time. */
  shelves: Shelf[]
  proofs: Proof[]
  /** When the set had no power. */
  off: Span[]
  /** Moments at which a page began anew: power came back, it was reloaded by hand, by night or by itself. */
  starts: number[]
  /** When the way to the server was not whole. */
  troubled: Span[]
  /** When the set's clock had been moved while it was off, until it next heard of the server: it cannot know the time. */
  clockless: Span[]
  /** When what was kept could not be written, until it next heard of the server: after a start it may know less. */
  forgetful: Span[]
  /** Power cuts: what had not been written down by then is lost. */
  kills: number[]
  /** Moments at which nothing could be looked at, and why. */
  blind: { at: number; why: string }[]
  /** Exceptions in the page that the player did not catch. */
  errors: string[]
}

const secondMs = 1_000

/** Seconds that a sight stands for: it was looked at once a second. */
export function secondsOf({ from, to }: Sight): number {
  return Math.round((to - from) / secondMs) + 1
}

export const marksOf = (sight: Sight): string[] => (sight.marks === '' ? [] : sight.marks.split(','))

/** What the board knew at a moment: the last shelf that it was told before. */
export function shelfAt(shelves: Shelf[], at: number): Shelf | undefined {
  let low = 0
  let high = shelves.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((shelves[middle]?.at ?? 0) <= at) low = middle + 1
    else high = middle
  }
  return shelves[low - 1]
}

export const isIn = (spans: Span[], at: number): boolean => spans.some(([a, b]) => at >= a && at <= b)
export const touches = (spans: Span[], from: number, to: number): boolean => spans.some(([a, b]) => a < to && b > from)
