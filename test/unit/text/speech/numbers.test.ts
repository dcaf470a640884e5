import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { spellDecimals, spellDigits, spellInteger } from '../../../../services/text/speech/numbers.ts'
import { profiles } from '../../../../services/text/speech/types.ts'

const { north, south } = profiles

describe('integers', () => {
  test.each([
    ['0', 'không'],
    ['4', 'bốn'],
    ['10', 'mười'],
    ['14', 'mười bốn'],
    ['15', 'mười lăm'],
    ['21', 'hai mươi mốt'],
    ['24', 'hai mươi tư'],
    ['101', 'một trăm linh một'],
    ['111', 'một trăm mười một'],
    ['1005', 'một nghìn không trăm linh năm'],
    ['1010', 'một nghìn không trăm mười'],
    ['1000005', 'một triệu không trăm linh năm'],
    ['1005000', 'một triệu không trăm linh năm nghìn'],
    ['2000000000', 'hai tỷ'],
    ['1000000005', 'một tỷ không trăm linh năm'],
    ['1000000000000', 'một nghìn tỷ'],
    ['1000000000000000000', 'một tỷ tỷ'],
    ['03', 'ba'],
  ])('%s -> %s', (digits, words) => {
    expect(spellInteger(digits, north)).toBe(words)
  })

  test('the southern profile says ngàn, lẻ and bốn', () => {
    expect(spellInteger('1024', south)).toBe('một ngàn không trăm hai mươi bốn')
    expect(spellInteger('105', south)).toBe('một trăm lẻ năm')
  })

  test('beyond a sextillion every digit is said', () => {
    const words = spellInteger('9'.repeat(400), north).split(' ')
    expect(words).toHaveLength(400)
    expect(new Set(words)).toEqual(new Set(['chín']))
  })

  test('what is said is what is written: reading the words back gives the number', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 12n - 1n }), number => {
        expect(numberOf(spellInteger(String(number), north))).toBe(number)
      }),
      { numRuns: 2000 },
    )
  })
})

/** Reads Vietnamese number words back, written separately from the code under test. */
function numberOf(words: string): bigint {
  const ones = new Map(
    Object.entries({
      không: 0,
      một: 1,
      mốt: 1,
      hai: 2,
      ba: 3,
      bốn: 4,
      tư: 4,
      năm: 5,
      lăm: 5,
      sáu: 6,
      bảy: 7,
      tám: 8,
      chín: 9,
    }),
  )
  let total = 0n
  let group = 0n
  let digit = 0n
  for (const word of words.split(' ')) {
    const value = ones.get(word)
    if (value !== undefined) digit = BigInt(value)
    else if (word === 'mười') group += 10n
    else if (word === 'mươi') [group, digit] = [group + digit * 10n, 0n]
    else if (word === 'trăm') [group, digit] = [group + digit * 100n, 0n]
    else if (word === 'tỷ') [total, group, digit] = [(total + group + digit) * 10n ** 9n, 0n, 0n]
    else if (word === 'nghìn' || word === 'triệu') {
      total += (group + digit) * (word === 'nghìn' ? 1000n : 10n ** 6n)
      ;[group, digit] = [0n, 0n]
    } else if (word !== 'linh') throw new Error(`unknown word ${word}`)
  }
  return total + group + digit
}

describe('decimals and codes', () => {
  test.each([
    ['5', 'năm'],
    ['05', 'không năm'],
    ['45', 'bốn mươi lăm'],
    ['195', 'một trăm chín mươi lăm'],
    ['000', 'không không không'],
    ['1415', 'một bốn một năm'],
  ])(',%s -> %s', (digits, words) => {
    expect(spellDecimals(digits, north)).toBe(words)
  })

  test('digit by digit', () => {
    expect(spellDigits('1022')).toBe('một không hai hai')
  })
})
