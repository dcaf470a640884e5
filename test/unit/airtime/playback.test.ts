import { describe, expect, test } from '@jest/globals'
import { missedByAll, playbackOf } from '../../../services/domain/airtime/playback.ts'

const report = (done: number, heard: boolean, missed: boolean) => ({ done, heard, missed })

describe('what devices reported of a slot', () => {
  test('all of it, part of it, nothing of it, no word', () => {
    const reports = [report(3, true, false), report(2, true, true), report(0, false, true)]
    expect(playbackOf(5, reports, 3)).toEqual({ devices: 5, played: 1, partly: 1, missed: 1, silent: 2 })
    // A device that was revoked since is still one that reported.
    expect(playbackOf(0, reports, 3)).toEqual({ devices: 3, played: 1, partly: 1, missed: 1, silent: 0 })
    // Everything left out because it was withdrawn is not "played".
    expect(playbackOf(1, [report(2, false, false)], 2)).toMatchObject({ played: 0, silent: 1 })
  })

  test('missed by all: only when somebody says so and nobody heard anything', () => {
    expect(missedByAll(playbackOf(3, [report(0, false, true)], 1))).toBe(true)
    expect(missedByAll(playbackOf(3, [report(0, false, true), report(1, true, false)], 1))).toBe(false)
    expect(missedByAll(playbackOf(3, [report(0, false, true), report(0, true, false)], 1))).toBe(false)
    expect(missedByAll(playbackOf(3, [], 1))).toBe(false)
  })
})
