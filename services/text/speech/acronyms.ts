import { documentTypes, fields, issuers, smallForms, surnames, terms } from './abbreviations.ts'
import { issuerName } from './documents.ts'
import { letterName, spellLetters } from './letters.ts'
import { spellDigits, spellInteger } from './numbers.ts'
import { isSyllable } from './syllables.ts'
import type { Place, Reading } from './types.ts'
import { matchAt } from './types.ts'

const longToken = /\p{Lu}[\p{L}\d]{0,23}(?:(?:\s?&\s?|-|,(?=\p{Lu}{2}[\p{Lu}]*&))\p{Lu}[\p{L}\d]{0,23}){0,5}/uy
const shortToken = /\p{Lu}[\p{L}\d]{0,39}/uy
const bodyBefore = /(?:^|[^\p{L}])(bộ|sở|phòng|ban|cục|vụ|viện|chi cục|ngành|ty)\s+$/u
const properBefore =
  /(?:^|[^\p{L}])(?:trung tâm|bộ|sở|phòng|ban|cục|vụ|viện|chi cục|văn phòng|ban chỉ đạo|ban chỉ huy|tổng cục)\s+$/u

/** Abbreviations in their context, then single tokens of capitals. The token starts with an upper-case letter. */
export function readAcronym(place: Place): Reading | undefined {
  const { text, at } = place
  const long = matchAt(longToken, text, at)
  const short = matchAt(shortToken, text, at)
  if (long === undefined || short === undefined) return undefined
  const prefix = readPrefix(place, short[0])
  if (prefix !== undefined) return prefix
  for (const token of long[0].length > short[0].length ? [long[0], short[0]] : [short[0]]) {
    const spoken = expansion(place, token)
    if (spoken !== undefined) return { end: skipOwnExpansion(text, at + token.length, spoken), spoken }
  }
  if (long[0].length > short[0].length && /-/.test(long[0])) return undefined
  return unknown(place, short[0])
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
  const body = bodyBefore.exec(before)?.[1]
  if (body !== undefined && fields[key] !== undefined) return fields[key]
  const chosen = inContext(place, key, at => place.text.slice(at, at + 40))
  if (chosen !== undefined) return chosen
  const term = terms[key] ?? terms[token]
  if (term !== undefined) {
    if (key === 'SĐT' && /số\s*$/u.test(before)) return 'điện thoại'
    return properBefore.test(before) ? term.charAt(0).toUpperCase() + term.slice(1) : term
  }
  if (/^[BS]\p{Lu}{2,}/u.test(key) && fields[key.slice(1)] !== undefined) return issuerName(key, place.profile)
  const withNumber = /^(UBTVQH|QH|HĐND|QL|ĐT|TL|ĐH|HL|T)(\d{1,4})(\p{Lu}?)$/u.exec(key)
  if (withNumber !== null) return numbered(place, withNumber)
  return issuers[key] !== undefined && /\p{Lu}.*\p{Lu}.*\p{Lu}/u.test(key) ? issuers[key] : undefined
}

const roads: Record<string, string> = {
  QL: 'Quốc lộ',
  ĐT: 'Đường tỉnh',
  TL: 'Tỉnh lộ',
  ĐH: 'Đường huyện',
  HL: 'Hương lộ',
}

function numbered(place: Place, match: RegExpExecArray): string | undefined {
  const [, head = '', digits = '', letter = ''] = match
  const number = [spellInteger(digits, place.profile), letterName(letter)].filter(Boolean).join(' ')
  const road = roads[head]
  if (road !== undefined) return `${road} ${number}`
  const body = issuers[head]
  return body === undefined ? undefined : `${body} khóa ${number}`
}

const numberBehind = /^\s*(?:số\s*:?\s*)?\d/u

/** The words whose meaning their neighbours decide. Undefined means: not this one, or not to be known. */
function inContext(place: Place, key: string, look: (at: number) => string): string | undefined {
  const { before, text, at } = place
  const token = matchAt(shortToken, text, at)?.[0] ?? key
  const after = look(at + token.length)
  const type = documentTypes[key]
  if (type !== undefined && numberBehind.test(after) && key.length > 1) return /đt$/u.test(key) ? undefined : type
  switch (key) {
    case 'CB':
    case 'CC':
    case 'VC':
      return enumerated(before, after) ? { CB: 'cán bộ', CC: 'công chức', VC: 'viên chức' }[key] : undefined
    case 'CP':
      if (/(?:công ty|ngân hàng|tập đoàn|cty)\s+$/u.test(before)) return 'cổ phần'
      return /(?:của|thủ tướng|ttg|nghị định|nghị quyết)\s+$/u.test(before) ? 'Chính phủ' : undefined
    case 'TT':
      if (
        /^\s+(?:PVHCC|HCC|VH|GDTX|YT|Y tế|[Vv]ăn hóa|[Dd]ịch vụ|[Kk]iểm soát|[Hh]ành chính|[Pp]hục vụ|[Gg]iáo dục|[Hh]ọc tập|[Kk]huyến nông)/u.test(
          after,
        )
      ) {
        return 'Trung tâm'
      }
      return undefined
    case 'CT':
      if (/^\s+(?:UBND|HĐND|UBMTTQ|Hội)/u.test(after) || /phó\s+$/u.test(before)) return 'Chủ tịch'
      if (/^\s+(?:TNHH|CP|cổ phần)/u.test(after)) return 'Công ty'
      return /^\s+(?:MTQG|mục tiêu)/u.test(after) ? 'Chương trình' : undefined
    case 'PCT':
      return /^\s+(?:UBND|HĐND|UBMTTQ|Hội|Thường trực)/u.test(after) ? 'Phó Chủ tịch' : undefined
    case 'ĐT':
      if (/^\s*[:.]?\s*(?:\(?0|\+84|1[89]00)/.test(after) || /số\s*$/u.test(before)) return 'điện thoại'
      return /^[\s.]*\d{3}/.test(after) ? 'Đường tỉnh' : undefined
    case 'QL':
      return /^[\s.]*\d/.test(after) ? 'Quốc lộ' : undefined
    case 'TL':
      return /^[\s.]*\d/.test(after) ? 'Tỉnh lộ' : undefined
    case 'ĐH':
      if (/^[\s.]*\d/.test(after)) return 'Đường huyện'
      return /^\s\p{Lu}/u.test(after) ? 'Đại học' : undefined
    case 'CN':
      return /(?:thứ (?:7|bảy)|t7)\s*(?:,|và|-|–|\/)\s*$/u.test(before) || /(?:sáng|chiều|tối|ngày)\s+$/u.test(before)
        ? 'Chủ nhật'
        : undefined
    case 'CA':
      return /^\s+(?:tỉnh|xã|phường|huyện|thành phố|TP)/u.test(after) ? 'Công an' : undefined
    case 'TU':
      return /(?:thường vụ|thường trực|bí thư|ban tổ chức|ban tuyên giáo|văn phòng)\s+$/u.test(before)
        ? 'Tỉnh ủy'
        : undefined
    case 'BCT':
      return /(?:của|uvbct|ủy viên)\s+$/u.test(before) ? 'Bộ Chính trị' : undefined
    default:
      return undefined
  }
}

/** CB, CC, VC mean people only beside each other: CB, CC, VC or CB-CC-VC. */
function enumerated(before: string, after: string): boolean {
  return (
    /(?:^|[^\p{L}])(?:cb|cc|vc)\s*(?:,|-|–|và|\/)\s*$/u.test(before) ||
    /^\s*(?:,|-|–|và|\/)\s*(?:CB|CC|VC|NLĐ)(?![\p{L}])/u.test(after)
  )
}

const placeWords: Record<string, string> = {
  TP: 'thành phố',
  TX: 'thị xã',
  TT: 'thị trấn',
  H: 'huyện',
  Q: 'quận',
  P: 'phường',
  X: 'xã',
  T: 'tỉnh',
}

/** TP Đồng Hới, P. Nam Đông Hà, Q.1, TP.HCM: an abbreviation of a level before a name. */
function readPrefix(place: Place, token: string): Reading | undefined {
  const word = placeWords[token]
  if (word === undefined || place.defined.has(token)) return undefined
  const { text, at, before } = place
  const match = matchAt(/\.?\s?(?=\p{Lu}\p{L}|\d)/uy, text, at + token.length)
  if (match === undefined) return undefined
  const dotted = match[0].startsWith('.')
  const end = at + token.length + match[0].length
  const behind = text.slice(end, end + 40)
  const name = /^\p{Lu}[\p{L}’']*/u.exec(behind)?.[0]
  if (token.length === 1 && !dotted) return undefined
  if (name === undefined) {
    if (token === 'T' || token === 'TT' || (token !== 'P' && token !== 'Q' && token !== 'X')) return undefined
    const number = Number(/^\d{1,4}/.exec(behind)?.[0] ?? 0)
    return { end, spoken: token === 'P' && number > 30 ? 'phòng' : word }
  }
  if (bodyBefore.test(before)) return undefined
  if (token === 'TP' && surnames.has(name) && /^\p{Lu}\p{Ll}+ \p{Lu}\p{Ll}+ \p{Lu}\p{Ll}/u.test(behind))
    return undefined
  if (token === 'TT' && !dotted && !/^\p{Lu}\p{Ll}+(?: \p{Lu}\p{Ll}+)?(?:,|\.|;|$)/u.test(behind)) return undefined
  if (/^\p{Lu}{2,}$/u.test(name) && !isSyllable(name) && terms[name] === undefined) return undefined
  return { end, spoken: word }
}

/** Letters with digits are codes and are read one by one; pure capitals that nobody knows are reported, not guessed. */
function unknown(place: Place, token: string): Reading | undefined {
  if (/\d/.test(token) && token.length <= 12 && /^[\p{Lu}\d]+$/u.test(token)) {
    const parts = token.match(/\d+|\p{L}+/gu) ?? []
    const spoken = parts.map(part => (/^\d/.test(part) ? spellCode(part, place) : spellLetters(part)))
    return { end: place.at + token.length, spoken: spoken.join(' ') }
  }
  const letters = token.replace(/\d/g, '')
  if (letters.length < 2 || !/^\p{Lu}+$/u.test(letters) || isSyllable(letters)) return undefined
  place.warn(`abbreviation:${token}`, {
    vi: `Chữ viết tắt "${token}" không có trong từ điển. Đề nghị viết đầy đủ để loa đọc đúng.`,
    en: `The abbreviation "${token}" is not in the dictionary. Please write it in full.`,
  })
  return { end: place.at + token.length, spoken: token }
}

function spellCode(digits: string, place: Place): string {
  return digits.length > 4 || digits.startsWith('0') ? spellDigits(digits) : spellInteger(digits, place.profile)
}

const smallForm = /(?:v\/v|đ\/c|v\.v(?:\.{1,3}|…)?|tp\.|tx\.|tr\.(?=\s?\d))/iuy

/** v/v, đ/c, v.v. and their like. "đ/c" is an address before a colon or a number, else a comrade. */
export function readSmallForm(place: Place): Reading | undefined {
  const { text, at } = place
  const match = matchAt(smallForm, text, at)
  if (match === undefined) return undefined
  const end = at + match[0].length
  const key = match[0].toLowerCase()
  const upper = match[0].charAt(0) !== key.charAt(0)
  let spoken = key.startsWith('v.v') ? (smallForms['v.v'] ?? '') : (smallForms[key] ?? '')
  if (key === 'đ/c' && /^\s*(?::|\d|số\s)/u.test(text.slice(end, end + 6))) spoken = 'địa chỉ'
  if (key.startsWith('v.v') && key.length > 3 && /^\s*(?:$|\n|\s\p{Lu})/u.test(text.slice(end, end + 3)))
    spoken = `${spoken}.`
  return { end, spoken: upper ? spoken.charAt(0).toUpperCase() + spoken.slice(1) : spoken }
}
