import type { Priority } from '../announcement.ts'
import type { Frame } from './frames.ts'

/** An item that may be aired in a commune. An emergency is none: it has its own file and plays at once (TT 39/2020). */
export interface PlanItem {
  dispatchId: string
  /** Announcement and revision: rounds of one dispatch carry the same words, and those are not aired again. */
  content: string
  renditionId: string
  priority: Exclude<Priority, 'emergency'>
  approvedAt: Date
  /** Of one play. */
  seconds: number
  notBefore: Date
  expiresAt: Date
  /** When an operator said that it was on air, outside of any slot. */
  tickedAt: Date | null
}

export interface PlannedItem {
  dispatchId: string
  renditionId: string
  plays: number
  seconds: number
  pinned: boolean
}

/** A slot that cannot change any more. One that was not on air is not among them: its items are to be planned again. */
export interface FixedSlot {
  startsAt: Date
  contents: string[]
}

/** What an operator decided about an item. */
export interface PlanChoice {
  dispatchId: string
  kind: 'hold' | 'slot' | 'first'
  slotAt: Date | null
}

export interface PlanInput {
  /** Slots that start up to here are fixed. */
  frozenUntil: Date
  frames: Frame[]
  items: PlanItem[]
  fixed: FixedSlot[]
  choices: PlanChoice[]
  airings: Record<PlanItem['priority'], number>
  plays: Record<PlanItem['priority'], number>
  /** Seconds of a slot beside its items, in the commune's own slots and in those that it relays. */
  overheadSeconds: { own: number; relay: number }
  /** By start: seconds that a slot's file was longer than planned, so much less fits. */
  overSeconds: Map<number, number>
  /** Items of the province's slot by day and session (`2026-11-26 17:00`), in its order. */
  relayed: Map<string, { content: string; plays: number }[]>
}

export interface PlannedSlot {
  startsAt: Date
  maxSeconds: number
  relay: boolean
  items: PlannedItem[]
}

export type WaitingReason = 'no-room' | 'held' | 'ends-before' | 'no-session' | 'too-long'

export interface Plan {
  slots: PlannedSlot[]
  waiting: { dispatchId: string; reason: WaitingReason }[]
}

/** The key of a session in {@link PlanInput.relayed}. */
export function sessionKey(frame: Pick<Frame, 'day' | 'session'>): string {
  return `${frame.day} ${frame.session}`
}

/** Ưu tiên before thông thường, then by the time of approval. */
export function byRank(a: PlanItem, b: PlanItem): number {
  if (a.priority !== b.priority) return a.priority === 'priority' ? -1 : 1
  const earlier = a.approvedAt.getTime() - b.approvedAt.getTime()
  return earlier || (BigInt(a.dispatchId) < BigInt(b.dispatchId) ? -1 : 1)
}
