import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createBoards } from '../../../services/places/boards/create.ts'
import { createStations, listStations, stationByToken } from '../../../services/places/stations.ts'
import { communesOf, listAreas } from '../../../services/store/areas.ts'
import { seedRegistry } from '../../support/dispatch.ts'
import { type TestDatabase, testDatabase } from '../../support/postgres.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
  await seedRegistry(database.db, 0)
  await database.db.query(
    `insert into areas (code, kind, name, parent_code, valid_to) values ('19300', 'commune', 'Phường 5', '44', '2025-07-01')`,
  )
})
afterAll(() => database.drop())

describe('areas', () => {
  test('a province stands for its present communes, and nothing is named twice', async () => {
    expect(await communesOf(database.db, ['44', '19333', '44'])).toEqual(['19333', '19742'])
    expect(await communesOf(database.db, [])).toEqual([])
  })
  test('lists what exists now', async () => {
    expect((await listAreas(database.db)).map(a => a.code)).toEqual(['19333', '19742', '44'])
  })
  test('names every unknown code and the nearest area; a merged unit is unknown', async () => {
    const error = await communesOf(database.db, ['19334', '19300', '44']).catch(e => e)
    expect(error).toMatchObject({ code: 'audience.unknown-area', details: { codes: ['19334', '19300'] } })
    expect(error.userMessage.vi).toContain('“19334” (có phải Phường Đông Hà (19333)?)')
    expect(error.userMessage.vi).toContain('“19300”')
    expect(error.userMessage.en).toContain('Phường Đông Hà (19333)')
  })
})

describe('boards and stations', () => {
  test('boards are added in the order given', async () => {
    const names = Array.from({ length: 20 }, (_, i) => `Bảng ${i}`)
    const ids = await createBoards(
      database.db,
      names.map(name => ({ areaCode: '19333', name })),
    )
    const { rows } = await database.db.query(
      'select name, area_code, paired_at from boards where id = any($1) order by id',
      [ids],
    )
    expect(rows).toEqual(names.map(name => ({ name, area_code: '19333', paired_at: null })))
  })
  test('each station gets a token of its own, long and fit for an address', async () => {
    const stationIds = await createStations(database.db, [
      { areaCode: '19333', name: 'Đài Đông Hà', operatorEmail: 'dai@loa.example' },
      { areaCode: '19742', name: 'Đài Cồn Cỏ' },
    ])
    const tokens = (await listStations(database.db)).map(s => s.feedToken)
    expect(new Set(tokens).size).toBe(2)
    for (const token of tokens) expect(token).toMatch(/^[\w-]{32}$/)
    const station = (await listStations(database.db)).find(s => s.id === stationIds[1])
    expect(station).toMatchObject({ name: 'Đài Cồn Cỏ', areaCode: '19742', operatorEmail: null })
  })
  test('a token stops working with its place, and an unknown one finds nothing', async () => {
    const [station] = await listStations(database.db)
    if (!station) throw new Error('the test before this one creates it')
    expect((await stationByToken(database.db, station.feedToken))?.id).toBe(station.id)
    await database.db.query('update stations set retired_at = now() where id = $1', [station.id])
    expect(await stationByToken(database.db, station.feedToken)).toBeUndefined()
    for (const token of ['', 'x', "' or 1=1", 'A'.repeat(32)]) {
      expect(await stationByToken(database.db, token)).toBeUndefined()
    }
  })
})
