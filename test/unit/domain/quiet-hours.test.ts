import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parseQuietHours, quietUntil } from '../../../services/domain/quiet-hours.ts'

const night = parseQuietHours('21:00-07:00') ?? null
/** A moment given in Viet Nam time. */
const vn = (time: string) => new Date(`2026-11-25T${time}+07:00`)

describe('quiet hours', () => {
  test('from nine in the evening to seven in the morning, in Viet Nam', () => {
    expect(quietUntil(night, vn('20:59:59'))).toBeNull()
    expect(quietUntil(night, vn('21:00:00'))).toEqual(new Date('2026-11-26T07:00:00+07:00'))
    expect(quietUntil(night, vn('00:30:00'))).toEqual(vn('07:00:00'))
    expect(quietUntil(night, vn('06:59:59'))).toEqual(vn('07:00:00'))
    expect(quietUntil(night, vn('07:00:00'))).toBeNull()
    expect(quietUntil(null, vn('23:00:00'))).toBeNull()
  })

  test('can be set, also within one day, and switched off', () => {
    const noon = parseQuietHours('11:30-13:30') ?? null
    expect(quietUntil(noon, vn('12:00:00'))).toEqual(vn('13:30:00'))
    expect(quietUntil(noon, vn('21:00:00'))).toBeNull()
    expect(parseQuietHours('off')).toBeNull()
    for (const wrong of ['', '21-7', '24:00-07:00', '07:00-07:00', '21:00'])
      expect(parseQuietHours(wrong)).toBeUndefined()
  })

  test('an end that is told is never quiet itself, and never more than a day away', () => {
    const minutes = fc.integer({ min: 0, max: 1439 })
    const moments = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01') })
    fc.assert(
      fc.property(minutes, minutes, moments, (fromMinute, toMinute, now) => {
        fc.pre(fromMinute !== toMinute)
        const until = quietUntil({ fromMinute, toMinute }, now)
        if (until === null) return
        expect(until.getTime()).toBeGreaterThan(now.getTime())
        expect(until.getTime() - now.getTime()).toBeLessThanOrEqual(86_400_000)
        expect(quietUntil({ fromMinute, toMinute }, until)).toBeNull()
      }),
    )
  })
})
