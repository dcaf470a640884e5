import { letterName } from './letters.ts'
import { spellInteger } from './numbers.ts'
import type { Profile } from './types.ts'

const signs: Record<string, string> = { '/': 'xẹt', '-': 'gạch ngang', '–': 'gạch ngang', '.': 'chấm', '&': 'và' }

/**
 * A document number sign by sign (the verbatim style): 01-NQ/TU -> một gạch ngang en-nờ quy xẹt tê u.
 * Blanks and commas are not said; numbers stay numbers, because an announcer does not say them digit by digit.
 */
export function spellVerbatim(written: string, profile: Profile): string {
  const pieces = written.match(/\d+|\p{L}|[/.&–-]/gu) ?? []
  return pieces
    .map(piece => (/\d/.test(piece) ? spellInteger(piece, profile) : (signs[piece] ?? letterName(piece) ?? piece)))
    .join(' ')
}
