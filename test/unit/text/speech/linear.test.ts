import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { readAloud, splitForSpeech } from '../../../../services/text/speech/index.ts'

/** Seconds of this process, not of the clock: other work on the machine does not count. */
function cpuSeconds(work: () => void): number {
  const started = process.cpuUsage().user
  work()
  return (process.cpuUsage().user - started) / 1_000_000
}

const readAndSplit = (written: string) => splitForSpeech(readAloud(written).text)

/** Units that some rule begins to match, so that each repetition could make it look further. */
const units: [name: string, unit: string][] = [
  ['one letter', 'a'],
  ['one capital', 'A'],
  ['one digit', '1'],
  ['zeros', '0'],
  ['a number of 400 digits', `${'9'.repeat(400)} `],
  ['dots', '.'],
  ['ellipses', '… '],
  ['brackets', '('],
  ['dashes', '-'],
  ['marks', '.,;:!?()-/'],
  ['blanks', ' '],
  ['carriage returns', '\r'],
  ['line feeds', '\n'],
  ['emoji', '😀'],
  ['Chinese', '中文'],
  ['combining marks', '\u0301'],
  ['half of a pair', '\ud83d'],
  ['zero width', 'a\u200b'],
  ['slashed digits', '1/'],
  ['dashed digits', '1-'],
  ['dotted digits', '1.'],
  ['lettered digits', '1x'],
  ['dotted letters', 'a.'],
  ['half an address', 'a@'],
  ['web', 'http://'],
  ['joined capitals', 'AB-'],
  ['abbreviations in brackets', '(AB) '],
  ['figures in brackets', 'năm (05) '],
  ['spaced thousands', '1 000 '],
  ['document numbers', '12/QĐ-BNV '],
  ['words of dates', 'ngày '],
  ['dates and dashes', '1/1 - '],
  ['plates', '74A-'],
  ['telephones', '+84'],
  ['numerals', 'XIV '],
  ['mark-up', '<speak>[['],
  ['rates', 'đồng/'],
]

describe('time is proportional to length', () => {
  /** A quadratic rule would take minutes here; the bound is loose because the machine may be busy. */
  test.each(units)('%s, 60,000 characters', (_, unit) => {
    const written = unit.repeat(Math.ceil(60_000 / unit.length)).slice(0, 60_000)
    expect(cpuSeconds(() => readAndSplit(written))).toBeLessThan(4)
  })

  /**
   * Twice the text in about twice the time: three times would be a rule that looks back over what it has read. The
   * pieces are drawn anew, so that a pair of rules that spoil each other has its chance, too.
   */
  test('twice the text takes no more than three times as long', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...units.map(([, unit]) => unit)), { minLength: 1, maxLength: 3 }),
        parts => {
          const unit = parts.join('')
          const ofLength = (length: number) => unit.repeat(Math.ceil(length / unit.length)).slice(0, length)
          const time = (length: number) =>
            Math.min(...[1, 2].map(() => cpuSeconds(() => readAndSplit(ofLength(length)))))
          expect(time(20_000)).toBeLessThan(3 * time(10_000) + 0.1)
        },
      ),
      { numRuns: 12 },
    )
  }, 60_000)

  test.each([
    ['ordinary text', 'Ngày 13/8/2021, UBND xã thông báo lịch tiêm phòng cho đàn gia súc trên địa bàn các thôn. '],
    ['capitals', 'UBND'],
    ['slashes', '1/'],
  ])('a million characters: %s', (_, unit) => {
    const written = unit.repeat(Math.ceil(1_000_000 / unit.length))
    expect(cpuSeconds(() => readAndSplit(written))).toBeLessThan(15)
  })
})
