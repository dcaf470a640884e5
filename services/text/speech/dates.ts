import { afterDay, counted, dashedDayBefore, likelyDate } from './likely-dates.ts'
import { spellInteger } from './numbers.ts'
import { spellOrdinal } from './roman.ts'
import type { Place, Profile, Reading, Rule } from './types.ts'
import { atEnd, firstOf, matchAt } from './types.ts'
import { warnUnrealDate } from './warnings.ts'

const D = String.raw`(0?[1-9]|[12]\d|3[01])`
const M = '(0?[1-9]|1[0-2])'
const Y = String.raw`((?:1[0-9]|2[01])\d{2})`
const dash = String.raw`\s?[-–—]\s?`
const end = String.raw`(?![\d]|[/.-]\d)`

/** The month after the word tháng: 4 is "tư". */
export function spellMonth(month: string, profile: Profile): string {
  return Number(month) === 4 ? 'tư' : spellInteger(month, profile)
}

/** Days of a month; February has 29 where no year says otherwise. */
function daysIn(month: number, year: string | undefined): number {
  if (month === 2) {
    const leap =
      year === undefined || (Number(year) % 4 === 0 && (Number(year) % 100 !== 0 || Number(year) % 400 === 0))
    return leap ? 29 : 28
  }
  return [4, 6, 9, 11].includes(month) ? 30 : 31
}

/** "mười ba tháng tám năm hai nghìn ..." without the word ngày. A day that no calendar has is said and reported. */
function spellDate(day: string, month: string | undefined, year: string | undefined, place: Place): string {
  const { profile } = place
  if (month !== undefined && Number(day) > daysIn(Number(month), year)) {
    warnUnrealDate(place, [day, month, year].filter(part => part !== undefined).join('/'))
  }
  const words = [spellInteger(day, profile)]
  if (month !== undefined) words.push('tháng', spellMonth(month, profile))
  if (year !== undefined) words.push('năm', spellInteger(year, profile))
  return words.join(' ')
}

/** các ngày 05, 12, 19/12: the word stands before the first of them. */
const dayListed = atEnd(/(?:^|[^\p{L}])các ngày\s+\d{1,2}(?:\s*(?:,|và)\s*\d{1,2}){0,8}\s*(?:,|và)\s*$/u)

/** Never "ngày ngày": the word is said only when it does not stand there already. */
function dayWord(before: string): string {
  return afterDay.test(before) || dayListed.test(before) ? '' : 'ngày '
}

const fullDate = new RegExp(String.raw`${D}(\s?[/.-]\s?)${M}\2${Y}${end}`, 'y')
const isoDate = new RegExp(String.raw`${Y}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?!\d|-\d)`, 'y')
const shortYear = new RegExp(String.raw`${D}/${M}/(\d{2})(?!\d|/)`, 'y')
const dayToDate = new RegExp(String.raw`${D}${dash}${D}/${M}(?:/${Y})?(?!\d|/)`, 'y')
const dateToDate = new RegExp(String.raw`${D}/${M}(?:/${Y})?${dash}${D}/${M}(?:/${Y})?(?!\d|/)`, 'y')
const daysJoined = new RegExp(String.raw`${D}-${D}-${D}/${M}(?:/${Y})?(?!\d|/)`, 'y')
const dayToDayOfMonth = new RegExp(
  String.raw`${D}${dash}${D}(?=\s+tháng\s+(?:\d|giêng|chạp|này|tới|sau|trước|một|hai|ba|tư|năm|sáu|bảy|tám|chín|mười))`,
  'y',
)
const monthYear = new RegExp(String.raw`${M}\s?[/-]\s?${Y}${end}`, 'y')
const monthToMonth = new RegExp(`${M}${dash}${M}(?:/${Y})?${end}`, 'y')
const monthYearToMonthYear = new RegExp(String.raw`${M}/${Y}${dash}(?:tháng\s)?${M}/${Y}${end}`, 'y')
const dayMonth = new RegExp(String.raw`${D}[/-]${M}(?!\d|[/-]\d|\p{L})`, 'uy')
const monthThenYear = new RegExp(String.raw`${M}\s+${Y}(?!\d|[.,/]\d)`, 'y')
const partOfYear = new RegExp(String.raw`(\d{1,2})/${Y}(?!\d|/|-)`, 'y')
const yearSlashYear = new RegExp(String.raw`${Y}/${Y}(?!\d|/|-)`, 'y')
/** tháng 11,12 without a blank: two months, no decimal. */
const gluedMonths = new RegExp(String.raw`${M},${M}(?!\d|[.,/]\d)`, 'y')
const monthAlone = new RegExp(String.raw`${M}(?!\d|[.,/-]\d)`, 'y')

const full: Rule = place => {
  const match = matchAt(fullDate, place.text, place.at)
  if (match === undefined) return undefined
  return {
    end: place.at + match[0].length,
    spoken: dayWord(place.before) + spellDate(match[1] ?? '', match[3], match[4], place),
  }
}

const iso: Rule = place => {
  const match = matchAt(isoDate, place.text, place.at)
  if (match === undefined) return undefined
  return {
    end: place.at + match[0].length,
    spoken: dayWord(place.before) + spellDate(match[3] ?? '', match[2], match[1], place),
  }
}

/** 13/8/21: the century is a guess, so it is said as written and reported. */
const twoDigitYear: Rule = place => {
  const match = matchAt(shortYear, place.text, place.at)
  if (match === undefined || /(?:số|nhà|ngõ|ngách|hẻm|kiệt|lô|thửa)\s*$/u.test(place.before)) return undefined
  place.warn(`year:${match[0]}`, {
    vi: `Ngày "${match[0]}" chỉ có hai chữ số của năm. Đề nghị viết đủ bốn chữ số.`,
    en: `The date "${match[0]}" has a year of two digits. Please write all four.`,
  })
  return {
    end: place.at + match[0].length,
    spoken: dayWord(place.before) + spellDate(match[1] ?? '', match[2], match[3], place),
  }
}

/** 01 - 15/11/2026: both days share the month and the year. */
const sharedMonth: Rule = place => {
  const match = matchAt(dayToDate, place.text, place.at)
  if (
    match === undefined ||
    Number(match[1]) >= Number(match[2]) ||
    (match[4] === undefined && counted.test(place.before))
  ) {
    return undefined
  }
  const first = `${dayWord(place.before)}${spellDate(match[1] ?? '', undefined, undefined, place)}`
  return {
    end: place.at + match[0].length,
    spoken: `${first} đến ngày ${spellDate(match[2] ?? '', match[3], match[4], place)}`,
  }
}

/** 12-13-14/11: three days in a row are a list. */
const threeDays: Rule = place => {
  const [written, first = '', second = '', third = '', month, year] = matchAt(daysJoined, place.text, place.at) ?? []
  if (written === undefined || Number(first) >= Number(second) || Number(second) >= Number(third)) return undefined
  const days = [first, second].map(day => spellInteger(day, place.profile)).join(', ')
  const spoken = `${dayWord(place.before)}${days}, ${spellDate(third, month, year, place)}`
  return { end: place.at + written.length, spoken }
}

const twoDates: Rule = place => {
  const match = matchAt(dateToDate, place.text, place.at)
  if (match === undefined) return undefined
  const improper = Number(match[1]) >= Number(match[2]) || Number(match[4]) >= Number(match[5])
  if (!improper && !likelyDate(place, match[4] ?? '', match[5] ?? '', match[6])) return undefined
  const first = `${dayWord(place.before)}${spellDate(match[1] ?? '', match[2], match[3], place)}`
  return {
    end: place.at + match[0].length,
    spoken: `${first} đến ngày ${spellDate(match[4] ?? '', match[5], match[6], place)}`,
  }
}

const daysOfMonth: Rule = place => {
  const match = matchAt(dayToDayOfMonth, place.text, place.at)
  if (match === undefined || Number(match[1]) >= Number(match[2])) return undefined
  const { profile } = place
  const first = `${dayWord(place.before)}${spellInteger(match[1] ?? '', profile)}`
  return { end: place.at + match[0].length, spoken: `${first} đến ngày ${spellInteger(match[2] ?? '', profile)}` }
}

const afterMonthWord = atEnd(/(?:^|[^\p{L}])tháng\s+$/u)
const listedMonths = atEnd(/(?:^|[^\p{L}])tháng\s+[\d,\s/và-]{1,24}(?:,|và|hoặc|đến|-)\s*$/u)

const months: Rule = place => {
  const { text, at, before, profile } = place
  const named = afterMonthWord.test(before)
  if (named) {
    const range = matchAt(monthToMonth, text, at)
    if (range !== undefined && Number(range[1]) < Number(range[2])) {
      const year = range[3] === undefined ? '' : ` năm ${spellInteger(range[3], profile)}`
      const spoken = `${spellMonth(range[1] ?? '', profile)} đến tháng ${spellMonth(range[2] ?? '', profile)}${year}`
      return { end: at + range[0].length, spoken }
    }
  }
  const span = matchAt(monthYearToMonthYear, text, at)
  if (span !== undefined) {
    const [from, until] = [
      [span[1], span[2]],
      [span[3], span[4]],
    ].map(([m = '', y = '']) => `${spellMonth(m, profile)} năm ${spellInteger(y, profile)}`)
    return { end: at + span[0].length, spoken: `${named ? '' : 'tháng '}${from} đến tháng ${until}` }
  }
  const withYear = matchAt(monthYear, text, at) ?? (named ? matchAt(monthThenYear, text, at) : undefined)
  if (withYear !== undefined && (named || withYear[0].includes('/')) && !afterPartWord.test(before)) {
    const word = named ? '' : 'tháng '
    const spoken = `${word}${spellMonth(withYear[1] ?? '', profile)} năm ${spellInteger(withYear[2] ?? '', profile)}`
    return { end: at + withYear[0].length, spoken }
  }
  if (!named && !listedMonths.test(before)) return undefined
  const pair = named ? matchAt(gluedMonths, text, at) : undefined
  if (pair?.[1] !== undefined && pair[2] !== undefined) {
    return { end: at + pair[0].length, spoken: `${spellMonth(pair[1], profile)}, ${spellMonth(pair[2], profile)}` }
  }
  const alone = matchAt(monthAlone, text, at)
  return alone === undefined ? undefined : { end: at + alone[0].length, spoken: spellMonth(alone[1] ?? '', profile) }
}

const quarter = new RegExp(String.raw`Q([1-4])/${Y}(?!\d|/)`, 'y')

/** Q1/2026 of tables and plans. */
export const readQuarter: Rule = ({ text, at, profile }) => {
  const match = matchAt(quarter, text, at)
  if (match?.[1] === undefined || match[2] === undefined) return undefined
  return {
    end: at + match[0].length,
    spoken: `quý ${spellInteger(match[1], profile)} năm ${spellInteger(match[2], profile)}`,
  }
}

const afterPartWord = atEnd(
  /(?:^|[^\p{L}])(?:quý|đợt|lần|kỳ|kì|khóa|khoá|phiên|học kỳ|số|tuần|vụ|(?:lần|kỳ họp|phiên họp) thứ)\s+$/u,
)

/** quý 3/2026, đợt 1/2026, and 2026/2027. */
const partWithYear: Rule = place => {
  const { text, at, before, profile } = place
  if (afterPartWord.test(before)) {
    const part = matchAt(partOfYear, text, at)
    if (part?.[1] !== undefined && part[2] !== undefined) {
      return {
        end: at + part[0].length,
        spoken: `${/thứ\s+$/u.test(before) ? spellOrdinal(part[1], profile) : spellInteger(part[1], profile)} năm ${spellInteger(part[2], profile)}`,
      }
    }
  }
  const years = matchAt(yearSlashYear, text, at)
  if (years?.[1] === undefined || years[2] === undefined) return undefined
  return {
    end: at + years[0].length,
    spoken: `${spellInteger(years[1], profile)} đến ${spellInteger(years[2], profile)}`,
  }
}

/** đường 30/4, phố 2/9, quảng trường 19/8: the day is the name of the place, said without the word ngày. */
const namedByDay = atEnd(/(?:^|[^\p{L}])(?:đường|phố|quảng trường|đại lộ|công viên)\s+$/u)
const dayInName = new RegExp(String.raw`${D}[/-]${M}(?!\d|[/-]\d|\p{L}|\s?%)`, 'uy')

const nameOfDay: Rule = place => {
  const match = namedByDay.test(place.before) ? matchAt(dayInName, place.text, place.at) : undefined
  if (match?.[1] === undefined || match[2] === undefined) return undefined
  return { end: place.at + match[0].length, spoken: spellDate(match[1], match[2], undefined, place) }
}

const dayMonthRule: Rule = place => {
  const match = matchAt(dayMonth, place.text, place.at)
  if (match?.[1] === undefined || match[2] === undefined) return undefined
  if (match[0].includes('-') && !afterDay.test(place.before) && !dashedDayBefore.test(place.before)) return undefined
  if (!likelyDate(place, match[1], match[2], undefined)) return undefined
  return {
    end: place.at + match[0].length,
    spoken: dayWord(place.before) + spellDate(match[1], match[2], undefined, place),
  }
}

const rules: readonly Rule[] = [
  threeDays,
  twoDates,
  sharedMonth,
  full,
  iso,
  twoDigitYear,
  daysOfMonth,
  partWithYear,
  months,
  nameOfDay,
  dayMonthRule,
]

/** Nothing but a month behind its word, for numbers that stand alone. */
export const readMonth: Rule = months

/** Days, months, years and their ranges. Place it behind the rule for document numbers, before fractions. */
export function readDate(place: Place): Reading | undefined {
  const reading = firstOf(rules, place)
  if (reading === undefined || matchAt(timeBehind, place.text, reading.end) === undefined) return reading
  return { ...reading, spoken: `${reading.spoken},` }
}

/** A clock time right behind a year would sound like a part of it: a comma gives the voice a pause. */
const timeBehind = /(?<=\d{4})\s(?=\d{1,2}(?::\d{2}|\s?[hg]\d|\s?h(?!\p{L})|\sgiờ))/uy
