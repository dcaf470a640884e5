import { vietNamClock, vietNamDay } from './calendar.ts'
import type { Frame } from './frames.ts'
import {
  byRank,
  type FixedSlot,
  type Plan,
  type PlanInput,
  type PlanItem,
  type PlannedSlot,
  sessionKey,
  type WaitingReason,
} from './plan-input.ts'
import { airSeconds } from './timing.ts'

/**
 * Which item is aired in which slot: a pure function of what is on the shelves, what was on air and what people decided.
 * Its terms: a *frame* is a session of a day as the programme has it; a slot that is *fixed* is locked, under way or over.
 */

/** One item in a draft. */
interface Entry {
  item: PlanItem
  plays: number
  pinned: boolean
  /** A person wants it before all others. */
  first: boolean
}

interface Draft {
  frame: Frame
  startsAt: Date
  relay: boolean
  overheadSeconds: number
  /** Seconds for items. */
  room: number
  /** In the order of airing. */
  entries: Entry[]
}

/**
 * Plans the slots of a commune (or a province). The same input gives the same plan, and time that passes changes nothing: a
 * slot that becomes fixed counts as the airing that was planned in it.
 */
export function planSlots(input: PlanInput): Plan {
  const drafts = input.frames
    .filter(f => f.startsAt > input.frozenUntil)
    .sort((a, b) => a.startsAt.getTime() - b.startsAt.getTime())
    .map(frame => draftOf(frame, input))
  const items = [...input.items].sort(byRank)
  const left = new Map(items.map(i => [i.content, input.airings[i.priority] - airingsOf(i, input.fixed)]))
  fillRelays(drafts, items, left, input)
  fillChosen(drafts, items, left, input)
  fillInOrder(drafts, items, left, input)
  return {
    slots: drafts.map(plannedSlot),
    waiting: items.flatMap(item => waitingOf(item, drafts, left, input)),
  }
}

function draftOf(frame: Frame, input: PlanInput): Draft {
  const over = input.overSeconds.get(frame.startsAt.getTime()) ?? 0
  const overheadSeconds = input.overheadSeconds[frame.relay ? 'relay' : 'own']
  const room = frame.maxSeconds - overheadSeconds - over
  return { frame, startsAt: frame.startsAt, relay: frame.relay, overheadSeconds, room, entries: [] }
}

function plannedSlot({ frame: { startsAt, maxSeconds, relay }, entries }: Draft): PlannedSlot {
  const items = entries.map(({ item: { dispatchId, renditionId, seconds }, plays, pinned }) => ({
    dispatchId,
    renditionId,
    plays,
    seconds,
    pinned,
  }))
  return { startsAt, maxSeconds, relay, items }
}

function holds(draft: Draft, item: PlanItem): boolean {
  return draft.entries.some(e => e.item.content === item.content)
}

/**
 * Airings that an item has had: the fixed slots that hold it. A tick of the item by itself is one more only if it was aired
 * before all of them; later it is most likely the word that one of them was on air.
 */
function airingsOf(item: PlanItem, fixed: readonly FixedSlot[]): number {
  const slots = fixed.filter(s => s.contents.includes(item.content))
  const alone = item.tickedAt !== null && slots.every(s => s.startsAt > (item.tickedAt as Date))
  return slots.length + (alone ? 1 : 0)
}

/**
 * Puts an item into a slot, if all that is in it then still fits and ends before its end of validity. A relay keeps the
 * order of the province; else what is wanted first comes first, and then the rank decides.
 * @returns false when it does not fit
 */
function put(draft: Draft, entry: Entry): boolean {
  if (holds(draft, entry.item)) return false
  const entries = [...draft.entries, entry]
  if (!draft.relay) entries.sort((a, b) => Number(b.first) - Number(a.first) || byRank(a.item, b.item))
  let taken = 0
  for (const { item, plays } of entries) {
    taken += airSeconds({ plays, seconds: item.seconds })
    if (taken > draft.room || !isValid(draft, item, taken)) return false
  }
  draft.entries = entries
  return true
}

/** @param untilSeconds where in the slot the item ends, greeting and the like aside */
function isValid(draft: Draft, item: PlanItem, untilSeconds: number): boolean {
  const endsMs = draft.startsAt.getTime() + (draft.overheadSeconds + untilSeconds) * 1000
  return item.notBefore <= draft.startsAt && endsMs <= item.expiresAt.getTime()
}

function spend(left: Map<string, number>, item: PlanItem): void {
  left.set(item.content, (left.get(item.content) ?? 0) - 1)
}

function isHeld(item: PlanItem, input: PlanInput): boolean {
  return input.choices.some(c => c.kind === 'hold' && c.dispatchId === item.dispatchId)
}

/** Relays first: what the province airs is not the commune's choice, and what is heard there need not be aired again. */
function fillRelays(drafts: Draft[], items: PlanItem[], left: Map<string, number>, input: PlanInput): void {
  for (const draft of drafts.filter(d => d.relay)) {
    for (const { content, plays } of input.relayed.get(sessionKey(draft.frame)) ?? []) {
      const item = items.find(i => i.content === content)
      if (!item || isHeld(item, input)) continue
      if (put(draft, { item, plays, pinned: false, first: false })) spend(left, item)
    }
  }
}

/** What a person put into a slot is there, as long as there is room and it is valid then. */
function fillChosen(drafts: Draft[], items: PlanItem[], left: Map<string, number>, input: PlanInput): void {
  for (const kind of ['first', 'slot'] as const) {
    for (const item of items) {
      const choice = input.choices.find(c => c.kind === kind && c.dispatchId === item.dispatchId)
      const draft = drafts.find(d => !d.relay && d.startsAt.getTime() === choice?.slotAt?.getTime())
      if (!draft || (left.get(item.content) ?? 0) <= 0 || relayedInHour(drafts, draft, item)) continue
      const entry = { item, plays: input.plays[item.priority], pinned: true, first: kind === 'first' }
      if (put(draft, entry)) spend(left, item)
    }
  }
}

/**
 * Slot by slot, the highest rank first. What does not fit moves to the next slot as a whole, never a cut in a sentence;
 * something shorter of lower rank may use the room that is left.
 */
function fillInOrder(drafts: Draft[], items: PlanItem[], left: Map<string, number>, input: PlanInput): void {
  for (const draft of drafts.filter(d => !d.relay)) {
    for (const item of items) {
      if ((left.get(item.content) ?? 0) <= 0 || isHeld(item, input) || relayedInHour(drafts, draft, item)) continue
      const entry = { item, plays: input.plays[item.priority], pinned: false, first: false }
      if (put(draft, entry)) spend(left, item)
    }
  }
}

/** The commune does not air again in the same hour what it relays. */
function relayedInHour(drafts: readonly Draft[], draft: Draft, item: PlanItem): boolean {
  const hour = hourOf(draft.startsAt)
  return drafts.some(d => d.relay && hourOf(d.startsAt) === hour && holds(d, item))
}

function hourOf(at: Date): string {
  return `${vietNamDay(at)} ${vietNamClock(at).slice(0, 2)}`
}

function waitingOf(item: PlanItem, drafts: Draft[], left: Map<string, number>, input: PlanInput): Plan['waiting'] {
  if ((left.get(item.content) ?? 0) <= 0 || drafts.some(d => holds(d, item))) return []
  return [{ dispatchId: item.dispatchId, reason: reasonOf(item, drafts, input) }]
}

function reasonOf(item: PlanItem, drafts: Draft[], input: PlanInput): WaitingReason {
  if (isHeld(item, input)) return 'held'
  const own = drafts.filter(d => !d.relay)
  if (own.length === 0) return 'no-session'
  const needed = airSeconds({ plays: input.plays[item.priority], seconds: item.seconds })
  const roomy = own.filter(d => needed <= d.room)
  if (roomy.length === 0) return 'too-long'
  const due = roomy.filter(d => d.startsAt >= item.notBefore)
  // Scheduled for after the days that are planned.
  if (due.length === 0) return 'no-session'
  return due.some(d => isValid(d, item, needed)) ? 'no-room' : 'ends-before'
}

/** Seconds of a planned slot, everything included; 0 for one without items, which is not on air. */
export function plannedSeconds(items: readonly { plays: number; seconds: number }[], overheadSeconds: number): number {
  if (items.length === 0) return 0
  return Math.round(overheadSeconds + items.reduce((sum, i) => sum + airSeconds(i), 0))
}
