/*
 * Hours of Viet Nam, which keeps UTC+7 all year: no time zone data is needed on old sets, and what zone a set believes to
 * be in changes nothing.
 */

/** @typedef {import('../../../domain/board.ts').BoardSettings} BoardSettings */

const vietnamMs = 7 * 3600000
const dayMs = 86400000
const dayNames = ['Chủ nhật', 'Thứ hai', 'Thứ ba', 'Thứ tư', 'Thứ năm', 'Thứ sáu', 'Thứ bảy']

/** @param {number} n */
function twoDigits(n) {
  return n < 10 ? `0${n}` : String(n)
}

/**
 * @param {string} clock `HH:MM`
 * @returns {number} minutes since midnight
 */
function minutesOf(clock) {
  const parts = clock.split(':')
  return Number(parts[0]) * 60 + Number(parts[1])
}

/** @param {number} ms */
function minuteOfDay(ms) {
  return Math.floor(((ms + vietnamMs) % dayMs) / 60000)
}

/**
 * Whether an instant lies within a board's hours; they may go over midnight. `from` equal to `to`: day and night.
 * @param {BoardSettings['hours']} hours
 * @param {number} ms
 * @returns {boolean}
 */
export function withinHours(hours, ms) {
  const from = minutesOf(hours.from)
  const to = minutesOf(hours.to)
  const at = minuteOfDay(ms)
  if (from === to) return true
  return from < to ? at >= from && at < to : at >= from || at < to
}

/**
 * How bright the screen is: an emergency in full light at any hour.
 * @param {BoardSettings} settings
 * @param {number} ms
 * @param {boolean} emergency an emergency is on screen, full or as a banner
 * @returns {'on' | 'dim' | 'dark'}
 */
export function lightAt(settings, ms, emergency) {
  return emergency || withinHours(settings.hours, ms) ? 'on' : settings.outside
}

/**
 * Whether the nightly moment lies between two instants. Each board has its own within half an hour after the one that is set.
 * @param {string} reloadAt `HH:MM`
 * @param {number} ownMs what this board adds
 * @param {number} beforeMs
 * @param {number} ms
 * @returns {boolean}
 */
export function nightlyMoment(reloadAt, ownMs, beforeMs, ms) {
  const shift = vietnamMs - minutesOf(reloadAt) * 60000 - ownMs
  return Math.floor((ms + shift) / dayMs) > Math.floor((beforeMs + shift) / dayMs)
}

/**
 * @param {number} ms
 * @returns {string} `06:30`
 */
export function clockText(ms) {
  const local = new Date(ms + vietnamMs)
  return `${twoDigits(local.getUTCHours())}:${twoDigits(local.getUTCMinutes())}`
}

/**
 * @param {number} ms
 * @returns {string} `Thứ năm, ngày 26 tháng 11 năm 2026`; one-digit days and January, February with a leading zero, as
 *   official documents write them
 */
export function dateText(ms) {
  const local = new Date(ms + vietnamMs)
  const month = local.getUTCMonth() + 1
  const day = `${dayNames[local.getUTCDay()]}, ngày ${twoDigits(local.getUTCDate())}`
  return `${day} tháng ${month < 3 ? twoDigits(month) : month} năm ${local.getUTCFullYear()}`
}
