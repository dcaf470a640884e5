import { foldName } from '../../../../text/fold.ts'

/**
 * True when every word of `query` occurs somewhere in `text`, whatever the accents, apostrophes and case: "dong ha"
 * finds "Phường Đông Hà". An empty query matches everything.
 */
export function matches(text: string, query: string): boolean {
  const words = foldName(query).split(' ').filter(Boolean)
  if (words.length === 0) return true
  const folded = foldName(text)
  return words.every(word => folded.includes(word))
}
