import { documentTypes, issuers, terms } from './abbreviations.ts'
import type { Place, Reading } from './types.ts'
import { atEnd, matchAt } from './types.ts'

const repeated = /\(((?:\d{1,3}(?:\.\d{3}){1,4}|\d{1,4})(?:\s?(?:đ|đồng|VNĐ|VND|%))?)\)/uy
const bracket = /\((?:(?:sau đây |dưới đây )?(?:gọi tắt|viết tắt)(?: là)? )?["“]?(\p{Lu}[\p{L}\d&.,-]{1,19})["”]?\)/uy

function bare(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').replace(/[đĐ]/g, 'd').toLowerCase()
}

/**
 * "cải cách hành chính (CCHC)": the abbreviation right behind its own words is not said again, and from here on it
 * means these words. Known by the dictionary or by the initials of the words before it.
 */
export function readDefinition(place: Place): Reading | undefined {
  const { text, at } = place
  const match = matchAt(bracket, text, at)
  const token = match?.[1]
  if (match === undefined || token === undefined) return undefined
  const before = text.slice(Math.max(0, at - 120), at)
  const line = before.slice(before.lastIndexOf('\n') + 1).trimEnd()
  const key = token.replace(/[&.,-]/g, '')
  const known = [terms[key], issuers[key], documentTypes[key]].find(
    expansion => expansion !== undefined && endsWithWords(line, expansion),
  )
  const words = known === undefined ? byInitials(line, key) : line.slice(-known.length)
  if (words === undefined) return undefined
  place.defined.set(token, place.readPart(words))
  return { end: at + match[0].length, spoken: '' }
}

function endsWithWords(line: string, expansion: string): boolean {
  return line.toLowerCase().endsWith(expansion.toLowerCase()) && !/\p{L}$/u.test(line.slice(0, -expansion.length))
}

/**
 * The last words whose initials are the letters; "và", dashes and commas between them carry no letter. Words are taken
 * from the end, and most lines end with one that does not fit: nothing before it is looked at.
 */
function byInitials(line: string, key: string): string | undefined {
  const letters = bare(key)
  if (letters.length < 2 || letters.length > 12) return undefined
  let left = letters
  let end = line.length
  for (let count = 0; count < 26; count += 1) {
    const found = lastWord.exec(line.slice(0, end))
    const [, tail = '', word] = found ?? []
    if (word === undefined) return undefined
    const start = end - tail.length
    const rest = withoutWord(left, word, key)
    if (rest === undefined && (left === letters || !/^(?:và|của|về|các)$/iu.test(word))) return undefined
    left = rest ?? left
    if (left === '') return line.slice(start)
    end = start
  }
  return undefined
}

const lastWord = atEnd(/((\p{L}{1,24})[^\p{L}]*)$/u)

/** The letters that remain when this word has given its initial, or all of itself when it is an abbreviation. */
function withoutWord(letters: string, word: string, key: string): string | undefined {
  const plain = bare(word)
  if (word.length > 1 && word !== key && word === word.toUpperCase() && letters.endsWith(plain)) {
    return letters.slice(0, -plain.length)
  }
  return letters.endsWith(plain.charAt(0)) ? letters.slice(0, -1) : undefined
}

/** "năm (05) ngày", "Hai triệu đồng (2.000.000đ)": the figure behind its own words is not said a second time. */
export function readRepeatedNumber(place: Place): Reading | undefined {
  const match = matchAt(repeated, place.text, place.at)
  if (match?.[1] === undefined) return undefined
  const words = place.readPart(match[1])
  const before = place.text
    .slice(Math.max(0, place.at - words.length - 2), place.at)
    .toLowerCase()
    .trimEnd()
  if (!before.endsWith(words) || /\p{L}$/u.test(before.slice(0, -words.length))) return undefined
  return { end: place.at + match[0].length, spoken: '' }
}
