import { letterName } from './letters.ts'
import { numberAt, spellInteger } from './numbers.ts'
import { quantityAt, sayQuantity } from './quantities.ts'
import type { Place, Reading } from './types.ts'
import { atEnd, matchAt } from './types.ts'
import { warnUnrealDate } from './warnings.ts'

const slashed = /(\d{1,9})\/(\d{1,9})(?![\d]|\/\d|[.,]\d)/y
const mixed = /(\d{1,6}) ([1-9])\/([1-9]\d?)(?![\d]|\/\d|[.,]\d)/y
const chain = /\d{1,5}[A-Za-z]?(?:\/\d{1,5}[A-Za-z]?){1,5}(?![\d/])/y
const addressBefore = atEnd(
  /(?:^|[^\p{L}])(?:lớp|số nhà|số|nhà|ngõ|ngách|hẻm|kiệt|lô|thửa|thửa đất số|địa chỉ|đ\/c|tại)\s*:?\s*$/u,
)
const addressBehind = /^,?\s?(?:(?:đường|phố|quốc lộ|tổ|khu phố|ngõ|hẻm|kiệt)(?!\p{L})|\p{Lu}\p{Ll}+ \p{Lu}\p{Ll})/u
const countNoun = /^\s\p{Ll}/u
/** Things that are counted one by one: 3/5 thôn is three of five, while 3/4 số hộ is a share. */
const countedThings =
  /^\s(?:xã|phường|thôn|bản|khóm|ấp|tổ|khu phố|tiêu chí|chỉ tiêu|nhiệm vụ|nội dung|đơn vị|cơ quan|sở|trường|chi bộ|công trình|dự án|mô hình|huyện|tỉnh|TTHC|thủ tục|đồng chí|đ\/c)(?!\p{L})/u
const roundTheClock = /^24\/7$/
const scored = /^\s(?:điểm|phiếu|câu|trường hợp|hồ sơ)(?!\p{L})/u
/** Scales of maps and plans (Law on Urban and Rural Planning): 1/500, 1/2000. */
const planScale = /1\/((?:2|5|10|20|25|50|100)\.?0{2,4})(?![\d/])/y
const planWord = atEnd(
  /(?:^|[^\p{L}])(?:quy hoạch|bản đồ|tỷ lệ|tỉ lệ|chi tiết|phân khu|sơ đồ|bản vẽ|địa chính)(?:\s\p{L}+){0,4}\s*$/u,
)
const ratioOfDecimals =
  /(\d{1,4}(?:,\d{1,3})?)\/(\d{1,4}(?:,\d{1,3})?)(?=\s?(?:kV|KV|V|kVA|mmHg)(?!\p{L}))|(\d{1,4},\d{1,3})\/(\d{1,4}(?:,\d{1,3})?)(?![\d/]|[.,]\d)/uy
/** 1.124/1.180: so many of so many; grouped thousands are no day and no share. */
const ratioOfThousands = /(\d{1,3}(?:\.\d{3}){0,3})\/(\d{1,3}(?:\.\d{3}){1,3})(?![\d/]|[.,]\d)/y
const fractionRange = /(\d{1,2})\/(\d{1,2})\s?[-–]\s?(\d{1,2})\/(\d{1,2})(?![\d/])/y

/** House numbers, fractions, counts over a total. Dates and document numbers have had their turn before. */
export function readSlash(place: Place): Reading | undefined {
  return readAddress(place) ?? readRatio(place) ?? readMixed(place) ?? readFractions(place)
}

/** Quy hoạch 1/2000 is a scale, though it has the shape of a month: place it before the dates. */
export function readScale(place: Place): Reading | undefined {
  const match = matchAt(planScale, place.text, place.at)
  if (match?.[1] === undefined || !planWord.test(place.before)) return undefined
  const spoken = `một phần ${spellInteger(match[1].replace('.', ''), place.profile)}`
  return { end: place.at + match[0].length, spoken }
}

/** 22/0,4 kV, 120/80 mmHg: two readings of one measure. */
function readRatio(place: Place): Reading | undefined {
  const counts = matchAt(ratioOfThousands, place.text, place.at)
  if (counts?.[1] !== undefined && counts[2] !== undefined) {
    const [top, bottom] = [counts[1], counts[2]].map(part => spellInteger(part.replaceAll('.', ''), place.profile))
    return { end: place.at + counts[0].length, spoken: `${top} trên ${bottom}` }
  }
  const match = matchAt(ratioOfDecimals, place.text, place.at)
  if (match?.[3] !== undefined && (place.text[place.at - 1] === ',' || /ngày\s$/u.test(place.before))) return undefined
  const top = match?.[1] ?? match?.[3]
  if (match === undefined || top === undefined) return undefined
  const below = quantityAt(place, place.at + top.length + 1)
  const above = numberAt(place, place.at)
  if (below === undefined || above === undefined) return undefined
  return { end: below.end, spoken: `${above.spoken} trên ${sayQuantity(below, place)}` }
}

/** 1/2-3/4: both sides are shares, the second one the larger. */
function readFractions(place: Place): Reading | undefined {
  const range = matchAt(fractionRange, place.text, place.at)
  const [a, b, c, d] = (range ?? []).slice(1)
  if (range == null || a === undefined || b === undefined || c === undefined || d === undefined)
    return readFraction(place)
  if (Number(a) >= Number(b) || Number(c) >= Number(d) || Number(a) * Number(d) >= Number(c) * Number(b))
    return readFraction(place)
  return { end: place.at + range[0].length, spoken: `${fraction(a, b, place)} đến ${fraction(c, d, place)}` }
}

/** số 123/4 đường ...: the slash of an address is said "xẹt". */
function readAddress(place: Place): Reading | undefined {
  const { text, at, profile } = place
  const match = matchAt(chain, text, at)
  if (match === undefined) return undefined
  const parts = match[0].split('/')
  const behind = text.slice(at + match[0].length, at + match[0].length + 24)
  if (parts.length < 3 && !addressBefore.test(place.before) && !addressBehind.test(behind)) return undefined
  if (parts.length === 3 && /^\d{4}$/.test(parts[2] ?? '') && !addressBefore.test(place.before))
    warnUnrealDate(place, match[0])
  const spoken = parts.map(part => {
    const digits = /^\d+/.exec(part)?.[0] ?? ''
    return [spellInteger(digits, profile), letterName(part.slice(digits.length)) ?? ''].join(' ').trim()
  })
  return { end: at + match[0].length, spoken: spoken.join(' xẹt ') }
}

/** 5 1/2 -> năm và một phần hai. */
function readMixed(place: Place): Reading | undefined {
  const match = matchAt(mixed, place.text, place.at)
  if (match?.[1] === undefined || match[2] === undefined || match[3] === undefined) return undefined
  if (Number(match[2]) >= Number(match[3])) return undefined
  const { profile } = place
  const spoken = `${spellInteger(match[1], profile)} và ${fraction(match[2], match[3], place)}`
  return { end: place.at + match[0].length, spoken }
}

function readFraction(place: Place): Reading | undefined {
  const match = matchAt(slashed, place.text, place.at)
  if (match?.[1] === undefined || match[2] === undefined) return undefined
  const end = place.at + match[0].length
  const { profile } = place
  warnUnclear(place, match[0], Number(match[1]), Number(match[2]))
  const unit = quantityAt(place, end - match[2].length)
  const spoken = isCount(match[1], match[2], place.before, place.text.slice(end, end + 16))
    ? `${spellInteger(match[1], profile)} trên ${spellInteger(match[2], profile)}`
    : fraction(match[1], match[2], place)
  if (unit === undefined || unit.unit === '') return { end, spoken }
  return { end: unit.end, spoken: [spoken, unit.scale, unit.unit].filter(part => part !== '').join(' ') }
}

/** 9/8 may be a day or an improper fraction. */
function warnUnclear(place: Place, written: string, top: number, bottom: number): void {
  if (roundTheClock.test(written) || top <= bottom || top > 31 || bottom > 12 || bottom === 0) return
  place.warn(`fraction:${written}`, {
    vi: `"${written}" không rõ là ngày tháng hay phân số. Nếu là ngày, đề nghị ghi "ngày ${written}".`,
    en: `"${written}" may be a date or a fraction. If it is a date, please write "ngày ${written}".`,
  })
}

/** 70/78 xã is a count over a total; 3/4 and 1/100 are shares. */
function isCount(top: string, bottom: string, before: string, behind: string): boolean {
  if (/^0\d/.test(top)) return true
  if (top === bottom && Number(top) > 1) return true
  if (Number(top) > 1 && countedThings.test(behind)) return true
  if (scored.test(behind)) return true
  // A fraction that is the whole line is one; 24/7 is round the clock wherever it stands.
  if (!roundTheClock.test(`${top}/${bottom}`) && /^\s*$/.test(before) && /^(?:\n|$)/.test(behind)) return false
  if (/^10+$/.test(bottom) || Number(top) === 1) return false
  return Number(top) >= 10 || (Number(bottom) > 10 && countNoun.test(behind)) || Number(bottom) === 0
}

function fraction(top: string, bottom: string, place: Place): string {
  const below = bottom === '4' ? 'tư' : spellInteger(bottom, place.profile)
  return `${spellInteger(top, place.profile)} phần ${below}`
}
