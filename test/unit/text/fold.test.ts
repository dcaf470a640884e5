import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { foldName, foldTonePlacement, unaccent } from '../../../services/text/fold.ts'

describe('foldName', () => {
  test.each([
    ['Hóa', 'Hoá'],
    ['Thuỷ', 'Thủy'],
    ["H'Leo", 'H’Leo'],
    ['Đăk Lăk', 'DAK  LAK'],
    ['Ðông Hà', 'Đông Hà'],
    ['Bà Rịa - Vũng Tàu', 'Bà Rịa–Vũng Tàu'],
    ['Quảng Trị', 'Quảng Trị'.normalize('NFD')],
  ])('%s equals %s', (a, b) => {
    expect(foldName(a)).toBe(foldName(b))
  })

  test('keeps different names apart', () => {
    expect(foldName('Hướng Hóa')).not.toBe(foldName('Hướng Hiệp'))
  })
})

describe('foldTonePlacement', () => {
  test('evens out where the mark stands and nothing else', () => {
    expect(foldTonePlacement('Hóa')).toBe(foldTonePlacement('Hoá'))
    expect(foldTonePlacement('Hòa')).not.toBe(foldTonePlacement('Hóa'))
    expect(foldTonePlacement('Đông')).not.toBe(foldTonePlacement('Đống'))
    expect(foldTonePlacement('Hà')).not.toBe(foldTonePlacement('Ha'))
  })
})

/** GSM-7 default alphabet without the characters that ASCII lacks (3GPP TS 23.038, 6.2.1). */
const basic = /^[\n !"#$%&'()*+,\-./0-9:;<=>?@A-Z_a-z]*$/

describe('unaccent', () => {
  test.each([
    ['Đường đi Đắk Lắk', 'Duong di Dak Lak'],
    ['“Mưa lớn” – ‘cấp 10’…', '"Mua lon" - \'cap 10\'...'],
    ['12 km² và 3 m³', '12 km2 va 3 m3'],
    ['38°C', '38 do C'],
    ['50.000₫', '50.000d'],
    ['[QC] {a} a|b ~5 €', '(QC) (a) a/b -5 EUR'],
    ['½ tấn ≥ 5', '1/2 tan >= 5'],
    ['Ⅳ', 'IV'],
  ])('%s -> %s', (text, expected) => {
    expect(unaccent(text)).toEqual({ text: expected, unmapped: [] })
  })

  test('reports what it cannot write, each once, and never puts a question mark in its place', () => {
    expect(unaccent('Lũ 😀😀 中')).toEqual({ text: 'Lu', unmapped: ['😀', '中'] })
  })

  test('every Vietnamese letter has a plain one', () => {
    const letters = 'aăâeêioôơuưyđ'
    for (const letter of letters) {
      for (const tone of ['', '\u0300', '\u0301', '\u0303', '\u0309', '\u0323']) {
        const written = (letter + tone).normalize('NFC')
        for (const form of [written, written.toUpperCase()]) {
          const { text, unmapped } = unaccent(form)
          expect([form, unmapped.length, text.length]).toEqual([form, 0, 1])
        }
      }
    }
  })

  test('its result is always within the basic table of GSM-7', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), text => {
        expect(unaccent(text).text).toMatch(basic)
      }),
      { numRuns: 500 },
    )
  })
})
