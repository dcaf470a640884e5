import { spellInteger } from './numbers.ts'
import type { Place, Profile, Reading } from './types.ts'
import { atEnd, matchAt } from './types.ts'
import { warnUnrealTime } from './warnings.ts'

/** A clock time that starts at an index. */
interface Clock {
  hourOnly?: boolean
  end: number
  spoken: string
}

const colon = /(\d{1,2}):(\d{2})(?::(\d{2}))?(?![\d]|:\d)/y
const hourMinute =
  /(\d{1,2})(?:\s?[hH]['’′]?|g|\s?giờ\s)\s?(\d{1,2})(?:\s?(phút|ph|p|'|’|′|(?<=\dh\d{1,2})m)(?!\p{L}))?(?:\s?(\d{1,2})\s?(?:giây|s|''|"|”|″)(?!\p{L}))?(?![\d\p{L}/]|[.,]\d)/uy
/** Glued and beyond the day: nobody means anything else by 25h70, and it is said as it stands. */
const unrealTime = /^(?:\d{2}[hg](?:[6-9]\d)|(?:2[5-9]|[3-9]\d)[hg]\d{2})$/i
/** 90': minutes, where no quotation is open. */
const minutesOnly = /(\d{1,3})['’′](?![\p{L}\d'’])/uy
const minuteSecond = /(\d{1,3})\s?(?:p|'|’|′)\s?(\d{1,2})\s?(?:s|''|”|″)(?![\p{L}\d])/uy
const hourOnly = /(\d{1,2})\s?(?:[hH]|giờ)(?![\p{L}\d])/uy
/** 8:00 AM and 2:30 PM: the English halves of the day, behind an hour of the twelve-hour clock. */
const halfDay = /\s?([AaPp])\.?[Mm](?![\p{L}\d])\.?/uy
const bareHalfDay = /(\d{1,2})(?=\s?[AP]M(?![\p{L}\d])|[ap]m(?![\p{L}\d]))/uy
/** 07h/25/11, 7h00/25/11/2026, 07h/25: hour and day in one, as water levels are reported. */
const hourOfDay =
  /(\d{1,2})(?:[hHg](\d{2})?|\s?giờ)\s?\/\s?((?:0?[1-9]|[12]\d|3[01])(?:\/(?:0?[1-9]|1[0-2])(?:\/\d{4})?)?)(?![\d\p{L}/-]|[.,]\d)/uy
const dashBetween = /\s?[-–—]\s?(?=\d)/y
const bareHour = /(\d{1,2})\s?[-–—]\s?(?=\d)/y
const scale = atEnd(/(?:tỷ lệ|tỉ lệ|tỷ số|tỉ số|bản đồ)\s*$/u)
/** "8 giờ 30 người": a counted noun behind the second number means that it is no minute. */
const countedNoun =
  /^\s(?:người|hộ|(?:ngày|tuần|tháng|năm)(?!\s\d)|xã|thôn|hồ sơ|đại biểu|triệu|nghìn|tỷ|xe|lượt|cán bộ|em|cháu|bà con)(?!\p{L})/u

function clockAt(place: Place, at: number): Clock | undefined {
  const clock = plainClockAt(place, at) ?? bareHourOfHalfDay(place, at) ?? saigonHourAt(place, at)
  const half = clock === undefined ? undefined : matchAt(halfDay, place.text, clock.end)
  if (clock === undefined || half?.[1] === undefined) return clock
  const part = partOfDay(Number(/^\d+/.exec(place.text.slice(at, at + 2))?.[0]), half[1].toLowerCase() === 'p')
  return { end: clock.end + half[0].length, spoken: part === '' ? clock.spoken : `${clock.spoken} ${part}` }
}

function bareHourOfHalfDay(place: Place, at: number): Clock | undefined {
  const match = matchAt(bareHalfDay, place.text, at)
  if (match?.[1] === undefined || Number(match[1]) > 12) return undefined
  return { end: at + match[0].length, spoken: spellClock(match[1], undefined, undefined, place.profile) }
}

/** sáng, trưa, chiều, tối, đêm; nothing behind an hour of the 24-hour clock (14:30 PM), which says it already. */
function partOfDay(hour: number, afternoon: boolean): string {
  if (hour > 12 || hour === 0) return ''
  if (!afternoon) return hour === 12 ? 'đêm' : 'sáng'
  if (hour === 12) return 'trưa'
  if (hour < 7) return 'chiều'
  return hour < 10 ? 'tối' : 'đêm'
}

function plainClockAt(place: Place, at: number): Clock | undefined {
  const { text, profile } = place
  const written = matchAt(colon, text, at)
  if (written?.[1] !== undefined && isTime(written[1], written[2], written[3]) && !scale.test(place.before)) {
    return { end: at + written[0].length, spoken: spellClock(written[1], written[2], written[3], profile) }
  }
  const hours = matchAt(hourMinute, text, at)
  if (hours?.[1] !== undefined && unrealTime.test(hours[0])) {
    warnUnrealTime(place, hours[0])
    return { end: at + hours[0].length, spoken: spellClock(hours[1], hours[2], hours[4], profile) }
  }
  if (hours?.[1] !== undefined && isTime(hours[1], hours[2], hours[4]) && minutesAreMeant(hours, text, at)) {
    return { end: at + hours[0].length, spoken: spellClock(hours[1], hours[2], hours[4], profile) }
  }
  return undefined
}

/** Without the word phút a spaced second number needs two digits and no counted noun behind it. */
function minutesAreMeant(match: RegExpExecArray, text: string, at: number): boolean {
  if (match[3] !== undefined || !/\s/.test(match[0])) return true
  return match[2]?.length === 2 && !countedNoun.test(text.slice(at + match[0].length, at + match[0].length + 12))
}

function isTime(hour: string, minute: string | undefined, second: string | undefined): boolean {
  return Number(hour) <= 24 && Number(minute ?? 0) < 60 && Number(second ?? 0) < 60
}

/** Full hours drop the minutes; 24-hour reading is kept. */
function spellClock(hour: string, minute = '0', second = '0', profile: Profile): string {
  const words = [spellInteger(hour, profile), 'giờ']
  if (Number(minute) > 0 || Number(second) > 0) words.push(spellInteger(minute, profile), 'phút')
  if (Number(second) > 0) words.push(spellInteger(second, profile), 'giây')
  return words.join(' ')
}

/** 7h30, 7g30, 7:30, 08:36:41, 5 giờ 30, 3p20s, and ranges of them. */
export function readTime(place: Place): Reading | undefined {
  const { text, at, profile } = place
  const dated = matchAt(hourOfDay, text, at)
  if (dated?.[1] !== undefined && dated[3] !== undefined && isTime(dated[1], dated[2], undefined)) {
    const spoken = `${spellClock(dated[1], dated[2], undefined, profile)} ${place.readPart(`ngày ${dated[3]}`)}`
    return { end: at + dated[0].length, spoken }
  }
  const first = clockAt(place, at) ?? hourAt(place, at)
  if (first !== undefined) {
    const dash = matchAt(dashBetween, text, first.end)
    const second = dash === undefined ? undefined : anyClock(place, first.end + dash[0].length)
    if (second !== undefined) return { end: second.end, spoken: `${first.spoken} đến ${second.spoken}` }
    return first.hourOnly === true ? undefined : first
  }
  const lap = matchAt(minuteSecond, text, at)
  if (lap?.[1] !== undefined && lap[2] !== undefined) {
    const spoken = `${spellInteger(lap[1], profile)} phút ${spellInteger(lap[2], profile)} giây`
    return { end: at + lap[0].length, spoken }
  }
  const minutes = /['‘’]/.test(place.before) ? undefined : matchAt(minutesOnly, text, at)
  if (minutes?.[1] !== undefined)
    return { end: at + minutes[0].length, spoken: `${spellInteger(minutes[1], profile)} phút` }
  const bare = matchAt(bareHour, text, at)
  if (bare?.[1] === undefined || Number(bare[1]) > 24) return undefined
  const until = anyClock(place, at + bare[0].length)
  return until === undefined
    ? undefined
    : { end: until.end, spoken: `${spellInteger(bare[1], profile)} đến ${until.spoken}` }
}

function anyClock(place: Place, at: number): Clock | undefined {
  return clockAt(place, at) ?? hourAt(place, at)
}

/** 19g is an hour where the text speaks of one; else it is a weight. */
const saigonHour = /(\d{1,2})g(?![\p{L}\d/])/uy
const hourBefore = atEnd(/(?:^|[^\p{L}])(?:lúc|hồi|vào lúc)\s+$/u)
/** 8g-17g: two hours of a day; weights of a range are larger (50g-100g). */
const hourRange = /(?<!\d)(?:\d|1\d|2[0-4])g\s?[-–]\s?(?:1[1-9]|2[0-4])g(?!\p{L})/u
const hourBehind = /^\s(?:ngày|sáng|trưa|chiều|tối|đêm|hôm|hằng|hàng)(?!\p{L})/u

function saigonHourAt(place: Place, at: number): Clock | undefined {
  const match = matchAt(saigonHour, place.text, at)
  if (match?.[1] === undefined || Number(match[1]) > 24) return undefined
  const end = at + match[0].length
  const behind = place.text.slice(end, end + 8)
  const side = hourRange.test(place.text.slice(Math.max(0, at - 6), end + 6))
  if (!side && !hourBefore.test(place.before) && !hourBehind.test(behind)) return undefined
  return { end, spoken: spellClock(match[1], undefined, undefined, place.profile) }
}

/** A lone hour is left to the rule for units, except as a side of a range. */
function hourAt(place: Place, at: number): Clock | undefined {
  const match = matchAt(hourOnly, place.text, at)
  if (match?.[1] === undefined || Number(match[1]) > 24) return undefined
  return { end: at + match[0].length, spoken: `${spellInteger(match[1], place.profile)} giờ`, hourOnly: true }
}
