import { expect, test } from '@jest/globals'
import {
  countStandings,
  splitByWithdrawal,
  standingOfPlayback,
} from '../../../services/web/console/src/lib/playback.ts'

const at = '2026-11-25T10:03:00.000Z'
const nothing = { airedAt: null, plays: 0, interruptedAt: null, missed: 0 }

test('a station stands where the firmest that is known puts it', () => {
  expect(standingOfPlayback({ airedAt: at, plays: 1, interruptedAt: at, missed: 1 })).toBe('ticked')
  expect(standingOfPlayback({ ...nothing, plays: 1, interruptedAt: at, missed: 1 })).toBe('played')
  expect(standingOfPlayback({ ...nothing, interruptedAt: at, missed: 1 })).toBe('cut')
  expect(standingOfPlayback({ ...nothing, missed: 2 })).toBe('missed')
  expect(standingOfPlayback(nothing)).toBe('unknown')
})

test('every station is counted once', () => {
  expect(countStandings([nothing, nothing, { ...nothing, plays: 3 }])).toEqual({
    ...{ ticked: 0, played: 1, cut: 0, missed: 0, unknown: 2 },
  })
})

test('plays are told apart only by a withdrawal', () => {
  expect(splitByWithdrawal({ withdrawnAt: null, plays: 2, playsAfterWithdrawal: 0 })).toBeNull()
  expect(splitByWithdrawal({ withdrawnAt: at, plays: 3, playsAfterWithdrawal: 1 })).toEqual({ before: 2, after: 1 })
})
