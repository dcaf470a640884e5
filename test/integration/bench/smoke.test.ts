import { describe, expect, test } from '@jest/globals'
import type { BenchReport } from '../../../services/bench/report.ts'
import { startLoa } from '../../support/loa.ts'

/* That each bench runs and prints its document; what it measures depends on the machine and is no matter of a test. */

async function bench(...words: string[]): Promise<BenchReport> {
  const { code, out, err } = await startLoa(['bench', ...words, '--json']).ended
  if (code !== 0) throw new Error(err)
  return JSON.parse(out) as BenchReport
}

describe('loa bench', () => {
  test.each(['smtp', 'smpp', 'twilio'])(
    '%s sends through the channel and beside it',
    async name => {
      const report = await bench(name, '--messages', '60', '--rounds', '1')
      expect(report).toMatchObject({ name, params: { messages: 60, rounds: 1 } })
      expect(report.ours.perSecond).toBeGreaterThan(0)
      expect(report.beside?.perSecond).toBeGreaterThan(0)
      expect(report.ratio).toBeGreaterThan(0)
    },
    90_000,
  )

  test('airtime: a week is planned once, and nothing new costs nothing', async () => {
    const report = await bench('airtime', '--communes', '40', '--items', '4')
    expect(report.ours).toMatchObject({ planned: 41, oneCommunePlanned: 2, locked: 40, logged: 40 })
    expect(report.ours.slots).toBeGreaterThanOrEqual(40 * 16)
  }, 120_000)

  test('urgent: an emergency overtakes a bulk', async () => {
    const report = await bench('urgent', '--recipients', '30000', '--rounds', '1', '--per-second', '1000')
    expect(report.ours.firstSeconds).toBeGreaterThan(0)
    expect(report.ours.thousandthSeconds).toBeGreaterThanOrEqual(report.ours.firstSeconds ?? 0)
    expect(report.beside?.thousandthSeconds).toBeGreaterThan(0)
    // Behind the bulk it would come half a minute later.
    expect(report.ours.bulkStillWaiting).toBeGreaterThan(0)
  }, 120_000)

  test('boards: an emergency is on every board, and every board reports', async () => {
    const report = await bench('boards', '--boards', '40', '--rounds', '1', '--beat-seconds', '1')
    expect(report.params).toMatchObject({ boards: 40, rounds: 1 })
    for (const figure of ['allSeconds', 'heartbeatsPerSecond', 'approvalToCommuneSeconds', 'approvalToAllSeconds']) {
      expect(report.ours[figure]).toBeGreaterThan(0)
    }
    expect(report.beside?.allSeconds).toBeGreaterThan(0)
    expect(report.ratio).toBeGreaterThan(0)
  }, 120_000)

  test('station: a slot and an emergency are heard in time', async () => {
    const report = await bench('station', '--slots', '1')
    expect(report.params).toMatchObject({ slots: 1, emergencies: 1 })
    expect(report.ours.slotLatenessMaxMs).toBeLessThan(1_000)
    expect(report.ours.emergencyToAirMaxMs).toBeLessThan(5_000)
  }, 60_000)

  test('stop: what had left is what the provider has', async () => {
    const report = await bench('stop', '--recipients', '8000', '--slow', '300')
    expect(Object.keys(report.ours)).toHaveLength(8)
    expect(report.ours.leftAtCancel).toBeGreaterThan(report.ours.leftAtPause ?? 0)
    expect(report).not.toHaveProperty('ratio')
  }, 120_000)

  test('reading: every kind of text, beside a bare copy', async () => {
    const report = await bench('reading', '--megabytes', '1', '--rounds', '1')
    expect(Object.keys(report.ours)).toEqual(Object.keys(report.beside ?? {}))
    for (const figure of Object.values(report.ours)) expect(figure).toBeGreaterThan(0)
    expect(report.ratio).toBeGreaterThan(0)
  }, 60_000)

  test('receipts: a burst is taken and applied', async () => {
    const report = await bench('receipts', '--messages', '500')
    expect(report.ours.takenPerSecond).toBeGreaterThan(0)
    expect(report.ours.appliedPerSecond).toBeGreaterThan(0)
  }, 90_000)

  test('ledger: every question of a day has an answer', async () => {
    const report = await bench('ledger', '--outcomes', '200000', '--people', '80000')
    expect(report.ours.historyP95Ms).toBeGreaterThan(0)
    expect(report.details?.claim).toContain('chunks_pkey')
  }, 90_000)

  test('speech: both sides make a file of the standard loudness', async () => {
    const report = await bench('speech', '--characters', '900', '--rounds', '1')
    for (const side of [report.ours, report.beside]) {
      expect(side?.slotSeconds).toBeGreaterThan(0)
      expect(side?.emergencySeconds).toBeGreaterThan(0)
      expect(Math.abs((side?.lufs ?? 0) + 16)).toBeLessThanOrEqual(0.5)
    }
    // The same text, spoken as long; the pauses differ a little.
    expect((report.ours.airSeconds ?? 0) / (report.beside?.airSeconds ?? 1)).toBeCloseTo(1, 1)
    expect(report.ratio).toBeGreaterThan(0)
  }, 90_000)

  test('a bench that does not exist is an error', async () => {
    await expect(bench('nothing')).rejects.toThrow()
  })
})
