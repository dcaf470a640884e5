import type { ReadingCase } from './cases.ts'
import { differencesBetween } from './house-style.ts'

export interface Tally {
  cases: number
  right: number
  /** Of the right ones, those that differ from the file by a listed difference of style. */
  intended: number
}

export interface ReadingScore extends Tally {
  categories: Record<string, Tally>
  /** How often each intended difference was met. */
  differences: Record<string, number>
  failures: { category: string; written: string; expected: string; got: string }[]
}

/** Reads every case and compares. @param readOf the reading under test */
export function scoreReading(cases: ReadingCase[], readOf: (written: string) => string): ReadingScore {
  const score: ReadingScore = { cases: 0, right: 0, intended: 0, categories: {}, differences: {}, failures: [] }
  for (const { category, written, accepted, otherHouse } of cases) {
    const got = readOf(written)
    const names = accepted.includes(got) ? [] : otherHouse ? differencesBetween(got, accepted, written) : undefined
    score.categories[category] ??= { cases: 0, right: 0, intended: 0 }
    for (const tally of [score, score.categories[category]]) {
      tally.cases += 1
      if (names !== undefined) tally.right += 1
      if (names !== undefined && names.length > 0) tally.intended += 1
    }
    if (names === undefined) score.failures.push({ category, written, expected: accepted[0] ?? '', got })
    for (const name of names ?? []) score.differences[name] = (score.differences[name] ?? 0) + 1
  }
  return score
}
