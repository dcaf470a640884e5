import type { Programme, ProgrammeSession } from '../../../../domain/programme.ts'
import type { Slot } from '../../../../http/schemas-airtime.ts'
import { dayOf } from './format.ts'

/** A day in Viet Nam, `2026-11-23`. */
export type Day = string

const dayMs = 86_400_000

/** Days are counted at noon UTC, so that no zone and no rounding can move one. */
const noon = (day: Day) => new Date(`${day}T12:00:00Z`).getTime()

/** The day `count` days after `day`. */
export function addDays(day: Day, count: number): Day {
  return new Date(noon(day) + count * dayMs).toISOString().slice(0, 10)
}

/** ISO weekday of a day: 1 is Monday, 7 is Sunday. */
export function weekday(day: Day): 1 | 2 | 3 | 4 | 5 | 6 | 7 {
  return (((new Date(noon(day)).getUTCDay() + 6) % 7) + 1) as 1 | 2 | 3 | 4 | 5 | 6 | 7
}

/** The Monday of the week that `now` is in, in Viet Nam. */
export function mondayOf(now: Date | Day): Day {
  const day = typeof now === 'string' ? now : dayOf(now)
  return addDays(day, 1 - weekday(day))
}

/** `23/11` of a day. */
export function shortDay(day: Day): string {
  return `${day.slice(8, 10)}/${day.slice(5, 7)}`
}

/** `23/11/2026` of a day. */
export function longDay(day: Day): string {
  return `${shortDay(day)}/${day.slice(0, 4)}`
}

/** What a slot is at `now`, for a badge: the firmest thing that is known. */
export type SlotStanding = 'void' | 'played' | 'over' | 'onAir' | 'locked' | 'rendered' | 'planned'

export function slotStanding(slot: Slot, now: Date): SlotStanding {
  if (slot.state === 'void') return 'void'
  const start = new Date(slot.startsAt).getTime()
  const end = start + slot.maxSeconds * 1000
  const { played, tickedAt } = slot.playback
  if (tickedAt !== null || (played > 0 && now.getTime() > start)) return 'played'
  if (now.getTime() >= end) return 'over'
  if (now.getTime() >= start) return 'onAir'
  if (slot.state === 'locked') return 'locked'
  return slot.file === null ? 'planned' : 'rendered'
}

/** The first slot of these that is not over and not dropped; the one on air counts. */
export function nextSlot<S extends Slot>(slots: readonly S[], now: Date): S | undefined {
  return slots
    .filter(s => s.state !== 'void' && new Date(s.startsAt).getTime() + s.maxSeconds * 1000 > now.getTime())
    .sort((a, b) => a.startsAt.localeCompare(b.startsAt))[0]
}

/** Minutes after midnight of `HH:MM`. */
export function minuteOf(clock: string): number {
  return Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5))
}

/** `05:30` -> `05:45` for 15 minutes. */
export function endClock(start: string, minutes: number): string {
  const end = (minuteOf(start) + minutes) % 1440
  return `${String(Math.floor(end / 60)).padStart(2, '0')}:${String(end % 60).padStart(2, '0')}`
}

/** A new session that does not stand on another: an hour after the last one, at the usual length. */
export function freshSession(sessions: readonly ProgrammeSession[]): ProgrammeSession {
  const last = sessions.at(-1)
  const start = last ? endClock(last.start, 60) : '05:30'
  return { start, weekdays: last?.weekdays ?? [1, 2, 3, 4, 5], minutes: last?.minutes ?? 15, source: 'own' }
}

/** Bars of a day for the picture of a week: quiet stretches and sessions as shares of 24 hours (0 to 1). */
export function dayBars(programme: Programme, day: number) {
  const share = (minute: number) => minute / 1440
  const quiet = programme.quiet
  const from = quiet ? minuteOf(quiet.from) : 0
  const to = quiet ? minuteOf(quiet.to) : 0
  const quietBars = !quiet
    ? []
    : from <= to
      ? [{ from: share(from), to: share(to) }]
      : [
          { from: 0, to: share(to) },
          { from: share(from), to: 1 },
        ]
  const sessions = programme.sessions
    .filter(s => s.weekdays.includes(day))
    .map(s => ({
      from: share(minuteOf(s.start)),
      to: share(minuteOf(s.start) + s.minutes),
      relay: s.source === 'relay',
    }))
  return { quiet: quietBars, sessions }
}

/** `1 giờ 5 phút` and the like as a clock: minutes, or hours and minutes from an hour on. */
export function countdown(ms: number): { hours: number; minutes: number } {
  const minutes = Math.max(0, Math.ceil(ms / 60_000))
  return { hours: Math.floor(minutes / 60), minutes: minutes % 60 }
}

/** Widths of the columns of a week: days without sessions leave their room to those whose titles have to be read. */
export function weekColumns(days: readonly { slots: readonly unknown[] }[]): string {
  return days.map(day => `minmax(0, ${day.slots.length > 0 ? '1.9fr' : '1fr'})`).join(' ')
}
