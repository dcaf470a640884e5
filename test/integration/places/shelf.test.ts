import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import pg from 'pg'
import { announcementContentSchema } from '../../../services/domain/announcement.ts'
import { createBoards } from '../../../services/places/boards/create.ts'
import { onShelfChange, type ShelfChange, shelfListening } from '../../../services/places/events.ts'
import { createShelf, itemsOfBoards, itemsOfStations, stationChangedAt } from '../../../services/places/shelf.ts'
import { createStations } from '../../../services/places/stations.ts'
import { insertAnnouncement } from '../../../services/store/announcements.ts'
import { putRendition } from '../../../services/store/renditions.ts'
import { withdrawFromShelves } from '../../../services/store/shelf.ts'
import { officer, seedRegistry } from '../../support/dispatch.ts'
import { type TestDatabase, testDatabase } from '../../support/postgres.ts'

const now = new Date('2026-11-23T08:00:00Z')
const hours = (n: number) => new Date(now.getTime() + n * 3_600_000)

let database: TestDatabase
let boards: string[]
let stations: string[]

beforeAll(async () => {
  database = await testDatabase()
  await seedRegistry(database.db, 0)
  boards = await createBoards(
    database.db,
    Array.from({ length: 450 }, (_, i) => ({ areaCode: '19333', name: `Bảng ${i}` })),
  )
  stations = await createStations(database.db, [{ areaCode: '19333', name: 'Đài' }])
})
afterAll(() => database.drop())
beforeEach(() => database.db.query('truncate announcements cascade'))

interface Given {
  announcementId?: string
  revision?: number
  channel?: string
  priority?: string
  expiresAt?: Date | null
}

async function announcement(): Promise<string> {
  const content = announcementContentSchema.parse({ title: 'Tên bản tin', body: 'Nội dung' })
  const { id } = await insertAnnouncement(database.db, officer, content, now)
  await database.db.query(`update announcements set state = 'dispatching' where id = $1`, [id])
  return id
}

async function dispatch(given: Given = {}): Promise<{ id: string; announcementId: string; rendition: string }> {
  const announcementId = given.announcementId ?? (await announcement())
  const { rows } = await database.db.query(
    `insert into dispatches (announcement_id, revision, channel, method, priority, expires_at)
     values ($1, $2, $3, 'public-board', $4, $5) returning id`,
    [
      announcementId,
      given.revision ?? 1,
      given.channel ?? 'board',
      given.priority ?? 'routine',
      given.expiresAt ?? null,
    ],
  )
  const title = `Bản tin ${rows[0].id}`
  const board = {
    title,
    pages: [{ heading: title, running: false, text: 'Nội dung' }],
    issuer: '',
    documentNumber: '',
    priority: given.priority ?? 'routine',
    contentHash: `hash-${rows[0].id}`,
    demo: false,
  }
  const speech = { script: title, durationSeconds: 12, fileName: 'ban-tin.mp3' }
  const content = given.channel === 'loudspeaker' ? speech : board
  const rendition = await putRendition(database.db, 'board', { content, files: [], warnings: [] })
  return { id: rows[0].id, announcementId, rendition: rendition.id }
}

const put = (places: string[], d: { id: string; rendition: string }, at = now) =>
  createShelf(database.db, () => at).put('boards', places, { dispatchId: d.id, renditionId: d.rendition })
const shownOn = async (board: string | undefined, at = now) =>
  ((await itemsOfBoards(database.db, [board ?? ''], at)).get(board ?? '') ?? []).map(i => i.dispatchId)

describe('shelf', () => {
  test('putting twice is putting once', async () => {
    const d = await dispatch()
    await put(boards.slice(0, 2), d)
    await put(boards.slice(0, 3), d, hours(1))
    const { rows } = await database.db.query('select place_id, put_at from shelf_items order by place_id')
    expect(rows.map(r => [r.place_id, r.put_at])).toEqual([
      [boards[0], now],
      [boards[1], now],
      [boards[2], hours(1)],
    ])
  })

  test('what was withdrawn stays away, also when it is put again or put late', async () => {
    const d = await dispatch()
    await put(boards.slice(0, 1), d)
    await withdrawFromShelves(database.db, d.id, now)
    await put(boards.slice(0, 1), d)
    expect(await shownOn(boards[0])).toEqual([])
    await database.db.query('update dispatches set cancelled_at = $2 where id = $1', [d.id, now])
    await put(boards.slice(1, 2), d)
    const { rows } = await database.db.query('select withdrawn_at from shelf_items where place_id = $1', [boards[1]])
    expect(rows).toEqual([{ withdrawn_at: now }])
  })

  test('shows what is current: not cancelled, not over, not superseded', async () => {
    const ended = await dispatch({ expiresAt: hours(1) })
    const cancelled = await dispatch()
    const superseded = await dispatch()
    const stays = await dispatch({ expiresAt: hours(48) })
    for (const d of [ended, cancelled, superseded, stays]) await put(boards.slice(0, 1), d)
    expect(await shownOn(boards[0])).toHaveLength(4)
    await database.db.query('update dispatches set cancelled_at = now() where id = $1', [cancelled.id])
    await database.db.query(`update announcements set state = 'superseded' where id = $1`, [superseded.announcementId])
    expect(await shownOn(boards[0], hours(2))).toEqual([stays.id])
    expect(await shownOn(boards[0], hours(48))).toEqual([])
  })

  test('of one announcement only the latest revision is shown', async () => {
    const first = await dispatch({ revision: 1 })
    const second = await dispatch({ revision: 2, announcementId: first.announcementId })
    await put(boards.slice(0, 1), second)
    await put(boards.slice(0, 2), first)
    expect(await shownOn(boards[0])).toEqual([second.id])
    expect(await shownOn(boards[1])).toEqual([first.id])
  })

  test('orders emergency, priority, routine, and newest first', async () => {
    const routine = await dispatch()
    const newer = await dispatch()
    const priority = await dispatch({ priority: 'priority' })
    const emergency = await dispatch({ priority: 'emergency' })
    await put(boards.slice(0, 1), emergency, hours(-4))
    await put(boards.slice(0, 1), priority, hours(-3))
    await put(boards.slice(0, 1), routine, hours(-2))
    await put(boards.slice(0, 1), newer, hours(-1))
    expect(await shownOn(boards[0])).toEqual([emergency.id, priority.id, newer.id, routine.id])
  })

  test('an item without an end leaves after 30 days', async () => {
    const d = await dispatch()
    await put(boards.slice(0, 1), d)
    expect(await shownOn(boards[0], hours(30 * 24 - 1))).toEqual([d.id])
    expect(await shownOn(boards[0], hours(30 * 24))).toEqual([])
  })

  test('an unreadable rendition does not hide the others', async () => {
    const good = await dispatch()
    const bad = await dispatch()
    await database.db.query(`update renditions set content = '{"pages": "none"}' where id = $1`, [bad.rendition])
    for (const d of [good, bad]) await put(boards.slice(0, 1), d)
    expect(await shownOn(boards[0])).toEqual([good.id])
  })

  test('knows when a station’s list changed, also by time alone', async () => {
    const d = await dispatch({ channel: 'loudspeaker', expiresAt: hours(3) })
    const shelf = createShelf(database.db, () => hours(1))
    expect(await stationChangedAt(database.db, stations[0] ?? '', hours(1))).toBeUndefined()
    await shelf.put('stations', stations, { dispatchId: d.id, renditionId: d.rendition })
    const items = await itemsOfStations(database.db, stations, hours(1))
    expect(items.get(stations[0] ?? '')?.map(i => [i.dispatchId, i.durationSeconds, i.title])).toEqual([
      [d.id, 12, 'Tên bản tin'],
    ])
    expect(await stationChangedAt(database.db, stations[0] ?? '', hours(2))).toEqual(hours(1))
    expect(await stationChangedAt(database.db, stations[0] ?? '', hours(4))).toEqual(hours(3))
  })
})

describe('pokes', () => {
  /** Collects changes and lets a test wait for a condition on them. */
  function listenForChanges() {
    const changes: ShelfChange[] = []
    let wake = () => {}
    const stop = onShelfChange(database.db, change => {
      changes.push(change)
      wake()
    })
    const until = async (done: () => boolean) => {
      while (!done()) {
        await new Promise<void>(resolve => {
          wake = resolve
        })
      }
    }
    return { changes, stop, until }
  }
  const places = (changes: ShelfChange[]) => changes.flatMap(c => (c.placeIds === 'all' ? [] : c.placeIds))

  test('name the places that have something new, however many, and no others', async () => {
    const { changes, stop, until } = listenForChanges()
    await shelfListening(database.db)
    const d = await dispatch()
    await put(boards.slice(0, 449), d)
    await until(() => places(changes).length >= 449)
    await put(boards, d)
    await until(() => places(changes).length >= 450)
    stop()
    expect(new Set(places(changes))).toEqual(new Set(boards))
    expect(places(changes)).toHaveLength(450)
    expect(changes.every(c => c.kind === 'boards')).toBe(true)
  })

  test('come back after the connection was lost, with a warning that anything may have changed', async () => {
    const { changes, stop, until } = listenForChanges()
    await shelfListening(database.db)
    const admin = new pg.Client({ connectionString: database.url })
    await admin.connect()
    await admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name = 'loa-shelf-listener' and datname = current_database()`,
    )
    await admin.end()
    await until(() => changes.some(c => c.kind === 'boards' && c.placeIds === 'all'))
    const d = await dispatch()
    await put(boards.slice(0, 1), d)
    await until(() => places(changes).length === 1)
    stop()
  })

  test('a withdrawal concerns everybody, and the last listener closes the connection', async () => {
    const { changes, stop, until } = listenForChanges()
    await shelfListening(database.db)
    const d = await dispatch()
    await withdrawFromShelves(database.db, d.id, now)
    await until(() => changes.length === 2)
    expect(changes.map(c => [c.kind, c.placeIds])).toEqual([
      ['boards', 'all'],
      ['stations', 'all'],
    ])
    stop()
    const listeners = async () =>
      (
        await database.db.query(
          `select count(*)::int as n from pg_stat_activity
           where application_name = 'loa-shelf-listener' and datname = current_database()`,
        )
      ).rows[0].n
    while ((await listeners()) > 0) await new Promise(resolve => setImmediate(resolve))
  })
})
