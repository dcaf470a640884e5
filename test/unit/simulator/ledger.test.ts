import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { createLedger } from '../../../services/simulator/ledger.ts'

const delivery = fc.record({
  group: fc.constantFrom('tin A', 'tin B', 'tin C'),
  to: fc.constantFrom('+84912000001', '+84912000002', '+84912000003', '+84912000004'),
  weight: fc.integer({ min: 1, max: 9 }),
})

describe('ledger', () => {
  test('counts every delivery for ever while keeping only what fits', () => {
    fc.assert(
      fc.property(fc.array(delivery, { maxLength: 80 }), fc.integer({ min: 10, max: 60 }), (deliveries, limit) => {
        const ledger = createLedger<{ id: string; to: string; weight: number }>(limit, item => item.weight)
        const expected = new Map<string, number>()
        for (const [i, { group, to, weight }] of deliveries.entries()) {
          ledger.add(group, { id: String(i), to, weight })
          expected.set(`${group} ${to}`, (expected.get(`${group} ${to}`) ?? 0) + 1)
        }
        const counts = new Map([...ledger.counts()].map(c => [`${c.group} ${c.address}`, c.count]))
        expect(counts).toEqual(expected)
        expect(ledger.total()).toBe(deliveries.length)
        expect(ledger.addresses()).toBe(new Set(deliveries.map(d => d.to)).size)
        expect(ledger.repeats()).toBe([...expected.values()].reduce((sum, n) => sum + n - 1, 0))
        for (const to of new Set(deliveries.map(d => d.to))) {
          expect(ledger.countOf(to)).toBe(deliveries.filter(d => d.to === to).length)
        }
        const kept = [...ledger.newest()]
        expect(kept.reduce((sum, item) => sum + item.weight, 0)).toBeLessThanOrEqual(limit)
        expect(kept.length + ledger.forgotten()).toBe(deliveries.length)
        // What is kept are the newest, and the two ways to reach them agree.
        expect(kept.map(item => Number(item.id))).toEqual(kept.map((_, i) => deliveries.length - 1 - i))
        const byAddress = ledger.recentAddresses('', 100).flatMap(to => ledger.keptOf(to))
        expect(byAddress.map(item => item.id).sort()).toEqual(kept.map(item => item.id).sort())
      }),
    )
  })

  test('lists the address that was written to last first, and finds by part of the number', () => {
    const ledger = createLedger<{ id: string; to: string }>(10, () => 1)
    for (const [i, to] of ['+84911', '+84922', '+84911'].entries()) ledger.add('tin', { id: String(i), to })
    expect(ledger.recentAddresses('', 10)).toEqual(['+84911', '+84922'])
    expect(ledger.recentAddresses('22', 10)).toEqual(['+84922'])
    ledger.clear()
    expect([ledger.total(), ledger.repeats(), ledger.recentAddresses('', 10).length]).toEqual([0, 0, 0])
  })
})
