import { spellDigits } from './numbers.ts'
import { isSyllableRow } from './syllables.ts'
import type { Place, Reading } from './types.ts'
import { matchAt } from './types.ts'

const mail = /[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}/y
const url = /(?:https?:\/\/|www\.)[^\s<>"'“”‘’()]{1,300}/iy
const domain =
  /[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,8}\.(?:vn|com|org|net|gov|edu|info|io|asia|app|me)(?![A-Za-z0-9])(?:\/[^\s<>"'“”‘’()]{0,200})?/iy

/** Web and email addresses. They are read, but nobody can note them down from a horn: the officer is asked for words. */
export function readWeb(place: Place): Reading | undefined {
  const { text, at } = place
  const match = matchAt(mail, text, at) ?? matchAt(url, text, at) ?? matchAt(domain, text, at)
  if (match === undefined) return undefined
  const written = match[0].replace(/[.,;:!?…]+$/u, '')
  place.warn(`web:${written}`, {
    vi: `Địa chỉ "${written.slice(0, 60)}" khó nghe trên loa. Đề nghị thay bằng lời, ví dụ tên cổng thông tin hoặc số điện thoại.`,
    en: `The address "${written.slice(0, 60)}" is hard to follow on a loudspeaker. Please use words instead.`,
  })
  return { end: at + written.length, spoken: sayAddress(written) }
}

const signs: Record<string, string> = {
  '.': 'chấm',
  '@': 'a còng',
  '-': 'gạch ngang',
  _: 'gạch dưới',
  '/': 'xẹt',
  ':': 'hai chấm',
  '+': 'cộng',
  '%': 'phần trăm',
  '?': 'chấm hỏi',
  '=': 'bằng',
  '&': 'và',
  '#': 'thăng',
  '~': 'ngã',
}

/** The scheme and "www." are left out, as one says an address. */
function sayAddress(written: string): string {
  const core = written
    .replace(/^https?:\/\//i, '')
    .replace(/^www\./i, '')
    .replace(/\/$/, '')
  const parts = core.match(/[A-Za-z]+(?!\p{L})|\d+|[\p{L}\p{M}]+|[^\p{L}\p{M}\d]/gu) ?? []
  return parts
    .map(sayPart)
    .filter(part => part !== '')
    .join(' ')
}

const suffixes = new Set(['vn', 'com', 'org', 'net', 'gov', 'edu', 'info', 'io', 'asia', 'app', 'html', 'http'])

function sayPart(part: string): string {
  if (/^\d/.test(part)) return spellDigits(part)
  if (!/^[A-Za-z]+$/.test(part)) return signs[part] ?? (/^\p{L}/u.test(part) ? part : '')
  if (suffixes.has(part.toLowerCase()) || sayable(part)) return part
  const letters = part.toLowerCase()
  const cut =
    part.length > 30
      ? 0
      : ([2, 3, 4, 5, 6].find(at => at + 2 <= letters.length && isSyllableRow(letters.slice(at))) ?? 0)
  return cut === 0 ? [...letters].join(' ') : `${[...letters.slice(0, cut)].join(' ')} ${letters.slice(cut)}`
}

/** A label such as "quangtri" or "portal" is said as a word; "sotttt" and "dvc" cannot be. */
function sayable(label: string): boolean {
  if (label.length < 2 || label.length > 30) return false
  if (isSyllableRow(label)) return true
  return label.length > 2 && /[aeiouy]/i.test(label) && !/[^aeiouy]{3}/i.test(label)
}
