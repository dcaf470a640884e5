/**
 * Quiet hours: routine messages to people's phones wait until the morning (house rule after NĐ 91/2020/NĐ-CP; the decree
 * itself binds advertising only). Viet Nam has one time zone, UTC+7, and no summer time.
 */
export interface QuietHours {
  /** Minutes after midnight in Viet Nam; the end is not in the quiet time. `from` may be later than `to`. */
  fromMinute: number
  toMinute: number
}

/** Default of a real instance. */
export const usualQuietHours = '21:00-07:00'

const minuteMs = 60_000
const dayMinutes = 24 * 60
const vietNamOffsetMinutes = 7 * 60

/** Reads `21:00-07:00`; `off` gives null. @returns undefined when it is neither */
export function parseQuietHours(text: string): QuietHours | null | undefined {
  if (text === 'off') return null
  const [, h1, m1, h2, m2] = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? []
  if (h1 === undefined) return undefined
  const fromMinute = Number(h1) * 60 + Number(m1)
  const toMinute = Number(h2) * 60 + Number(m2)
  return fromMinute === toMinute ? undefined : { fromMinute, toMinute }
}

/** When the quiet time that holds at `now` ends; null when it is not quiet. */
export function quietUntil(quiet: QuietHours | null, now: Date): Date | null {
  if (quiet === null) return null
  const minute = (Math.floor(now.getTime() / minuteMs) + vietNamOffsetMinutes) % dayMinutes
  const since = (minute - quiet.fromMinute + dayMinutes) % dayMinutes
  const length = (quiet.toMinute - quiet.fromMinute + dayMinutes) % dayMinutes
  if (since >= length) return null
  return new Date((Math.floor(now.getTime() / minuteMs) + length - since) * minuteMs)
}
