import { describe, expect, test } from '@jest/globals'
import { type Evidence, judge } from '../../../services/bench/chaos-verdict.ts'
import { noDeliveries } from '../../../services/domain/delivery.ts'

type State = Evidence['targets'][number]['state']

/** Evidence in which the counts follow from the targets; `vendor` names every message that it took. */
function evidence(states: Record<string, State>, vendor: string[], overrides: Partial<Evidence> = {}): Evidence {
  const counts = noDeliveries()
  for (const state of Object.values(states)) {
    counts[state] += 1
    counts.audience += 1
  }
  const taken = new Map<string, number>()
  for (const address of vendor) taken.set(address, (taken.get(address) ?? 0) + 1)
  return {
    addresses: Object.keys(states),
    targets: Object.entries(states).map(([address, state]) => ({ address, state })),
    vendor: taken,
    counts,
    completedByItself: true,
    kills: 2,
    lanes: 2,
    unknownFromKills: 0,
    largestFlush: 10,
    ...overrides,
  }
}

const good: Record<string, State> = { a: 'accepted', b: 'confirmed', c: 'skipped', d: 'unknown', e: 'rejected' }

describe('a run that kept every promise', () => {
  test('has no failure, whether the vendor took the unknown or not', () => {
    for (const vendor of [
      ['a', 'b'],
      ['a', 'b', 'd'],
    ]) {
      expect(judge(evidence(good, vendor))).toMatchObject({ failures: [], lost: 0, duplicated: 0, balances: true })
    }
  })
})

describe('each broken promise is seen', () => {
  test('somebody who still waits when it is over is lost', () => {
    const verdict = judge(evidence({ ...good, f: 'waiting' }, ['a', 'b']))
    expect(verdict).toMatchObject({ lost: 1 })
    expect(verdict.failures).toHaveLength(2)
  })

  test('somebody who is in no chunk at all is lost', () => {
    const all = evidence(good, ['a', 'b'])
    const verdict = judge({ ...all, addresses: [...all.addresses, 'f'] })
    expect(verdict).toMatchObject({ lost: 1, balances: false })
  })

  test('somebody who is listed twice, as if in two chunks', () => {
    const twice = evidence(good, ['a', 'b'])
    twice.targets.push({ address: 'a', state: 'accepted' })
    expect(judge({ ...twice, counts: { ...twice.counts, audience: 6, accepted: 2 } }).balances).toBe(false)
  })

  test('a second message to one number', () => {
    expect(judge(evidence(good, ['a', 'b', 'b', 'b']))).toMatchObject({
      duplicated: 1,
      failures: [expect.stringContaining('more than once')],
    })
  })

  test('accepted or confirmed without the vendor', () => {
    expect(judge(evidence(good, []))).toMatchObject({ missedButAccepted: 2 })
    expect(judge(evidence(good, ['a'])).failures).toHaveLength(1)
  })

  test('a message to somebody who was skipped, cancelled or expired', () => {
    for (const state of ['skipped', 'cancelled', 'expired'] as const) {
      expect(judge(evidence({ a: state }, ['a']))).toMatchObject({
        sentButDenied: 1,
        failures: [expect.stringContaining('not sent according to the database')],
      })
    }
  })

  test('a message that is called rejected before it was taken, but not one that the carrier could not deliver', () => {
    const one = evidence({ a: 'rejected' }, ['a'])
    const withCode = (code: string) => judge({ ...one, targets: [{ address: 'a', state: 'rejected', code }] })
    expect(withCode('30005')).toMatchObject({ sentButDenied: 0, failures: [] })
    for (const code of ['21211', 'never-arrived', 'gave-up:20429']) expect(withCode(code).sentButDenied).toBe(1)
  })

  test('a message that the database is still waiting to send', () => {
    expect(judge(evidence({ a: 'waiting' }, ['a']))).toMatchObject({ lost: 0, sentButDenied: 1 })
  })

  test('a number that nobody in the registry has', () => {
    expect(judge(evidence(good, ['a', 'b', 'x']))).toMatchObject({ strangers: 1, failures: [expect.any(String)] })
  })

  test('an equation that does not hold, or holds beside the list of targets', () => {
    const all = evidence(good, ['a', 'b'])
    expect(judge({ ...all, counts: { ...all.counts, audience: 6 } }).balances).toBe(false)
    const shifted = { ...all.counts, accepted: 2, confirmed: 0 }
    expect(judge({ ...all, counts: shifted })).toMatchObject({ balances: false, failures: [expect.any(String)] })
  })

  test('more unknown than killed workers can explain', () => {
    expect(judge(evidence(good, ['a', 'b'], { unknownFromKills: 40 })).failures).toEqual([])
    expect(judge(evidence(good, ['a', 'b'], { unknownFromKills: 41 })).failures).toHaveLength(1)
  })

  test('a dispatch that did not end by itself', () => {
    expect(judge(evidence(good, ['a', 'b'], { completedByItself: false })).failures).toHaveLength(1)
  })
})
