/**
 * Days and clock times of Viet Nam, which has one zone (UTC+7) and no summer time. Nothing here depends on the zone of the
 * server: peers that relied on it were an hour off twice a year (reference/radio.md §2.5).
 */
const offsetMs = 7 * 3_600_000
const dayMs = 86_400_000

/** The day in Viet Nam, YYYY-MM-DD. */
export function vietNamDay(at: Date): string {
  return new Date(at.getTime() + offsetMs).toISOString().slice(0, 10)
}

/** The clock in Viet Nam, HH:MM. */
export function vietNamClock(at: Date): string {
  return new Date(at.getTime() + offsetMs).toISOString().slice(11, 16)
}

/** The moment of a day (YYYY-MM-DD) and clock time (HH:MM) in Viet Nam. */
export function vietNamMoment(day: string, clock: string): Date {
  return new Date(`${day}T${clock}:00+07:00`)
}

/** `count` days later (or earlier). */
export function addDays(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * dayMs).toISOString().slice(0, 10)
}

/** ISO weekday: 1 is Monday, 7 is Sunday. */
export function weekdayOf(day: string): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay() || 7
}

/** The Monday of a day's week. */
export function mondayOf(day: string): string {
  return addDays(day, 1 - weekdayOf(day))
}

/** Minutes after midnight of a clock time. */
export function minuteOf(clock: string): number {
  return Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5))
}

/** True for a day that exists: 2026-02-30 does not. */
export function isDay(day: string): boolean {
  const at = Date.parse(`${day}T00:00:00Z`)
  return !Number.isNaN(at) && new Date(at).toISOString().slice(0, 10) === day
}
