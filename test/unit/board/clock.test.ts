import { describe, expect, test } from '@jest/globals'
import { boardSettingsSchema } from '../../../services/domain/board.ts'
import { createClock } from '../../../services/web/board/core/clock.js'
import { clockText, dateText, lightAt, nightlyMoment, withinHours } from '../../../services/web/board/core/hours.js'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const truth = Date.parse('2026-11-26T05:00:00Z')

/** A set whose clock and counter the test moves. */
function set(wall: number) {
  const at = { wall, steady: 1_000 }
  return {
    at,
    sources: { wall: () => at.wall, steady: () => at.steady },
    pass(ms: number) {
      at.wall += ms
      at.steady += ms
    },
  }
}

describe("a board's clock", () => {
  test.each([0, 3 * day, -3 * day, -10 * 365 * day])('shows the time of the server on a set that is %i ms off', off => {
    const box = set(truth + off)
    const clock = createClock(box.sources, null)
    expect(clock.sure()).toBe(false)
    box.pass(200)
    clock.heard(truth + 100, 200)
    expect(clock.now()).toBe(truth + 200)
    expect(clock.skewMs()).toBe(off)
    box.pass(hour)
    expect(clock.now()).toBe(truth + 200 + hour)
    expect(clock.sure()).toBe(true)
  })

  test.each([3 * day, -3 * day, -7 * hour])('a set clock moved by %i ms while running changes nothing', moved => {
    const box = set(truth)
    const clock = createClock(box.sources, null)
    clock.heard(truth, 0)
    box.pass(1_000)
    expect(clock.tick()).toBe(false)
    box.at.wall += moved
    box.pass(1_000)
    expect(clock.tick()).toBe(true)
    expect(clock.now()).toBe(truth + 2_000)
    box.pass(1_000)
    expect(clock.tick()).toBe(false)
  })

  test('tells by how much it was wrong, and since when it may have been', () => {
    const box = set(truth + 3 * day)
    const clock = createClock(box.sources, null)
    const told: [number, boolean, number][] = []
    clock.watch(news => told.push([news.byMs, news.sure, news.leapMs]))
    box.pass(hour)
    clock.heard(truth + hour, 0)
    box.pass(minute)
    clock.tick()
    clock.heard(truth + hour + minute, 0)
    // A leap ahead may be sleep or somebody's hand.
    box.at.wall += hour
    clock.tick()
    box.pass(hour)
    clock.heard(truth + 2 * hour + minute, 0)
    expect(told).toEqual([
      [0, false, 0],
      [-3 * day, true, 0],
      [0, false, hour],
      [-hour, true, 0],
    ])
  })

  test('a clock that a hand set right before any server was heard moves what was noted by then', () => {
    const box = set(truth - 10 * day)
    const clock = createClock(box.sources, { offsetMs: 0, lastSeenMs: truth - 9 * day })
    const told: [number, boolean, number][] = []
    clock.watch(news => told.push([news.byMs, news.sure, news.leapMs]))
    box.at.wall = truth
    clock.tick()
    expect(told).toEqual([
      [0, false, 0],
      [9 * day, false, 0],
    ])
  })

  test('a set that slept over night, with its counter standing still, knows that time has passed', () => {
    const box = set(truth)
    const clock = createClock(box.sources, null)
    clock.heard(truth, 0)
    box.at.wall += 9 * hour
    expect(clock.tick()).toBe(true)
    expect(clock.now()).toBe(truth + 9 * hour)
  })

  describe('after a start without the server', () => {
    const restart = (off: number, wallNow: number) => {
      const before = set(truth + off)
      const clock = createClock(before.sources, null)
      clock.heard(truth, 0)
      return createClock(set(wallNow).sources, clock.memory())
    }
    test.each([3 * day, -3 * day])('a clock moved by %i ms since the server was heard is taken as it is now', moved => {
      const box = set(truth)
      const clock = createClock(box.sources, null)
      clock.heard(truth, 0)
      box.pass(hour)
      clock.tick()
      box.at.wall += moved
      clock.tick()
      expect(createClock(set(truth + 2 * hour + moved).sources, clock.memory()).now()).toBe(truth + 2 * hour)
    })
    test('goes on by the set clock, as wrong as it was', () => {
      expect(restart(0, truth + 2 * hour).now()).toBe(truth + 2 * hour)
      expect(restart(3 * day, truth + 3 * day + 2 * hour).now()).toBe(truth + 2 * hour)
    })
    test('a clock that began again in 2016 counts as the last time known', () => {
      expect(restart(0, Date.parse('2016-01-01T00:00:00Z')).now()).toBe(truth)
    })
    test('a clock that was years off and is right now is right', () => {
      expect(restart(-10 * 365 * day, truth + hour).now()).toBe(truth + hour)
    })
    test('a clock that claims to be a year later is not believed', () => {
      expect(restart(0, truth + 365 * day).now()).toBe(truth)
    })
    test('several starts in a row do not lose the time that has passed', () => {
      let memory = { offsetMs: 0, lastSeenMs: truth }
      for (let i = 0; i < 3; i++) {
        const box = set(Date.parse('2016-01-01T00:00:00Z'))
        const clock = createClock(box.sources, memory)
        box.pass(hour)
        memory = clock.memory()
      }
      expect(memory.lastSeenMs).toBe(truth + 3 * hour)
    })
    test('a clock that is set right while running is taken over', () => {
      const box = set(Date.parse('2016-01-01T00:00:00Z'))
      const clock = createClock(box.sources, { offsetMs: 0, lastSeenMs: truth })
      box.at.wall = truth + 2 * day
      expect(clock.tick()).toBe(true)
      expect(clock.now()).toBe(truth + 2 * day)
    })
  })

  test('an answer without a time changes nothing', () => {
    const clock = createClock(set(truth).sources, null)
    clock.heard(Number.NaN, 0)
    expect([clock.now(), clock.sure()]).toEqual([truth, false])
  })
})

describe('hours of Viet Nam', () => {
  const at = (time: string) => Date.parse(`2026-11-26T${time}:00+07:00`)
  test.each([
    ['06:00', '22:00', '05:59', false],
    ['06:00', '22:00', '06:00', true],
    ['06:00', '22:00', '21:59', true],
    ['06:00', '22:00', '22:00', false],
    ['22:00', '05:00', '23:30', true],
    ['22:00', '05:00', '04:59', true],
    ['22:00', '05:00', '12:00', false],
    ['07:00', '07:00', '03:00', true],
  ])('%s to %s, at %s: %s', (from, to, time, within) => {
    expect(withinHours({ from, to }, at(time))).toBe(within)
  })

  test('outside its hours a board is as dark as was set, except in an emergency', () => {
    const settings = boardSettingsSchema.parse({ outside: 'dark' })
    expect(lightAt(settings, at('12:00'), false)).toBe('on')
    expect(lightAt(settings, at('23:00'), false)).toBe('dark')
    expect(lightAt(settings, at('23:00'), true)).toBe('on')
  })

  test('the nightly moment comes once, at the time of this board', () => {
    const own = 10 * minute
    expect(nightlyMoment('03:30', own, at('03:39'), at('03:41'))).toBe(true)
    expect(nightlyMoment('03:30', own, at('03:41'), at('03:42'))).toBe(false)
    expect(nightlyMoment('03:30', own, at('03:00'), at('03:39'))).toBe(false)
    expect(nightlyMoment('03:30', 0, at('12:00'), at('23:59'))).toBe(false)
  })

  test('writes time and date as documents do', () => {
    expect(clockText(at('06:05'))).toBe('06:05')
    expect(dateText(at('00:30'))).toBe('Thứ năm, ngày 26 tháng 11 năm 2026')
    expect(dateText(Date.parse('2027-02-01T12:00:00Z'))).toBe('Thứ hai, ngày 01 tháng 02 năm 2027')
  })
})
