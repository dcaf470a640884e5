import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { ScriptReading } from '../../../services/domain/reading.ts'
import { readWritten } from '../../../services/text/script.ts'
import {
  generalWarnings,
  otherWarnings,
  readingChanges,
  readingSentences,
} from '../../../services/web/console/src/lib/reading.ts'

const read = (text: string): ScriptReading => readWritten(text, { profile: 'north', documents: 'expanded' })
const words = (text: string) => text.replace(/\s+/g, ' ').trim()

describe('a reading sentence by sentence', () => {
  test('changes stand in their sentence, warnings beside it', () => {
    const reading = read('UBND xã họp lúc 7h30. Bà con đến đủ.\n\nMang theo CMNDX và giấy tờ.')
    const sentences = readingSentences(reading)
    expect(sentences.map(s => [s.opens, s.pieces.map(p => p.written).join('')])).toEqual([
      [true, 'UBND xã họp lúc 7h30.'],
      [false, 'Bà con đến đủ.'],
      [true, 'Mang theo CMNDX và giấy tờ.'],
    ])
    expect(sentences[0]?.pieces).toEqual([
      { written: 'UBND', spoken: 'Ủy ban nhân dân' },
      { written: ' xã họp lúc ' },
      { written: '7h30', spoken: 'bảy giờ ba mươi phút' },
      { written: '.' },
    ])
    expect(sentences.map(s => s.warnings.length)).toEqual([0, 0, 1])
  })

  test('the same sentence twice is two, each with its own changes', () => {
    const sentences = readingSentences(read('Họp 7h30. Họp 7h30.'))
    expect(sentences.map(s => s.pieces.filter(p => p.spoken).length)).toEqual([1, 1])
  })

  test('a change that runs over the end of a sentence keeps both together', () => {
    const reading = {
      ...read(''),
      script: 'Ở TX. Quảng Trị nhé.',
      spans: [{ at: 2, written: 'TX. Quảng', spoken: 'a' }],
    }
    expect(readingSentences(reading)).toHaveLength(1)
    const cut = { ...reading, script: 'Gặp ông. An nhé.', spans: [{ at: 4, written: 'ông. An', spoken: 'a' }] }
    expect(readingSentences(cut).map(s => s.pieces.map(p => p.written))).toEqual([['Gặp ', 'ông. An', ' nhé.']])
  })

  test('no word of the script is lost, for any text', () => {
    const piece = fc.constantFrom(
      'UBND',
      'xã',
      '7h30',
      '5/8.',
      'TP.',
      '(GNBV)',
      'Huế',
      '\n',
      '\n\n',
      '?',
      '15%',
      'P. 2',
    )
    const text = fc.array(piece, { maxLength: 30 }).map(list => list.join(' '))
    fc.assert(
      fc.property(text, written => {
        const reading = read(written)
        const sentences = readingSentences(reading)
        expect(words(sentences.map(s => s.pieces.map(p => p.written).join('')).join(' '))).toBe(words(reading.script))
        const changed = sentences.flatMap(s => s.pieces).filter(p => p.spoken !== undefined)
        expect(changed).toEqual(reading.spans.map(({ written: w, spoken }) => ({ written: w, spoken })))
        expect(sentences.flatMap(s => s.warnings)).toHaveLength(reading.warnings.length)
      }),
      { numRuns: 500 },
    )
  })
})

test('the list holds every change once, with how often it occurs', () => {
  expect(readingChanges(read('UBND xã, UBND tỉnh, 7h30'))).toEqual([
    { written: 'UBND', spoken: 'Ủy ban nhân dân', times: 2 },
    { written: '7h30', spoken: 'bảy giờ ba mươi phút', times: 1 },
  ])
})

test('what is told with the reading is not told again beside it', () => {
  const reading = {
    ...read('Mang CMNDX.'),
    warnings: [
      { at: null, vi: 'chung', en: 'all' },
      { at: 5, vi: 'chỗ', en: 'here' },
    ],
  }
  expect(generalWarnings(reading).map(w => w.vi)).toEqual(['chung'])
  const list = [...reading.warnings, { vi: 'dài', en: 'long' }]
  expect(otherWarnings(list, reading)).toEqual([{ vi: 'dài', en: 'long' }])
  expect(otherWarnings(list, null)).toHaveLength(3)
})
