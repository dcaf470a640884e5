import type { Shape } from './dictionary.ts'
import type { Language } from './language.ts'

/** Words that belong to one page, in both languages: a missing or surplus key is a compile error, as in the dictionary. */
export type OwnWords<T> = Record<Language, Shape<T>>

/** Puts the two languages of a page together. */
export function ownWords<const T extends object>(vi: T, en: Shape<T>): OwnWords<T> {
  return { vi: vi as unknown as Shape<T>, en }
}
