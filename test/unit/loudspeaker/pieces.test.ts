import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { fitPieces, joinPieces } from '../../../channels/loudspeaker/voices/pieces.ts'

const wide = { maxCharacters: 1_000, maxBytes: 10_000 }
const texts = (parts: { text: string }[]) => parts.map(part => part.text)

describe('fitPieces', () => {
  test('leaves alone what fits', () => {
    const pieces = [{ text: 'Kính mời nhân dân.', pauseSeconds: 0.45 }]
    expect(fitPieces(pieces, wide)).toEqual(pieces)
  })

  test('cuts at the last comma in reach, which takes a breath', () => {
    const text = 'Từ ngày mai, bà con nộp hồ sơ, không phải đi lại'
    expect(fitPieces([{ text, pauseSeconds: 0.9 }], { maxCharacters: 32, maxBytes: 1_000 })).toEqual([
      { text: 'Từ ngày mai, bà con nộp hồ sơ,', pauseSeconds: 0.2 },
      { text: 'không phải đi lại', pauseSeconds: 0.9 },
    ])
  })

  test('cuts at a blank where no comma is near, without a pause', () => {
    const text = 'ủy ban nhân dân xã'
    expect(fitPieces([{ text, pauseSeconds: 0.9 }], { maxCharacters: 11, maxBytes: 1_000 })).toEqual([
      { text: 'ủy ban nhân', pauseSeconds: 0 },
      { text: 'dân xã', pauseSeconds: 0.9 },
    ])
  })

  test('a number with a comma inside is not torn at the comma', () => {
    expect(texts(fitPieces([{ text: 'ba 1,5 hai', pauseSeconds: 0 }], { maxCharacters: 6, maxBytes: 99 }))).toEqual([
      'ba 1,5',
      'hai',
    ])
  })

  test('bytes of UTF-8 count where the voice counts them', () => {
    // Each of these letters has three bytes.
    const cut = fitPieces([{ text: 'ệệệ ệệệ', pauseSeconds: 0 }], { maxCharacters: 99, maxBytes: 10 })
    expect(texts(cut)).toEqual(['ệệệ', 'ệệệ'])
  })

  test('an endless word is cut between characters, never within one', () => {
    const cut = fitPieces([{ text: '🙂'.repeat(5), pauseSeconds: 0 }], { maxCharacters: 2, maxBytes: 99 })
    expect(texts(cut)).toEqual(['🙂🙂', '🙂🙂', '🙂'])
  })

  const words = fc.array(
    fc.oneof(
      fc.constantFrom('xã,', 'Ủy ban', 'hồ sơ;', 'nghị quyết:', '1,5', ',', ', ', 'ghi chú.', '🙂', 'ệ'.repeat(30)),
      fc.string({ unit: 'grapheme', maxLength: 40 }),
    ),
    { maxLength: 60 },
  )
  const limits = fc.record({
    maxCharacters: fc.integer({ min: 1, max: 300 }),
    maxBytes: fc.integer({ min: 4, max: 900 }),
  })
  const bare = (text: string) => text.replaceAll(/\s/gu, '')

  test('whatever is written: nothing is lost or turned round, and no piece is too long for the voice', () => {
    fc.assert(
      fc.property(fc.array(words, { maxLength: 4 }), limits, (written, limit) => {
        const pieces = written.map((parts, i) => ({ text: parts.join(' '), pauseSeconds: i }))
        const cut = fitPieces(pieces, limit)
        expect(bare(texts(cut).join(''))).toBe(bare(texts(pieces).join('')))
        for (const { text } of cut) {
          expect([...text].length).toBeLessThanOrEqual(limit.maxCharacters)
          expect(Buffer.byteLength(text)).toBeLessThanOrEqual(limit.maxBytes)
          expect(text).toBe(text.trim())
        }
        // The pause of a piece comes once, behind its last part.
        expect(cut.filter(part => part.pauseSeconds >= 1).length).toBe(Math.max(0, pieces.length - 1))
      }),
    )
  })

  test('300,000 characters without a blank take milliseconds, not minutes', () => {
    const started = performance.now()
    const cut = fitPieces([{ text: 'ệ'.repeat(300_000), pauseSeconds: 0 }], { maxCharacters: 250, maxBytes: 1_000 })
    expect(cut).toHaveLength(1_200)
    expect(performance.now() - started).toBeLessThan(2_000)
  })
})

describe('joinPieces', () => {
  const piece = (text: string, pauseSeconds: number) => ({ text, pauseSeconds })

  test('joins sentences of a paragraph, never over its end or a heading', () => {
    const pieces = [piece('Một.', 0.45), piece('Hai,', 0.2), piece('ba.', 0.9), piece('Bốn', 1.2), piece('Năm.', 0.9)]
    expect(joinPieces(pieces, 100)).toEqual([piece('Một. Hai, ba.', 0.9), piece('Bốn', 1.2), piece('Năm.', 0.9)])
  })

  test('stays within the length asked for, and what is longer by itself stays alone', () => {
    const pieces = [piece('Một hai.', 0.45), piece('Ba bốn.', 0.45), piece('Năm sáu bảy tám chín.', 0.9)]
    expect(joinPieces(pieces, 16)).toEqual([piece('Một hai. Ba bốn.', 0.45), piece('Năm sáu bảy tám chín.', 0.9)])
  })
})
