import type { Sentence } from '../../domain/errors.ts'
import { readAcronym, readSmallForm } from './acronyms.ts'
import { readCode, readPlate } from './codes.ts'
import { readDate, readMonth, readQuarter } from './dates.ts'
import { readDefinition, readRepeatedNumber } from './definitions.ts'
import type { Dictionary } from './dictionary.ts'
import { readDocument } from './documents.ts'
import { readScale, readSlash } from './fractions.ts'
import { Output, type Span } from './output.ts'
import { readPhone } from './phones.ts'
import { readLevel, readRoad } from './places.ts'
import { readPrefixedMoney } from './quantities.ts'
import { readQuantity } from './ranges.ts'
import { readAlarm, readAlarmLevel, readOrdinal, readRoman } from './roman.ts'
import { digitsEnd, mayBeAddress, standsAlone } from './shape.ts'
import { readSignature } from './signatures.ts'
import { readBareUnit, readDiameter, readLetter, readNegative, readZone } from './single.ts'
import { readStandard } from './standards.ts'
import { readSymbol } from './symbols.ts'
import { readTime } from './times.ts'
import type { Place, Profile, Reading, Rule } from './types.ts'
import { firstOf, matchAt } from './types.ts'
import { readWeb } from './web.ts'

/** A sentence for the officer and the place in the text that first called for it. */
export interface PlacedWarning extends Sentence {
  at: number
}

export interface SpokenText {
  /** The text as it was read, cleaned (`cleanText`): what spans and warnings point into. */
  written: string
  text: string
  warnings: PlacedWarning[]
  spans: Span[]
}

const word = /[\p{L}\p{M}]+/uy
const blank = /[^\S\n]+/y
const lines = /[^\S\n]*\n\s*/y
const contextUnits = 64

const digitRules: readonly Rule[] = [
  readPlate,
  readCode,
  readDocument,
  readPhone,
  readTime,
  readScale,
  readAlarmLevel,
  readDate,
  readOrdinal,
  readSlash,
  readQuantity,
]
const loneDigitRules: readonly Rule[] = [readPhone, readMonth, readOrdinal, readQuantity]
const signRules: readonly Rule[] = [
  readPhone,
  readNegative,
  readPrefixedMoney,
  readDefinition,
  readRepeatedNumber,
  readDiameter,
  readSymbol,
]
const capitalRules: readonly Rule[] = [
  readPrefixedMoney,
  readSmallForm,
  readSignature,
  readCode,
  readQuarter,
  readStandard,
  readAlarm,
  readAlarmLevel,
  readRoman,
  readRoad,
  readLevel,
  readDiameter,
  readAcronym,
  readBareUnit,
  readLetter,
]
const smallRules: readonly Rule[] = [readSmallForm, readRoman, readBareUnit, readDiameter, readLetter, readZone]

/**
 * One pass from left to right. Every rule is tried at the start of a token only and looks a bounded way back and ahead,
 * so the time is proportional to the length of the text. The loop takes each unit exactly once: what no rule wants is
 * copied.
 */
export function readText(text: string, profile: Profile, dictionary?: Dictionary): SpokenText {
  return readWith(text, profile, new Map(), new Map(), dictionary)
}

/** @param origin where a part that is read on its own stands in the whole text */
function readWith(
  text: string,
  profile: Profile,
  defined: Map<string, string>,
  warnings: Map<string, PlacedWarning>,
  dictionary?: Dictionary,
  origin?: number,
): SpokenText {
  const out = new Output()
  const place: Place = {
    text,
    at: 0,
    before: '',
    profile,
    defined,
    warn: (key, sentence) => {
      if (!warnings.has(key) && warnings.size < 200) warnings.set(key, { ...sentence, at: origin ?? place.at })
    },
    readPart: part => readWith(part, profile, defined, warnings, dictionary, origin ?? place.at).text,
  }
  while (place.at < text.length) {
    const start = place.at
    const reading = (dictionary && fromDictionary(place, dictionary)) ?? step(place, out)
    if (reading === undefined) continue
    out.say(reading.spoken, text.slice(start, reading.end), start)
    place.at = Math.max(reading.end, start + 1)
  }
  return { written: text, text: out.text(), warnings: [...warnings.values()], spans: out.spans }
}

/** What the text itself has explained ("giảm nghèo bền vững (GNBV)") means just that, whatever the dictionary says. */
function fromDictionary(place: Place, dictionary: Dictionary): Reading | undefined {
  const { text, at } = place
  const found = dictionary.find(text, at)
  if (found === undefined) return undefined
  const written = text.slice(at, found.end)
  if (found.warning !== undefined) place.warn(`dictionary ${written.toLowerCase()}`, found.warning)
  if (found.spoken === undefined || place.defined.has(written)) return undefined
  // "Tà Rụt" said as "tà rụt" is no change that anybody hears; capitals throughout may be spelt out by a voice.
  const sameSound = written !== written.toUpperCase() && written.toLowerCase() === found.spoken.toLowerCase()
  return withoutRepeat(text, { end: found.end, spoken: sameSound ? written : found.spoken })
}

/** Reads or copies one token. Undefined when it was copied, and `place.at` then stands behind it. */
function step(place: Place, out: Output): Reading | undefined {
  const { text, at } = place
  const code = text.charCodeAt(at)
  if (code === 32 || code === 10 || code === 9) {
    const broken = matchAt(lines, text, at)
    const run = broken ?? matchAt(blank, text, at)
    place.at += run?.[0].length ?? 1
    if (broken === undefined) out.blank()
    else out.line(broken[0].split('\n').length > 2)
    return undefined
  }
  if (code >= 48 && code <= 57) {
    look(place)
    const end = digitsEnd(text, at)
    const rules = standsAlone(text, end) ? loneDigitRules : digitRules
    return (mayBeAddress(text, end) ? readWeb(place) : undefined) ?? withoutRepeat(text, firstOf(rules, place))
  }
  const letters = matchAt(word, text, at)?.[0]
  if (letters !== undefined) return readWord(place, letters, out)
  if (code === 44 || code === 59 || (code === 46 && text.charCodeAt(at + 1) === 32)) {
    return copy(place, 1, out)
  }
  look(place)
  const reading = firstOf(signRules, place)
  if (reading !== undefined) return reading
  return copy(place, String.fromCodePoint(text.codePointAt(at) ?? 0).length, out)
}

function copy(place: Place, length: number, out: Output): undefined {
  out.copy(place.text.slice(place.at, place.at + length))
  place.at += length
}

/** Fills in what stands before the token, in its own line. */
function look(place: Place): void {
  const from = Math.max(0, place.at - contextUnits)
  const slice = place.text.slice(from, place.at)
  place.before = slice.slice(slice.lastIndexOf('\n') + 1).toLowerCase()
}

const webSign = /[@.:/_\-0-9]/

/** "05 (năm) ngày": the words in brackets behind the figure are not said a second time. */
function withoutRepeat(text: string, reading: Reading | undefined): Reading | undefined {
  if (reading === undefined || text[reading.end] !== ' ' || text[reading.end + 1] !== '(') return reading
  const behind = text.slice(reading.end, reading.end + reading.spoken.length + 3)
  return behind.toLowerCase() === ` (${reading.spoken.toLowerCase()})`
    ? { ...reading, end: reading.end + behind.length }
    : reading
}

const plainLetter = /^[ivxlcdm]+$/
/** Longer runs of letters are no abbreviation, and rules would only ever see their beginning. */
const longestWord = 40

function readWord(place: Place, letters: string, out: Output): Reading | undefined {
  const { text, at } = place
  const end = at + letters.length
  const first = letters[0] ?? ''
  const capital = first !== first.toLowerCase()
  const next = text[end]
  const web = next !== undefined && webSign.test(next) && next !== ' ' && /^[A-Za-z]/.test(letters)
  const wanted = letters.length <= longestWord && (capital || letters.length <= 3 || plainLetter.test(letters))
  if (web || wanted) {
    look(place)
    const reading =
      (web ? readWeb(place) : undefined) ?? (wanted ? firstOf(capital ? capitalRules : smallRules, place) : undefined)
    if (reading !== undefined) return reading
  }
  foreign(place, letters)
  return copy(place, letters.length, out)
}

/** Letters of another script are kept and reported: the voice cannot say them. */
function foreign(place: Place, letters: string): void {
  if (/^[\p{Script=Latin}\p{M}]+$/u.test(letters)) return
  place.warn('foreign', {
    vi: `Giọng đọc không đọc được chữ "${letters.slice(0, 10)}". Đề nghị thay bằng tiếng Việt.`,
    en: `The voice cannot read "${letters.slice(0, 10)}". Please write it in Vietnamese.`,
  })
}
