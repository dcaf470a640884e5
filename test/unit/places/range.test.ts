import { describe, expect, test } from '@jest/globals'
import { parseRange } from '../../../services/http/routes/byte-range.ts'

describe('parseRange of a 1,000 byte file', () => {
  test.each([
    ['bytes=0-99', { start: 0, end: 99 }],
    ['bytes=900-', { start: 900, end: 999 }],
    ['bytes=900-5000', { start: 900, end: 999 }],
    ['bytes=-100', { start: 900, end: 999 }],
    ['bytes=-5000', { start: 0, end: 999 }],
    ['bytes=999-999', { start: 999, end: 999 }],
  ])('%s', (header, range) => expect(parseRange(header, 1000)).toEqual(range))

  test.each(['bytes=1000-', 'bytes=1000-1001', 'bytes=-0'])('%s lies outside', header => {
    expect(parseRange(header, 1000)).toBe('unsatisfiable')
  })

  test.each([undefined, '', 'bytes=-', 'bytes=5-2', 'bytes=0-1,5-6', 'items=0-1', 'bytes=a-b'])(
    '%s is answered with the whole file',
    header => expect(parseRange(header, 1000)).toBe('whole'),
  )
})
