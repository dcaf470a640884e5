import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { loadDemoProvince } from '../../../services/cli/demo/province.ts'
import { type TestDatabase, testDatabase } from '../../support/postgres.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.drop())

const now = () => new Date('2026-11-23T02:00:00Z')
const count = async (sql: string) => Number((await database.db.query(`select count(*) as n from ${sql}`)).rows[0].n)

test('fills an empty database: places, people, consents, refusals, and the mark of a demo', async () => {
  const loaded = await loadDemoProvince(database.db, { now })
  expect(loaded).toEqual({ communes: 78, citizens: 2_010, stations: 78, boards: 156 })
  expect(await count('areas where parent_code = $$44$$')).toBe(78)
  expect(await count('instance where demo')).toBe(1)
  expect(await count('consents where purpose = $$announcements$$ and withdrawn_at is null')).toBeGreaterThan(1_800)
  expect(await count('citizens c where not exists (select from consents where citizen_id = c.id)')).toBeGreaterThan(50)
  expect(await count('opt_outs o join citizens c on c.phone = o.address where channel = $$sms$$')).toBeGreaterThan(20)
  expect(await count('opt_outs o join citizens c on c.email = o.address where channel = $$email$$')).toBeGreaterThan(20)
  expect(await count('opt_outs where address is null')).toBe(0)
})

test('tokens of feeds are long, different, and not those of another instance', async () => {
  const other = await testDatabase()
  try {
    await loadDemoProvince(other.db, { now })
    const tokens = async (db: typeof other.db) =>
      (await db.query('select feed_token as token from stations')).rows.map(r => r.token as string)
    const all = [...(await tokens(database.db)), ...(await tokens(other.db))]
    expect(new Set(all).size).toBe(2 * 78)
    expect(all.every(token => token.length >= 22)).toBe(true)
  } finally {
    await other.drop()
  }
})

test('a second load adds nothing, changes no token and takes back nothing that people changed', async () => {
  const { db } = database
  const tokens = async () => (await db.query('select array_agg(feed_token order by id) as t from stations')).rows[0].t
  const before = await tokens()
  await db.query(`delete from opt_outs where channel = 'sms'`)
  await db.query(`update consents set withdrawn_at = now()`)
  const { rows } = await db.query(
    `update citizens set full_name = 'Đã sửa' where id = (select min(id) from citizens) returning id`,
  )

  expect(await loadDemoProvince(db, { now })).toEqual({ communes: 78, citizens: 2_010, stations: 78, boards: 156 })
  expect(await tokens()).toEqual(before)
  expect(await count(`opt_outs where channel = 'sms'`)).toBe(0)
  expect(await count('consents where withdrawn_at is null')).toBe(0)
  expect((await db.query('select full_name from citizens where id = $1', [rows[0].id])).rows[0].full_name).toBe(
    'Đã sửa',
  )
})

test('a real instance is refused and stays as it was', async () => {
  const real = await testDatabase()
  try {
    await real.db.query('insert into instance (demo) values (false)')
    await expect(loadDemoProvince(real.db, { now })).rejects.toMatchObject({ code: 'setup.demo-provider' })
    const { rows } = await real.db.query(
      'select (select count(*)::int from areas) as areas, (select count(*)::int from citizens) as citizens',
    )
    expect(rows).toEqual([{ areas: 0, citizens: 0 }])
  } finally {
    await real.drop()
  }
})
