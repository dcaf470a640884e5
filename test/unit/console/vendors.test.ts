import { describe, expect, test } from '@jest/globals'
import { permissions } from '../../../services/domain/accounts.ts'
import type { ChannelVendors, DispatchProgress, Vendor } from '../../../services/http/schemas.ts'
import { en } from '../../../services/web/console/src/i18n/en.ts'
import { moveWords } from '../../../services/web/console/src/i18n/vendors.ts'
import { vi } from '../../../services/web/console/src/i18n/vi.ts'
import { concerns, situationOf, standingOf, vendorsAway } from '../../../services/web/console/src/lib/vendors.ts'

const vendor = (id: string, configuredShare: number, presentShare = configuredShare, inTrouble = false) =>
  ({ id, configuredShare, presentShare, inTrouble, troubles: inTrouble ? 50 : 0 }) as Vendor
const channel = (vendors: Vendor[], more: Partial<ChannelVendors> = {}): ChannelVendors => ({
  channel: 'sms',
  vendors,
  allInTrouble: false,
  otherSetting: false,
  moves: [],
  ...more,
})
const away = [vendor('twilio', 60, 35), vendor('esms', 40, 65)]
const now = new Date('2026-11-26T02:00:00Z')
const dispatch = (more: { waiting?: number; settledAt?: string; channel?: string }) =>
  ({
    channel: more.channel ?? 'sms',
    counts: { waiting: more.waiting ?? 0, sending: 0 },
    settledAt: more.settledAt ?? null,
  }) as DispatchProgress

describe('what a reader should know first', () => {
  test('that nothing can be moved, that nothing moves any more, that shares have moved', () => {
    expect(situationOf(channel([vendor('twilio', 100)]))).toBe('single')
    expect(situationOf(channel([vendor('twilio', 60), vendor('esms', 40)]))).toBe('usual')
    expect(situationOf(channel(away))).toBe('moved')
    expect(situationOf(channel(away, { allInTrouble: true }))).toBe('allInTrouble')
  })

  test('of one vendor: its trouble before its share', () => {
    expect(away.map(standingOf)).toEqual(['less', 'more'])
    expect(standingOf(vendor('twilio', 60))).toBe('usual')
    expect(standingOf(vendor('twilio', 60, 35, true))).toBe('trouble')
    expect(standingOf(vendor('twilio', 60, 60, true))).toBe('trouble')
    // Nothing is known of the troubles of a single one, so it is not called well.
    expect(standingOf({ ...vendor('twilio', 100), troubles: null })).toBe('only')
  })

  test('in the words that were asked for', () => {
    expect(vi.vendors.allInTrouble).toBe('Mọi nhà cung cấp đều gặp sự cố nên giữ nguyên tỷ lệ')
    const at = '2026-11-26T00:00:00.000Z'
    const fell = { at, vendor: 'twilio', from: 60, to: 35, reason: 'troubles' as const, troubles: 53 }
    expect(moveWords(vi, fell)).toBe('gặp 53 sự cố trong một phút, giảm từ 60% xuống 35%')
    expect(moveWords(en, fell)).toBe('53 troubles within a minute, down from 60% to 35%')
    const rose = { at, vendor: 'twilio', from: 35, to: 45, reason: 'quiet' as const, troubles: 2 }
    expect(moveWords(vi, rose)).toBe('đã ổn định trở lại, tăng từ 35% lên 45%')
  })
})

describe('the line under the progress of an announcement', () => {
  test('names the vendors that get less, while their channel is being sent', () => {
    expect(vendorsAway([channel(away)], [dispatch({ waiting: 1 })], now).map(v => v.id)).toEqual(['twilio'])
    expect(vendorsAway([channel(away)], [dispatch({ waiting: 1, channel: 'board' })], now)).toEqual([])
    expect(vendorsAway([channel([vendor('twilio', 100)])], [dispatch({ waiting: 1 })], now)).toEqual([])
    expect(vendorsAway([], [dispatch({ waiting: 1 })], now)).toEqual([])
  })

  test('goes away an hour after the end, and does not come back for an old announcement', () => {
    expect(concerns(dispatch({ settledAt: '2026-11-26T01:30:00Z' }), now)).toBe(true)
    expect(concerns(dispatch({ settledAt: '2026-11-26T00:59:00Z' }), now)).toBe(false)
    expect(concerns(dispatch({ waiting: 3 }), now)).toBe(true)
    // Cancelled before it began: nothing is open and nothing has ended.
    expect(concerns(dispatch({}), now)).toBe(false)
  })

  test('everybody who may read it may also follow its link', () => {
    expect(permissions['announcement.control']).toEqual(permissions['announcement.read'])
  })
})
