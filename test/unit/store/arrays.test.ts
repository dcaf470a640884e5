import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import array from 'postgres-array'
import { numberArray, textArray } from '../../../services/store/arrays.ts'

describe('arrays for PostgreSQL', () => {
  test('any texts come back as they were', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.string({ unit: 'binary' }))), texts => {
        expect(array.parse(textArray(texts), value => value)).toEqual(texts)
      }),
    )
  })

  test('numbers and ids', () => {
    expect(numberArray([])).toBe('{}')
    expect(numberArray(['20261100000001', 7])).toBe('{20261100000001,7}')
  })
})
