/*
 * When a board asks. Boards that were switched on together, or that all lost the server together, must not come together.
 */

/**
 * A board's own place within a span, the same in each run.
 * @param {string} name what tells this board from others
 * @param {number} span milliseconds
 * @returns {number} from 0, below `span`
 */
export function ownPlace(name, span) {
  // FNV-1a with the last steps of MurmurHash3: names that differ in one digit must land far apart.
  let hash = 0x811c9dc5
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return Math.floor((((hash ^ (hash >>> 16)) >>> 0) / 4294967296) * span)
}

/**
 * How long to wait after the n-th failure in a row: twice as long each time, ten minutes at the most, and anything between
 * half of it and all of it.
 * @param {number} failures from 1
 * @param {number} firstMs
 * @param {number} chance from 0 to 1
 * @returns {number} milliseconds
 */
export function waitAfter(failures, firstMs, chance) {
  const full = Math.min(600000, firstMs * 2 ** Math.min(20, Math.max(0, failures - 1)))
  return Math.round(full * (0.5 + chance / 2))
}

/**
 * When a board asks for its manifest next.
 * @param {unknown} seconds what the manifest says
 * @param {string} name what tells this board from others
 * @returns {number} milliseconds: that many seconds, 5 s less to 5 s more
 */
export function pollAfter(seconds, name) {
  const asked = Number(seconds)
  return (asked >= 10 && asked <= 3600 ? asked : 60) * 1000 - 5000 + ownPlace(name, 10000)
}
