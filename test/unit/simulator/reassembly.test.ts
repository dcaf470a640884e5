import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { createReassembly } from '../../../services/simulator/reassembly.ts'

const at = (ms: number) => new Date(ms)
const place = (number: number, total = 3, reference = '8:1') => ({ reference, total, number })

test('whatever the order, the last part brings all of them in theirs', () => {
  const orders = fc.integer({ min: 2, max: 9 }).chain(total => {
    const numbers = Array.from({ length: total }, (_, i) => i + 1)
    return fc.tuple(fc.constant(numbers), fc.shuffledSubarray(numbers, { minLength: total }))
  })
  fc.assert(
    fc.property(orders, ([numbers, order]) => {
      const reassembly = createReassembly<number>({ messages: 10, maxAgeMs: 1000 })
      const results = order.map(number => reassembly.add('a', place(number, numbers.length), number, at(0)))
      expect(results.slice(0, -1).every(result => result === undefined)).toBe(true)
      expect(results.at(-1)).toEqual(numbers)
      expect([reassembly.waiting(), reassembly.lost()]).toEqual([0, 0])
    }),
  )
})

test('keys, references and totals are told apart', () => {
  const reassembly = createReassembly<string>({ messages: 10, maxAgeMs: 1000 })
  expect(reassembly.add('a', place(1, 2), 'x', at(0))).toBeUndefined()
  expect(reassembly.add('b', place(2, 2), 'x', at(0))).toBeUndefined()
  expect(reassembly.add('a', place(2, 2, '16:1'), 'x', at(0))).toBeUndefined()
  expect(reassembly.add('a', place(2, 3), 'x', at(0))).toBeUndefined()
  expect(reassembly.waiting()).toBe(4)
})

test('a part that comes again takes the place of the first and completes nothing', () => {
  const reassembly = createReassembly<string>({ messages: 10, maxAgeMs: 1000 })
  expect(reassembly.add('a', place(1, 2), 'cũ', at(0))).toBeUndefined()
  expect(reassembly.add('a', place(1, 2), 'mới', at(0))).toBeUndefined()
  expect(reassembly.add('a', place(2, 2), 'hai', at(0))).toEqual(['mới', 'hai'])
  expect(reassembly.lost()).toBe(1)
})

test('what stays unfinished is given up after its time, and when there is too much of it', () => {
  const reassembly = createReassembly<string>({ messages: 2, maxAgeMs: 1000 })
  reassembly.add('a', place(1, 2), 'x', at(0))
  expect(reassembly.add('a', place(2, 2), 'y', at(1001))).toBeUndefined()
  for (const key of ['b', 'c', 'd', 'e']) reassembly.add(key, place(1, 2), 'x', at(1002))
  expect(reassembly.waiting()).toBeLessThanOrEqual(3)
  expect(reassembly.waiting() + reassembly.lost()).toBe(6)
})
