import type { Sentence } from '../../domain/errors.ts'

/** Regional words. The default is the northern reading: nghìn, linh, tư. */
export interface Profile {
  thousand: string
  /** The zero between hundreds and units: 105. */
  odd: string
  /** 4 after the tens: 24. */
  fourAfterTens: string
  /** Document numbers: what they stand for, or every sign and letter of them. */
  documents: DocumentStyle
}

export const profiles = {
  north: { thousand: 'nghìn', odd: 'linh', fourAfterTens: 'tư', documents: 'expanded' },
  south: { thousand: 'ngàn', odd: 'lẻ', fourAfterTens: 'bốn', documents: 'expanded' },
} as const satisfies Record<string, Profile>
export type ProfileName = keyof typeof profiles
export const profileNames = Object.keys(profiles) as ['north', 'south']

/** 49/2024/NĐ-CP: "... năm ... của Chính phủ", or sign by sign: "... xẹt ... xẹt en-nờ đê gạch ngang xê pê". */
export const documentStyles = ['expanded', 'verbatim'] as const
export type DocumentStyle = (typeof documentStyles)[number]

/** What a rule sees: the whole text and the place where a token starts. */
export interface Place {
  /** NFC text. */
  text: string
  /** Index of the first UTF-16 unit of the token. */
  at: number
  /** Up to 64 units before `at` in the same line, lower case. Rules anchor their context at its end. */
  before: string
  profile: Profile
  /** Abbreviations that the text itself has explained so far: "giảm nghèo bền vững (GNBV)". */
  defined: Map<string, string>
  /** Adds a sentence for the officer, once per key. */
  warn(key: string, sentence: Sentence): void
  /** Reads a part of the text on its own (an issuer's name inside a document number). */
  readPart(part: string): string
}

/** A rule consumed the text up to `end` and says `spoken` instead; an empty `spoken` drops it. */
export interface Reading {
  end: number
  spoken: string
}

/** One rule: undefined means that it has nothing to say here. Rules look ahead a bounded distance only. */
export type Rule = (place: Place) => Reading | undefined

/** Tries rules in order. */
export function firstOf(rules: readonly Rule[], place: Place): Reading | undefined {
  for (const rule of rules) {
    const reading = rule(place)
    if (reading !== undefined) return reading
  }
  return undefined
}

/** Runs a sticky expression at `at`. */
export function matchAt(expression: RegExp, text: string, at: number): RegExpExecArray | undefined {
  expression.lastIndex = at
  return expression.exec(text) ?? undefined
}

/** A context expression that was turned round: see `atEnd`. */
export interface EndExpression {
  test(text: string): boolean
  /** The groups; what matched as a whole is empty, because a look-behind takes nothing. */
  exec(text: string): RegExpExecArray | null
}

/**
 * An expression that ends in `$`, run backwards from the end of the text. The engine tries such an expression forwards
 * from every position, which takes 60 tries for a context of 60 characters; as a look-behind at the end it takes one,
 * and most fail at the first letter. Measured: texts of nothing but numbers are read twice as fast.
 */
export function atEnd(expression: RegExp): EndExpression {
  const backwards = new RegExp(`(?<=${expression.source})`, `${expression.flags}y`)
  const run = (text: string) => {
    backwards.lastIndex = text.length
    return backwards.exec(text)
  }
  return { test: text => run(text) !== null, exec: run }
}
