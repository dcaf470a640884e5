/** The end of a sentence: its mark, closing quotes, then a blank or the end. A dot inside a number has no blank. */
const sentenceEnd = /[.!?…]+["”’)\]]*(?=\s|$)/gu

/**
 * Splits a paragraph into sentences without losing a character that is not blank. A dot after a short abbreviation
 * (TP. Huế, Tr. 5) does not end one.
 */
export function sentencesOf(paragraph: string): string[] {
  const result: string[] = []
  let start = 0
  for (const match of paragraph.matchAll(sentenceEnd)) {
    const end = match.index + match[0].length
    const word = /[\p{L}\d]*$/u.exec(paragraph.slice(Math.max(start, match.index - 8), match.index))?.[0] ?? ''
    if (match[0] === '.' && /^(?:TP|TX|TT|P|Q|H|X|Tr|ThS|TS|GS|PGS|BS|KS|LS|\p{Lu}|\d{1,2})$/u.test(word)) continue
    const sentence = paragraph.slice(start, end).trim()
    if (sentence !== '') result.push(sentence)
    start = end
  }
  const rest = paragraph.slice(start).trim()
  if (rest !== '') result.push(rest)
  return result
}

/**
 * At most `max` characters of a text, cut at a word border and then marked with an ellipsis. A single word that is
 * longer than `max` gives the ellipsis alone, because half a word may say something else.
 */
export function cutAtWord(text: string, max: number): string {
  if (text.length <= max) return text
  const space = text.lastIndexOf(' ', Math.max(0, max - 1))
  const head = space > 0 ? text.slice(0, space) : ''
  return `${head.replace(/[\s,;:.\-–—(“"]+$/u, '')}…`
}

/** As many whole sentences as fit into `max` characters; empty when not even the first does. */
export function fitSentences(sentences: string[], max: number): string {
  let result = ''
  for (const sentence of sentences) {
    const longer = result === '' ? sentence : `${result} ${sentence}`
    if (longer.length > max) break
    result = longer
  }
  return result
}
