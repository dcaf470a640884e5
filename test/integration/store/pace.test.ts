import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { openDb } from '../../../services/store/db.ts'
import { createPace } from '../../../services/store/pace.ts'
import { type TestDatabase, testDatabase } from '../../support/postgres.ts'
import { until } from '../../support/wait.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(async () => {
  await database.drop()
})
const never = () => new AbortController().signal

/** Gaps between consecutive turns, each against what the earlier one had to leave free. */
function tooEarly(turns: { startsAt: Date; parts: number }[], perSecond: number): number[] {
  const sorted = turns.toSorted((a, b) => a.startsAt.getTime() - b.startsAt.getTime())
  return sorted.flatMap(({ startsAt, parts }, i) => {
    const next = sorted[i + 1]
    if (!next) return []
    const missing = (parts * 1000) / perSecond - (next.startsAt.getTime() - startsAt.getTime())
    // Dates hold whole milliseconds; the database counts microseconds.
    return missing > 1 ? [missing] : []
  })
}

describe('the pace of an account', () => {
  test('two processes with several lanes each keep to one rate together', async () => {
    const perSecond = 200
    const pools = [openDb(database.url, 4), openDb(database.url, 4)]
    const lane = async (pool: (typeof pools)[number], parts: number) => {
      const pace = createPace(pool)
      const turns: { startsAt: Date; parts: number }[] = []
      for (let i = 0; i < 10; i++) {
        const startsAt = await pace.take('twilio:shared', { parts, perSecond, urgent: i % 3 === 0 }, never())
        if (startsAt) turns.push({ startsAt, parts })
      }
      return turns
    }
    const turns = (await Promise.all(pools.flatMap(pool => [lane(pool, 5), lane(pool, 3), lane(pool, 1)]))).flat()
    await Promise.all(pools.map(pool => pool.end()))
    expect(turns).toHaveLength(60)
    expect(tooEarly(turns, perSecond)).toEqual([])
    // 180 parts at 200 a second: the last turn cannot begin before the parts ahead of it had their time.
    const times = turns.map(t => t.startsAt.getTime())
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThanOrEqual(((180 - 5) * 1000) / perSecond - 1)
  })

  test('a turn is given out no sooner than it starts, and accounts do not hold each other up', async () => {
    const pace = createPace(database.db)
    await pace.take('slow', { parts: 1, perSecond: 0.001, urgent: false }, never())
    const clock = async () => (await database.db.query('select clock_timestamp() as at')).rows[0].at.getTime()
    for (let i = 0; i < 3; i++) {
      const startsAt = await pace.take('quick', { parts: 10, perSecond: 100, urgent: false }, never())
      expect(await clock()).toBeGreaterThanOrEqual((startsAt?.getTime() ?? Number.POSITIVE_INFINITY) - 1)
    }
  })

  test('an emergency takes the next place, before bulk that waits for one', async () => {
    const pace = createPace(database.db)
    const turn = (urgent: boolean) => ({ parts: 10, perSecond: 25, urgent })
    const order: string[] = []
    // 400 ms of work are on their way, so bulk has to wait until it may reserve again.
    await pace.take('mixed', turn(false), never())
    const bulk = Array.from({ length: 4 }, async () => {
      await pace.take('mixed', turn(false), never())
      order.push('bulk')
    })
    const urgent = pace.take('mixed', turn(true), never()).then(() => order.push('urgent'))
    await Promise.all([...bulk, urgent])
    expect(order.indexOf('urgent')).toBeLessThanOrEqual(1)
    expect(order).toHaveLength(5)
  })

  test('whoever stops while waiting gets no turn', async () => {
    const pace = createPace(database.db)
    await pace.take('stopped', { parts: 100, perSecond: 1, urgent: false }, never())
    const abort = new AbortController()
    const waiting = pace.take('stopped', { parts: 1, perSecond: 1, urgent: false }, abort.signal)
    abort.abort()
    expect(await waiting).toBeUndefined()
    expect(await pace.take('stopped', { parts: 1, perSecond: 1, urgent: false }, AbortSignal.abort())).toBeUndefined()
  })

  test('waits for a database that is away', async () => {
    const away = openDb('postgres://loa@127.0.0.1:1/nowhere', 1)
    const abort = new AbortController()
    let ended = false
    const waiting = createPace(away)
      .take('x', { parts: 1, perSecond: 1, urgent: false }, abort.signal)
      .finally(() => {
        ended = true
      })
    await until('a first connection was refused', () => away.totalCount === 0 && away.waitingCount === 0)
    expect(ended).toBe(false)
    abort.abort()
    expect(await waiting).toBeUndefined()
    await away.end()
  })
})
