import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { mondayOf, vietNamClock, vietNamDay, weekdayOf } from '../../../services/domain/airtime/calendar.ts'
import {
  framesOf,
  inQuietHours,
  type ProgrammeException,
  quotaSecondsOf,
  strictest,
} from '../../../services/domain/airtime/frames.ts'
import { programmeProblems } from '../../../services/domain/airtime/rules.ts'
import { type Programme, programmeSchema, usualProgramme } from '../../../services/domain/programme.ts'

const workdays = [1, 2, 3, 4, 5]
const programme = (over: Record<string, unknown>): Programme => programmeSchema.parse({ sessions: [], ...over })
const session = (start: string, minutes = 15, weekdays = workdays) => ({ start, minutes, weekdays })
const wednesday = '2026-11-25'
const starts = (...args: Parameters<typeof framesOf>) =>
  framesOf(...args).map(f => `${vietNamClock(f.startsAt)}/${f.maxSeconds / 60}`)
const exception = (over: Partial<ProgrammeException>): ProgrammeException => ({
  id: '1',
  day: wednesday,
  kind: 'off',
  start: null,
  to: null,
  minutes: null,
  ...over,
})

describe('what a programme may not do', () => {
  test('the usual one breaks nothing', () => {
    expect(programmeProblems(usualProgramme, null)).toEqual([])
    expect(programmeProblems(usualProgramme, usualProgramme.quota)).toEqual([])
  })

  test.each([
    ['quiet hours', { sessions: [session('04:30')] }, /giờ yên tĩnh 21:00 – 05:00/],
    ['quiet hours at its end', { sessions: [session('20:50', 15)] }, /giờ yên tĩnh/],
    ['overlap', { sessions: [session('17:00', 30), session('17:20', 15, [3])] }, /chồng lên phiên 17:20 vào thứ Tư/],
    ['midnight', { sessions: [session('23:50', 15)], quiet: null }, /nửa đêm/],
    [
      'own quota, minutes',
      { sessions: [session('17:00', 30)], quota: { sessionsPerDay: 2, minutesPerSession: 15, weekdays: workdays } },
      /vượt hạn mức của địa bàn là 15 phút/,
    ],
    [
      'own quota, days',
      {
        sessions: [session('17:00', 15, [6])],
        quota: { sessionsPerDay: 2, minutesPerSession: 15, weekdays: workdays },
      },
      /thứ Bảy.*không cho phát/,
    ],
    [
      'own quota, number',
      {
        sessions: [session('07:00'), session('12:00'), session('17:00')],
        quota: { sessionsPerDay: 2, minutesPerSession: 15, weekdays: workdays },
      },
      /Quá 2 phiên/,
    ],
    ['no room for anything', { sessions: [session('17:00', 1)], powerOnLeadSeconds: 60 }, /riêng phần chờ/],
  ])('%s', (_name, over, sentence) => {
    const problems = programmeProblems(programme(over), null)
    expect(problems).toHaveLength(1)
    expect(problems[0]?.vi).toMatch(sentence)
    expect(problems[0]?.en).toMatch(/\w/)
  })

  test('the province’s quota binds a commune that has a looser one of its own', () => {
    const loose = programme({
      sessions: [session('17:00', 45)],
      quota: { sessionsPerDay: 8, minutesPerSession: 60, weekdays: [1, 2, 3, 4, 5, 6, 7] },
    })
    expect(programmeProblems(loose, null)).toEqual([])
    const bound = programmeProblems(loose, { sessionsPerDay: 2, minutesPerSession: 15, weekdays: workdays })
    expect(bound.map(p => p.vi).join()).toMatch(/hạn mức của tỉnh là 15 phút/)
  })
})

describe('the sessions of a day', () => {
  const two = programme({ sessions: [session('17:00'), session('05:30')] })

  test('in Viet Nam, wherever the server stands', () => {
    const [first] = framesOf(wednesday, two, null, [])
    expect(first?.startsAt.toISOString()).toBe('2026-11-24T22:30:00.000Z')
    expect(vietNamDay(new Date('2026-11-24T17:00:00Z'))).toBe('2026-11-25')
    expect(weekdayOf('2026-11-29')).toBe(7)
    expect(mondayOf('2026-11-29')).toBe('2026-11-23')
    expect(framesOf('2026-11-28', two, null, [])).toEqual([])
  })

  test('a quota that came later cuts what is over it', () => {
    const quota = { sessionsPerDay: 1, minutesPerSession: 10, weekdays: workdays }
    expect(starts(wednesday, two, quota, [])).toEqual(['05:30/10'])
    expect(starts(wednesday, two, { ...quota, weekdays: [1] }, [])).toEqual([])
    expect(quotaSecondsOf(wednesday, quota)).toBe(600)
    expect(quotaSecondsOf('2026-11-28', quota)).toBe(0)
    expect(strictest(quota, { sessionsPerDay: 3, minutesPerSession: 5, weekdays: [1, 6] })).toEqual({
      sessionsPerDay: 1,
      minutesPerSession: 5,
      weekdays: [1],
    })
  })

  test('exceptions: off, one off, moved, longer, one more', () => {
    const day = (...e: Partial<ProgrammeException>[]) => starts(wednesday, two, null, e.map(exception))
    expect(day({})).toEqual([])
    expect(day({ start: '05:30' })).toEqual(['17:00/15'])
    expect(day({ kind: 'move', start: '17:00', to: '18:30' })).toEqual(['05:30/15', '18:30/15'])
    expect(day({ kind: 'longer', start: '17:00', minutes: 40 })).toEqual(['05:30/15', '17:00/40'])
    expect(day({ kind: 'extra', to: '11:00', minutes: 20 })).toEqual(['05:30/15', '11:00/20', '17:00/15'])
    // Of what overlaps or lies in the quiet hours after all, the later one and the quiet one give way.
    expect(day({ kind: 'extra', to: '17:10', minutes: 20 })).toEqual(['05:30/15', '17:00/15'])
    expect(day({ kind: 'move', start: '17:00', to: '22:00' })).toEqual(['05:30/15'])
    expect(starts('2026-11-26', two, null, [exception({})])).toEqual(['05:30/15', '17:00/15'])
  })

  test('never in the quiet hours and never two at once', () => {
    const clock = fc
      .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
      .map(([h, m]) => `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`)
    const minutes = fc.integer({ min: 1, max: 60 })
    fc.assert(
      fc.property(
        fc.array(fc.record({ start: clock, minutes }), { maxLength: 8 }),
        fc.array(
          fc.record({ kind: fc.constantFrom('off', 'move', 'extra', 'longer'), start: clock, to: clock, minutes }),
          { maxLength: 4 },
        ),
        fc.option(fc.record({ from: clock, to: clock }), { nil: null }),
        (sessions, changes, quiet) => {
          const any = programme({ sessions: sessions.map(s => ({ ...s, weekdays: [3] })), quiet })
          const frames = framesOf(
            wednesday,
            any,
            null,
            changes.map(c => exception(c as Partial<ProgrammeException>)),
          )
          for (const [i, frame] of frames.entries()) {
            expect(inQuietHours(vietNamClock(frame.startsAt), frame.maxSeconds / 60, quiet)).toBe(false)
            const next = frames[i + 1]
            if (next)
              expect(frame.startsAt.getTime() + frame.maxSeconds * 1000).toBeLessThanOrEqual(next.startsAt.getTime())
          }
        },
      ),
    )
  })
})
