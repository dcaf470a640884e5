import { expect, test } from '@jest/globals'
import { runStation } from '../../../services/bench/station/run.ts'
import { projectPath } from '../../../services/runtime/paths.ts'

/* A day of `loa chaos station`; three days of it are what the command is for. */

test('a day of cuts, kills and forgeries: heard once, missed never, reported as heard', async () => {
  const report = await runStation({
    ...{ seed: 20261125, hours: 24, onStep: () => {} },
    execArgv: ['--no-warnings', '--import', projectPath('test/support/typescript-loader.mjs')],
  })
  expect(report.failures).toEqual([])
  expect(report).toMatchObject({ playedTwice: 0, missedThoughPossible: 0, heardAfterWithdrawal: 0, logDifferences: 0 })
  expect(report.piecesHeard).toBeGreaterThan(10)
  expect(report.networkCuts).toBeGreaterThan(3)
  expect(report.kills + report.powerCuts).toBeGreaterThan(2)
  expect(report.longestCutHours).toBe(10)
}, 240_000)
