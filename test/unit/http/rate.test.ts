import { expect, test } from '@jest/globals'
import { createRateLimit } from '../../../services/http/rate.ts'

test('lets a burst in, then the rate, each caller by itself', () => {
  let now = 0
  const limit = createRateLimit(60, 5, () => now)
  const passes = (key: string) => {
    try {
      limit.pass(key)
      return true
    } catch {
      return false
    }
  }
  const count = (key: string, n: number) => Array.from({ length: n }, () => passes(key)).filter(Boolean).length
  expect(count('a', 20)).toBe(5)
  expect(count('b', 20)).toBe(5)
  now += 3_000
  expect(count('a', 20)).toBe(3)
  now += 600_000
  expect(count('a', 20)).toBe(5)
  try {
    limit.pass('a')
  } catch (error) {
    expect(error).toMatchObject({ code: 'request.too-many', details: { retryAfterSeconds: 1 } })
  }
})
