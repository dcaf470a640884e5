/**
 * Comparing names that people type. Two strengths, because Vietnamese loses meaning with its tones: `sameName` forgives
 * only the spelling (tone placed on Hóa or Hoá, capitals, spaces), `fold` forgives the marks too and is for headings
 * and for a second try.
 */
const toneMarks = /[\u0300\u0301\u0303\u0309\u0323]/g

function words(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter(Boolean)
}

/** One spelling for both tone-mark styles: the tone moves to the end of its syllable. For comparing only. */
export function sameName(text: string): string {
  const spelt = words(text.normalize('NFD')).map(word => {
    const tones = word.match(toneMarks) ?? []
    return word.replace(toneMarks, '') + tones.join('')
  })
  return spelt.join(' ')
}

/** Lower case, no marks, single spaces: 'Số điện thoại (ĐTDĐ)' -> 'so dien thoai dtdd'. For comparing only. */
export function fold(text: string): string {
  return words(text.normalize('NFD').replace(/\p{M}/gu, '').replace(/[đĐ]/g, 'd')).join(' ')
}
