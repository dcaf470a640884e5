import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { VendorCondition } from '../../../services/domain/vendor-health.ts'
import { inTrouble, nextShares, restingShares, vendorHealthSettings } from '../../../services/domain/vendor-health.ts'

const { stepAway, stepBack, quietMs, backEveryMs, troublesToMove } = vendorHealthSettings
const at = 10_000_000

const vendor = (id: string, share: number, more: Partial<VendorCondition> = {}): VendorCondition => ({
  id,
  resting: share,
  share,
  troubles: 0,
  freshTroubles: 0,
  leftAt: null,
  movedAt: null,
  ...more,
})
const troubled = (n: number) => ({ troubles: n, freshTroubles: n })
const sum = (shares: Record<string, number>) => Object.values(shares).reduce((a, b) => a + b, 0)

describe('resting shares', () => {
  test('follow the weights and sum to 100', () => {
    expect(restingShares({ twilio: 60, esms: 40 })).toEqual({ twilio: 60, esms: 40 })
    expect(restingShares({ a: 1, b: 1, c: 1 })).toEqual({ a: 34, b: 33, c: 33 })
    expect(restingShares({ only: 7 })).toEqual({ only: 100 })
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 999 }), { minLength: 1, maxLength: 8 }), weights => {
        const shares = restingShares(Object.fromEntries(weights.map((w, i) => [`v${i}`, w])))
        expect(sum(shares)).toBe(100)
        const total = weights.reduce((a, b) => a + b, 0)
        for (const [i, w] of weights.entries())
          expect(Math.abs((shares[`v${i}`] ?? 0) - (100 * w) / total)).toBeLessThan(1)
      }),
    )
  })
})

describe('a vendor in trouble', () => {
  test('49 troubles move nothing, 50 move one step', () => {
    const two = (n: number) => [vendor('a', 60, troubled(n)), vendor('b', 40)]
    expect(nextShares(two(49), at)).toEqual({ shares: { a: 60, b: 40 }, steps: [] })
    expect(nextShares(two(50), at)).toEqual({
      shares: { a: 60 - stepAway, b: 40 + stepAway },
      steps: [{ vendor: 'a', from: 60, to: 60 - stepAway, reason: 'troubles', troubles: 50 }],
    })
  })

  test('the same troubles move it once; fifty new ones move it again, down to nothing', () => {
    const sharesAfter = (share: number, fresh: number) =>
      nextShares(
        [
          vendor('a', 60, { share, troubles: 200, freshTroubles: fresh, movedAt: at - 1, leftAt: at - 1 }),
          vendor('b', 40, { share: 100 - share }),
        ],
        at,
      ).shares
    expect(sharesAfter(35, 0)).toEqual({ a: 35, b: 65 })
    expect(sharesAfter(35, 50)).toEqual({ a: 10, b: 90 })
    expect(sharesAfter(10, 50)).toEqual({ a: 0, b: 100 })
    expect(sharesAfter(0, 50)).toEqual({ a: 0, b: 100 })
  })

  test('of three, two in trouble give to the third', () => {
    const { shares } = nextShares([vendor('a', 50, troubled(80)), vendor('b', 30, troubled(50)), vendor('c', 20)], at)
    expect(shares).toEqual({ a: 25, b: 5, c: 70 })
  })

  test('of three, one in trouble gives to both others by their weights', () => {
    const { shares } = nextShares([vendor('a', 40, troubled(50)), vendor('b', 40), vendor('c', 20)], at)
    expect(shares).toEqual({ a: 15, b: 57, c: 28 })
  })

  test('when all are in trouble nothing moves, neither away nor back', () => {
    const all = [
      vendor('a', 60, { share: 10, ...troubled(500), leftAt: 0, movedAt: 0 }),
      vendor('b', 40, { share: 90, ...troubled(50) }),
    ]
    expect(nextShares(all, at)).toEqual({ shares: { a: 10, b: 90 }, steps: [] })
  })

  test('a vendor alone keeps everything', () => {
    expect(nextShares([vendor('a', 100, troubled(1000))], at).shares).toEqual({ a: 100 })
  })
})

describe('coming back', () => {
  const away = (more: Partial<VendorCondition>) => [
    vendor('a', 60, { share: 35, leftAt: at - quietMs, movedAt: at - quietMs, ...more }),
    vendor('b', 40, { share: 65 }),
  ]

  test('a step at a time, after a quiet time', () => {
    expect(nextShares(away({}), at).steps).toEqual([
      { vendor: 'a', from: 35, to: 35 + stepBack, reason: 'quiet', troubles: 0 },
    ])
    expect(nextShares(away({ leftAt: at - quietMs + 1 }), at).steps).toEqual([])
    expect(nextShares(away({ movedAt: at - backEveryMs + 1 }), at).steps).toEqual([])
    expect(nextShares(away({ troubles: 10, freshTroubles: 10 }), at).steps).toEqual([])
  })

  test('no further than its resting share', () => {
    const shares = nextShares(
      [vendor('a', 60, { share: 57, leftAt: 0, movedAt: 0 }), vendor('b', 40, { share: 43 })],
      at,
    )
    expect(shares.shares).toEqual({ a: 60, b: 40 })
  })
})

const conditions = fc
  .array(
    fc.record({
      weight: fc.integer({ min: 1, max: 100 }),
      troubles: fc.oneof(fc.constantFrom(0, 9, 10, 49, 50, 51), fc.nat(300)),
      fresh: fc.nat(300),
      leftAt: fc.option(fc.integer({ min: 0, max: at })),
      movedAt: fc.option(fc.integer({ min: 0, max: at })),
      drift: fc.nat(100),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((drawn): VendorCondition[] => {
    const ids = drawn.map((_, i) => `v${i}`)
    const resting = restingShares(Object.fromEntries(drawn.map((d, i) => [ids[i], d.weight])))
    const share = restingShares(Object.fromEntries(drawn.map((d, i) => [ids[i], d.drift + 0.001])))
    return drawn.map((d, i) => ({
      id: ids[i] as string,
      resting: resting[ids[i] as string] ?? 0,
      share: share[ids[i] as string] ?? 0,
      troubles: d.troubles,
      freshTroubles: Math.min(d.fresh, d.troubles),
      leftAt: d.leftAt,
      movedAt: d.movedAt,
    }))
  })

describe('whatever the conditions', () => {
  test('shares are whole, from 0 to 100, and sum to 100', () => {
    fc.assert(
      fc.property(conditions, vendors => {
        const { shares } = nextShares(vendors, at)
        expect(sum(shares)).toBe(100)
        for (const share of Object.values(shares)) {
          expect(Number.isInteger(share)).toBe(true)
          expect(share).toBeGreaterThanOrEqual(0)
        }
      }),
    )
  })

  test('nobody in trouble gains, and without new trouble nobody well loses more than it had above its rest', () => {
    fc.assert(
      fc.property(conditions, vendors => {
        const { shares } = nextShares(vendors, at)
        const someTrouble = vendors.some(v => v.freshTroubles >= troublesToMove)
        for (const v of vendors) {
          const now = shares[v.id] ?? 0
          if (inTrouble(v)) expect(now).toBeLessThanOrEqual(v.share)
          if (!someTrouble && now < v.share) expect(now).toBeGreaterThanOrEqual(v.resting)
        }
      }),
    )
  })

  test('every step is told, and only steps move shares', () => {
    fc.assert(
      fc.property(conditions, vendors => {
        const { shares, steps } = nextShares(vendors, at)
        if (steps.length === 0) for (const v of vendors) expect(shares[v.id]).toBe(v.share)
        for (const step of steps) expect(step.to !== step.from).toBe(true)
      }),
    )
  })

  test('when it stays quiet, all shares return to rest and stay there', () => {
    fc.assert(
      fc.property(conditions, drawn => {
        let vendors = drawn.map(v => ({ ...v, troubles: 0, freshTroubles: 0 }))
        let now = at + quietMs
        for (let round = 0; round < 60; round++) {
          const { shares, steps } = nextShares(vendors, now)
          vendors = vendors.map(v => ({
            ...v,
            share: shares[v.id] ?? 0,
            movedAt: steps.some(s => s.vendor === v.id) ? now : v.movedAt,
          }))
          now += backEveryMs
        }
        expect(vendors.map(v => v.share)).toEqual(vendors.map(v => v.resting))
        expect(nextShares(vendors, now).steps).toEqual([])
      }),
    )
  })
})
