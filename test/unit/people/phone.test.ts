import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { convertedPrefixes, readPhone } from '../../../services/people/phone.ts'

const good = (cell: string) => {
  const reading = readPhone(cell)
  return reading.ok ? reading.phone : reading.problem
}

describe('mobile numbers as people write them', () => {
  test.each([
    '0912345678',
    '0912 345 678',
    '0912.345.678',
    '091-234-5678',
    '0912 - 345 - 678',
    '(091) 2345678',
    '+84912345678',
    '+84 (0) 912 345 678',
    '0084912345678',
    '84912345678',
    '912345678',
    '912345678.0',
    "'0912345678",
    '\u202a0912345678\u202c',
    '\u00a00912345678 ',
    '０９１２３４５６７８',
  ])('%j is +84912345678', cell => {
    expect(good(cell)).toBe('+84912345678')
  })

  test('a number that begins like the country code keeps its digits', () => {
    expect(good('0849123456')).toBe('+84849123456')
    expect(good('849123456')).toBe('+84849123456')
    expect(good('84849123456')).toBe('+84849123456')
  })
})

describe('what is refused, and why', () => {
  test.each([
    ['không có', 'not-a-phone'],
    ['', 'not-a-phone'],
    ['12', 'not-a-phone'],
    ['09123abc78', 'not-a-phone'],
    ['0912345678 / 0987654321', 'several'],
    ['0912345678;0987654321', 'several'],
    ['8.49123E+10', 'spreadsheet-number'],
    ['8,49123E+10', 'spreadsheet-number'],
    ['9.12E8', 'spreadsheet-number'],
    ['+14155550100', 'foreign'],
    ['+8562012345678', 'foreign'],
    ['0233 3575155', 'landline'],
    ['+842333575155', 'landline'],
    ['2333575155', 'landline'],
    ['01201234567', 'old-number'],
    ['+841201234567', 'old-number'],
    ['1201234567', 'old-number'],
    ['091234567', 'wrong-length'],
    ['09123456789', 'wrong-length'],
    ['+8491234', 'wrong-length'],
    ['01301234567', 'wrong-length'],
    ['19001234', 'wrong-length'],
    ['0412345678', 'not-mobile'],
    ['0712345678', 'not-mobile'],
  ])('%j: %s', (cell, problem) => {
    const reading = readPhone(cell)
    expect(reading).toMatchObject({ ok: false, problem })
    if (!reading.ok) expect(reading.reason.vi).toMatch(/\.$/)
  })
})

describe('11-digit numbers of before 2018', () => {
  test.each(Object.entries(convertedPrefixes))('%s became %s when asked to convert', (before, after) => {
    expect(readPhone(`${before}1234567`, { convertOldNumbers: true })).toEqual({
      ok: true,
      phone: `+84${after.slice(1)}1234567`,
      converted: true,
    })
  })

  test('every conversion gives a number that is valid today, with its last seven digits kept', () => {
    const seven = fc.integer({ min: 0, max: 9_999_999 }).map(n => String(n).padStart(7, '0'))
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(convertedPrefixes)), seven, (prefix, rest) => {
        const reading = readPhone(`${prefix}${rest}`, { convertOldNumbers: true })
        expect(reading.ok && good(reading.phone)).toBe(reading.ok && reading.phone)
        expect(reading.ok && reading.phone.endsWith(rest)).toBe(true)
      }),
    )
  })
})

test('however a number is written, it is read as the same one, and reading it again changes nothing', () => {
  const national = fc
    .tuple(
      fc.constantFrom('32', '39', '56', '59', '70', '79', '81', '88', '90', '98'),
      fc.integer({ min: 0, max: 9_999_999 }),
    )
    .map(([prefix, rest]) => prefix + String(rest).padStart(7, '0'))
  const spelling = fc.constantFrom<(n: string) => string>(
    n => `0${n}`,
    n => n,
    n => `+84${n}`,
    n => `84${n}`,
    n => `0084${n}`,
    n => `0${n.slice(0, 2)}.${n.slice(2, 5)} ${n.slice(5)}`,
    n => `'0${n}`,
  )
  fc.assert(
    fc.property(national, spelling, (n, spell) => {
      expect(good(spell(n))).toBe(`+84${n}`)
      expect(good(good(spell(n)))).toBe(`+84${n}`)
    }),
  )
})

test('asking once per prefix gives what the library says of each number', () => {
  const isMobile = (national: string) =>
    parsePhoneNumberFromString(`+84${national}`, { extract: false })?.getType() === 'MOBILE'
  const four = Array.from({ length: 10_000 }, (_, i) => String(i).padStart(4, '0'))
  // Forth and back: whichever number of a prefix comes first, the others get its answer.
  const ends = ['00000', '99999', '10203', '54321', '35791']
  for (const [i, prefix] of four.filter(p => /^[35789]/.test(p)).entries()) {
    for (const end of i % 2 ? ends : [...ends].reverse()) {
      const national = `${prefix}${end}`
      const expected = isMobile(national)
      if (readPhone(`0${national}`).ok !== expected || readPhone(`+84 ${national}`).ok !== expected) {
        throw new Error(`${national}: the library says ${expected}`)
      }
    }
  }
  fc.assert(
    fc.property(fc.integer({ min: 300_000_000, max: 999_999_999 }), n => {
      const reading = readPhone(`0${n}`)
      expect(reading.ok).toBe(isMobile(String(n)))
    }),
    { numRuns: 2_000 },
  )
})

test('any text at all is answered with a number in E.164 or with a reason', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), cell => {
      const reading = readPhone(cell, { convertOldNumbers: true })
      if (reading.ok) expect(reading.phone).toMatch(/^\+84[35789]\d{8}$/)
      else expect(reading.reason.vi.length).toBeGreaterThan(10)
    }),
  )
})
