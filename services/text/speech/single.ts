import { readSlash } from './fractions.ts'
import { letterName } from './letters.ts'
import { readQuantity } from './ranges.ts'
import type { Place, Reading } from './types.ts'
import { firstOf, matchAt } from './types.ts'
import { bareUnits, units } from './unit-table.ts'

/** -12,5 -> âm mười hai phẩy năm, where nothing is glued to the sign and no number stands before it. */
export function readNegative(place: Place): Reading | undefined {
  const { text, at, before } = place
  if (!/[-−]/.test(text[at] ?? '') || !/^\d/.test(text.slice(at + 1, at + 2))) return undefined
  if (/(?:[\p{L}\d)%]|[\d%]\s)$/u.test(before)) return undefined
  const inner: Place = { ...place, at: at + 1 }
  const reading = firstOf([readSlash, readQuantity], inner)
  return reading === undefined
    ? undefined
    : { end: reading.end, spoken: /(?:^|\s)âm\s$/u.test(before) ? reading.spoken : `âm ${reading.spoken}` }
}

/** N.Q under a text: the initials of its author. */
const initials = /\p{Lu}\.(?=\p{Lu}(?![\p{L}\d]))/uy

/** A consonant that stands alone is read by its name: điểm đ -> điểm đê. Vowels are their own names. */
export function readLetter(place: Place): Reading | undefined {
  const { text, at, before } = place
  const letter = text[at] ?? ''
  const end = at + letter.length
  if (letter === 'x' && /\d$/.test(before) && /\d/.test(text[end] ?? '')) return { end, spoken: 'nhân' }
  if (/[\p{L}\p{M}\d'’]/u.test(text[at + 1] ?? '')) return undefined
  if (matchAt(initials, text, at) !== undefined) return { end: end + 1, spoken: letterName(letter) ?? letter }
  if (letter === 'x' && /[\d\p{L}²³]\s?$/u.test(before) && /^\s?\d/.test(text.slice(end, end + 2)))
    return { end, spoken: 'nhân' }
  if (/[AEIOU]/.test(letter) && /\d$/.test(before)) return { end, spoken: letter.toLowerCase() }
  if (/[aeiouy]/i.test(letter) || (text[end] === '.' && /^\.\p{L}/u.test(text.slice(end, end + 2)))) return undefined
  const name = letterName(letter)
  return name === undefined || name === letter ? undefined : { end, spoken: name }
}

const diameter = /[Ø⌀Φφ]\s?(?=\d)/y

/** Ø200: the diameter of a pipe. */
export function readDiameter({ text, at }: Place): Reading | undefined {
  const match = matchAt(diameter, text, at)
  return match === undefined ? undefined : { end: at + match[0].length, spoken: 'phi' }
}

const bareUnit = new RegExp(`${bareUnits.source}(?![\\p{L}\\d])|[kcdm]?m[²³]|km(?=\\d)`, 'iuy')

/** A unit without its number is still no word. */
export function readBareUnit(place: Place): Reading | undefined {
  const match = matchAt(bareUnit, place.text, place.at)
  if (match === undefined) return undefined
  const key = match[0].toLowerCase().replace('²', '2').replace('³', '3')
  const spoken = units[key === 'kwh' ? 'kWh' : key]
  return spoken === undefined ? undefined : { end: place.at + match[0].length, spoken }
}

const zones = /(?:gmt|utc|est|pst|cst)(?![\p{L}\d])/uy

/** Time zones written small behind a time. */
export function readZone(place: Place): Reading | undefined {
  const match = /(?:\d[hgp]?|giờ|phút)\s$/u.test(place.before) ? matchAt(zones, place.text, place.at) : undefined
  return match === undefined ? undefined : { end: place.at + match[0].length, spoken: match[0].toUpperCase() }
}
