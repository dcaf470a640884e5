import { useWords } from './context.tsx'
import type { Shape } from './dictionary.ts'
import type { OwnWords } from './own.ts'

/** A page's own words in the language of the screen. */
export function useOwn<T>(words: OwnWords<T>): Shape<T> {
  return words[useWords().language]
}
