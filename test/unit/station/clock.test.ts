import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type Clock, createBackoff, createBell } from '../../../services/runtime/clock.ts'
import { createDeviceTime, createServerTime } from '../../../services/station/clock.ts'

const header = (serverMs: number) => new Date(serverMs).toUTCString()

describe('the time learnt from Date headers', () => {
  test('leaves a clock alone that may be right', () => {
    const time = createServerTime(0)
    for (let at = 1_700_000_000_000; at < 1_700_000_600_000; at += 60_137) time.observe(header(at), at - 40, at + 40)
    expect(time.skewMs()).toBe(0)
  })

  test('is within a second after one answer and near after some, however wrong the clock', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -400_000_000, max: 400_000_000 }),
        fc.array(fc.integer({ min: 1, max: 90_000 }), { minLength: 25, maxLength: 25 }),
        fc.integer({ min: 0, max: 300 }),
        (skew, pauses, wayMs) => {
          const time = createServerTime(0)
          let server = 1_700_000_000_000
          for (const [i, pause] of pauses.entries()) {
            server += pause
            time.observe(header(server), server - skew - wayMs, server - skew + wayMs)
            if (i === 0) expect(Math.abs(time.skewMs() - skew)).toBeLessThanOrEqual(1_300 + wayMs)
          }
          expect(Math.abs(time.skewMs() - skew)).toBeLessThanOrEqual(1_000)
        },
      ),
    )
  })

  test('follows a clock that was set in between, and takes no nonsense', () => {
    const time = createServerTime(0)
    time.observe(header(1_700_000_000_500), 1_700_000_000_500, 1_700_000_000_500)
    time.observe(header(1_700_000_060_500), 1_700_259_260_500, 1_700_259_260_500)
    expect(Math.abs(time.skewMs() + 259_200_000)).toBeLessThanOrEqual(1_000)
    const before = time.skewMs()
    time.observe('hôm qua', 0, 0)
    time.observe(null, 0, 0)
    time.observe(header(0), 10, 5)
    expect(time.skewMs()).toBe(before)
  })
})

describe('the time of the device', () => {
  test('takes a jump of the system clock as right until something better is known', () => {
    let wall = 1_700_000_000_000
    let steady = 0
    const clock: Clock = { wallMs: () => wall, steadyMs: () => steady, after: () => () => {}, busy: work => work }
    const server = createServerTime(90_000)
    let steps = 0
    const time = createDeviceTime(clock, server, () => steps++)
    expect(time.nowMs()).toBe(wall + 90_000)
    wall += 1_000
    steady += 1_000
    expect([time.nowMs() - wall, steps]).toEqual([90_000, 0])
    wall += 90_000
    expect([time.nowMs() - wall, steps]).toEqual([0, 1])
  })
})

describe('waiting', () => {
  test('a ring in waking hours is kept for the next sleep', async () => {
    const clock: Clock = { wallMs: () => 0, steadyMs: () => 0, after: () => () => {}, busy: work => work }
    const bell = createBell(clock)
    bell.ring()
    await bell.sleep(1_000_000)
    const sleeping = bell.sleep(1_000_000)
    bell.ring()
    await sleeping
  })

  test('grows with every failure, to its limit, and starts anew', () => {
    const backoff = createBackoff(1_000, 8_000, () => 0.5)
    expect([1, 2, 3, 4, 5].map(() => backoff.next())).toEqual([1_000, 2_000, 4_000, 8_000, 8_000])
    backoff.reset()
    expect(backoff.next()).toBe(1_000)
  })
})
