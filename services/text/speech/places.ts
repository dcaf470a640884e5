import { fields, surnames, terms } from './abbreviations.ts'
import { letterName } from './letters.ts'
import { spellDigits, spellInteger } from './numbers.ts'
import { isSyllable } from './syllables.ts'
import type { Place, Reading } from './types.ts'
import { atEnd, matchAt } from './types.ts'

const words: Record<string, string> = {
  TP: 'thành phố',
  TX: 'thị xã',
  TT: 'thị trấn',
  H: 'huyện',
  Q: 'quận',
  P: 'phường',
  X: 'xã',
  T: 'tỉnh',
  TDP: 'tổ dân phố',
  KP: 'khu phố',
}

const level = /(TDP|KP|TP|T\.P|TX|TT|Tp|Tx|Tt|[HQPXT])(\.)?\s?(?=\p{Lu}[\p{L}’']|\d)/uy
const bodyBefore = atEnd(
  /(?:^|[^\p{L}])(?:(?<!(?:đảng|chi|cán|toàn|tỉnh|thành|huyện|đoàn|hội|nội|đồng) )bộ|(?<!cơ |trụ )sở|(?<!quốc |dự |văn |hải |hậu )phòng)\s+$/u,
)

/** TP Đồng Hới, P. Nam Đông Hà, Q.1, TP.HCM: the abbreviation of a level before a name or a number. */
export function readLevel(place: Place): Reading | undefined {
  const { text, at, before } = place
  const match = matchAt(level, text, at)
  const token = match?.[1]?.toUpperCase().replace('.', '')
  if (match === undefined || token === undefined || place.defined.has(token)) return undefined
  const spoken = words[token]
  const dotted = match[2] !== undefined
  if (spoken === undefined || bodyBefore.test(before) || (!dotted && (token.length === 1 || !/\s$/.test(match[0]))))
    return undefined
  const end = at + match[0].length
  const behind = text.slice(end, end + 40)
  const name = /^\p{Lu}[\p{L}’']*/u.exec(behind)?.[0]
  if (name === undefined) return numberedLevel(token, spoken, end, behind)
  if (token === 'TP' && !dotted && isPerson(name, behind)) return undefined
  if (token === 'TT' && name === 'Huế') return undefined
  const division = token === 'P' ? /^\p{Lu}[\p{Lu}&,-]{1,12}(?!\p{L})/u.exec(behind)?.[0] : undefined
  const field = fields[division?.replace(/[&,-]/g, '') ?? '']
  if (division !== undefined && field !== undefined && !isSyllable(division)) {
    return { end: end + division.length, spoken: `Phòng ${field}` }
  }
  if (token === 'P' && office.test(behind)) return { end, spoken: 'Phó' }
  if (token === 'TT' && !dotted && !/^\p{Lu}\p{Ll}+(?: \p{Lu}\p{Ll}+)?(?:,|\.|;|\)|$)/u.test(behind)) return undefined
  if (/^\p{Lu}{2,}$/u.test(name) && !isSyllable(name) && terms[name] === undefined) return undefined
  return { end, spoken }
}

/** P. Chủ tịch, P.GĐ: a deputy, not a ward. */
const office =
  /^(?:Chủ (?:tịch|nhiệm)|Giám đốc|Trưởng|Bí thư|Hiệu trưởng|Chánh|Tổng|Viện trưởng|Cục trưởng|GĐ|CT|BT)(?!\p{L})/u

/** Q.1, P.5, X. 2; a ward number is never large, so P.302 is a room. */
function numberedLevel(token: string, spoken: string, end: number, behind: string): Reading | undefined {
  if (!['P', 'Q', 'X', 'TDP', 'KP'].includes(token)) return undefined
  const number = Number(/^\d{1,4}/.exec(behind)?.[0] ?? 0)
  return { end, spoken: token === 'P' && number > 30 ? 'phòng' : spoken }
}

/** "TP Nguyễn Văn A" may be a head of section: three names that begin with a surname. */
function isPerson(name: string, behind: string): boolean {
  return !behind.startsWith('Hồ Chí Minh') && surnames.has(name) && /^\p{Lu}\p{Ll}+ \p{Lu}\p{Ll}+ \p{Lu}/u.test(behind)
}

const roads: Record<string, string> = {
  QL: 'Quốc lộ',
  ĐT: 'Đường tỉnh',
  TL: 'Tỉnh lộ',
  ĐH: 'Đường huyện',
  HL: 'Hương lộ',
}

const road = /(QL|ĐT|TL|ĐH|HL)[.\s-]{0,2}(\d{1,4})([\p{Lu}a-eđ]?)(?![\p{L}\d]|[.,]\d)/uy

/** CT.01: an expressway by its sign (TT 41/2024/TT-BGTVT). */
const expressway = /CT\.(\d{2})(?![\p{L}\d]|[.,/-]\d)/uy

/** QL9, QL1A, ĐT.579. A road has at most four digits, and only one of a district or a
 * commune begins with zero (ĐH.05), so "ĐT: 0233..." is a telephone. */
export function readRoad(place: Place): Reading | undefined {
  const motorway = matchAt(expressway, place.text, place.at)
  if (motorway?.[1] !== undefined)
    return { end: place.at + motorway[0].length, spoken: `xê tê ${spellDigits(motorway[1])}` }
  const match = matchAt(road, place.text, place.at)
  const [, kind = '', digits = '', letter = ''] = match ?? []
  const name = roads[kind]
  const numbered = !digits.startsWith('0') || (/^(?:ĐH|HL)\./.test(match?.[0] ?? '') && digits.length === 2)
  if (match === undefined || name === undefined || !numbered) return undefined
  const spoken = [name, spellInteger(digits, place.profile), letterName(letter)].filter(Boolean).join(' ')
  return { end: place.at + match[0].length, spoken }
}
