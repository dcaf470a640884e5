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
  /(\d{1,2})(?:\s?[hH]|g|\s?giờ\s)\s?(\d{1,2})(?:\s?(phút|ph|p|'|’|′)(?!\p{L}))?(?:\s?(\d{1,2})\s?(?:giây|s|''|”|″)(?!\p{L}))?(?![\d\p{L}/]|[.,]\d)/uy
/** Glued and beyond the day: nobody means anything else by 25h70, and it is said as it stands. */
const unrealTime = /^(?:\d{2}[hg](?:[6-9]\d)|(?:2[5-9]|[3-9]\d)[hg]\d{2})$/i
const minuteSecond = /(\d{1,3})\s?(?:p|'|’|′)\s?(\d{1,2})\s?(?:s|''|”|″)(?![\p{L}\d])/uy
const hourOnly = /(\d{1,2})\s?(?:[hH]|giờ)(?![\p{L}\d])/uy
const dashBetween = /\s?[-–—]\s?(?=\d)/y
const bareHour = /(\d{1,2})\s?[-–—]\s?(?=\d)/y
const scale = atEnd(/(?:tỷ lệ|tỉ lệ|tỷ số|tỉ số|bản đồ)\s*$/u)
/** "8 giờ 30 người": a counted noun behind the second number means that it is no minute. */
const countedNoun =
  /^\s(?:người|hộ|(?:ngày|tuần|tháng|năm)(?!\s\d)|xã|thôn|hồ sơ|đại biểu|triệu|nghìn|tỷ|xe|lượt|cán bộ|em|cháu|bà con)(?!\p{L})/u

function clockAt(place: Place, at: number): Clock | undefined {
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

/** A lone hour is left to the rule for units, except as a side of a range. */
function hourAt(place: Place, at: number): Clock | undefined {
  const match = matchAt(hourOnly, place.text, at)
  if (match?.[1] === undefined || Number(match[1]) > 24) return undefined
  return { end: at + match[0].length, spoken: `${spellInteger(match[1], place.profile)} giờ`, hourOnly: true }
}
