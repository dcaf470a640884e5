const onset = '(?:ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdđghklmnpqrstvx])?'
const rime = '[aăâeêioôơuưy]{1,3}(?:ch|ng|nh|[ckmnpt])?'
const syllable = new RegExp(`^${onset}${rime}$`)
const tones = /[\u0300\u0301\u0303\u0309\u0323]/g

/** Could this be a Vietnamese syllable? Tells headings in capitals (THÔNG BÁO) from abbreviations (UBND, CCHC). */
export function isSyllable(word: string): boolean {
  if (word.length > 8) return false
  return syllable.test(word.toLowerCase().normalize('NFD').replace(tones, '').normalize('NFC'))
}

const rimes = new RegExp(`^${rime}$`)

/** Is this unaccented label a row of Vietnamese syllables, such as "quangtri"? Word by word, so it stays quick. */
export function isSyllableRow(label: string): boolean {
  const word = label.toLowerCase()
  const reached = [true]
  for (let end = 1; end <= word.length; end += 1) {
    for (let start = Math.max(0, end - 7); start < end && reached[end] !== true; start += 1) {
      const piece = word.slice(start, end)
      reached[end] = reached[start] === true && (syllable.test(piece) || rimes.test(piece))
    }
  }
  return reached[word.length] === true
}
