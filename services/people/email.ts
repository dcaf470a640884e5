import type { Sentence } from '../domain/errors.ts'

/** Why a cell is not an email address that can be written to. */
export const emailProblems = {
  'not-an-email': {
    vi: 'Không phải là địa chỉ thư điện tử.',
    en: 'This is not an email address.',
  },
  several: {
    vi: 'Ô có nhiều địa chỉ thư điện tử; mỗi dòng chỉ ghi một địa chỉ.',
    en: 'The cell holds several email addresses; give one per row.',
  },
  diacritics: {
    vi: 'Địa chỉ thư điện tử có chữ có dấu; có thể bộ gõ tiếng Việt đã sửa nhầm.',
    en: 'The email address holds letters with marks; a Vietnamese keyboard may have changed it.',
  },
} as const satisfies Record<string, Sentence>
export type EmailProblem = keyof typeof emailProblems

export type EmailReading = { ok: true; email: string } | { ok: false; problem: EmailProblem; reason: Sentence }

/** RFC 5321's dot-atom local part and a host name with at least one dot: what real mailboxes look like. */
const address =
  /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/

function refused(problem: EmailProblem): EmailReading {
  return { ok: false, problem, reason: emailProblems[problem] }
}

/**
 * Reads one cell as an email address, in lower case: no mailbox in use tells capitals apart, and one person must not be
 * written to twice. Lengths are those of RFC 5321 (64 before the @, 254 in all).
 */
export function readEmail(cell: string): EmailReading {
  const email = cell
    .normalize('NFC')
    .replace(/[\u00ad\u200b-\u200f\u2060\ufeff]/g, '')
    .trim()
    .replace(/^'/, '')
    .toLowerCase()
  if ((email.match(/@/g) ?? []).length > 1) return refused('several')
  if (/[^\x00-\x7f]/.test(email) && email.includes('@')) return refused('diacritics')
  if (email.length > 254 || email.indexOf('@') > 64 || !address.test(email)) return refused('not-an-email')
  return { ok: true, email }
}
