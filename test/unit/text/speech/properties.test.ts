import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { readAloud, splitForSpeech } from '../../../../services/text/speech/index.ts'

/** Pieces from which officers' texts are made, thrown together in every order. */
const piece = fc.constantFrom(
  ...'ngày tháng năm số từ đến thứ khóa quý điểm gọi UBND CC TT. P. Q. V/v đ/c XIV ix h g đ % / - – : . , ; ( ) + & ° ² 13 8 2021 0 05 1.5 1,25 0905 113 1.000.000 QĐ-BTTTT NĐ-CP TU @ .vn www. km/h m2 $ 😀 “ ” tr t k x A 12/3 7h30 \n'.split(
    ' ',
  ),
)
const text = fc.array(fc.tuple(piece, fc.constantFrom('', ' ')), { maxLength: 25 }).map(parts => parts.flat().join(''))
const anything = fc.oneof(
  text,
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
)

describe('for any text', () => {
  test('the reading never throws, is NFC, and leaves no digit without a warning', () => {
    fc.assert(
      fc.property(anything, written => {
        const { text: spoken, warnings } = readAloud(written)
        expect(spoken.normalize('NFC')).toBe(spoken)
        if (/[0-9]/.test(spoken)) expect(warnings.length).toBeGreaterThan(0)
      }),
      { numRuns: 2000 },
    )
  })

  test('parts for the voice hold the same words in the same order and are never long', () => {
    const words = (value: string) => value.replace(/\s+/g, ' ').trim()
    const sentence = fc
      .array(fc.constantFrom('mưa', 'lũ,', 'và', 'sơ tán.', 'về', 'nhà;', 'Ủy ban', '\n', '\n\n', 'thôn'), {
        maxLength: 150,
      })
      .map(parts => parts.join(' '))
    fc.assert(
      fc.property(sentence, spoken => {
        const parts = splitForSpeech(spoken)
        expect(words(parts.map(part => part.text).join(' '))).toBe(words(spoken))
        for (const part of parts) {
          expect(part.text.length).toBeLessThanOrEqual(220)
          expect([0.2, 0.45, 0.9, 1.2]).toContain(part.pauseSeconds)
        }
      }),
      { numRuns: 500 },
    )
  })
})

describe('time is proportional to length', () => {
  const million = 1_000_000
  const hostile: [name: string, unit: string][] = [
    ['one letter', 'a'],
    ['one capital', 'A'],
    ['one digit', '1'],
    ['zeros', '0'],
    ['brackets', '('],
    ['dashes', '-'],
    ['marks', '.,;:!?()-/'],
    ['blanks', ' '],
    ['line feeds', '\n'],
    ['emoji', '😀'],
    ['Chinese', '中文'],
    ['combining marks', '\u0301'],
    ['slashed digits', '1/'],
    ['dashed digits', '1-'],
    ['dotted letters', 'a.'],
    ['half an address', 'a@'],
    ['joined capitals', 'AB-'],
    ['spaced thousands', '1 000 '],
    ['document numbers', '12/QĐ-BNV '],
  ]

  /** A quadratic rule would take minutes here; the bound is loose because the machine may be busy. */
  test.each(hostile)('%s, 100,000 characters', (_, unit) => {
    const written = unit.repeat(100_000 / unit.length)
    const started = process.cpuUsage().user
    splitForSpeech(readAloud(written).text)
    expect((process.cpuUsage().user - started) / 1_000_000).toBeLessThan(8)
  })

  test('a million characters of ordinary text', () => {
    const sentence =
      'Ngày 13/8/2021, UBND xã thông báo lịch tiêm phòng cho đàn gia súc trên địa bàn các thôn trong xã. '
    const written = sentence.repeat(Math.ceil(million / sentence.length))
    const started = process.cpuUsage().user
    const { text: spoken } = readAloud(written)
    expect((process.cpuUsage().user - started) / 1_000_000).toBeLessThan(15)
    expect(spoken.split('Ủy ban nhân dân xã')).toHaveLength(Math.ceil(million / sentence.length) + 1)
  })
})

describe('pauses', () => {
  test('heading, sentence, paragraph, and a breath inside a long sentence', () => {
    const long = `${'người dân khẩn trương sơ tán đến nơi an toàn, '.repeat(6)}xin cảm ơn.`
    const parts = splitForSpeech(`THÔNG BÁO\nCâu một. Câu hai.\n\n${long}`)
    expect(parts.slice(0, 3)).toEqual([
      { text: 'THÔNG BÁO', pauseSeconds: 1.2 },
      { text: 'Câu một.', pauseSeconds: 0.45 },
      { text: 'Câu hai.', pauseSeconds: 0.9 },
    ])
    expect(parts[3]?.text.endsWith('an toàn,')).toBe(true)
    expect(parts[3]?.pauseSeconds).toBe(0.2)
  })

  test('a line of marks alone is silence, not a part', () => {
    expect(splitForSpeech('---\n***')).toEqual([])
  })
})
