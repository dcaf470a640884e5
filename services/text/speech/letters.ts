/** Names of letters as announcers say them. Vowels are their own names. */
const names: Record<string, string> = {
  a: 'a',
  ă: 'á',
  â: 'ớ',
  b: 'bê',
  c: 'xê',
  d: 'dê',
  đ: 'đê',
  e: 'e',
  ê: 'ê',
  f: 'ép-phờ',
  g: 'giê',
  h: 'hát',
  i: 'i',
  j: 'gi',
  k: 'ca',
  l: 'e-lờ',
  m: 'em-mờ',
  n: 'en-nờ',
  o: 'o',
  ô: 'ô',
  ơ: 'ơ',
  p: 'pê',
  q: 'quy',
  r: 'e-rờ',
  s: 'ét-sì',
  t: 'tê',
  u: 'u',
  ư: 'ư',
  v: 'vê',
  w: 'vê kép',
  x: 'ích-xì',
  y: 'i dài',
  z: 'dét',
}

/** The name of one letter, whatever its case; undefined for anything else. */
export function letterName(letter: string): string | undefined {
  return names[letter.toLowerCase()]
}

/** Letter by letter: QĐ -> quy đê. Signs that are no Vietnamese or Latin letters are left out. */
export function spellLetters(word: string): string {
  return [...word]
    .map(letterName)
    .filter(name => name !== undefined)
    .join(' ')
}
