import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { programmeSchema, usualProgramme } from '../../../services/domain/programme.ts'
import type { Slot } from '../../../services/http/schemas-airtime.ts'
import {
  addDays,
  countdown,
  dayBars,
  endClock,
  freshSession,
  mondayOf,
  nextSlot,
  shortDay,
  slotStanding,
  weekColumns,
  weekday,
} from '../../../services/web/console/src/lib/airtime.ts'
import { lineFacts } from '../../../services/web/console/src/lib/asRun.ts'

const slot = (startsAt: string, part: Partial<Slot> = {}): Slot => ({
  id: startsAt,
  areaCode: '19360',
  areaName: 'Xã Hướng Hiệp',
  startsAt,
  maxSeconds: 900,
  seconds: 300,
  relay: false,
  state: 'planned',
  voidReason: null,
  problem: null,
  items: [],
  file: null,
  playback: { devices: 0, played: 0, partly: 0, missed: 0, silent: 0, tickedAt: null, tickedBy: null },
  ...part,
})

describe('days in Viet Nam', () => {
  test('the week begins on Monday, also seen from just after midnight in Viet Nam', () => {
    expect(mondayOf(new Date('2026-11-22T16:59:00Z'))).toBe('2026-11-16')
    expect(mondayOf(new Date('2026-11-22T17:00:00Z'))).toBe('2026-11-23')
    expect(weekday('2026-11-29')).toBe(7)
    expect(shortDay('2026-11-05')).toBe('05/11')
  })

  test('adding days and taking them away again is nothing, over months and leap years', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true }),
        fc.nat(800),
        (at, n) => {
          const day = at.toISOString().slice(0, 10)
          expect(addDays(addDays(day, n), -n)).toBe(day)
          expect((weekday(addDays(day, n)) - weekday(day) - (n % 7) + 14) % 7).toBe(0)
        },
      ),
    )
  })
})

describe('what a slot is', () => {
  const start = '2026-11-25T10:00:00.000Z'
  const at = (minutes: number) => new Date(new Date(start).getTime() + minutes * 60_000)
  const playback = (part: Partial<Slot['playback']>) => ({ playback: { ...slot(start).playback, ...part } })

  test('by its state and the clock', () => {
    expect(slotStanding(slot(start), at(-60))).toBe('planned')
    expect(slotStanding(slot(start, { state: 'locked' }), at(-5))).toBe('locked')
    expect(slotStanding(slot(start), at(0))).toBe('onAir')
    expect(slotStanding(slot(start), at(15))).toBe('over')
    expect(slotStanding(slot(start, { state: 'void' }), at(0))).toBe('void')
  })

  test('played only by a report or a tick, never by the clock alone', () => {
    expect(slotStanding(slot(start, playback({ played: 1, devices: 4 })), at(20))).toBe('played')
    expect(slotStanding(slot(start, playback({ tickedAt: start })), at(20))).toBe('played')
    expect(slotStanding(slot(start, playback({ silent: 4, devices: 4 })), at(20))).toBe('over')
  })

  test('the next one may be on air; dropped ones do not count', () => {
    const later = slot('2026-11-25T16:00:00.000Z')
    expect(nextSlot([later, slot(start)], at(10))?.id).toBe(start)
    expect(nextSlot([later, slot(start, { state: 'void' })], at(10))).toBe(later)
    expect(nextSlot([slot(start)], at(15))).toBeUndefined()
  })
})

test('a session ends after its minutes, also past midnight', () => {
  expect(endClock('05:30', 15)).toBe('05:45')
  expect(endClock('23:50', 15)).toBe('00:05')
})

test('a new session stands apart from the last one and is a valid one', () => {
  expect(freshSession([])).toMatchObject({ start: '05:30', source: 'own' })
  const sessions = [...usualProgramme.sessions, freshSession(usualProgramme.sessions)]
  expect(programmeSchema.safeParse({ sessions }).success).toBe(true)
  expect(sessions.at(-1)?.start).toBe('18:00')
})

test('quiet hours over midnight are two bars of a day', () => {
  const bars = dayBars(usualProgramme, 1)
  expect(bars.quiet).toEqual([
    { from: 0, to: 5 / 24 },
    { from: 21 / 24, to: 1 },
  ])
  expect(bars.sessions).toHaveLength(2)
  expect(dayBars(usualProgramme, 7).sessions).toEqual([])
})

test('a countdown rounds up, and is never negative', () => {
  expect(countdown(61_000)).toEqual({ hours: 0, minutes: 2 })
  expect(countdown(3_600_000)).toEqual({ hours: 1, minutes: 0 })
  expect(countdown(-5)).toEqual({ hours: 0, minutes: 0 })
})

test('a log line shows what is known, a reason code in words, a person’s reason as it is', () => {
  const reasons = { emergency: 'nhường thông báo khẩn cấp' }
  expect(
    lineFacts({ title: 'Lịch tiêm chủng', reason: 'emergency', play: 2, sha256: 'ab'.repeat(32) }, reasons),
  ).toEqual(['Lịch tiêm chủng', 'nhường thông báo khẩn cấp', '#2', 'SHA-256 abababababab…'])
  expect(lineFacts({ reason: 'Chờ trường xác nhận', items: [{ title: 'A' }, {}], lufs: -16 }, reasons)).toEqual([
    'Chờ trường xác nhận',
    'A',
    '-16.0 LUFS',
  ])
})

test('days with sessions get the room of those without', () => {
  expect(weekColumns([{ slots: [1] }, { slots: [] }])).toBe('minmax(0, 1.9fr) minmax(0, 1fr)')
})
