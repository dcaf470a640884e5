import { expect, test } from '@jest/globals'
import { runBoards } from '../../services/bench/board-days/run.ts'
import { testDatabase } from '../support/postgres.ts'

/* A small `loa chaos boards`: some hours of the player in Chromium, with every kind of trouble once. */

test('hours of cuts, power cuts, lies and a wrong clock: the board shows what it should and says what it showed', async () => {
  const database = await testDatabase()
  try {
    const report = await runBoards({ seed: 7, hours: 4, databaseUrl: database.url, onStep: () => undefined })
    expect(report.failures).toEqual([])
    expect(report).toMatchObject({ hours: 4, badFrames: 0, emergencyMissingSeconds: 0 })
    expect(report.secondsSeen).toBeGreaterThan(3 * 3_600)
    expect(report.proofSeconds).toBeGreaterThan(3 * 3_600)
    expect(report.pictures).toBeGreaterThan(15)
    for (const trouble of ['networkCuts', 'serverKills', 'databaseAways', 'lies', 'powerCuts', 'reloads'] as const)
      expect([trouble, report[trouble] > 0]).toEqual([trouble, true])
  } finally {
    await database.drop()
  }
}, 300_000)
