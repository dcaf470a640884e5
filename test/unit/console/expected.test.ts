import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { ChannelInfo } from '../../../services/http/schemas.ts'
import { roughTime, totalCost } from '../../../services/web/console/src/lib/estimates.ts'
import { formatNear } from '../../../services/web/console/src/lib/format.ts'
import { clockTime, quietWait } from '../../../services/web/console/src/lib/quiet.ts'

const channel = (id: string, waitsInQuietHours: boolean) => ({ id, waitsInQuietHours }) as ChannelInfo
const night = { fromMinute: 21 * 60, toMinute: 7 * 60 }
const instance = { quietHours: night, channels: [channel('sms', true), channel('board', false)] }
const content = { priority: 'routine' as const, scheduleAt: null, expiresAt: null, channels: ['sms', 'board'] }
/** 22:30 and 09:00 in Viet Nam. */
const late = new Date('2026-11-25T15:30:00Z')
const morning = new Date('2026-11-26T02:00:00Z')
const until = new Date('2026-11-26T00:00:00Z')

describe('when a message goes out', () => {
  test('at night a routine message waits for the morning, and only on the channels that wait', () => {
    const wait = quietWait(content, instance, late)
    expect(wait).toEqual({ channels: [instance.channels[0]], until, expiresBefore: false })
    expect(quietWait({ ...content, channels: ['board'] }, instance, late)).toBeNull()
  })
  test('by day it goes out at once; a time at night waits; a time that has passed means now', () => {
    expect(quietWait(content, instance, morning)).toBeNull()
    const scheduled = { ...content, scheduleAt: '2026-11-25T22:00:00+07:00' }
    expect(quietWait(scheduled, instance, new Date('2026-11-25T08:00:00Z'))?.until).toEqual(until)
    expect(quietWait(scheduled, instance, morning)).toBeNull()
  })
  test('priority and emergency do not wait, nor does an instance without quiet hours', () => {
    expect(quietWait({ ...content, priority: 'priority' }, instance, late)).toBeNull()
    expect(quietWait({ ...content, priority: 'emergency' }, instance, late)).toBeNull()
    expect(quietWait(content, { ...instance, quietHours: null }, late)).toBeNull()
  })
  test('what expires before the morning is never sent, and that is said', () => {
    expect(quietWait({ ...content, expiresAt: '2026-11-26T06:00:00+07:00' }, instance, late)?.expiresBefore).toBe(true)
    expect(quietWait({ ...content, expiresAt: '2026-11-26T08:00:00+07:00' }, instance, late)?.expiresBefore).toBe(false)
  })
  test('times of the day', () => {
    expect([clockTime(0), clockTime(425), clockTime(1260)]).toEqual(['00:00', '07:05', '21:00'])
    expect(formatNear('2026-11-26T00:00:00Z', morning)).toBe('07:00')
    expect(formatNear('2026-11-26T00:00:00Z', late)).toBe('07:00 26/11/2026')
  })
})

describe('how long and how much', () => {
  test('never shorter than the seconds, and at most five minutes longer', () => {
    fc.assert(
      fc.property(fc.integer({ min: 60, max: 1_000_000 }), seconds => {
        const { hours, minutes } = roughTime(seconds)
        const told = hours * 3600 + minutes * 60
        expect(told).toBeGreaterThanOrEqual(seconds)
        expect(told - seconds).toBeLessThan(300)
        expect(minutes).toBeLessThan(60)
      }),
    )
    expect(roughTime(59)).toEqual({ hours: 0, minutes: 0 })
    expect(roughTime(3_541)).toEqual({ hours: 1, minutes: 0 })
  })
  test('a total says when the price of a channel is missing', () => {
    const sms = { mayCost: true, estimate: { costDong: 1_000 } }
    const free = { mayCost: false, estimate: {} }
    expect(totalCost([sms, free])).toEqual({ dong: 1_000, partly: false })
    expect(totalCost([sms, { mayCost: true, estimate: undefined }])).toEqual({ dong: 1_000, partly: true })
    expect(totalCost([free])).toEqual({ dong: null, partly: false })
    expect(totalCost([{ mayCost: true, estimate: {} }])).toEqual({ dong: null, partly: true })
  })
})
