import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { issueDemoAnnouncement, watchToEnd } from '../../../services/cli/demo/carry.ts'
import { dispatchesOf } from '../../../services/store/dispatches.ts'
import { quietNow } from '../../support/quiet.ts'
import { startWholeInstance, type WholeInstance } from '../../support/whole-instance.ts'

let whole: WholeInstance
beforeAll(async () => {
  whole = await startWholeInstance({ quietHours: quietNow() })
}, 180_000)
afterAll(() => whole?.close())

async function watched(overrides: Record<string, unknown>) {
  const { ctx } = whole.instance
  const id = await issueDemoAnnouncement(ctx, { channels: ['board', 'sms'], ...overrides })
  const enough = AbortSignal.timeout(90_000)
  const progress = await watchToEnd(ctx, id, () => undefined, enough)
  expect(enough.aborted).toBe(false)
  return { id, of: (channel: string) => progress.dispatches.find(d => d.channel === channel) }
}

test('watching does not wait for the morning: what can go has gone, the rest is rendered and waits', async () => {
  const { id, of } = await watched({})
  expect(of('board')).toMatchObject({ phase: 'settled', counts: { audience: 156, accepted: 156 } })
  const sms = of('sms')
  expect(sms).toMatchObject({ phase: 'quiet', quietUntil: expect.any(String), settledAt: null })
  expect(sms?.counts).toMatchObject({ audience: 2_010, sending: 0, accepted: 0, confirmed: 0 })
  expect(sms?.counts.waiting).toBeGreaterThan(1_500)
  expect(whole.simulator.record.sms.total()).toBe(0)
  const rows = await dispatchesOf(whole.instance.db, id)
  expect(rows.filter(d => d.renditionId === null)).toEqual([])
}, 120_000)

test('what does not respect the quiet hours is watched to its end', async () => {
  const { of } = await watched({ channels: ['sms'], priority: 'priority' })
  expect(of('sms')).toMatchObject({ phase: 'settled', counts: { waiting: 0, sending: 0 } })
  // The simulator's vendors have an invented price, so that a demo shows a cost.
  const sent = of('sms')?.counts.confirmed ?? 0
  expect(sent).toBe(whole.simulator.record.sms.total())
  expect(of('sms')?.costDong).toBeGreaterThanOrEqual(500 * sent)
}, 120_000)
