import { describe, expect, test } from '@jest/globals'
import { type DeviceFacts, deviceAttention, deviceReach, vietNamTime } from '../../../services/places/device-state.ts'

const now = new Date('2026-11-25T10:00:00.000Z')
const ago = (ms: number) => new Date(now.getTime() - ms)
const facts: DeviceFacts = {
  reach: 'online',
  lastSeenAt: now,
  reported: { version: '1', seq: 4, playing: null, clockSkewMs: 0, filesMissing: 0, soundOk: true },
  seq: 4,
  issuedAt: ago(3_600_000),
  faults: [],
  recent: [],
  now,
}
const words = (more: Partial<DeviceFacts>) => deviceAttention({ ...facts, ...more }).map(s => s.vi)

describe('a device', () => {
  test.each([
    [null, null, 'never'],
    [0, null, 'online'],
    [180_000, null, 'online'],
    [180_001, null, 'late'],
    [600_000, null, 'late'],
    [600_001, null, 'offline'],
    [0, 0, 'revoked'],
  ] as const)('silent for %s ms, revoked %s: %s', (silentMs, revoked, reach) => {
    const lastSeenAt = silentMs === null ? null : ago(silentMs)
    expect(deviceReach({ lastSeenAt, revokedAt: revoked === null ? null : now }, now)).toBe(reach)
  })

  test('that is well needs no attention, and neither does one that was revoked', () => {
    expect(words({})).toEqual([])
    expect(words({ reach: 'revoked', faults: [{ kind: 'gap', from: 1, to: 2, at: '' }] })).toEqual([])
  })

  test('behind by a schedule is told after a while only: a new one takes a moment', () => {
    expect(words({ seq: 5, issuedAt: ago(60_000) })).toEqual([])
    expect(words({ seq: 5, issuedAt: ago(200_000) })).toEqual(['Thiết bị chưa nhận lịch phát mới nhất.'])
  })

  test('offline says nothing of what it last said', () => {
    const reported = { version: '1', seq: 4, playing: null, clockSkewMs: 0, filesMissing: 3, soundOk: false }
    expect(words({ reach: 'offline', lastSeenAt: ago(900_000), reported })).toEqual([
      'Mất liên lạc từ 16:45 25/11/2026.',
    ])
  })

  test('has a reason in words for what it missed, also for one that is not known', () => {
    const recent = [{ kind: 'missed', reason: 'power-cut', at: now }]
    expect(words({ recent })).toEqual(['Bỏ lỡ phiên phát lúc 17:00 25/11/2026: mất điện.'])
    expect(words({ recent: [{ kind: 'fault', reason: null, at: now }] })).toEqual([
      'Báo lỗi lúc 17:00 25/11/2026: không rõ lý do.',
    ])
  })

  test('times are those of Viet Nam, over midnight', () => {
    expect(vietNamTime(new Date('2026-12-31T17:00:00Z'))).toBe('00:00 01/01/2027')
  })
})
