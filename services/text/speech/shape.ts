/** First index behind the run of ASCII digits at `at`. */
export function digitsEnd(text: string, at: number): number {
  let end = at
  for (let code = text.charCodeAt(end); code >= 48 && code <= 57; code = text.charCodeAt(end)) end += 1
  return end
}

const isDigit = (code: number) => code >= 48 && code <= 57
const closing = new Set([...'\n;)!?"”’%…'].map(sign => sign.charCodeAt(0)))
/** Behind a blank these may belong to the number: 8 h, 8 giờ, 5 phút, 5 p, 5 s. */
const partsOfTimes = new Set([...'hgps'].map(sign => sign.charCodeAt(0)))

/**
 * Does nothing belong to these digits but a word behind a blank? Then no rule for dates, times, slashes, codes and
 * document numbers can want them. Most numbers of a text are of this kind, and asking every rule takes the most time.
 */
export function standsAlone(text: string, end: number): boolean {
  const code = text.charCodeAt(end)
  const next = text.charCodeAt(end + 1)
  if (Number.isNaN(code) || closing.has(code)) return true
  if (code === 44 || code === 46) return !isDigit(next) && next !== 47
  if (code !== 32) return false
  return (next >= 97 && next <= 122 && !partsOfTimes.has(next)) || next === 273
}

/** May a web address begin with these digits (24h.com.vn)? */
export function mayBeAddress(text: string, end: number): boolean {
  const code = text.charCodeAt(end)
  if (code === 64 || code === 95 || isLetter(code)) return true
  return (code === 46 || code === 45) && isLetter(text.charCodeAt(end + 1))
}

function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90)
}
