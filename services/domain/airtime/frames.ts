import type { Programme } from '../programme.ts'
import { minuteOf, vietNamMoment, weekdayOf } from './calendar.ts'

/** The most that a local rule allows; null: no rule. */
export type Quota = Programme['quota']

/** A day that differs from the programme. Whether it may is decided when it is made. */
export interface ProgrammeException {
  id: string
  day: string
  kind: 'off' | 'move' | 'extra' | 'longer'
  /** Start of the session it concerns; null: the whole day. */
  start: string | null
  to: string | null
  minutes: number | null
}

/** One session of one day: when a commune is on air, and for how long at the most. */
export interface Frame {
  day: string
  /** As the programme has it; a relay finds the province's slot by it, also when one of the two was moved. */
  session: string
  startsAt: Date
  maxSeconds: number
  relay: boolean
}

interface Draft {
  session: string
  start: string
  minutes: number
  relay: boolean
}

/** Two quotas at once: the stricter of each. */
export function strictest(a: Quota, b: Quota): Quota {
  if (!a || !b) return a ?? b
  return {
    sessionsPerDay: Math.min(a.sessionsPerDay, b.sessionsPerDay),
    minutesPerSession: Math.min(a.minutesPerSession, b.minutesPerSession),
    weekdays: a.weekdays.filter(d => b.weekdays.includes(d)),
  }
}

/** True when a session of `minutes` at `start` is on air at some time of the quiet hours. */
export function inQuietHours(start: string, minutes: number, quiet: Programme['quiet']): boolean {
  if (!quiet || quiet.from === quiet.to) return false
  const day = 24 * 60
  const from = minuteOf(quiet.from)
  const length = (minuteOf(quiet.to) - from + day) % day
  const after = (minuteOf(start) - from + day) % day
  return after < length || after + minutes > day
}

/**
 * The sessions of one day: the programme within its quota (a province's rule may be stricter than a programme stored
 * before it), then the exceptions, which were allowed when they were made. None is in the quiet hours, none begins while
 * another is on air.
 * @param bound the province's quota, which binds its communes
 */
export function framesOf(
  day: string,
  programme: Programme,
  bound: Quota,
  exceptions: readonly ProgrammeException[],
): Frame[] {
  const today = exceptions.filter(e => e.day === day)
  if (today.some(e => e.kind === 'off' && e.start === null)) return []
  const drafts = [
    ...usual(day, programme, strictest(programme.quota, bound)).flatMap(d => changed(d, today)),
    ...extra(today),
  ]
  drafts.sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0))
  const frames: Frame[] = []
  let freeFrom = 0
  for (const draft of drafts) {
    const begins = minuteOf(draft.start)
    if (begins < freeFrom || inQuietHours(draft.start, draft.minutes, programme.quiet)) continue
    freeFrom = begins + draft.minutes
    frames.push({
      day,
      session: draft.session,
      startsAt: vietNamMoment(day, draft.start),
      maxSeconds: draft.minutes * 60,
      relay: draft.relay,
    })
  }
  return frames
}

function usual(day: string, programme: Programme, quota: Quota): Draft[] {
  const weekday = weekdayOf(day)
  if (quota && !quota.weekdays.includes(weekday)) return []
  return programme.sessions
    .filter(s => s.weekdays.includes(weekday))
    .sort((a, b) => (a.start < b.start ? -1 : 1))
    .slice(0, quota?.sessionsPerDay)
    .map(s => ({
      session: s.start,
      start: s.start,
      minutes: Math.min(s.minutes, quota?.minutesPerSession ?? s.minutes),
      relay: s.source === 'relay',
    }))
}

function changed(draft: Draft, exceptions: readonly ProgrammeException[]): Draft[] {
  const mine = exceptions.filter(e => e.start === draft.session)
  if (mine.some(e => e.kind === 'off')) return []
  const move = mine.findLast(e => e.kind === 'move')
  const longer = mine.findLast(e => e.kind === 'longer')
  return [{ ...draft, start: move?.to ?? draft.start, minutes: longer?.minutes ?? draft.minutes }]
}

function extra(exceptions: readonly ProgrammeException[]): Draft[] {
  return exceptions.flatMap(e => {
    const start = e.to ?? e.start
    if (e.kind !== 'extra' || start === null || e.minutes === null) return []
    return [{ session: start, start, minutes: e.minutes, relay: false }]
  })
}

/** Seconds of air that a quota allows on a day; null: no rule. */
export function quotaSecondsOf(day: string, quota: Quota): number | null {
  if (!quota) return null
  return quota.weekdays.includes(weekdayOf(day)) ? quota.sessionsPerDay * quota.minutesPerSession * 60 : 0
}
