import { spellDigits } from './numbers.ts'
import type { Place, Reading } from './types.ts'
import { atEnd, matchAt } from './types.ts'
import { warnHiddenDigits } from './warnings.ts'

const international = /(?:\(\+84\)|\+84)[\s.-]?(?:\(0\)[\s.-]?)?(\d(?:[\s.-]?\d){7,9})(?!\d)/y
const withoutPlus = /84([35789]\d{8})(?!\d)/y
const bracketedAbroad = /\(84[\s.-]?(\d{2,3})\)[\s.-]?(\d(?:[\s.-]?\d){5,8})(?!\d)/y
const bracketed = /\((0\d{1,3})\)[\s.-]?(\d(?:[\s.-]?\d){5,8})(?!\d)/y
const mobile = /0[35789]\d?(?:[\s.-]?\d){7,8}(?!\d)/y
const landline = /02\d{1,2}(?:[\s.-]?\d){7,9}(?!\d)/y
const service = /1[89]00(?:[\s.-]?\d){4,6}(?!\d)/y
const shortCode = /(?:11[1-9]|10[28]2|1055|1056|156|5656|8[0-9]88)(?![\d]|[.,/:-]\d)/y
const afterContext = /\d(?:[\s.-]{0,3}\d){2,11}(?!\d|[/,:]\d)/y
const identity = /\d(?:[\s.-]?\d){4,24}(?!\d)/y

const phoneWord =
  '(?:điện thoại|đt|sđt|đtdđ|hotline|đường dây nóng|tổng đài|fax|zalo|viber|gọi|gọi điện|liên hệ|liên lạc|a lô|alo|số máy|di động|đầu số|nhánh|máy lẻ|bấm|quay số|quay|trực ban)'
const adjacent = atEnd(
  new RegExp(
    String.raw`(?:^|[^\p{L}])${phoneWord}(?:\s+(?:số|tới|đến|ngay|qua|theo|bàn|cố định|cơ quan|trực|cho|khẩn cấp|quốc gia|miễn phí|về|là)){0,4}\s*[.:(]?\s*$`,
    'u',
  ),
)
const inClause = new RegExp(String.raw`(?:^|[^\p{L}])${phoneWord}(?![\p{L}])[^;\n]{0,48}$`, 'u')
/** "0233 3852113 hoặc 113": an alternative to a number of many digits is a number to call, too. */
const afterNumber = atEnd(/\d(?:[\s.-]?\d){6,}\s*(?:,|;|-|hoặc|và)\s*$/u)
/** (0233) 3575155 - 3575156: a second number of the same area. */
const sameArea = atEnd(/(?<!\d)0\d{2,3}\)?[\s.]?\d{7,8}\s*(?:,|;|\/|-|–|hoặc|và)\s*$/u)
const withoutArea = /\d{7,8}(?![\d\p{L}]|[.,/]\d)/uy
const smsTo = atEnd(/(?:^|[^\p{L}])(?:gửi|gửi đến|gửi tới|nhắn tin(?: đến| tới)?)\s+$/u)
const identityWord = atEnd(
  /(?:^|[^\p{L}])(?:tài khoản|stk|số tk|tk|cccd|cmnd|căn cước(?: công dân)?|định danh(?: cá nhân)?|mã số thuế|mst|mã hồ sơ|mật khẩu|id|mã pin|mã xác nhận|mã otp|mã bưu chính|mã bưu điện|mã số|mã|hộ chiếu|số thẻ|thẻ bhyt)(?:\s+số)?\s*:?\s*$/u,
)
const unitBehind =
  /^\s?(?:%|đồng|đ(?!\p{L})|triệu|tỷ|nghìn|người|hộ|km|m2|ha(?!\p{L})|kg|giờ|phút|ngày|tháng|xã|phường|lượt|cuộc)/u

/** Whom each short number calls; next to these words it is a number to call without the word "gọi". */
const calledBy: Record<string, RegExp> = {
  '111': /(?:trẻ em|xâm hại|bạo hành|tổng đài quốc gia)[^.;\n]{0,24}$/u,
  '112': /(?:tìm kiếm|cứu nạn|cứu hộ)[^.;\n]{0,16}$/u,
  '113': /(?:công an|cảnh sát|an ninh|phản ứng nhanh|cơ động)[^.;\n]{0,16}$/u,
  '114': /(?:báo cháy|chữa cháy|cứu hỏa|cứu hoả|pccc|cứu nạn|cứu hộ)[^.;\n]{0,16}$/u,
  '1022': /(?:phản ánh|kiến nghị|góp ý)[^.;\n]{0,24}$/u,
  '115': /(?:cấp cứu|y tế|xe cứu thương)[^.;\n]{0,16}$/u,
}

/** Groups of at most four digits, the way numbers are said: 3575155 -> 357 5155; 0905123456 -> 0905 123 456. */
function groupsOf(digits: string): string[] {
  const sizes: Record<number, number[]> = {
    5: [2, 3],
    6: [3, 3],
    7: [3, 4],
    8: [4, 4],
    9: [3, 3, 3],
    10: [4, 3, 3],
    11: [4, 3, 4],
    12: [3, 3, 3, 3],
  }
  const known = sizes[digits.length]
  if (digits.length <= 4) return [digits]
  const groups: string[] = []
  let start = 0
  for (const size of known ?? Array<number>(Math.ceil(digits.length / 3)).fill(3)) {
    groups.push(digits.slice(start, start + size))
    start += size
  }
  return groups
}

/** Keeps the writer's groups; splits those that are too long to be said in one breath. */
function sayGroups(written: string): string {
  const groups = written.split(/[^\d]+/).filter(group => group !== '')
  const readable = groups.length > 1 && groups.every(group => group.length === 1) ? [groups.join('')] : groups
  return readable.flatMap(groupsOf).map(spellDigits).join(', ')
}

function digitCount(text: string): number {
  return text.replace(/\D/g, '').length
}

/** Telephone numbers digit by digit in groups: by their prefix, or after a word such as "tổng đài". */
export function readPhone(place: Place): Reading | undefined {
  return byPrefix(place) ?? withBlanks(place) ?? byContext(place)
}

const hidden =
  /0\d{2,5}(?:[\s.-]?\d{2,4}){0,2}(?:[\s.-]?(?:[xX]{2,4}|\*{2,4})){1,3}(?:[\s.-]?\d{2,4}){0,2}(?![\p{L}\d])/uy

/** 02333.852.xxx: a number that is not given in full; its digits are said and the officer is told. */
function withBlanks(place: Place): Reading | undefined {
  const match = place.text[place.at] === '0' ? matchAt(hidden, place.text, place.at) : undefined
  if (match === undefined) return undefined
  warnHiddenDigits(place, match[0])
  return { end: place.at + match[0].length, spoken: sayGroups(match[0].replace(/[xX*]+/gu, '')) }
}

/** Few numbers begin like a telephone number: the first character decides which shapes are worth a try. */
function byPrefix(place: Place): Reading | undefined {
  switch (place.text[place.at]) {
    case '+':
    case '(':
    case '8':
      return fromAbroad(place)
    case '0':
      return local(place)
    case '1':
      return freeCall(place)
    default:
      return undefined
  }
}

function fromAbroad(place: Place): Reading | undefined {
  const { text, at } = place
  const abroad = matchAt(international, text, at) ?? matchAt(withoutPlus, text, at)
  if (abroad?.[1] !== undefined) {
    const rest = /^\d+$/.test(abroad[1]) ? nationalGroups(abroad[1]) : sayGroups(abroad[1])
    return { end: at + abroad[0].length, spoken: `cộng tám bốn, ${rest}` }
  }
  const outside = matchAt(bracketedAbroad, text, at)
  if (outside?.[1] !== undefined && outside[2] !== undefined) {
    const spoken = `tám bốn, ${spellDigits(outside[1])}, ${sayGroups(outside[2])}`
    return { end: at + outside[0].length, spoken }
  }
  const area = matchAt(bracketed, text, at)
  if (area?.[1] !== undefined && area[2] !== undefined) {
    return { end: at + area[0].length, spoken: `${spellDigits(area[1])}, ${sayGroups(area[2])}` }
  }
  return undefined
}

function local({ text, at }: Place): Reading | undefined {
  const own = matchAt(landline, text, at) ?? matchAt(mobile, text, at)
  if (own !== undefined && validLocal(own[0])) return { end: at + own[0].length, spoken: sayLocal(own[0]) }
  return undefined
}

function freeCall({ text, at, before }: Place): Reading | undefined {
  const free = matchAt(service, text, at)
  if (
    free !== undefined &&
    (!/\s/.test(free[0]) ||
      (!/năm\s+$/.test(before) && !unitBehind.test(text.slice(at + free[0].length, at + free[0].length + 8))))
  ) {
    return { end: at + free[0].length, spoken: `${spellDigits(free[0].slice(0, 4))}, ${sayGroups(free[0].slice(4))}` }
  }
  return undefined
}

/** Without the leading zero: 233 3575155 and 905 123 456. */
function nationalGroups(digits: string): string {
  const area = digits.startsWith('2') ? areaLength(`0${digits}`) - 1 : 3
  return `${spellDigits(digits.slice(0, area))}, ${sayGroups(digits.slice(area))}`
}

/** 024 and 028 are the two-digit areas. */
function areaLength(digits: string): number {
  return /^02[48]/.test(digits) ? 3 : 4
}

function validLocal(written: string): boolean {
  const digits = written.replace(/\D/g, '')
  return digits.startsWith('02')
    ? digits.length === 11 || (digits.length === 10 && areaLength(digits) === 4)
    : digits.length === 10
}

function sayLocal(written: string): string {
  const first = /^\d+/.exec(written)?.[0] ?? ''
  if (!written.startsWith('02') || first.length < 5) return sayGroups(written)
  const area = areaLength(written)
  return `${spellDigits(written.slice(0, area))}, ${sayGroups(written.slice(area))}`
}

/** The sticky shape is tried first: it is cheap, and most numbers are too short for it. */
function byContext(place: Place): Reading | undefined {
  const { text, at, before } = place
  const match = matchAt(afterContext, text, at)
  const counted = match !== undefined && unitBehind.test(text.slice(at + match[0].length, at + match[0].length + 10))
  const code = matchAt(shortCode, text, at)
  if (code !== undefined && !unitBehind.test(text.slice(at + code[0].length, at + code[0].length + 10))) {
    const clause = before.slice(Math.max(before.lastIndexOf('. '), before.lastIndexOf('! ')) + 1)
    if (calledBy[code[0]]?.test(before) || inClause.test(clause) || afterNumber.test(before) || smsTo.test(before))
      return { end: at + code[0].length, spoken: spellDigits(code[0]) }
  }
  const second = match !== undefined && !counted ? matchAt(withoutArea, text, at) : undefined
  if (second !== undefined && sameArea.test(before)) return { end: at + second[0].length, spoken: sayGroups(second[0]) }
  if (match !== undefined && !counted) {
    const texted = /^\d{4}$/.test(match[0]) && smsTo.test(before)
    if (texted || adjacent.test(before)) return { end: at + match[0].length, spoken: sayGroups(match[0]) }
  }
  const identified = identityWord.test(before) ? matchAt(identity, text, at) : undefined
  if (identified === undefined || digitCount(identified[0]) < 5) return undefined
  return { end: at + identified[0].length, spoken: sayGroups(identified[0]) }
}
