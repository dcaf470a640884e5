import { describe, expect, test } from '@jest/globals'
import {
  issuedAt,
  lastDay,
  noticeStanding,
  officialDay,
  officialMoment,
  postBy,
  removeBy,
} from '../../../services/domain/paper.ts'
import { type PostingFacts, postingEnd, postingStanding, reminderDue } from '../../../services/domain/posting.ts'

const at = (text: string) => new Date(`${text}+07:00`)

describe('how long a notice hangs', () => {
  test('until its own end, or thirty days after its issue at the same clock time', () => {
    expect(removeBy(at('2026-12-01T17:00'), at('2026-11-25T09:30'))).toEqual(at('2026-12-01T17:00'))
    expect(removeBy(null, at('2026-11-25T09:30'))).toEqual(at('2026-12-25T09:30'))
  })

  test('an end at midnight is the end of the day before', () => {
    expect(lastDay(at('2026-12-26T00:00'))).toBe('2026-12-25')
    expect(lastDay(at('2026-12-25T23:59'))).toBe('2026-12-25')
    expect(lastDay(at('2026-12-26T00:01'))).toBe('2026-12-26')
  })

  test('it is issued at its approval, or at a later start; not before it is approved', () => {
    expect(issuedAt(null, '2026-12-01T08:00:00+07:00')).toBeNull()
    expect(issuedAt(at('2026-11-25T09:30'), null)).toEqual(at('2026-11-25T09:30'))
    expect(issuedAt(at('2026-11-25T09:30'), '2026-12-01T08:00:00+07:00')).toEqual(at('2026-12-01T08:00'))
    expect(issuedAt(at('2026-11-25T09:30'), '2026-11-20T08:00:00+07:00')).toEqual(at('2026-11-25T09:30'))
  })

  test('it is posted at once, or by the next day, and never after its last day', () => {
    const issued = at('2026-11-30T23:30')
    expect(postBy('emergency', issued, at('2026-12-09T00:00'))).toBeNull()
    expect(postBy('routine', issued, at('2026-12-09T00:00'))).toBe('2026-12-01')
    expect(postBy('priority', issued, at('2026-12-01T00:00'))).toBe('2026-11-30')
  })

  test('days and moments are written as in official letters', () => {
    expect(officialDay('2026-02-05')).toBe('ngày 05 tháng 02 năm 2026')
    expect(officialDay('2026-11-25')).toBe('ngày 25 tháng 11 năm 2026')
    expect(officialDay('2026-03-09')).toBe('ngày 09 tháng 3 năm 2026')
    expect(officialMoment(at('2026-11-25T09:05'))).toBe('09 giờ 05 phút, ngày 25/11/2026')
  })

  test('a sheet says what it is worth', () => {
    const now = at('2026-11-26T00:00')
    const later = at('2026-12-26T00:00')
    expect(noticeStanding('draft', later, now)).toBe('preview')
    expect(noticeStanding('submitted', later, now)).toBe('preview')
    expect(noticeStanding('dispatching', later, now)).toBe('valid')
    expect(noticeStanding('completed', later, now)).toBe('valid')
    expect(noticeStanding('completed', now, now)).toBe('expired')
    expect(noticeStanding('cancelled', later, now)).toBe('withdrawn')
    expect(noticeStanding('superseded', later, now)).toBe('superseded')
  })
})

describe('a posting on its way', () => {
  const now = at('2026-11-26T08:00')
  const facts = (more: Partial<PostingFacts> = {}): PostingFacts => ({
    state: 'dispatching',
    dispatchCancelledAt: null,
    removeBy: at('2026-12-10T08:00'),
    postedAt: null,
    removedAt: null,
    ...more,
  })
  const posted = { postedAt: at('2026-11-25T10:00') }
  const over = { removeBy: at('2026-11-26T07:59') }

  test.each([
    [facts(), 'to-post', undefined, undefined],
    [facts(posted), 'posted', undefined, undefined],
    [facts({ ...posted, removeBy: at('2026-11-27T08:00') }), 'posted', undefined, 'soon'],
    [facts({ ...posted, removeBy: at('2026-11-27T08:01') }), 'posted', undefined, undefined],
    [facts({ ...posted, ...over }), 'to-remove', 'expired', 'overdue'],
    [facts({ ...posted, state: 'expired' }), 'to-remove', 'expired', 'overdue'],
    [facts({ removeBy: at('2026-11-26T09:00') }), 'to-post', undefined, undefined],
    [facts(over), 'not-posted', 'expired', undefined],
    [facts({ dispatchCancelledAt: now }), 'not-posted', 'withdrawn', 'withdrawn'],
    [facts({ ...posted, state: 'cancelled' }), 'to-remove', 'withdrawn', 'withdrawn'],
    [facts({ ...posted, state: 'superseded', ...over }), 'to-remove', 'superseded', 'withdrawn'],
    [facts({ ...posted, ...over, removedAt: now }), 'removed', 'expired', undefined],
    [facts({ ...posted, state: 'cancelled', removedAt: now }), 'removed', 'withdrawn', undefined],
  ] as const)('%#: %j is %s', (given, standing, end, reminder) => {
    expect(postingStanding(given, now)).toBe(standing)
    expect(postingEnd(given, now)).toBe(end)
    expect(reminderDue(given, now)).toBe(reminder)
  })
})
