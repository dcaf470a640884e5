import { documentTypes, fields, matters } from './abbreviations.ts'
import { issuerBehindDate, issuerName, listed, namedInSentence, ownIssuer } from './issuers.ts'
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

/** Documents of several bodies, each in the symbol: TTLT-BTC-BNV. */
const jointly = /^(?:\p{L}{1,4}LT|CTr?PH|QCPH)$/u

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
const formBefore = atEnd(/(?:^|[^\p{L}])(?:mẫu|(?<!đại |phát )biểu|biểu mẫu|phụ biểu|phiếu|tờ khai)(?: số)?\s*:?\s*$/u)

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
    const office = first.length > 3 ? fields[first] : undefined
    // 512/VHXH: an office of a commune signs with its field alone.
    const name = issuerName(first, profile) ?? (office === undefined ? undefined : `Phòng ${office}`)
    if (name !== undefined && type === undefined) return { type: undefined, issuers: [name], unknown: undefined }
    return { type, issuers: [], unknown: type === undefined ? first : undefined }
  }
  const matter = matters[parts[1] ?? '']
  if (matter !== undefined) return { type, issuers: [], unknown: undefined, matter }
  if (first === 'HĐ') return { type, issuers: [], unknown: undefined }
  const codes = jointly.test(first) ? parts.slice(1) : parts.slice(1, 2)
  const names = codes.map(code => issuerName(code, profile))
  const known = names.filter(name => name !== undefined)
  return { type, issuers: known, unknown: known.length === names.length ? undefined : codes[names.indexOf(undefined)] }
}

/** A symbol without its number: NĐ-CP -> Nghị định của Chính phủ; undefined when type or issuer is not known. */
export function symbolName(token: string, profile: Profile): string | undefined {
  const [first = '', second, third] = token.split('-')
  const type = first.length > 1 ? documentTypes[first] : undefined
  const issuer = second === undefined || third !== undefined ? undefined : issuerName(second, profile)
  return type === undefined || issuer === undefined ? undefined : `${type} của ${issuer}`
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
