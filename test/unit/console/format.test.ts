import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { readLanguage } from '../../../services/web/console/src/i18n/language.ts'
import { ownAddress } from '../../../services/web/console/src/lib/address.ts'
import {
  dayOf,
  formatBytes,
  formatDate,
  formatDateTime,
  formatDuration,
  formatMoney,
  formatTime,
  fromPicker,
  toPicker,
  wholePercent,
} from '../../../services/web/console/src/lib/format.ts'

describe('time on the screen is the time of Viet Nam', () => {
  test('late evening in UTC is the next morning there', () => {
    expect(formatDateTime('2026-08-12T22:05:00.000Z')).toBe('05:05 13/08/2026')
    expect(formatTime('2026-08-12T17:00:00Z')).toBe('00:00')
    expect(dayOf('2026-08-12T17:00:00Z')).toBe('2026-08-13')
  })
  test('nothing and nonsense are a dash', () => {
    expect(formatDate(null)).toBe('–')
    expect(formatDate('hôm qua')).toBe('–')
  })
  test('a date picker says what it was given, minute by minute', () => {
    expect(fromPicker('2026-11-24 05:30:00')).toBe('2026-11-24T05:30:00+07:00')
    expect(fromPicker(null)).toBeNull()
    expect(toPicker(null)).toBeNull()
    fc.assert(
      // From 2000 on: before 1975 the zone was not UTC+7 all the time.
      fc.property(fc.integer({ min: 15_778_080, max: 60_000_000 }), minutes => {
        const at = new Date(minutes * 60_000)
        expect(new Date(fromPicker(toPicker(at.toISOString())) ?? 0).getTime()).toBe(at.getTime())
      }),
    )
  })
})

describe('numbers', () => {
  test('durations', () => {
    expect(formatDuration(94.4)).toBe('1:34')
    expect(formatDuration(59.6)).toBe('1:00')
    expect(formatDuration(3_725)).toBe('1:02:05')
    expect(formatDuration(-1)).toBe('0:00')
  })
  test('bytes and money', () => {
    expect(formatBytes(752_640, 'vi')).toBe('753 kB')
    expect(formatBytes(1_250_000, 'vi')).toBe('1,3 MB')
    expect(formatBytes(999, 'en')).toBe('999 B')
    expect(formatMoney(1_250_000.4, 'vi')).toBe('1.250.000 đ')
  })
  test('a share never claims all or nothing too soon', () => {
    expect(wholePercent(999_999, 1_000_000)).toBe(99)
    expect(wholePercent(1, 1_000_000)).toBe(1)
    expect(wholePercent(0, 10)).toBe(0)
    expect(wholePercent(10, 10)).toBe(100)
    expect(wholePercent(0, 0)).toBe(0)
  })
})

test('the remembered language is only taken when it is one', () => {
  expect(readLanguage('en')).toBe('en')
  expect(readLanguage('fr')).toBe('vi')
  expect(readLanguage(null)).toBe('vi')
})

test('a signed address of this server is asked for under the name of the open page', () => {
  expect(ownAddress('http://10.0.0.5:8080/files/ab.mp3?exp=1&sig=x-y')).toBe('/files/ab.mp3?exp=1&sig=x-y')
  expect(ownAddress('/files/ab.mp3?exp=1')).toBe('/files/ab.mp3?exp=1')
})
