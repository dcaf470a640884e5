import { describe, expect, test } from '@jest/globals'
import { boardStateOf, manifestStanding, vietNamClock, withinHours } from '../../../services/domain/board-state.ts'
import { readBoardReport } from '../../../services/places/boards/report.ts'

const at = (clock: string) => new Date(`2026-11-26T${clock}:00+07:00`)

describe('state of a board', () => {
  const now = at('10:00')
  const ago = (ms: number) => new Date(now.getTime() - ms)

  test.each([
    [null, 'never'],
    [0, 'online'],
    [180_000, 'online'],
    [180_001, 'late'],
    [600_000, 'late'],
    [600_001, 'offline'],
    // A server whose clock was set back has heard of it "in the future".
    [-50_000, 'online'],
  ])('silent for %s ms: %s', (ms, state) => {
    const lastSeenAt = ms === null ? null : ago(ms)
    expect(boardStateOf({ kind: 'screen', lastSeenAt, retiredAt: null }, now)).toBe(state)
  })

  test('out of use goes before paper, paper before reach', () => {
    expect(boardStateOf({ kind: 'paper', lastSeenAt: ago(5), retiredAt: ago(1) }, now)).toBe('retired')
    expect(boardStateOf({ kind: 'paper', lastSeenAt: ago(5), retiredAt: null }, now)).toBe('paper')
  })
})

test('hours of a board: by day, over midnight, day and night', () => {
  expect(vietNamClock(new Date('2026-11-26T23:30:00Z'))).toBe('06:30')
  const within = (from: string, to: string, clock: string) => withinHours({ from, to }, at(clock))
  expect([within('06:00', '22:00', '06:00'), within('06:00', '22:00', '22:00')]).toEqual([true, false])
  expect([within('06:00', '22:00', '05:59'), within('06:00', '22:00', '21:59')]).toEqual([false, true])
  expect([within('20:00', '04:00', '23:00'), within('20:00', '04:00', '03:59')]).toEqual([true, true])
  expect([within('20:00', '04:00', '04:00'), within('20:00', '04:00', '12:00')]).toEqual([false, false])
  expect(within('00:00', '00:00', '03:00')).toBe(true)
})

describe('what a board reports and what it should have', () => {
  const changed = at('10:00')
  const report = (version: string, clock: string) => ({ version, at: at(clock) })

  test.each([
    ['the same', report('b', '09:00'), 'current'],
    ['another one, reported before the change', report('a', '09:59'), 'awaited'],
    ['another one, reported in the moment of the change', report('a', '10:00'), 'awaited'],
    ['another one, reported after the change', report('a', '10:01'), 'behind'],
    ['none yet', report('', '10:01'), 'unknown'],
    ['nothing at all', null, 'unknown'],
  ])('%s', (_, seen, standing) => {
    expect(manifestStanding(seen, 'b', changed)).toBe(standing)
  })

  test('a change of unknown date has been long enough', () => {
    expect(manifestStanding(report('a', '10:01'), 'b', null)).toBe('behind')
  })
})

test('a kept report: nothing, not an object, parts of another kind', () => {
  expect(readBoardReport(null)).toBeUndefined()
  expect(readBoardReport('x')).toBeUndefined()
  expect(readBoardReport({})).toEqual({})
  expect(readBoardReport({ version: 5, mode: 'dancing', visible: true, problems: ['a'] })).toEqual({
    visible: true,
    problems: ['a'],
  })
})
