import type { Sentence } from '../../domain/errors.ts'

/** How one written form is said, for the whole instance, a province or a commune. */
export interface DictionaryEntry {
  /** NFC, begins with a letter or a figure. */
  written: string
  spoken: string
  caseSensitive: boolean
  /** null: the whole instance; two digits: a province; five: a commune. */
  areaCode: string | null
  /** For the sentence about places that disagree. */
  areaName: string | null
}

/** Who hears the text: each commune with the code of its province. Empty: nobody in particular. */
export type Audience = readonly { code: string; provinceCode: string | null }[]

/** What the dictionary knows of the words that begin at a place. */
export interface DictionaryMatch {
  end: number
  /** Absent when the places of the audience disagree and nothing wider settles it: then the rules read as usual. */
  spoken?: string
  /** Says who disagrees. */
  warning?: Sentence
}

/** Entries made ready for one audience. */
export interface Dictionary {
  /** The longest entry whose words begin at `at`; undefined inside a word and where there is none. */
  find(text: string, at: number): DictionaryMatch | undefined
}

type Verdict = Omit<DictionaryMatch, 'end'>

interface Node {
  next: Map<string, Node>
  /** Entries that end here: those that want their own capitals by their exact form, and the others. */
  exact: Map<string, DictionaryEntry[]>
  any: DictionaryEntry[]
  verdicts?: { exact: Map<string, Verdict>; any: Verdict | undefined }
}

const token = /[\p{L}\p{M}\p{N}]+|[^\S\n]+|[\s\S]/uy
const wordStart = /[\p{L}\p{N}]/u
const wordUnit = /[\p{L}\p{M}\p{N}]/u
/** Signs that make one word of what stands on both their sides: addresses, document codes, H'Leo. */
const glue = /[.@/_:'’ʼ&]/

/**
 * Compiles entries into a tree of words, so that a look-up costs as many steps as the longest entry has words, however
 * many entries there are. Where places disagree is settled here once (`settle`) and only told when the word occurs.
 */
export function compileDictionary(entries: readonly DictionaryEntry[], audience: Audience): Dictionary {
  const root = newNode()
  for (const entry of entries) plant(root, entry)
  const begin = firstWords(root)
  return { find: (text, at) => find(begin, audience, text, at) }
}

/** Different words that are remembered with what begins with them: more than any announcement has. */
const rememberedWords = 20_000
/** Longer runs of letters begin no entry. */
const longestWord = 100

/** Nearly all look-ups end at the first word, so its key is made once for each word of a text. */
function firstWords(root: Node): (word: string) => Node | undefined {
  const remembered = new Map<string, Node | null>()
  return word => {
    if (word.length > longestWord) return undefined
    const known = remembered.get(word)
    if (known !== undefined) return known ?? undefined
    const node = root.next.get(keyOf(word))
    if (remembered.size < rememberedWords) remembered.set(word, node ?? null)
    return node
  }
}

function newNode(): Node {
  return { next: new Map(), exact: new Map(), any: [] }
}

function plant(root: Node, entry: DictionaryEntry): void {
  const written = entry.written.normalize('NFC')
  let node = root
  for (let at = 0; at < written.length; ) {
    const piece = tokenAt(written, at)
    const key = keyOf(piece)
    let next = node.next.get(key)
    if (next === undefined) {
      next = newNode()
      node.next.set(key, next)
    }
    node = next
    at += piece.length
  }
  if (!entry.caseSensitive) node.any.push(entry)
  else {
    const form = evenForm(written)
    node.exact.set(form, [...(node.exact.get(form) ?? []), entry])
  }
}

/** What makes two written forms the same entry. */
export function formKey(written: string, caseSensitive: boolean): string {
  const form = evenForm(written.normalize('NFC'))
  return caseSensitive ? form : form.toLowerCase()
}

function tokenAt(text: string, at: number): string {
  token.lastIndex = at
  return token.exec(text)?.[0] ?? ''
}

function keyOf(piece: string): string {
  return evenForm(piece).toLowerCase()
}

/** One blank for many, one apostrophe for its kinds, one place for the tone mark: hòa and hoà are the same word. */
function evenForm(text: string): string {
  return text
    .replace(/[^\S\n]+/g, ' ')
    .replace(/[’ʼ]/g, "'")
    .replace(earlyTone, pair => lateTone.get(pair) ?? pair)
}

const earlyTone = /[òóỏõọÒÓỎÕỌ][aeAE]|[ùúủũụÙÚỦŨỤ][yY]/g
const lateTone = new Map(
  ['oa', 'oe', 'uy'].flatMap(pair =>
    [...'\u0300\u0301\u0309\u0303\u0323'].flatMap(tone =>
      [pair, pair.toUpperCase(), pair.charAt(0).toUpperCase() + pair.charAt(1)].map((letters): [string, string] => [
        `${letters.charAt(0)}${tone}${letters.charAt(1)}`.normalize('NFC'),
        `${letters}${tone}`.normalize('NFC'),
      ]),
    ),
  ),
)

function find(
  begin: (word: string) => Node | undefined,
  audience: Audience,
  text: string,
  at: number,
): DictionaryMatch | undefined {
  // Blanks and most marks stand before the figures in Unicode; they are asked about as often as words.
  if (text.charCodeAt(at) < 48) return undefined
  if (!wordStart.test(text.charAt(at)) || gluedBefore(text, at)) return undefined
  let piece = tokenAt(text, at)
  let node = begin(piece)
  let end = at
  let found: DictionaryMatch | undefined
  while (node !== undefined) {
    end += piece.length
    const verdict = gluedBehind(text, end) ? undefined : verdictOf(node, audience, text.slice(at, end))
    if (verdict !== undefined) found = { ...verdict, end }
    if (node.next.size === 0 || end >= text.length) break
    piece = tokenAt(text, end)
    node = node.next.get(keyOf(piece))
  }
  return found
}

function gluedBefore(text: string, at: number): boolean {
  const last = text.charAt(at - 1)
  if (last === ' ' || last === '') return false
  if (wordUnit.test(last)) return true
  return joins(last, text.charAt(at - 2), text.charAt(at))
}

/** An entry that itself ends with a sign ("TX.") is whole whatever follows. */
function gluedBehind(text: string, end: number): boolean {
  const last = text.charAt(end - 1)
  const next = text.charAt(end)
  if (!wordUnit.test(last)) return false
  return wordUnit.test(next) || joins(next, last, text.charAt(end + 1))
}

/** Does `sign` join what stands around it to one word? A comma does between figures only; "P.Đông Hà" lacks a blank. */
function joins(sign: string, before: string, after: string): boolean {
  if (sign === '.' && /\p{Lu}/u.test(after)) return false
  if (sign === ',') return /\d/.test(before) && /\d/.test(after)
  return glue.test(sign) && wordUnit.test(before) && wordUnit.test(after)
}

function verdictOf(node: Node, audience: Audience, form: string): Verdict | undefined {
  if (node.any.length === 0 && node.exact.size === 0) return undefined
  node.verdicts ??= {
    // Who wants exact capitals is heard before who does not care, within the same place.
    exact: new Map([...node.exact].map(([key, entries]) => [key, settle([...entries, ...node.any], audience)])),
    any: node.any.length === 0 ? undefined : settle(node.any, audience),
  }
  const { exact, any } = node.verdicts
  return (exact.size > 0 ? exact.get(evenForm(form)) : undefined) ?? any
}

/**
 * Which reading holds for everybody who hears the text. A commune's own is taken when no other commune and no wider entry
 * contradicts it; otherwise what the province, then the instance, has laid down for all. Places that disagree without
 * such a rule get none: one recording is made for all of them, and picking one of them would be a guess.
 */
function settle(entries: readonly DictionaryEntry[], audience: Audience): Verdict {
  const byArea = new Map<string | null, DictionaryEntry>()
  for (const entry of entries) if (!byArea.has(entry.areaCode)) byArea.set(entry.areaCode, entry)
  const instance = byArea.get(null)
  const communes = new Set(audience.map(a => a.code))
  const provinces = new Set(audience.flatMap(a => (a.provinceCode === null ? [] : [a.provinceCode])))
  const ofProvince = narrow(provinces, byArea, instance === undefined ? {} : { spoken: instance.spoken })
  return narrow(communes, byArea, ofProvince)
}

/** The reading of the narrower places over the wider one. */
function narrow(places: Set<string>, byArea: Map<string | null, DictionaryEntry>, wider: Verdict): Verdict {
  const own = [...byArea.values()].filter(entry => entry.areaCode !== null && places.has(entry.areaCode))
  const first = own[0]
  if (first === undefined) return wider
  const agreed = own.every(entry => entry.spoken === first.spoken)
  if (agreed && own.length === places.size) return { spoken: first.spoken }
  // What wider places could not settle, or settled over a disagreement, some of the narrower ones cannot settle for all.
  if (wider.warning !== undefined) return wider
  if (agreed && (wider.spoken === undefined || wider.spoken === first.spoken)) return { spoken: first.spoken }
  const warning = disagreement(own, wider.spoken)
  return wider.spoken === undefined ? { warning } : { spoken: wider.spoken, warning }
}

const namedAtMost = 4

function disagreement(entries: DictionaryEntry[], used: string | undefined): Sentence {
  const written = entries[0]?.written ?? ''
  const list = entries.slice(0, namedAtMost).map(entry => `${entry.areaName ?? entry.areaCode}: “${entry.spoken}”`)
  const more = entries.length - list.length
  return {
    vi: `Từ điển phát âm đọc “${written}” khác nhau (${list.join('; ')}${more > 0 ? ` và ${more} nơi khác` : ''}); ${
      used === undefined ? 'bản đọc để nguyên cách đọc thông thường' : `bản đọc dùng cách chung: “${used}”`
    }. Nếu cần, Ông/Bà tách thông báo theo địa bàn hoặc viết lại chữ này.`,
    en: `The pronunciation dictionary reads “${written}” in different ways (${list.join('; ')}${
      more > 0 ? ` and ${more} more` : ''
    }); ${used === undefined ? 'it is read as usual' : `the common reading is used: “${used}”`}. If it matters, split the announcement by area or write this word differently.`,
  }
}
