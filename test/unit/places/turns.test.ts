import { afterEach, expect, jest, test } from '@jest/globals'
import { createTurns } from '../../../services/places/boards/turns.ts'

afterEach(() => {
  jest.useRealTimers()
})

test('so many go at a time, in the order in which they came; who leaves makes room', () => {
  jest.useFakeTimers()
  const gone: number[] = []
  const turns = createTurns<number>(3, 100, n => gone.push(n))
  for (let n = 0; n < 6; n++) turns.join(n)
  expect(gone).toEqual([0, 1, 2])
  turns.leave(1)
  expect(gone).toEqual([0, 1, 2, 3])
  turns.leave(5)
  turns.leave(99)
  turns.leave(0)
  turns.leave(2)
  expect(gone).toEqual([0, 1, 2, 3, 4])
})

test('who does not leave holds up nobody for longer than a turn', () => {
  jest.useFakeTimers()
  const gone: number[] = []
  const turns = createTurns<number>(2, 100, n => gone.push(n))
  for (let n = 0; n < 6; n++) turns.join(n)
  jest.advanceTimersByTime(90)
  expect(gone).toEqual([0, 1])
  jest.advanceTimersByTime(40)
  expect(gone).toEqual([0, 1, 2, 3])
  jest.advanceTimersByTime(130)
  expect(gone).toEqual([0, 1, 2, 3, 4, 5])
})
