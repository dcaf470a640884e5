import { expect, test } from '@jest/globals'
import type { ChaosReport } from '../../../services/bench/chaos.ts'
import { isAlive } from '../../../services/runtime/process.ts'
import { childrenOf, startLoa } from '../../support/loa.ts'
import { until } from '../../support/wait.ts'

/*
 * The real program with real processes, small: three thousand people, four kills (one while the database is away), an
 * emptied Redis, PostgreSQL stopped for two seconds. `loa chaos` without options is the same for a province.
 */
const quick = ['--recipients', '3000', '--kills', '4', '--lease', '5', '--sweep', '2', '--postgres-stopped', '2']

test('workers killed, Redis emptied, PostgreSQL stopped: nobody is lost, nobody gets it twice', async () => {
  const { code, out, err } = await startLoa(['chaos', '--seed', '20613', ...quick, '--json']).ended
  expect(err).not.toContain('unexpected error')
  const report = JSON.parse(out) as ChaosReport
  expect(report.failures).toEqual([])
  expect(report).toMatchObject({
    kills: 4,
    killsWhileDatabaseAway: 1,
    redisEmptied: 1,
    audience: 3_000,
    // One in fifty without consent, one in a hundred who refused.
    skipped: 90,
    lost: 0,
    duplicated: 0,
    missedButAccepted: 0,
    sentButDenied: 0,
    strangers: 0,
    balances: true,
    completedByItself: true,
  })
  // It did hurt: otherwise nothing was shown.
  expect(report.postgresStoppedSeconds).toBeGreaterThanOrEqual(2)
  expect(report.killsInFlight).toBeGreaterThan(0)
  expect(report.unknownFromKills).toBeGreaterThan(0)
  expect(report.vendorTook).toBeGreaterThan(2_500)
  expect(code).toBe(0)
}, 180_000)

test('Ctrl-C in the middle ends every process that it has started', async () => {
  const chaos = startLoa(['chaos', ...quick])
  await until('the dispatch is under way', () => chaos.err().includes('kill at'), 120_000)
  // API, two workers, simulator, PostgreSQL, Redis; a worker may just be dead.
  const children = childrenOf(chaos.pid)
  expect(children.length).toBeGreaterThanOrEqual(5)
  chaos.signal('SIGINT')
  expect((await chaos.ended).code).toBe(130)
  await until('every child is gone', () => !children.some(isAlive))
}, 180_000)
