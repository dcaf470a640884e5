import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { planTroubles } from '../../../services/bench/chaos-plan.ts'

const options = { kills: 20, workers: 2, postgresStoppedMs: 10_000 }
const anyOptions = fc.record({
  kills: fc.integer({ min: 0, max: 60 }),
  workers: fc.integer({ min: 1, max: 8 }),
  postgresStoppedMs: fc.integer({ min: 0, max: 60_000 }),
})

test('the same seed gives the same plan, another seed another one', () => {
  expect(planTroubles(7, options)).toEqual(planTroubles(7, options))
  expect(planTroubles(7, options)).not.toEqual(planTroubles(8, options))
})

test('exactly as many kills as asked for, in order, while the dispatch is under way', () => {
  fc.assert(
    fc.property(fc.nat(), anyOptions, (seed, wanted) => {
      const plan = planTroubles(seed, wanted)
      const kills = plan.filter(t => t.kind === 'kill' || t.killAfterMs !== undefined)
      expect(kills).toHaveLength(wanted.kills)
      expect(plan.map(t => t.atFraction)).toEqual(plan.map(t => t.atFraction).toSorted((a, b) => a - b))
      for (const trouble of plan) {
        expect(trouble.atFraction).toBeGreaterThan(0)
        expect(trouble.atFraction).toBeLessThan(0.95)
        expect(trouble.worker).toBeLessThan(wanted.workers)
        expect(trouble.killAfterMs ?? 0).toBeLessThanOrEqual(wanted.postgresStoppedMs)
      }
    }),
  )
})

test('Redis is emptied once and PostgreSQL stopped once, with a kill in the middle of that', () => {
  const plan = planTroubles(1, options)
  expect(plan.filter(t => t.kind === 'empty-redis')).toHaveLength(1)
  expect(plan.filter(t => t.kind === 'stop-postgres')).toHaveLength(1)
  expect(plan.find(t => t.kind === 'stop-postgres')?.killAfterMs).toBeDefined()
})

test('kills are spread: one in each equal stretch of the dispatch', () => {
  const at = planTroubles(3, { ...options, kills: 11 })
    .filter(t => t.kind === 'kill')
    .map(t => Math.floor((t.atFraction - 0.04) / 0.09))
  expect(at).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
})
