import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { smsForms, smsParts } from '../../../services/text/sms.ts'

describe('encoding', () => {
  test.each([...'àéèìòùÀÉ'].filter(letter => letter !== 'À'))('%s is in GSM-7', letter => {
    expect(smsParts(letter).encoding).toBe('GSM-7')
  })

  test.each([...'áãạảăâđêôơưíóúýĐ“’–…'])('%s needs UCS-2', letter => {
    expect(smsParts(letter).encoding).toBe('UCS-2')
  })

  test('is judged after NFC: à stays GSM-7 when it comes in two pieces', () => {
    expect(smsParts('à'.normalize('NFD'))).toMatchObject({ encoding: 'GSM-7', units: 1, characters: 1 })
  })

  test.each([...'^{}[]\\~|€\f'])('%j costs two units', character => {
    expect(smsParts(character)).toMatchObject({ encoding: 'GSM-7', units: 2, characters: 1 })
  })

  test('does not rewrite the text to make it cheaper', () => {
    expect(smsForms('“nguồn”').unicode).toMatchObject({ text: '“nguồn”', encoding: 'UCS-2' })
  })
})

describe('borders', () => {
  test.each([
    ['a', 160, 1, 0],
    ['a', 161, 2, 145],
    ['a', 306, 2, 0],
    ['a', 307, 3, 152],
    ['ạ', 70, 1, 0],
    ['ạ', 71, 2, 63],
    ['ạ', 134, 2, 0],
    ['ạ', 135, 3, 66],
    ['€', 80, 1, 0],
    ['€', 81, 2, 143],
  ])('%s x %i gives %i parts with %i units left', (letter, count, parts, left) => {
    expect(smsParts(letter.repeat(count))).toMatchObject({ parts, left })
  })

  test('says how much a part holds', () => {
    expect(smsParts('a').perPart).toBe(160)
    expect(smsParts('a'.repeat(161)).perPart).toBe(153)
    expect(smsParts('ạ').perPart).toBe(70)
    expect(smsParts('ạ'.repeat(71)).perPart).toBe(67)
  })

  test('no text, no part', () => {
    expect(smsParts('')).toMatchObject({ parts: 0, units: 0, left: 160 })
  })

  test('never splits an emoji: a pair that does not fit goes to the next part', () => {
    expect(smsParts(`${'ạ'.repeat(66)}😀${'ạ'.repeat(66)}`)).toMatchObject({ units: 134, parts: 3 })
    expect(smsParts(`${'ạ'.repeat(65)}😀${'ạ'.repeat(67)}`)).toMatchObject({ units: 134, parts: 2 })
  })

  test('never splits an escape pair of GSM-7', () => {
    expect(smsParts(`${'a'.repeat(152)}€${'a'.repeat(152)}`)).toMatchObject({ units: 306, parts: 3 })
  })
})

describe('both forms', () => {
  test('the unaccented form of a Vietnamese text is GSM-7 and shorter in parts', () => {
    const forms = smsForms('Ủy ban nhân dân xã thông báo: tạm ngừng cấp điện từ 7h30 đến 17h00 ngày 25/11/2026.')
    expect(forms.unicode).toMatchObject({ encoding: 'UCS-2', parts: 2 })
    expect(forms.unaccented).toMatchObject({ encoding: 'GSM-7', parts: 1, unmapped: [] })
  })

  test('a longer text never has fewer parts, and the parts hold the units', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'ạ', '€', '😀', 'đ', ' '), maxLength: 200 })
    fc.assert(
      fc.property(letters, letters, (a, b) => {
        const one = smsParts(a)
        const two = smsParts(a + b)
        expect(two.parts).toBeGreaterThanOrEqual(one.parts)
        expect(one.units).toBeLessThanOrEqual(one.parts * one.perPart)
        expect(smsForms(a).unaccented.encoding).toBe('GSM-7')
      }),
      { numRuns: 150 },
    )
  })
})
