/** Combining tone marks of Vietnamese: grave, acute, tilde, hook above, dot below. */
const toneMark = /[\u0300\u0301\u0303\u0309\u0323]/g

/**
 * A key for comparing names whatever the accents, the place of the tone mark, the apostrophe or the spacing: Hóa, Hoá
 * and Hoa are equal; so are H'Leo and H’Leo, Đăk and Dak. For finding, never for showing.
 */
export function foldName(name: string): string {
  return squeeze(
    name
      .normalize('NFD')
      .replace(/\p{M}/gu, '')
      .replace(/[đĐðÐ]/g, 'd'),
  )
}

/**
 * A stricter key that keeps the accents and only evens out where the tone mark is put: Hóa and Hoá are equal, Hòa is
 * another name. For telling apart names that `foldName` finds alike.
 */
export function foldTonePlacement(name: string): string {
  const words = squeeze(name.normalize('NFD').replace(/[Ðð]/g, 'đ')).split(' ')
  return words
    .map(word => word.replace(toneMark, '') + (word.match(toneMark) ?? []).join(''))
    .join(' ')
    .normalize('NFC')
}

/** Lower case, apostrophes gone, every other separator one space. */
function squeeze(name: string): string {
  return name
    .toLowerCase()
    .replace(/['’‘ʼ`´]/g, '')
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .trim()
}

/** What NFKD does not bring to ASCII, and the ASCII characters that cost two units or none of GSM-7. */
const replacements: Record<string, string> = {
  đ: 'd',
  Đ: 'D',
  ð: 'd',
  Ð: 'D',
  '“': '"',
  '”': '"',
  '„': '"',
  '«': '"',
  '»': '"',
  '″': '"',
  '‘': "'",
  '’': "'",
  '‚': "'",
  '‹': "'",
  '›': "'",
  '′': "'",
  ʼ: "'",
  '`': "'",
  '´': "'",
  '‐': '-',
  '‑': '-',
  '‒': '-',
  '–': '-',
  '—': '-',
  '―': '-',
  '−': '-',
  '•': '-',
  '·': '-',
  '●': '-',
  '▪': '-',
  '~': '-',
  '→': '->',
  '⇒': '=>',
  '×': 'x',
  '÷': ':',
  '±': '+/-',
  '≤': '<=',
  '≥': '>=',
  '≈': 'khoang ',
  '°': ' do ',
  º: ' do ',
  '‰': ' phan nghin',
  '₫': 'd',
  '€': 'EUR',
  '£': 'GBP',
  '¥': 'JPY',
  '⁄': '/',
  µ: 'u',
  μ: 'u',
  ß: 'ss',
  æ: 'ae',
  Æ: 'AE',
  ø: 'o',
  Ø: 'O',
  œ: 'oe',
  Œ: 'OE',
  ł: 'l',
  Ł: 'L',
  '©': '(c)',
  '®': '(R)',
  '§': 'Dieu ',
  '[': '(',
  ']': ')',
  '{': '(',
  '}': ')',
  '|': '/',
  '\\': '/',
  '^': '',
}

/** Printable ASCII that GSM-7 holds in one unit. */
const plain = /[\n !-Z_a-z]/

/**
 * The whole text without diacritics, in characters that cost one GSM-7 unit each (3GPP TS 23.038, basic table), so that
 * one stray quote cannot turn an SMS into UCS-2. Mixing accented and plain letters in one message is never done.
 * @returns the text, and the characters for which there is no replacement (left out of the text), each once
 */
export function unaccent(text: string): { text: string; unmapped: string[] } {
  const unmapped = new Set<string>()
  let result = ''
  for (const character of text.normalize('NFC')) {
    const mapped = plain.test(character) ? character : asciiOf(character)
    if (mapped === undefined) unmapped.add(character)
    else result += mapped
  }
  return { text: result.replace(/ {2,}/g, ' ').replace(/ +$/gm, ''), unmapped: [...unmapped] }
}

function asciiOf(character: string): string | undefined {
  const direct = replacements[character]
  if (direct !== undefined) return direct
  if (/^[\t\r]$/.test(character)) return ' '
  if (/^(?:\p{M}|\p{Cf})$/u.test(character)) return ''
  let result = ''
  for (const part of character.normalize('NFKD')) {
    if (/^\p{M}$/u.test(part)) continue
    const mapped = replacements[part] ?? (plain.test(part) ? part : undefined)
    if (mapped === undefined) return undefined
    result += mapped
  }
  return result
}
