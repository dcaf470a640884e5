import { documentTypes, fields, issuers, knownWords, smallForms, surnames, terms, titles } from './abbreviations.ts'
import { readingInContext, readingsOf } from './ambiguous.ts'
import { symbolName } from './documents.ts'
import { issuerName } from './issuers.ts'
import { spellLetters } from './letters.ts'
import { spellDigits, spellInteger } from './numbers.ts'
import { spellOrdinal, weekdayList } from './roman.ts'
import { isSyllable } from './syllables.ts'
import type { Place, Reading } from './types.ts'
import { atEnd, matchAt } from './types.ts'
import { warnUnclear, warnUnknown } from './warnings.ts'

const longToken = /\p{Lu}[\p{L}\d]{0,23}(?:(?:\s?&\s?|-|,(?=\p{Lu}{2}[\p{Lu}]*&))\p{Lu}[\p{L}\d]{0,23}){0,5}/uy
const shortToken = /\p{Lu}[\p{L}\d]{0,39}/uy
const bodyBefore = atEnd(
  /(?:^|[^\p{L}])(?:trung tâm|(?<!(?:đảng|chi|cán|toàn|tỉnh|thành|huyện|đoàn|hội|nội|đồng) )bộ|(?<!cơ |trụ )sở|(?<!quốc |dự |văn |hải |hậu )phòng|trạm|ban|cục|vụ|viện|chi cục|ngành|ty)\s+$/u,
)
/** các Sở: Nội vụ, NN&PTNT; Sở Xây dựng, NNPTNT. */
const bodiesListed = atEnd(/(?:^|[^\p{L}])(?:sở|bộ|phòng)(?:\s*:\s*|\s*:?\s[^.;\n]{1,48}(?:,|và)\s*)$/u)
const properBefore = atEnd(
  /(?:^|[^\p{L}])(trung tâm|tt|bộ|sở|phòng|ban|cục|vụ|viện|chi cục|văn phòng|ban chỉ đạo|ban chỉ huy|tổng cục|hội|đài|bệnh viện|cổng|trường)\s+$/u,
)
/** CT. UBND: an office and its body, with a dot between them that ends no sentence. */
const officeDot = /^P?(?:CT|BT|GĐ)$/
const numberBehind = /^\s*(?:số\s*:?\s*)?\d/u

/** Abbreviations in their context, then single tokens of capitals. The token starts with an upper-case letter. */
export function readAcronym(place: Place): Reading | undefined {
  const { text, at } = place
  const long = matchAt(longToken, text, at)?.[0]
  const short = matchAt(shortToken, text, at)?.[0]
  if (long === undefined || short === undefined) return undefined
  const row = readTitles(place) ?? readFileCopies(place)
  if (row !== undefined) return row
  const tokens = long.length > short.length ? [long, short] : [short]
  for (const token of tokens) {
    const spoken = expansion(place, token)
    if (spoken === undefined) continue
    const end = skipOwnExpansion(text, at + token.length, spoken)
    return {
      end:
        officeDot.test(token) && text[end] === '.' && /^\.\s?\p{Lu}{2}/u.test(text.slice(end, end + 4)) ? end + 1 : end,
      spoken: withoutSaid(place.before, spoken),
    }
  }
  return readWeekdays(place) ?? unknown(place, short)
}

const filedBefore = atEnd(/(?:^|[^\p{L}])lưu\s*:?\s*$/u)
/** The units and initials behind the file copy: ", KGVX", ", NC1(2b)". */
const fileCopies = /VT(?:\s?[,;-]\s?\p{Lu}[\p{Lu}\d&]{0,11}(?![\p{L}])(?:\s?\(\d{0,3}\s?(?:\p{Ll}|bản)?\))?){1,6}/uy

/** "Lưu: VT, KGVX": the file is said; which desk keeps the copy is for the clerk, not for listeners. */
function readFileCopies(place: Place): Reading | undefined {
  const match = filedBefore.test(place.before) ? matchAt(fileCopies, place.text, place.at) : undefined
  return match === undefined ? undefined : { end: place.at + match[0].length, spoken: 'văn thư' }
}

/** "thủ tục TTHC", "quy chuẩn QCVN": two words or more that stand before it already are not said again. */
export function withoutSaid(before: string, spoken: string): string {
  const words = spoken.split(' ')
  for (let count = words.length - 1; count >= 2; count -= 1) {
    if (before.endsWith(`${words.slice(0, count).join(' ').toLowerCase()} `)) return words.slice(count).join(' ')
  }
  return spoken
}

/** TTHC (thủ tục hành chính): the explanation behind an abbreviation is not said a second time. */
function skipOwnExpansion(text: string, end: number, spoken: string): number {
  const behind = text.slice(end, end + spoken.length + 3)
  return behind.toLowerCase() === ` (${spoken.toLowerCase()})` ? end + behind.length : end
}

function expansion(place: Place, token: string): string | undefined {
  const { before } = place
  const defined = place.defined.get(token)
  if (defined !== undefined) return defined
  const key = token.replace(/[&\-.,\s]/g, '')
  if (bodyBefore.test(before) && fields[key] !== undefined) return fields[key]
  const after = place.text.slice(place.at + token.length, place.at + token.length + 40)
  const type = documentTypes[key]
  if (type !== undefined && key.length > 1 && numberBehind.test(after)) return type
  const chosen = readingInContext(key, before, after)
  if (chosen !== undefined) return chosen
  if (key.length > 3 && fields[key] !== undefined && bodiesListed.test(before)) return fields[key]
  return fromTable(place, token, key, after)
}

function fromTable(place: Place, token: string, key: string, after: string): string | undefined {
  const { before } = place
  const term = terms[key] ?? terms[token]
  if (term !== undefined) {
    if (key === 'SĐT' && /số\s*$/u.test(before)) return 'điện thoại'
    if (key === 'TP' && surnames.has(/^\s(\p{Lu}\p{Ll}+) \p{Lu}/u.exec(after)?.[1] ?? '')) return undefined
    if (isSyllable(token) && inCapitals(place, token)) return undefined
    return isProper(place, after) ? term.charAt(0).toUpperCase() + term.slice(1) : term
  }
  // BCT inside a sentence is as often Bộ Chính trị: the officer is asked.
  if (key !== 'BCT' && /^[BS]\p{Lu}{2,}/u.test(key) && fields[key.slice(1)] !== undefined)
    return issuerName(key, place.profile)
  if (/^(?:UBTVQH|QH|HĐND)\d{1,2}$/u.test(key)) return issuerName(key, place.profile)
  return issuers[key] !== undefined && key.length > 3 ? issuers[key] : symbolName(token, place.profile)
}

/** Trường THCS Nguyễn Trãi has a name; "Trường THPT, THCS" is a list of schools. */
const schoolName = /^(?: ?& ?\p{Lu}+)? \p{Lu}\p{Ll}/u

/** Hội CCB is a body with a name; "14 vụ TNGT" counts cases: the word before begins with a capital or does not. */
function isProper({ text, at, before }: Place, after: string): boolean {
  const body = properBefore.exec(before)?.[1]
  if (body === undefined || (body === 'trường' && !schoolName.test(after))) return false
  const first = text[at - before.length + before.lastIndexOf(body)] ?? ''
  return first !== first.toLowerCase()
}

/** In a heading of capitals a word that could be Vietnamese is one: AI is "ai" there, not a technology. */
function inCapitals(place: Place, token: string): boolean {
  const left = /(\p{L}+)[\s,]*$/u.exec(place.text.slice(Math.max(0, place.at - 12), place.at))?.[1] ?? ''
  const right =
    /^[\s,]*(\p{L}+)/u.exec(place.text.slice(place.at + token.length, place.at + token.length + 12))?.[1] ?? ''
  return [left, right].some(word => word.length > 1 && word === word.toUpperCase() && isSyllable(word))
}

const weekdayRange = /T([2-7])\s?(?:-|–|đến)\s?(?:T([3-7])|(CN))(?![\p{L}\d/])/uy
const weekdayAlone = /T([2-7])(?![\p{L}\d/])/uy

/** T2-T6, and T7 where the text speaks of days. */
function readWeekdays(place: Place): Reading | undefined {
  const { text, at, before, profile } = place
  const list = text[at] === 'T' ? weekdayList(place, at + 1) : undefined
  if (list !== undefined) return { ...list, spoken: `thứ ${list.spoken}` }
  const range = matchAt(weekdayRange, text, at)
  if (range?.[1] !== undefined) {
    const until = range[2] === undefined ? 'Chủ nhật' : `thứ ${spellOrdinal(range[2], profile)}`
    return { end: at + range[0].length, spoken: `thứ ${spellOrdinal(range[1], profile)} đến ${until}` }
  }
  const alone = matchAt(weekdayAlone, text, at)
  if (alone?.[1] === undefined) return undefined
  const meant =
    /(?:(?:sáng|chiều|tối|ngày|từ)\s+|(?:^|[^\p{L}])t[2-7]\s*(?:,|và|-)\s*)$/u.test(before) ||
    /^\s?(?:,|và|-)\s?(?:CN|T[2-7])/u.test(text.slice(at + 2, at + 8))
  return meant ? { end: at + alone[0].length, spoken: `thứ ${spellOrdinal(alone[1], profile)}` } : undefined
}

const titleRow =
  /(?:(?:GS|PGS|TSKH|TS|Th[Ss]|BSCKI{1,2}|B[Ss]|CK(?:I{1,2}|[12])|DS|KTS|KS|LS|NGƯT|NSƯT|TTƯT|TTND|NGND|NSND)(?![\p{L}\d])[.,]?\s?){1,5}(?=\p{Lu}\p{Ll})/uy

/** PGS.TS. Nguyễn ...: titles before a name, with their dots. */
function readTitles(place: Place): Reading | undefined {
  const row = matchAt(titleRow, place.text, place.at)?.[0]
  if (row === undefined) return undefined
  const spoken = (row.match(/[\p{L}\d]+/gu) ?? []).map(title => titles[title] ?? title)
  const joined = spoken.join(', ').replaceAll(', chuyên khoa', ' chuyên khoa')
  return { end: place.at + row.trimEnd().length, spoken: joined }
}

/** PM2.5 */
const fraction = /\.(\d{1,2})(?![\d\p{L}]|[.,]\d)/uy

/** Letters with digits are codes and are read one by one; pure capitals that nobody knows are reported, not guessed. */
function unknown(place: Place, token: string): Reading | undefined {
  if (/\d/.test(token) && token.length <= 12 && /^[\p{Lu}\d]+$/u.test(token)) {
    const parts = token.match(/\d+|\p{L}+/gu) ?? []
    const spoken = parts.map((part, index) =>
      /^\d/.test(part)
        ? spellCode(part, place)
        : (readingInContext(part, '', parts[index + 1] ?? '') ?? terms[part] ?? spellLetters(part)),
    )
    const behind = matchAt(fraction, place.text, place.at + token.length)
    const tail = behind?.[1] === undefined ? '' : ` chấm ${spellInteger(behind[1], place.profile)}`
    return { end: place.at + token.length + (behind?.[0].length ?? 0), spoken: spoken.join(' ') + tail }
  }
  const letters = token.replace(/\d/g, '')
  if (letters.length < 2 || !/^\p{Lu}+$/u.test(letters) || isWord(letters)) return undefined
  const readings = meaningsOf(token)
  if (readings.length > 0) warnUnclear(place, token, readings)
  else warnUnknown(place, token)
  return { end: place.at + token.length, spoken: token }
}

/** Everything that the tables hold for an abbreviation. */
function meaningsOf(token: string): string[] {
  const found = [documentTypes[token], issuers[token], fields[token], ...readingsOf(token)]
  const names = found.filter(name => name !== undefined)
  return names.filter((name, at) => names.findIndex(other => other.toLowerCase() === name.toLowerCase()) === at)
}

/** A syllable in capitals, a known foreign word, or a name with accented vowels (ĐAKRÔNG): no abbreviation. */
function isWord(letters: string): boolean {
  return (
    isSyllable(letters) ||
    knownWords.has(letters) ||
    /[ÀÁẢÃẠẰẮẲẴẶĂẦẤẨẪẬÂÈÉẺẼẸỀẾỂỄỆÊÌÍỈĨỊÒÓỎÕỌỒỐỔỖỘÔỜỚỞỠỢƠÙÚỦŨỤỪỨỬỮỰỲÝỶỸỴ]/u.test(letters)
  )
}

function spellCode(digits: string, place: Place): string {
  return digits.length > 4 || digits.startsWith('0') ? spellDigits(digits) : spellInteger(digits, place.profile)
}

const smallForm =
  /(?:[Vv]\/[Vv]|[Đđ]\/[Cc]|[Vv]\.[Vv](?:\.{1,3}|…)?|t[px](?:\.\s?|\s)(?=\p{Lu}\p{Ll})|[Tt]r\.\s?(?=\d)|pH(?!\p{L})|[Cc]ty(?!\p{L})\.?|T\.[ƯW](?!\p{L}))/uy

/** v/v, đ/c, v.v. and their like. "đ/c" is an address before a colon or a number, else a comrade. */
export function readSmallForm(place: Place): Reading | undefined {
  const { text, at } = place
  const match = matchAt(smallForm, text, at)
  if (match === undefined) return undefined
  const end = at + match[0].length
  const key = match[0]
    .toLowerCase()
    .trim()
    .replace(/^(tp|tx)$/, '$1.')
    .replace('cty.', 'cty')
  if (key.startsWith('v.v')) {
    const closes = key.length > 3 && /^(?:\s*$|\s+\p{Lu}|\n)/u.test(text.slice(end, end + 3))
    return { end, spoken: `${smallForms['v.v'] ?? ''}${closes ? '.' : ''}` }
  }
  const address = key === 'đ/c' && /^\s*(?::|\d|số\s)/u.test(text.slice(end, end + 6))
  const spoken = address ? 'địa chỉ' : (smallForms[key] ?? '')
  const upper = /^[VĐC]/u.test(match[0])
  return { end, spoken: upper ? spoken.charAt(0).toUpperCase() + spoken.slice(1) : spoken }
}
