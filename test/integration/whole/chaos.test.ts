import { expect, test } from '@jest/globals'
import type { ChaosReport } from '../../../services/bench/chaos.ts'
import { runLoa } from '../../support/loa.ts'

/*
 * The real program with real processes, small: three thousand people, four kills (one while the database is away), an
 * emptied Redis, PostgreSQL stopped for two seconds. `loa chaos` without options is the same for a province.
 */
const quick = ['--recipients', '3000', '--kills', '4', '--lease', '5', '--sweep', '2', '--postgres-stopped', '2']

test('workers killed, Redis emptied, PostgreSQL stopped: nobody is lost, nobody gets it twice', async () => {
  const { code, out, err } = await runLoa(['chaos', '--seed', '20613', ...quick, '--json'])
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
