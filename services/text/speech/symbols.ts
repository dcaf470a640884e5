import type { Place, Reading } from './types.ts'
import { atEnd, matchAt } from './types.ts'
import { rateWords, units } from './unit-table.ts'
import { warnBlank, warnMarkUp } from './warnings.ts'

/** Signs that are said as a word wherever they stand. */
const words: Record<string, string> = {
  '&': 'và',
  '%': 'phần trăm',
  '‰': 'phần nghìn',
  '=': 'bằng',
  '±': 'cộng trừ',
  '×': 'nhân',
  '÷': 'chia',
  '≤': 'nhỏ hơn hoặc bằng',
  '≥': 'lớn hơn hoặc bằng',
  '≈': 'khoảng',
  '№': 'số',
  '°': 'độ',
  '@': 'a còng',
  '½': 'một phần hai',
  '¼': 'một phần tư',
  '¾': 'ba phần tư',
  '²': 'bình phương',
  '³': 'lập phương',
  '€': 'ơ rô',
  $: 'đô la',
  '£': 'bảng Anh',
  '¥': 'yên',
  '₩': 'uôn',
  '₫': 'đồng',
}

/** Without a number these are decoration, or the text of a machine: $(rm). */
const currency = /[$€£¥₩₫]/

/** Orders to a voice or a browser: <break time="3s"/>, </speak>, and espeak's [[phonemes]]. */
const tag = /<[/!?]?[A-Za-z][^<>\n]{0,120}>/y
const phonemes = /\[\[[^\]\n]{0,120}\]\]/y

/** Signs that carry no words: marks of lists and of layout. */
const silent = /[#*_^`~|\\•●▪◦■□◆►▶✓✔☑→⇒←↑↓<>{}[\]\u2500-\u257f]/u
const bullet = /[-–—+•●▪◦*][ ]+/y
const dashes = /[-–—]/
const measured = atEnd(
  /\d\s?(?:giờ|phút|h|đồng|triệu|tỷ|nghìn|ngàn|%|kg|km|m|ha|m2|tấn|lít|độ|°c|người|hộ|ngày|tháng|năm|tuổi)\s?$/u,
)
/** em-mờ, en-nờ: the name of a letter keeps its hyphen. */
const letterNameBefore = atEnd(/(?:^|[^\p{L}])(?:ép|e|em|en|ét|ích)$/u)
/** 1/ Thời gian, 2- Địa điểm, a/ Nội dung: the marker of an item at the beginning of a line. */
const markerBefore = atEnd(/^\s*(?:\d{1,2}|\p{L})$/u)
const fromBefore = atEnd(/(?:^|[^\p{L}])(?:từ|khoảng)\s[^.,;:\n]{1,40}$/u)
const sameWord = atEnd(
  /(?:^|[^\p{L}])(thứ|tháng|ngày|điều|khoản|km|tổ|thôn|khu phố|chương|mục|phần|cấp|mức|bậc|lớp|tuần|vòng|đợt)\s\p{L}+\s?$|(?:^|[^\p{L}])(bđ)\s?\d\s?$|(?:^|[^\p{L}])(thứ|tháng|ngày|điều|khoản|tổ|thôn|khu phố|chương|mục|phần|cấp|mức|bậc|lớp|tuần|vòng|đợt|số)\s\d{1,4}\s?$|(?:^|[^\p{L}])(km)\s?\d{1,4}(?:\s?\+\s?\d{1,3})?\s?$/u,
)
const unitBehind = /(?:[kcdm]?m[23²³]|km|kg|kwh|ha|lít|tấn)(?![\p{L}\d])/iuy
const romanBefore = atEnd(
  /(?:^|[^\p{L}])(?:quý|khóa|khoá|chương|phần|mục|phụ lục|khu vực|đợt|thế kỷ|thế kỉ|hạng|loại|nhóm|bậc|bảng|mức|mức độ|kỳ|lần thứ|thứ|vùng|báo động|cấp|đại hội)\s+[ivxlc]{1,7}\s?$/u,
)
/** MPN/100ml: so many in so much. */
const measureBehind = /^\d{1,4}\s?(?:ml|l|lít|g|kg|km|ha|m[23²³]|giờ|phút|người|dân)(?!\p{L})/u
/** A measure of time, weight or volume in front of a slash makes a rate of it: 5 phút/bài. */
const measureBefore = atEnd(/\d\s?(?:phút|giờ|ngày|buổi|lít|kg|tấn|tạ|mét|km|ha|suất|lần|lượt|gam|ml|tiết|kwh)$/u)
const rated = atEnd(/(?:\d\s?|triệu |tỷ |nghìn |mức )\p{L}{1,8}(?: \p{L}{2,8})?\s?$/u)

/**
 * One sign: what it says, or nothing. Sentence marks, brackets and quotes stay as they are, because the voice makes its
 * pauses of them.
 */
export function readSymbol(place: Place): Reading | undefined {
  const { text, at, before } = place
  const sign = String.fromCodePoint(text.codePointAt(at) ?? 0)
  const end = at + sign.length
  if (/^\s*$/.test(before)) {
    const mark = matchAt(bullet, text, at)
    if (mark !== undefined) return { end: at + mark[0].length, spoken: '' }
  }
  if (blankLeft(place)) warnBlank(place)
  if (sign === '.') return text.startsWith('./.', at) ? { end: at + 3, spoken: '.' } : undefined
  if (sign === '<' || sign === '[') {
    const markUp = matchAt(sign === '<' ? tag : phonemes, text, at)
    if (markUp !== undefined) {
      warnMarkUp(place, markUp[0])
      return { end: at + markUp[0].length, spoken: '' }
    }
  }
  if (dashes.test(sign)) return readDash(place, end)
  if (sign === '/') return readSlashSign(place, end)
  if (sign === ':') return readColon(place, end)
  if (sign === ')' && /^\s*[\p{L}\d]{1,3}$/u.test(before)) return { end, spoken: ',' }
  if (sign === '+') return { end, spoken: /[\p{L}\d]\s?$/u.test(before) ? 'cộng' : '' }
  if (sign === '<' || sign === '>') return readComparison(sign, place, end)
  if (sign === '~') return { end, spoken: /^\s?\d/.test(text.slice(end, end + 2)) ? 'khoảng' : '' }
  if (currency.test(sign) && !/\d\s?$/.test(before) && !/^\s?\d/.test(text.slice(end, end + 2)))
    return { end, spoken: '' }
  const word = words[sign]
  if (word !== undefined) return { end, spoken: word }
  if (silent.test(sign)) return { end, spoken: '' }
  if (/\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|[\u200d\ufe0f\u20e3]/u.test(sign)) {
    place.warn('emoji', {
      vi: 'Biểu tượng cảm xúc không đọc được và được bỏ qua.',
      en: 'Emoji cannot be read aloud and are left out.',
    })
    return { end, spoken: '' }
  }
  return undefined
}

/** A scale (1:500) is said "trên"; between other numbers the colon is a blank, and elsewhere a pause of the voice. */
function readColon(place: Place, end: number): Reading | undefined {
  if (!/\d$/.test(place.before) || !/\d/.test(place.text[end] ?? '')) return undefined
  return { end, spoken: /(?:tỷ lệ|tỉ lệ|bản đồ)\s+[\d.]+$/u.test(place.before) ? 'trên' : '' }
}

/** Before a number: >= 50, < 10. */
function readComparison(sign: string, place: Place, end: number): Reading {
  const behind = place.text.slice(end, end + 3)
  const less = sign === '<'
  if (/^=\s?\d/.test(behind)) return { end: end + 1, spoken: less ? 'nhỏ hơn hoặc bằng' : 'lớn hơn hoặc bằng' }
  return { end, spoken: /^\s?\d/.test(behind) ? (less ? 'dưới' : 'trên') : '' }
}

/** From the first dot of a run, and a bounded way: a page of dots must not be read over and over. */
const blank = /(?<![.…])(?:…|\.\.)[\s.…]{0,40}(?:tháng(?!\p{L})|năm(?!\p{L})|\/)/uy

/** ngày … tháng …, Số: …/QĐ-UBND: a form that nobody has filled in. */
function blankLeft({ text, at }: Place): boolean {
  return matchAt(blank, text, at) !== undefined
}

/** UBND-HĐND: two abbreviations that are glued are two things, and the voice needs a pause between them. */
function bothAbbreviated({ text, at }: Place, end: number): boolean {
  return /\p{Lu}{2}$/u.test(text.slice(at - 2, at)) && /^\p{Lu}{2}/u.test(text.slice(end, end + 2))
}

/** "từ thứ 2 - thứ 6" and "12 km - 15 km" are ranges; any other spaced dash is a pause, a glued one a blank. */
function readDash(place: Place, end: number): Reading {
  const { text, before, at } = place
  const behind = text.slice(end, end + 24)
  const spaced = /\s$/.test(before) && /^\s/.test(behind)
  if (markerBefore.test(before) && /^ \p{Lu}/u.test(behind)) return { end, spoken: ',' }
  if (romanBefore.test(before) && /^\s?[IVXLC]+(?![\p{L}\d])/u.test(behind)) return { end, spoken: 'đến' }
  if (bothAbbreviated(place, end)) return { end, spoken: ',' }
  const digitBehind = /^\s?\d/.test(behind)
  if (/%$/.test(before) && (/^\d[\d,]{0,4}%-\d/.test(behind) || /%[-–]\d[\d,]{0,4}%$/.test(before)))
    return { end, spoken: ',' }
  if (digitBehind && (measured.test(before) || (spaced && fromBefore.test(before)))) return { end, spoken: 'đến' }
  const word = sameWord.exec(before)
  const again = word?.slice(1).find(found => found !== undefined)
  if (
    again !== undefined &&
    behind
      .trimStart()
      .toLowerCase()
      .startsWith(again === 'bđ' || again === 'km' ? again : `${again} `)
  )
    return { end, spoken: 'đến' }
  if (letterNameBefore.test(before) && /^(?:phờ|lờ|mờ|nờ|rờ|sì|xì)(?!\p{L})/u.test(behind)) return { end, spoken: '-' }
  if (spaced) return { end, spoken: text[at] === '-' ? '-' : '–' }
  if (/\p{L}$/u.test(before) && /^ \p{L}/u.test(behind)) return { end, spoken: ' -' }
  return { end, spoken: '' }
}

/** đồng/người is a rate, và/hoặc two words, xã/phường a list, III/2026 a year. */
function readSlashSign(place: Place, end: number): Reading {
  const { text, before } = place
  const behind = text.slice(end, end + 16)
  if (/^\s?(?:19|20)\d{2}(?!\d)/.test(behind) && /\p{L}\s?$/u.test(before)) return { end, spoken: 'năm' }
  if (/(?:^|[^\p{L}])và\s?$/u.test(before)) return { end, spoken: '' }
  if (/^\.(?:\s|$)/.test(behind)) return { end: end + 1, spoken: /[.!?…]\s?$/.test(before) ? '' : '.' }
  if (/\d\s?$/.test(before) && /^\s?0\d{2,3}[\s.]?\d{3}/.test(behind)) return { end, spoken: ',' }
  if (markerBefore.test(before) && /^ ?\p{Lu}/u.test(behind)) return { end, spoken: ',' }
  const unit = matchAt(unitBehind, text, end)
  const unitName = unit === undefined ? undefined : units[unit[0].toLowerCase().replace('²', '2').replace('³', '3')]
  if (unit !== undefined && unitName !== undefined) return { end: end + unit[0].length, spoken: `trên ${unitName}` }
  if (/\p{L}$/u.test(before) && measureBehind.test(behind)) return { end, spoken: 'trên' }
  const next = /^\s?(\p{L}+(?: \p{L}+)?)/u.exec(behind)?.[1] ?? ''
  const chained = /\/\s?\p{L}{1,8}\s?$/u.test(before) && rateWords.has(next.split(' ')[0] ?? '')
  if (chained) return { end, spoken: 'trên' }
  if (rated.test(before) && (rateWords.has(next) || rateWords.has(next.split(' ')[0] ?? '')))
    return { end, spoken: 'trên' }
  if (measureBefore.test(before) && /^\p{Ll}/u.test(behind)) return { end, spoken: 'trên' }
  if (/[\p{L})]\s?$/u.test(before) && /^\s?[\p{L}\d]/u.test(behind)) return { end, spoken: ',' }
  return { end, spoken: /\d\s?$/.test(before) && /^\s?\d/.test(behind) ? 'xẹt' : '' }
}
