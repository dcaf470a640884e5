import { fields, issuers, terms } from './abbreviations.ts'
import { spellInteger } from './numbers.ts'
import type { Place, Profile, Reading } from './types.ts'
import { matchAt } from './types.ts'

/** The full name behind a code such as CP, BTTTT, SNV, QH15, HĐND; undefined when it is not known. */
export function issuerName(code: string, profile: Profile): string | undefined {
  const key = code.replace(/[&.,\s]/g, '')
  const exact = issuers[key]
  if (exact !== undefined) return exact
  const term = /^([\p{L}]+?)(\d{1,2})$/u.exec(key)
  const body = issuers[term?.[1] ?? '']
  if (body !== undefined && term?.[2] !== undefined) return `${body} khóa ${spellInteger(term[2], profile)}`
  const led = bodyOf(key)
  if (led !== undefined) return led
  const field = fields[key.slice(1)]
  if (field === undefined) return undefined
  if (key.startsWith('B')) return `Bộ ${field}`
  if (key.startsWith('S')) return `Sở ${field}`
  return key.startsWith('P') ? `Phòng ${field}` : undefined
}

/** Bodies that put what they are for behind themselves: BCĐPTDS, BQLDA, VPHĐND. */
const bodies: Record<string, string> = {
  BCĐ: 'Ban Chỉ đạo',
  BCH: 'Ban Chỉ huy',
  BQL: 'Ban Quản lý',
  VP: 'Văn phòng',
  TT: 'Trung tâm',
  CC: 'Chi cục',
  HĐ: 'Hội đồng',
}
const body = /^(BCĐ|BCH|BQL|VP|TT|CC|HĐ)(\p{Lu}[\p{Lu}\d]{2,12})$/u

function bodyOf(key: string): string | undefined {
  const [, first = '', rest = ''] = body.exec(key) ?? []
  const matter = issuers[rest] ?? terms[rest]
  return matter === undefined ? undefined : `${bodies[first]} ${matter.charAt(0).toUpperCase()}${matter.slice(1)}`
}

/** A, B và C. */
export function listed(names: string[]): string {
  const last = names.at(-1) ?? ''
  return names.length > 1 ? `${names.slice(0, -1).join(', ')} và ${last}` : last
}

/** Every way in which a text may name an issuer, by its full name: UBND, BTTTT, Bộ TTTT. */
const shortNames = new Map<string, string[]>()
addShortNames('Thủ tướng Chính phủ', ['TTg Chính phủ', 'TTg CP'])
for (const [code, name] of Object.entries(issuers)) addShortNames(name, [code])
for (const [code, field] of Object.entries(fields)) {
  addShortNames(`Bộ ${field}`, [`Bộ ${code}`, `B${code}`])
  addShortNames(`Sở ${field}`, [`Sở ${code}`, `S${code}`])
}

function addShortNames(name: string, codes: string[]): void {
  shortNames.set(name, [...(shortNames.get(name) ?? []), ...codes])
}

/** The full name first. A term ("khóa mười lăm") is not part of the name. */
function namesOf(issuer: string): string[] {
  const name = issuer.replace(/ khóa .*$/u, '')
  return [name, ...(shortNames.get(name) ?? [])]
}

/** Looks at most 240 characters back and 200 ahead: that is a sentence, and it keeps the reader linear. */
export function namedInSentence(place: Place, end: number, issuer: string): boolean {
  const back = place.text.slice(Math.max(0, place.at - 240), place.at)
  const ahead = place.text.slice(end, end + 200)
  const before = back.slice(Math.max(back.lastIndexOf('. '), back.lastIndexOf('\n'), back.lastIndexOf('; '), 0))
  const after = ahead.slice(0, Math.max(0, ahead.search(/[.;]\s|\n|$/)))
  return namesOf(issuer).some(name => holdsName(before, name) || holdsName(after, name))
}

/** As a whole word, written "TT&TT" or "TTTT"; "Chính phủ" is not meant by "Thủ tướng Chính phủ" or "Chính phủ số". */
function holdsName(sentence: string, name: string): boolean {
  const flat = /^(?:Bộ|Sở) \p{Lu}+$/u.test(name) ? sentence.replace(/[&]/g, '') : sentence
  for (let at = flat.indexOf(name); at >= 0; at = flat.indexOf(name, at + 1)) {
    const left = flat.slice(Math.max(0, at - 12), at)
    const right = flat.slice(at + name.length, at + name.length + 9)
    if (/[\p{L}\d/-]$/u.test(left) || /^[\p{L}\d]/u.test(right)) continue
    if (
      name === 'Chính phủ' &&
      (/(?:Thủ tướng|Văn phòng|Thanh tra) $/u.test(left) || /^ (?:điện tử|số(?!\s*(?:\d|$)))/u.test(right))
    )
      continue
    return true
  }
  return false
}

const dateBehind = /[ ]ngày (?:\d{1,2}\/\d{1,2}\/\d{4}|\d{1,2} tháng \d{1,2} năm \d{4})(?= của )/y
/** The text goes on with "của ...": whoever it names there issued the document. */
export const ownIssuer = /,?(?: ngày (?:\d{1,2}\/\d{1,2}\/\d{4}|\d{1,2} tháng \d{1,2} năm \d{4}))?,? của /y
const rank = String.raw`(?: (?:tỉnh|thành phố|TP\.?|huyện|quận|thị xã|xã|phường|thị trấn|đặc khu))`
const names = String.raw`(?: \p{Lu}[\p{L}’']*){0,4}`
const level = new RegExp(`${rank}?${names}(?:${rank}${names})?(?![\\p{L}])`, 'uy')

/**
 * "số 05/TB-UBND ngày 03/11/2026 của UBND xã Gio Linh": the issuer is said right behind the number, in the fuller form
 * that the text gives, and the date after it.
 */
export function issuerBehindDate(place: Place, end: number, issuer: string): Reading | undefined {
  const { text } = place
  const date = matchAt(dateBehind, text, end)
  if (date === undefined) return undefined
  const start = end + date[0].length + ' của '.length
  const name =
    namesOf(issuer).find(candidate => text.startsWith(candidate, start)) ?? abbreviatedBody(text, start, issuer)
  if (name === undefined || /^[\p{L}\d&]/u.test(text.slice(start + name.length, start + name.length + 1)))
    return undefined
  const rank = matchAt(level, text, start + name.length)
  const stop = start + name.length + (rank?.[0].length ?? 0)
  return { end: stop, spoken: `${place.readPart(text.slice(start, stop))} ${place.readPart(date[0].trim())}` }
}

/** "Bộ TT&TT" and "Sở GD-ĐT" for the issuer whose field the letters stand for. */
function abbreviatedBody(text: string, start: number, issuer: string): string | undefined {
  const match = matchAt(/(?:Bộ|Sở|Phòng) (\p{Lu}[\p{Lu}&,-]{1,12})(?![\p{L}])/uy, text, start)
  const field = fields[match?.[1]?.replace(/[&,-]/g, '') ?? '']
  return match !== undefined && field !== undefined && issuer === `${match[0].split(' ')[0]} ${field}`
    ? match[0]
    : undefined
}
