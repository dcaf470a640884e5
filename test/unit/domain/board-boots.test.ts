import { describe, expect, test } from '@jest/globals'
import { type BoardBoot, nextBoots, takeTurns } from '../../../services/domain/board-boots.ts'

const start = Date.parse('2026-11-26T00:00:00Z')

/** Heartbeats as `boot@second`, and whether each shows two players. */
function turns(...beats: [boot: string, second: number][]): boolean[] {
  let boots: BoardBoot[] = []
  return beats.map(([boot, second]) => {
    boots = nextBoots(boots, boot, new Date(start + second * 1_000))
    return takeTurns(boots)
  })
}

describe('runs of a player', () => {
  test('one run, and restarts, are one player', () => {
    expect(turns(['a', 0], ['a', 60], ['b', 90], ['b', 150], ['c', 200])).not.toContain(true)
  })

  test('two that take turns are two players, as long as they do', () => {
    expect(turns(['a', 0], ['b', 30], ['a', 60], ['b', 90])).toEqual([false, false, true, true])
    expect(turns(['a', 0], ['a', 10], ['b', 30], ['b', 40], ['a', 170])).toEqual([false, false, false, false, true])
  })

  test('three that take turns are noticed too', () => {
    expect(turns(['a', 0], ['b', 20], ['c', 40], ['a', 60])).toEqual([false, false, false, true])
  })

  test('a run that comes back after more than three minutes proves nothing: a page may have been asleep', () => {
    expect(turns(['a', 0], ['b', 30], ['a', 181])).not.toContain(true)
  })

  test('few runs are remembered', () => {
    let boots: BoardBoot[] = []
    for (let i = 0; i < 100; i++) boots = nextBoots(boots, `run-${i}`, new Date(start + i))
    expect(boots.map(b => b.boot)).toEqual(['run-99', 'run-98', 'run-97', 'run-96'])
  })
})
