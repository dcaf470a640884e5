import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { BoardHeartbeat } from '../../../services/domain/board.ts'
import { AppError } from '../../../services/domain/errors.ts'
import { createBeats } from '../../../services/places/boards/beats.ts'
import { createBoards } from '../../../services/places/boards/create.ts'
import { seedRegistry } from '../../support/dispatch.ts'
import { type TestDatabase, testDatabase } from '../../support/postgres.ts'
import { silentLog } from '../../support/server-keeper.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
  await seedRegistry(database.db, 0)
})
afterAll(() => database.drop())

const alive: BoardHeartbeat = {
  version: 'v',
  boot: 'run-aaaaaaaa',
  visible: true,
  mode: 'items',
  now: null,
  displays: [],
  player: 'p',
  screen: 's',
  clockSkewMs: 0,
  storage: null,
  offlineReady: true,
  problems: [],
}
const seen = async (id: string) =>
  (await database.db.query('select last_seen_at from boards where id = $1', [id])).rows[0].last_seen_at

test('what PostgreSQL cannot store is refused to the boards that said it, and the others are recorded', async () => {
  const { db } = database
  const ids = await createBoards(
    db,
    Array.from({ length: 41 }, (_, i) => ({ areaCode: '19333', name: `Bảng tin ${i}` })),
  )
  const said: unknown[] = []
  const log = { ...silentLog, warn: (...words: unknown[]) => said.push(words) }
  const beats = createBeats({ db, now: () => new Date(), log })
  const bad = new Set([0, 17, 18, 40].map(i => ids[i]))
  const answers = await Promise.allSettled(
    ids.map(id => beats.record(id, bad.has(id) ? { ...alive, problems: ['bí mật \u0000'] } : alive)),
  )
  await beats.close()
  for (const [i, answer] of answers.entries()) {
    const id = ids[i] ?? ''
    if (bad.has(id)) {
      expect(answer.status).toBe('rejected')
      const { reason } = answer as PromiseRejectedResult
      expect(reason).toBeInstanceOf(AppError)
      expect(reason).toMatchObject({ code: 'request.invalid', status: 422 })
      expect(await seen(id)).toBeNull()
    } else {
      expect(answer.status).toBe('fulfilled')
      expect(await seen(id)).toBeInstanceOf(Date)
    }
  }
  expect(said).toHaveLength(bad.size)
  expect(JSON.stringify(said)).toContain('22P05')
  expect(JSON.stringify(said)).not.toContain('bí mật')
})

test('a database that is away is no fault of any board: all are told to come again, and none is tried alone', async () => {
  const { db } = database
  const ids = await createBoards(
    db,
    Array.from({ length: 3 }, (_, i) => ({ areaCode: '19742', name: `Bảng tin ${i}` })),
  )
  await db.query('alter table boards rename to boards_away')
  const beats = createBeats({ db, now: () => new Date(), log: silentLog })
  const answers = await Promise.allSettled(ids.map(id => beats.record(id, alive)))
  await db.query('alter table boards_away rename to boards')
  await beats.close()
  expect(answers.map(a => a.status === 'rejected' && a.reason.code)).toEqual(ids.map(() => '42P01'))
})
