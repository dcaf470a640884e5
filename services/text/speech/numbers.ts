import { digitsEnd } from './shape.ts'
import type { Place, Profile } from './types.ts'
import { matchAt } from './types.ts'
import { warnAmbiguous } from './warnings.ts'

const digitNames = ['không', 'một', 'hai', 'ba', 'bốn', 'năm', 'sáu', 'bảy', 'tám', 'chín'] as const

/** Longer numbers are read digit by digit: nobody follows "tỷ tỷ tỷ". */
const longestQuantity = 21

/** Digit by digit: 1022 -> một không hai hai. */
export function spellDigits(digits: string): string {
  let result = ''
  for (const digit of digits) result += `${result === '' ? '' : ' '}${digitNames[Number(digit)] ?? ''}`
  return result
}

/**
 * A cardinal. Leading zeros are not read (administrative style: 03 cấp). Groups after the first are read in full:
 * 1005 -> một nghìn không trăm linh năm. Above 10^9 the word tỷ is stacked (nghìn tỷ, tỷ tỷ).
 */
export function spellInteger(digits: string, profile: Profile): string {
  const significant = digits.replace(/^0+/, '')
  if (significant === '') return digitNames[0]
  if (significant.length > longestQuantity) return spellDigits(digits)
  if (significant.length <= 3) return spellGroup(significant.padStart(3, '0'), false, profile)
  if (significant.length <= 9) return spellChunk(significant, false, profile)
  const chunks: string[] = []
  for (let end = significant.length; end > 0; end -= 9) chunks.unshift(significant.slice(Math.max(0, end - 9), end))
  const words: string[] = []
  chunks.forEach((chunk, index) => {
    const spoken = spellChunk(chunk, index > 0, profile)
    if (spoken !== '') words.push(spoken, ...Array<string>(chunks.length - 1 - index).fill('tỷ'))
  })
  return words.join(' ')
}

/** Up to nine digits. `full` says that something larger was read before, so hundreds are named even when zero. */
function spellChunk(chunk: string, full: boolean, profile: Profile): string {
  const padded = chunk.padStart(9, '0')
  const scales = ['triệu', profile.thousand, '']
  const words: string[] = []
  for (let index = 0; index < 3; index += 1) {
    const group = padded.slice(index * 3, index * 3 + 3)
    if (group === '000') continue
    words.push(spellGroup(group, full || words.length > 0, profile))
    const scale = scales[index]
    if (scale) words.push(scale)
  }
  return words.join(' ')
}

/** What was spelled before, by profile: there are two thousand groups, and texts repeat them. */
const spelledGroups = new WeakMap<Profile, Map<string, string>>()

/** Three digits, not all zero. */
function spellGroup(group: string, full: boolean, profile: Profile): string {
  const known = spelledGroups.get(profile) ?? new Map<string, string>()
  spelledGroups.set(profile, known)
  const key = full ? `+${group}` : group
  const found = known.get(key)
  if (found !== undefined) return found
  const words = wordsOfGroup(group, full, profile)
  known.set(key, words)
  return words
}

function wordsOfGroup(group: string, full: boolean, profile: Profile): string {
  const hundreds = Number(group[0])
  const tens = Number(group[1])
  const units = Number(group[2])
  const words: string[] = []
  if (full || hundreds > 0) words.push(`${digitNames[hundreds]} trăm`)
  if (tens === 0 && units > 0)
    words.push(words.length > 0 ? `${profile.odd} ${digitNames[units]}` : `${digitNames[units]}`)
  if (tens === 1) words.push('mười')
  if (tens > 1) words.push(`${digitNames[tens]} mươi`)
  if (tens > 0 && units > 0) words.push(unitAfterTens(tens, units, profile))
  return words.join(' ')
}

function unitAfterTens(tens: number, units: number, profile: Profile): string {
  if (units === 5) return 'lăm'
  if (units === 1 && tens > 1) return 'mốt'
  if (units === 4 && tens > 1) return profile.fourAfterTens
  return digitNames[units] ?? ''
}

/**
 * The digits after the comma: up to three as a number with its leading zeros read (12,05 -> không năm; 0,195 -> một
 * trăm chín mươi lăm), longer ones digit by digit.
 */
export function spellDecimals(digits: string, profile: Profile): string {
  if (digits.length > 3) return spellDigits(digits)
  const zeros = /^0*/.exec(digits)?.[0] ?? ''
  const rest = digits.slice(zeros.length)
  return [spellDigits(zeros), rest === '' ? '' : spellInteger(rest, profile)].filter(part => part !== '').join(' ')
}

/** A number as written, before any unit. */
export interface WrittenNumber {
  end: number
  spoken: string
  /** Digits before and after the decimal comma. */
  whole: string
  decimals: string
}

const groupedNumber = /(\d{1,3}(?:\.\d{3})+)(?:,(\d+))?(?![\d])(?!\.\d)/y
const spacedNumber = /[1-9]\d{0,2}(?:[ ]\d{3}){2,5}(?![\d.,]\d|\d)/y
const spacedMoney = /[1-9]\d{0,2}(?:[ ]\d{3}){1,5}(?=\s?(?:đồng|đ|VNĐ|VND|₫|USD)(?!\p{L}))/uy
const decimalNumber = /(\d+),(\d+)(?!\d)(?!,\d)/y
const englishNumber = /(\d{1,3}(?:,\d{3}){2,}|\d{1,3}(?:,\d{3})+(?=\.\d))(?:\.(\d+))?(?!\d)/y
/** 10,000 and 1,250: three decimals behind a small whole number may be thousands, written the English way. */
const maybeThousands = /^[1-9]\d{0,2},\d{3}$/
/** Before these a comma can only be the decimal one: 45,123 tỷ. */
const scaled = /^\s?(?:%|tỷ|tỉ|triệu|tr(?!\p{L}))/u
const plainNumber = /\d+/y
const dottedNumber = /\d+(?:\.\d+)+/y

/**
 * The number that starts at `at`: dots group thousands, the comma is the decimal sign (the Vietnamese way). A number
 * that the rule cannot settle is read as it stands and reported to the officer.
 */
export function numberAt(place: Place, at: number): WrittenNumber | undefined {
  const { text, profile } = place
  const end = digitsEnd(text, at)
  const sign = text[end]
  if (end > at && sign !== '.' && sign !== ',' && sign !== ' ') return written(end, text.slice(at, end), '', profile)
  const grouped = matchAt(groupedNumber, text, at)
  if (grouped?.[1] !== undefined && !/^0/.test(grouped[1])) {
    return written(at + grouped[0].length, grouped[1].replaceAll('.', ''), grouped[2] ?? '', profile)
  }
  const spaced = matchAt(spacedNumber, text, at) ?? matchAt(spacedMoney, text, at)
  if (spaced !== undefined) return written(at + spaced[0].length, spaced[0].replaceAll(' ', ''), '', profile)
  const listed = text[at - 1] === ',' && /\d/.test(text[at - 2] ?? '')
  const decimal = listed ? undefined : matchAt(decimalNumber, text, at)
  if (decimal?.[1] !== undefined && decimal[2] !== undefined && text[at + decimal[0].length] !== '.') {
    if (maybeThousands.test(decimal[0]) && !scaled.test(text.slice(at + decimal[0].length, at + decimal[0].length + 7)))
      warnAmbiguous(place, decimal[0])
    return written(at + decimal[0].length, decimal[1], decimal[2], profile)
  }
  if (decimal?.[1] !== undefined && decimal[2] !== undefined && !/\d/.test(text[at + decimal[0].length + 1] ?? '')) {
    return written(at + decimal[0].length, decimal[1], decimal[2], profile)
  }
  const english = matchAt(englishNumber, text, at)
  if (english?.[1] !== undefined) {
    warnAmbiguous(place, english[0])
    return written(at + english[0].length, english[1].replaceAll(',', ''), english[2] ?? '', profile)
  }
  return dotted(place, at) ?? plain(place, at)
}

function written(end: number, whole: string, decimals: string, profile: Profile): WrittenNumber {
  const tail = decimals === '' ? '' : ` phẩy ${spellDecimals(decimals, profile)}`
  return { end, spoken: spellWhole(whole, profile) + tail, whole, decimals }
}

/** One leading zero is administrative style; several are a code and are read one by one. */
function spellWhole(whole: string, profile: Profile): string {
  return /^0\d{2,}$/.test(whole) ? spellDigits(whole) : spellInteger(whole, profile)
}

/** 1.5, 4.0, 1.2.3: neither thousands nor a decimal comma. A section number, a version, or an English decimal. */
function dotted(place: Place, at: number): WrittenNumber | undefined {
  const match = matchAt(dottedNumber, place.text, at)
  if (match === undefined) return undefined
  const parts = match[0].split('.')
  const behind = place.text.slice(at + match[0].length, at + match[0].length + 2)
  const settled =
    (parts.length > 2 && !parts.some((part, index) => index > 0 && part.length > 2)) ||
    /^[.)]/.test(behind) ||
    (/^\s*$/.test(place.before) && /^ \p{Lu}/u.test(behind)) ||
    /(?:công nghiệp|công nghệ|phiên bản|mục|điểm|khoản)\s+$/.test(place.before)
  if (!settled) warnAmbiguous(place, match[0])
  return {
    end: at + match[0].length,
    spoken: parts
      .map(part => (/^0\d/.test(part) ? spellDigits(part) : spellInteger(part, place.profile)))
      .join(' chấm '),
    whole: parts.join(''),
    decimals: '',
  }
}

function plain(place: Place, at: number): WrittenNumber | undefined {
  const match = matchAt(plainNumber, place.text, at)
  if (match === undefined) return undefined
  return written(at + match[0].length, match[0], '', place.profile)
}
