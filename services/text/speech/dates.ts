import { spellInteger } from './numbers.ts'
import { spellOrdinal } from './roman.ts'
import type { Place, Profile, Reading, Rule } from './types.ts'
import { atEnd, firstOf, matchAt } from './types.ts'

const D = String.raw`(0?[1-9]|[12]\d|3[01])`
const M = '(0?[1-9]|1[0-2])'
const Y = String.raw`((?:1[0-9]|2[01])\d{2})`
const dash = String.raw`\s?[-–—]\s?`
const end = String.raw`(?![\d]|[/.-]\d)`

/** The month after the word tháng: 4 is "tư". */
export function spellMonth(month: string, profile: Profile): string {
  return Number(month) === 4 ? 'tư' : spellInteger(month, profile)
}

/** "mười ba tháng tám năm hai nghìn ..." without the word ngày. */
function spellDate(day: string, month: string | undefined, year: string | undefined, profile: Profile): string {
  const words = [spellInteger(day, profile)]
  if (month !== undefined) words.push('tháng', spellMonth(month, profile))
  if (year !== undefined) words.push('năm', spellInteger(year, profile))
  return words.join(' ')
}

/** Never "ngày ngày": the word is said only when it does not stand there already. */
function dayWord(before: string): string {
  return /(?:^|[^\p{L}])(?:ngày|hôm|mùng|mồng)\s+$/u.test(before) ? '' : 'ngày '
}

const fullDate = new RegExp(String.raw`${D}(\s?[/.-]\s?)${M}\2${Y}${end}`, 'y')
const isoDate = new RegExp(String.raw`${Y}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?!\d|-\d)`, 'y')
const shortYear = new RegExp(String.raw`${D}/${M}/(\d{2})(?!\d|/)`, 'y')
const dayToDate = new RegExp(String.raw`${D}${dash}${D}/${M}(?:/${Y})?(?!\d|/)`, 'y')
const dateToDate = new RegExp(String.raw`${D}/${M}(?:/${Y})?${dash}${D}/${M}(?:/${Y})?(?!\d|/)`, 'y')
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
const monthAlone = new RegExp(String.raw`${M}(?!\d|[.,/-]\d)`, 'y')

const full: Rule = place => {
  const match = matchAt(fullDate, place.text, place.at)
  if (match === undefined) return undefined
  return {
    end: place.at + match[0].length,
    spoken: dayWord(place.before) + spellDate(match[1] ?? '', match[3], match[4], place.profile),
  }
}

const iso: Rule = place => {
  const match = matchAt(isoDate, place.text, place.at)
  if (match === undefined) return undefined
  return {
    end: place.at + match[0].length,
    spoken: dayWord(place.before) + spellDate(match[3] ?? '', match[2], match[1], place.profile),
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
    spoken: dayWord(place.before) + spellDate(match[1] ?? '', match[2], match[3], place.profile),
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
  const { profile } = place
  const first = `${dayWord(place.before)}${spellDate(match[1] ?? '', undefined, undefined, profile)}`
  return {
    end: place.at + match[0].length,
    spoken: `${first} đến ngày ${spellDate(match[2] ?? '', match[3], match[4], profile)}`,
  }
}

const twoDates: Rule = place => {
  const match = matchAt(dateToDate, place.text, place.at)
  if (match === undefined) return undefined
  const improper = Number(match[1]) >= Number(match[2]) || Number(match[4]) >= Number(match[5])
  if (!improper && !likelyDate(place, match[4] ?? '', match[5] ?? '', match[6])) return undefined
  const { profile } = place
  const first = `${dayWord(place.before)}${spellDate(match[1] ?? '', match[2], match[3], profile)}`
  return {
    end: place.at + match[0].length,
    spoken: `${first} đến ngày ${spellDate(match[4] ?? '', match[5], match[6], profile)}`,
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
  const alone = matchAt(monthAlone, text, at)
  return alone === undefined ? undefined : { end: at + alone[0].length, spoken: spellMonth(alone[1] ?? '', profile) }
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

const dayMonthRule: Rule = place => {
  const match = matchAt(dayMonth, place.text, place.at)
  if (match?.[1] === undefined || match[2] === undefined) return undefined
  if (match[0].includes('-') && !afterDay.test(place.before)) return undefined
  if (!likelyDate(place, match[1], match[2], undefined)) return undefined
  return {
    end: place.at + match[0].length,
    spoken: dayWord(place.before) + spellDate(match[1], match[2], undefined, place.profile),
  }
}

const afterDay = atEnd(/(?:^|[^\p{L}])(?:ngày|hôm|mùng|mồng)\s+$/u)
const strongContext = atEnd(
  /(?:^|[^\p{L}])(?:ngày|hôm|mùng|mồng|rằm|sáng|trưa|chiều|tối|đêm|lễ|dịp|kỷ niệm|kỉ niệm|quốc khánh|quốc tế|giải phóng|nghỉ|phụ nữ|lao động|thiếu nhi|liệt sĩ|nhà giáo|giỗ tổ|thứ \p{L}+,?|chủ nhật,?|\d\s?(?:h|giờ)|phút)\s*[(,]?\s*$/u,
)
const weakContext = atEnd(/(?:^|[^\p{L}])(?:từ|đến|trước|sau|vào|tới|hết|kể từ|lúc|cuối|đầu|và|hoặc)\s+$/u)
/** "Ngày Pháp luật Việt Nam 9/11": the name of a day, then the day. */
const namedDay = atEnd(/(?:^|[^\p{L}])(?:ngày|tháng hành động|tuần lễ)(?:\s\p{L}+){1,8}\s$/u)
const listContext = atEnd(/ngày[^.;\n]{1,40}(?:,|và|đến|hoặc|-|–|;)\s*$/u)
const yearlyAfter = /^\s*(?:hằng năm|hàng năm|âm lịch|dương lịch|\(âm lịch|\(dương lịch|tới|năm nay|năm \d{4})/u
/** 01/03 thủ tục, 12/15 xã: so many of so many. */
const shareOf =
  /^\s(?:thủ tục|TTHC|hồ sơ|xã|phường|thôn|bản|khu phố|tổ|tiêu chí|chỉ tiêu|nhiệm vụ|đơn vị|cơ quan|hộ|người|trường|học sinh|đại biểu|cán bộ|công trình|dự án|mô hình|phiếu|ý kiến)(?!\p{L})/u
const counted = atEnd(/(?:số|nhà|ngõ|ngách|hẻm|kiệt|lô|thửa|khoản|điều|tỷ lệ|tỉ lệ|hơn|gần|đạt|chiếm|được|khoảng)\s*$/u)

/** Days that everybody writes this way; as shares they would make no sense. */
const holidays = new Set(['8/3', '10/3', '30/4', '19/5', '27/7', '20/10', '20/11', '22/12'])

const pairBefore = atEnd(/(?:^|[^\d/])(\d{1,2})\/(\d{1,2})\s*(?:,|và|hoặc|-|–)\s*$/u)

/** lễ 30/4 và 1/5: what follows a pair that is surely a day is one, too. */
function besideDay(before: string): boolean {
  const [, day = '0', month = '0'] = pairBefore.exec(before) ?? []
  if (Number(month) < 1 || Number(month) > 12 || Number(day) > 31) return false
  return Number(day) > 12 || /^0/.test(day) || holidays.has(`${Number(day)}/${Number(month)}`)
}

/** A word in small letters right behind d/m: then it counts something. */
const afterDayMonth = /[\d/]+\s(\p{Ll}+)/uy

/**
 * Is d/m a day and not a fraction, a count or a house number? A year settles it; else the words around it do. A first
 * number that is larger than the second, or a leading zero, cannot be a share of something.
 */
function likelyDate(place: Place, day: string, month: string, year: string | undefined): boolean {
  if (year !== undefined) return true
  const { before } = place
  if (strongContext.test(before) || listContext.test(before)) return true
  if (counted.test(before)) return false
  if (besideDay(before)) return true
  const behindNumber = matchAt(afterDayMonth, place.text, place.at)?.[1]
  if (namedDay.test(before) && behindNumber === undefined) return true
  const after = place.text.slice(place.at, place.at + 40).replace(/^[\d/\s–-]+/u, ' ')
  if (shareOf.test(after)) return false
  if (yearlyAfter.test(after)) return true
  if (Number(day) === 24 && Number(month) === 7) return weakContext.test(before)
  if (holidays.has(`${Number(day)}/${Number(month)}`)) return true
  const unlikeShare = Number(day) > 12 || /^0/.test(day) || /^0/.test(month)
  return unlikeShare || (weakContext.test(before) && Number(day) >= 10)
}

const rules: readonly Rule[] = [
  twoDates,
  sharedMonth,
  full,
  iso,
  twoDigitYear,
  daysOfMonth,
  partWithYear,
  months,
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
