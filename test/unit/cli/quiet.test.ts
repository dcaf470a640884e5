import { expect, test } from '@jest/globals'
import { quietWords } from '../../../services/cli/show/quiet.ts'
import { parseQuietHours, quietUntil } from '../../../services/domain/quiet-hours.ts'
import type { Progress } from '../../../services/http/schemas.ts'
import { quietNow } from '../../support/quiet.ts'

const names = new Map([
  ['sms', 'Tin nhắn SMS'],
  ['board', 'Bảng tin công cộng'],
])
const progress = (...dispatches: [string, string, string | null][]) =>
  ({
    dispatches: dispatches.map(([channel, phase, until]) => ({ channel, round: 1, phase, quietUntil: until })),
  }) as unknown as Progress

test('what waits for the end of the quiet hours is named with its hour in Viet Nam, in both languages', () => {
  const words = quietWords(progress(['board', 'settled', null], ['sms', 'quiet', '2026-11-26T00:00:00.000Z']), names)
  const [vi, en, ...more] = words?.split('\n') ?? []
  expect(vi).toContain('Tin nhắn SMS chưa gửi, sẽ gửi lúc 07:00')
  expect(en).toContain('Tin nhắn SMS waits and goes out at 07:00')
  expect(more).toEqual([])
  expect(words).not.toContain('Bảng tin')
})

test('nothing is said when nothing waits for them', () => {
  expect(quietWords(progress(['sms', 'settled', null], ['board', 'delivering', null]), names)).toBeUndefined()
  // Paused in the quiet hours: a person keeps it back, not the hour.
  expect(quietWords(progress(['sms', 'paused', '2026-11-26T00:00:00.000Z']), names)).toBeUndefined()
})

test('the quiet hours of the tests hold at every time of the day', () => {
  for (let hour = 0; hour < 24; hour++) {
    const now = new Date(Date.UTC(2026, 10, 25, hour, 59, 30))
    const until = quietUntil(parseQuietHours(quietNow(now)) ?? null, now)
    expect((until?.getTime() ?? 0) - now.getTime()).toBeGreaterThan(7 * 3_600_000)
  }
})
