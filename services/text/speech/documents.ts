import { documentTypes, fields, issuers, matters } from './abbreviations.ts'
import { letterName } from './letters.ts'
import { spellInteger } from './numbers.ts'
import type { Place, Profile, Reading } from './types.ts'
import { atEnd, matchAt } from './types.ts'
import { spellVerbatim } from './verbatim.ts'

/** 1216/QĐ-BTTTT, 30c/NQ-CP, 49/2024/NĐ-CP, 52/2019/QH14, 2455/BTTTT-TTCS (the state's way). */
const stateNumber =
  /(\d{1,6}(?:\.\d)?)([a-zđ])?(?:\s?\/\s?(\d{4}))?\s?\/\s?(\p{Lu}[\p{L}\d&]{0,24}(?:(?:[-–.]|,(?=\p{Lu}{2})|\s?[-–]\s?(?=\p{Lu}[\p{L}\d]{0,20}\p{Lu}))\p{Lu}[\p{L}\d&]{0,24}){0,4})(?![\p{L}\d])/uy
/** 01-NQ/TU (the Party's way). */
const partyNumber = /(\d{1,6})([a-zđ])?\s?[-–]\s?(\p{Lu}[\p{L}]{0,5})\s?\/\s?(\p{Lu}[\p{L}\d]{0,24})(?![\p{L}\d])/uy
/** Nghị định 49/2024 without a symbol. */
const yearOnly = /(\d{1,6})([a-zđ])?\/((?:19|20)\d{2})(?![\d/])/y

const typeWords = [
  ...new Set([...Object.values(documentTypes), 'Luật', 'Bộ luật', 'Hiến pháp', 'Văn bản', 'Quy chuẩn', 'Tiêu chuẩn']),
]
  .map(word => word.toLowerCase())
  .join('|')
const typeSymbols = Object.keys(documentTypes)
  .map(word => word.toLowerCase())
  .join('|')
const namedType = atEnd(
  new RegExp(String.raw`(?:^|[^\p{L}])(?:${typeWords}|luật[^,;.:()\d]{1,40}|${typeSymbols})(?:\s+số)?\s*:?\s*$`, 'u'),
)
const numberWord = atEnd(/(?:^|[^\p{L}])số\s*:?\s*$/u)

interface Symbol {
  type: string | undefined
  issuers: string[]
  /** What is said instead of an issuer: "về vi phạm hành chính". */
  matter?: string
  unknown: string | undefined
}

/**
 * The number of a legal document: the type is said only when it does not stand before the number, and the issuer is
 * named once: not when the sentence names it by itself, and in its fuller form when that follows the date.
 */
export function readDocument(place: Place): Reading | undefined {
  const { text, at, before } = place
  const state = matchAt(stateNumber, text, at)
  if (state?.[1] !== undefined && state[4] !== undefined) {
    const symbol = stateSymbol(state[4], place.profile)
    if (formBefore.test(before)) return verbatim(place, state[0])
    if (accepted(symbol, place)) {
      if (place.profile.documents === 'verbatim') return verbatim(place, state[0])
      return compose(place, at + state[0].length, symbol, { number: state[1], letter: state[2], year: state[3] })
    }
  }
  const form = formBefore.test(before) ? matchAt(formNumber, text, at) : undefined
  if (form !== undefined) return verbatim(place, form[0])
  const party = matchAt(partyNumber, text, at)
  const partyType = documentTypes[party?.[3] ?? '']
  if (party?.[1] !== undefined && party[4] !== undefined && partyType !== undefined) {
    if (place.profile.documents === 'verbatim') return verbatim(place, party[0])
    const name = issuerName(party[4], place.profile)
    const symbol: Symbol = {
      type: partyType,
      issuers: name === undefined ? [] : [name],
      unknown: name === undefined ? party[4] : undefined,
    }
    return compose(place, at + party[0].length, symbol, { number: party[1], letter: party[2], year: undefined })
  }
  const bare = matchAt(yearOnly, text, at)
  if (bare?.[1] === undefined || !namedType.test(place.before)) return undefined
  if (place.profile.documents === 'verbatim') return verbatim(place, bare[0])
  return {
    end: at + bare[0].length,
    spoken: spellNumber({ number: bare[1], letter: bare[2], year: bare[3] }, place.profile),
  }
}

function verbatim(place: Place, written: string): Reading {
  return { end: place.at + written.length, spoken: spellVerbatim(written, place.profile) }
}

const formNumber = /\d{1,3}[a-zđ]?-\p{Lu}[\p{Lu}\d]{0,7}(?:[-/]\p{Lu}[\p{Lu}\d]{0,7}){0,2}(?![\p{L}\d])/uy
/** Mẫu số 02/ĐK: the number of a form has no issuer. */
const formBefore = atEnd(/(?:^|[^\p{L}])(?:mẫu|biểu|biểu mẫu|phụ biểu|ký hiệu|phiếu|tờ khai)(?: số)?\s*:?\s*$/u)

/** Without a known type or issuer it is a document only where the text calls it one. */
function accepted(symbol: Symbol, place: Place): boolean {
  return (
    symbol.type !== undefined ||
    symbol.issuers.length > 0 ||
    numberWord.test(place.before) ||
    namedType.test(place.before)
  )
}

function stateSymbol(written: string, profile: Profile): Symbol {
  const parts = written.split(/\s?[-–]\s?/)
  const first = parts[0] ?? ''
  const type = documentTypes[first]
  if (type === undefined || parts.length === 1) {
    const name = issuerName(first, profile)
    if (name !== undefined && type === undefined) return { type: undefined, issuers: [name], unknown: undefined }
    return { type, issuers: [], unknown: type === undefined ? written : undefined }
  }
  const matter = matters[parts[1] ?? '']
  if (matter !== undefined) return { type, issuers: [], unknown: undefined, matter }
  if (first === 'HĐ') return { type, issuers: [], unknown: undefined }
  const codes = first === 'TTLT' || first === 'NQLT' ? parts.slice(1) : parts.slice(1, 2)
  const names = codes.map(code => issuerName(code, profile))
  const known = names.filter(name => name !== undefined)
  return { type, issuers: known, unknown: known.length === names.length ? undefined : codes[names.indexOf(undefined)] }
}

/** The full name behind a code such as CP, BTTTT, SNV, QH15, HĐND; undefined when it is not known. */
export function issuerName(code: string, profile: Profile): string | undefined {
  const key = code.replace(/[&.,\s]/g, '')
  const exact = issuers[key]
  if (exact !== undefined) return exact
  const term = /^([\p{L}]+?)(\d{1,2})$/u.exec(key)
  const body = issuers[term?.[1] ?? '']
  if (body !== undefined && term?.[2] !== undefined) return `${body} khóa ${spellInteger(term[2], profile)}`
  const field = fields[key.slice(1)]
  if (field === undefined) return undefined
  if (key.startsWith('B')) return `Bộ ${field}`
  if (key.startsWith('S')) return `Sở ${field}`
  return key.startsWith('P') ? `Phòng ${field}` : undefined
}

interface WrittenDocument {
  number: string
  letter: string | undefined
  year: string | undefined
}

function spellNumber(document: WrittenDocument, profile: Profile): string {
  const words = [
    document.number
      .split('.')
      .map(part => spellInteger(part, profile))
      .join(' chấm '),
  ]
  if (document.letter !== undefined) words.push(letterName(document.letter) ?? document.letter)
  if (document.year !== undefined) words.push('năm', spellInteger(document.year, profile))
  return words.join(' ')
}

function compose(place: Place, end: number, symbol: Symbol, document: WrittenDocument): Reading {
  const typed = namedType.test(place.before)
  const lead = typed || numberWord.test(place.before) || symbol.type === undefined ? '' : `${symbol.type} số `
  const spoken = lead + spellNumber(document, place.profile)
  if (symbol.unknown !== undefined) {
    const code = symbol.unknown
    place.warn(`issuer:${code}`, {
      vi: `Không rõ "${code}" trong số, ký hiệu văn bản là cơ quan nào. Đề nghị ghi rõ tên cơ quan.`,
      en: `The issuer "${code}" in a document number is not known. Please write its name.`,
    })
    return { end, spoken: `${spoken} của ${code}` }
  }
  if (symbol.matter !== undefined) return { end, spoken: `${spoken} ${symbol.matter}` }
  const issuer = listed(symbol.issuers)
  if (issuer === '') return { end, spoken }
  const fuller = symbol.issuers.length === 1 ? issuerBehindDate(place, end, issuer) : undefined
  if (fuller !== undefined) return { end: fuller.end, spoken: `${spoken} của ${fuller.spoken}` }
  if (matchAt(ownIssuer, place.text, end) !== undefined) return { end, spoken }
  return { end, spoken: namedInSentence(place, end, issuer) ? spoken : `${spoken} của ${issuer}` }
}

/** A, B và C. */
function listed(names: string[]): string {
  const last = names.at(-1) ?? ''
  return names.length > 1 ? `${names.slice(0, -1).join(', ')} và ${last}` : last
}

/** Every way in which a text may name an issuer, by its full name: UBND, BTTTT, Bộ TTTT. */
const shortNames = new Map<string, string[]>()
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
function namedInSentence(place: Place, end: number, issuer: string): boolean {
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
const ownIssuer = /,?(?: ngày (?:\d{1,2}\/\d{1,2}\/\d{4}|\d{1,2} tháng \d{1,2} năm \d{4}))?,? của /y
const level =
  /(?: (?:tỉnh|thành phố|TP\.?|huyện|quận|thị xã|xã|phường|thị trấn|đặc khu))?(?: \p{Lu}[\p{L}’']*){0,4}(?![\p{L}])/uy

/**
 * "số 05/TB-UBND ngày 03/11/2026 của UBND xã Gio Linh": the issuer is said right behind the number, in the fuller form
 * that the text gives, and the date after it.
 */
function issuerBehindDate(place: Place, end: number, issuer: string): Reading | undefined {
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
