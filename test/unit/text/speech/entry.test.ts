import { describe, expect, test } from '@jest/globals'
import { checkEntry } from '../../../../services/text/speech/entry.ts'

const entry = { written: 'QL9', spoken: 'quốc lộ chín', kind: 'word' as const, note: '', caseSensitive: false }

const codeOf = (change: Partial<typeof entry>) => {
  try {
    checkEntry({ ...entry, ...change })
    return 'taken'
  } catch (error) {
    return (error as { code?: string }).code
  }
}

describe('an entry of the dictionary', () => {
  test('is brought to NFC and single blanks', () => {
    const kept = checkEntry({ ...entry, written: ' Cửa  Việt '.normalize('NFD'), spoken: 'cửa\u00a0 việt' })
    expect([kept.written, kept.spoken]).toEqual(['Cửa Việt', 'cửa việt'])
  })

  test.each([
    ['syllables of any origin', { spoken: 'I-a H’leo, ê đê' }, 'taken'],
    ['capitals that are a syllable', { spoken: 'TÀ Rụt' }, 'taken'],
    ['figures', { spoken: 'quốc lộ 9' }, 'pronunciation.bad-spoken'],
    ['marks', { spoken: 'quốc lộ (chín)' }, 'pronunciation.bad-spoken'],
    ['an abbreviation', { spoken: 'UBND xã' }, 'pronunciation.bad-spoken'],
    ['letters without a vowel', { spoken: 'qđ' }, 'pronunciation.bad-spoken'],
    ['another script', { spoken: '中文' }, 'pronunciation.bad-spoken'],
    ['markup', { spoken: '<break/>' }, 'pronunciation.bad-spoken'],
    ['nothing', { spoken: '  ' }, 'text.empty'],
    ['a control character', { spoken: 'a\u0001' }, 'text.control-character'],
    ['too much', { spoken: 'a '.repeat(150) }, 'text.too-long'],
  ])('spoken as %s', (_, change, expected) => {
    expect(codeOf(change)).toBe(expected)
  })

  test.each([
    ['figures alone', { written: '1022' }, 'pronunciation.bad-written'],
    ['a sign first', { written: '(QL9' }, 'pronunciation.bad-written'],
    ['no letter', { written: '9/11' }, 'text.no-letters'],
    ['nothing', { written: '' }, 'text.empty'],
    ['too much', { written: 'a'.repeat(101) }, 'text.too-long'],
  ])('written as %s', (_, change, expected) => {
    expect(codeOf(change)).toBe(expected)
  })
})
