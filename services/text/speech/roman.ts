import { spellInteger } from './numbers.ts'
import { isSyllable } from './syllables.ts'
import type { Place, Profile, Reading } from './types.ts'
import { atEnd, matchAt } from './types.ts'

const canonical = /^M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})$/
const values: Record<string, number> = { I: 1, V: 5, X: 10, L: 50, C: 100, D: 500, M: 1000 }

/** The value of a well-formed Roman numeral in upper case; undefined for anything else (IIII, VX, empty). */
export function romanValue(numeral: string): number | undefined {
  if (numeral === '' || numeral.length > 15 || !canonical.test(numeral)) return undefined
  let total = 0
  for (let index = 0; index < numeral.length; index += 1) {
    const value = values[numeral[index] ?? ''] ?? 0
    const next = values[numeral[index + 1] ?? ''] ?? 0
    total += value < next ? -value : value
  }
  return total
}

const keyword = atEnd(
  /(?:^|[^\p{L}])(đại hội(?: đảng| đại biểu)?(?: toàn quốc)?|lần thứ|lần|thứ|khóa|khoá|quý|kỳ|kì|kỳ họp thứ|kỳ họp|học kỳ|thế kỷ|thế kỉ|chương|phần|mục|phụ lục|phụ biểu|biểu|bảng|hạng|loại|nhóm|bậc|cấp|ngạch|khu vực|vùng|đợt|tập|quyển|quân khu|đoạn|(?<!tài )khoản|năm|nhiệm kỳ|hội nghị|giai đoạn|đề án|dự án|tổ|cụm|khối|lớp|hồi|báo động|bđ|thế chiến|điều|tiểu mục|trung ương|mức độ|mức|tuyến|số|giải)\s+$/u,
)
const listed = atEnd(
  /(?:^|[^\p{L}])(?:quý|khóa|khoá|chương|phần|mục|phụ lục|khu vực|đợt|hạng|loại|nhóm|bậc|bảng|mức|mức độ|cấp|tuyến|lần thứ|kỳ|đại hội|thế kỷ|thế kỉ|vùng|báo động)\s+[ivxlc]{1,7}(?:\s*(?:,|và|hoặc|đến|-|–)\s*[ivxlc]{1,7}){0,6}\s*(?:,|và|hoặc|đến|-|–)\s*$/u,
)
const numeral = /[IVXLCDMivxlcdm]+(?![\p{L}\d])/uy

/** "thứ nhất", "thứ tư": the two ordinals that are not the plain number. */
export function spellOrdinal(value: string, profile: Profile): string {
  if (Number(value) === 1) return 'nhất'
  if (Number(value) === 4) return 'tư'
  return spellInteger(value, profile)
}

/**
 * Roman numerals, only behind a word that asks for one: "CC" alone is công chức, not 200. A single C, D, M (and any
 * letter behind "điểm") is the name of an item, not a number.
 */
export function readRoman(place: Place): Reading | undefined {
  const { text, at, before, profile } = place
  const match = matchAt(numeral, text, at)
  if (match === undefined) return undefined
  const written = match[0]
  const upper = written.toUpperCase()
  if (written !== upper && written !== written.toLowerCase()) return undefined
  const value = romanValue(upper)
  if (value === undefined || /^[CDM]$/.test(upper)) return undefined
  const end = at + written.length
  const word = keyword.exec(before)?.[1]
  if (word === undefined) {
    if (written === upper && fuelGrade.test(before)) return { end, spoken: spellInteger(String(value), profile) }
    if (upper === 'X' && matchAt(communeBehind, text, end) !== undefined) return undefined
    if (numeralAlone.test(written) && /\p{Ll}\s$/u.test(text.slice(at - 2, at))) {
      return { end, spoken: spellInteger(String(value), profile) }
    }
    const heading = written === upper && /^\s*$/.test(before) && /^(?:\.|\)|\s?[-–—/]\s)/.test(text.slice(end, end + 3))
    if (!heading && !(listed.test(before) && written === upper)) return undefined
    return { end, spoken: spellInteger(String(value), profile) }
  }
  if (!allowed(word, upper, written === upper) || isSyllableHere(written, text, end)) return undefined
  if (word === 'giải' && /^[.-]\p{L}/u.test(text.slice(end, end + 2))) return undefined
  const ordinal = /thứ$/.test(word)
  return { end, spoken: ordinal ? spellOrdinal(String(value), profile) : spellInteger(String(value), profile) }
}

/** vi phạm, vi tính, xi măng, di sản: the first syllable of a word, in whatever case. */
const compounds: Record<string, RegExp> = {
  VI: /^\s(?:phạm|tính|sinh|rút|khuẩn|trùng|mạch|mô|lượng|hành|phẫu|ta|rus|bằng|la)(?!\p{L})/iu,
  XI: /^\s(?:măng|lanh|rô|phông|nhan|đánh|téc)(?!\p{L})/iu,
  DI: /^\s\p{L}/u,
  MI: /^\s\p{L}/u,
  LI: /^\s\p{L}/u,
}
const endsPhrase =
  /^\s*(?:$|[\n.,;:)"”/–-]|(?:của|và|hoặc|đến|năm|nhiệm|tại|phụ lục|chương|mục|phần|điều|khoản|luật|nghị)(?!\p{L}))/iu

/** A small "vi", "xi", "i" or "v" is a numeral only where the phrase ends; else it is a syllable of the next word. */
function isSyllableHere(written: string, text: string, end: number): boolean {
  const behind = text.slice(end, end + 12)
  if (compounds[written.toUpperCase()]?.test(behind)) return true
  const small = written === written.toLowerCase() && (written.length === 1 || isSyllable(written))
  return small && !endsPhrase.test(behind)
}

/** Some words take a numeral only when it cannot be anything else. */
function allowed(word: string, numeral: string, upperCase: boolean): boolean {
  if (word === 'năm') return numeral.length >= 3 && numeral.startsWith('M')
  if (word === 'số') return /^[IVXL]+$/.test(numeral)
  if (
    /^(?:tổ|cụm|khối|lớp|điều|cấp|loại|nhóm|lần|kỳ|kì|bậc|bảng|biểu|trung ương|mức độ|mức|tuyến|đề án|dự án|hội nghị|ngạch|giải)$/.test(
      word,
    )
  ) {
    return upperCase && /^[IVX]+$/.test(numeral)
  }
  return true
}

/** xăng RON 95-III, dầu 0,05S-II: the level of emission behind the grade (QCVN 01:2022/BKHCN). */
const fuelGrade = atEnd(/(?:^|[^\p{L}])(?:ron\s?9\d|\d,\d{2,3}\s?s)\s?[-–]\s?$/u)
/** How far above or below an alarm level the water stands: 0,52m, 5 cm. */
const heightBehind = /(?=\s\d{1,3}(?:[.,]\d{1,2})?\s?c?m(?![\p{L}\d]))/uy
const alarmWord = atEnd(/(?:^|[^\p{L}])báo động(?: cấp| số| mức)?\s+$/u)
const alarmLevel = /(III|II|I|[123])(?=\s\d)/y

/** "báo động 2 0,52m": two numbers that must not run into each other. */
export function readAlarmLevel(place: Place): Reading | undefined {
  if (!alarmWord.test(place.before)) return undefined
  const match = matchAt(alarmLevel, place.text, place.at)
  const end = place.at + (match?.[0].length ?? 0)
  if (match?.[1] === undefined || matchAt(heightBehind, place.text, end) === undefined) return undefined
  return { end, spoken: `${spellInteger(String(romanValue(match[1]) ?? match[1]), place.profile)},` }
}

const alarm = /BĐ\s?(III|II|I|[123])(?![\p{L}\d])/uy

/** BĐIII, BĐ 2: the three flood levels (QĐ 18/2021/QĐ-TTg, báo động). */
export function readAlarm(place: Place): Reading | undefined {
  const match = matchAt(alarm, place.text, place.at)
  if (match?.[1] === undefined) return undefined
  const level = romanValue(match[1]) ?? match[1]
  const end = place.at + match[0].length
  const pause = matchAt(heightBehind, place.text, end) === undefined ? '' : ','
  return { end, spoken: `báo động ${spellInteger(String(level), place.profile)}${pause}` }
}

/** Behind a word in small letters these can be nothing else; VI, XI, MI, DI could be syllables. */
const numeralAlone = /^(?:I{2,3}|IV|VI{2,3}|IX|XI{2,3}|XIV|XVI{0,3}|XIX|XXI{0,3})$/

/** X. Gio Linh is a commune; X. Tổ chức thực hiện is the tenth part. */
const communeBehind = /\.\s?\p{Lu}\p{Ll}+(?: \p{Lu}\p{Ll}+|[,;)\n]|$)/uy

const ordinalDigits = atEnd(/(?:^|[^\p{L}])thứ\s+$/u)
const ordinalList = atEnd(/(?:^|[^\p{L}])thứ\s+[2-7](?:\s*(?:,|và|hoặc|-|–|đến)\s*[2-7]){0,5}\s*(?:,|và|hoặc|đến)\s*$/u)
/** thứ 2,4,6 without blanks. */
const listedWeekday = /([2-7])(?=,[2-7](?![\d]))/y
const dayNumber = /([1-9]\d{0,3})(?![\d]|[.,/:]\d|\s?%)/y

/** thứ 2-4-6: three weekdays and more are a list. */
const joinedWeekdays = /[2-7](?:-[2-7]){2,5}(?![\d]|[.,/:-]\d)/y

/** The weekdays of 2-4-6, each with its word; undefined when it is no such list. @param at of the first figure */
export function weekdayList(place: Place, at: number): Reading | undefined {
  const match = matchAt(joinedWeekdays, place.text, at)
  if (match === undefined) return undefined
  const days = match[0].split('-').map(day => spellOrdinal(day, place.profile))
  return { end: at + match[0].length, spoken: days.join(', thứ ') }
}

/** "thứ 4" -> thứ tư, and the rest of a list of weekdays. */
export function readOrdinal(place: Place): Reading | undefined {
  const inList = ordinalList.test(place.before)
  if (!inList && !ordinalDigits.test(place.before)) return undefined
  const days = weekdayList(place, place.at)
  if (days !== undefined) return days
  const match = matchAt(dayNumber, place.text, place.at) ?? matchAt(listedWeekday, place.text, place.at)
  if (match?.[1] === undefined || (inList && !/^[2-7]$/.test(match[1]))) return undefined
  const end = place.at + match[0].length
  const until = matchAt(/\s?[-–—]\s?([2-7])(?![\d]|[.,/:]\d)/y, place.text, end)
  if (until?.[1] !== undefined && Number(until[1]) > Number(match[1])) {
    return {
      end: end + until[0].length,
      spoken: `${spellOrdinal(match[1], place.profile)} đến thứ ${spellOrdinal(until[1], place.profile)}`,
    }
  }
  return { end, spoken: spellOrdinal(match[1], place.profile) }
}
