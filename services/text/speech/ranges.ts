import type { Quantity } from './quantities.ts'
import { quantityAt, sayQuantity } from './quantities.ts'
import type { Place, Reading } from './types.ts'
import { atEnd, matchAt } from './types.ts'

const separator = /\s?[-–—÷]\s?(?=\d)/y
const ordinalBefore = atEnd(/(?:^|[^\p{L}])thứ\s+$/u)

/** Three and more: 1-2-3, 16-16-8. A third number makes it a list. */
const joined = /\d{1,3}(?:(?:-\d{1,3}){2,20}|(?: - \d{1,3}){2,20})(?![\d\p{L}/]|[.,-]\d| - \d)/uy

function readJoined(place: Place): Reading | undefined {
  const match = matchAt(joined, place.text, place.at)
  if (match === undefined) return undefined
  const spoken = match[0].split(/ ?- ?/).map(number => place.readPart(number))
  return { end: place.at + match[0].length, spoken: spoken.join(', ') }
}

/**
 * Quantities and ranges of them: 15-20%, 5 - 10 triệu đồng (the unit is shared), 3kg-6kg. Only an ascending pair is a
 * range; a falling one (a score, a code) is read as two numbers.
 */
export function readQuantity(place: Place): Reading | undefined {
  const list = readJoined(place)
  if (list !== undefined) return list
  const first = quantityAt(place, place.at)
  if (first === undefined) return undefined
  const dash = matchAt(separator, place.text, first.end)
  if (dash === undefined) return { end: first.end, spoken: sayQuantity(first, place) }
  const second = quantityAt(place, first.end + dash[0].length)
  if (second === undefined || chained(place, second.end)) return { end: first.end, spoken: sayQuantity(first, place) }
  const joint = ascends(first, second) ? 'đến' : undefined
  if (joint === undefined && !shareable(first)) return { end: first.end, spoken: sayQuantity(first, place) }
  const link = joint ?? (/(?:tỷ số|tỉ số|thắng|thua|hòa)\s*\p{L}*\s*$/u.test(place.before) ? '' : ',')
  const glue = link === ',' ? ', ' : link === '' ? ' ' : ` ${link} `
  const again = ordinalBefore.test(place.before) && link === 'đến' ? 'thứ ' : ''
  return { end: second.end, spoken: `${sayQuantity(first, place)}${glue}${again}${sayQuantity(second, place)}` }
}

/** A third "-3" makes it a code or a list, not a range. */
function chained(place: Place, end: number): boolean {
  return /^[-–—/]\d/.test(place.text.slice(end, end + 2))
}

function shareable(first: Quantity): boolean {
  return first.unit === '' && first.scale === ''
}

const times = /(?:giây|phút|giờ)$/

/** 500 g - 1 kg and 30 phút - 1 giờ measure the same thing; 12V-7Ah does not. */
function comparable(first: string, second: string): boolean {
  if (second === '') return false
  const [left, right] = [first, second].map(unit => unit.split(' trên ')[0]?.split(' ').at(-1))
  return left === right || (times.test(first) && times.test(second))
}

function ascends(first: Quantity, second: Quantity): boolean {
  if (first.unit !== second.unit && first.unit !== '') return comparable(first.unit, second.unit)
  if (first.scale !== second.scale) return first.scale !== '' || first.unit === ''
  const a = first.number
  const b = second.number
  if (a.whole.length > 15 || b.whole.length > 15) return false
  return Number(`${a.whole}.${a.decimals || '0'}`) < Number(`${b.whole}.${b.decimals || '0'}`)
}
