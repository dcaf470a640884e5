import { afterAll, beforeAll, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { BoardHeartbeat, Display } from '../../../services/domain/board.ts'
import { createBoards } from '../../../services/places/boards/create.ts'
import { recordHeartbeats } from '../../../services/places/boards/heartbeat.ts'
import { boardManifests } from '../../../services/places/boards/manifest.ts'
import { transaction } from '../../../services/store/db.ts'
import { withdrawFromShelves } from '../../../services/store/shelf.ts'
import { until } from '../../support/wait.ts'
import { type PlacesWorld, placesWorld } from './world.ts'

/*
 * Whatever happens to heartbeats on their way (sent again because the answer was lost, late, in another order, several in one
 * transaction), what is written down in the end is what was shown.
 */

let world: PlacesWorld
let items: { dispatchId: string; revision: number; contentHash: string }[] = []
const hourMs = 3_600_000
beforeAll(async () => {
  world = await placesWorld()
  const ids = [await world.announce(), await world.announce(), await world.announce()]
  const dispatches = await Promise.all(ids.map(id => world.dispatch(id, 'board')))
  // They were put there some days ago, so that there are hours to show them in.
  await world.database.db.query(`update shelf_items set put_at = put_at - interval '3 days'`)
  const board = world.boards[0]?.id ?? ''
  const manifest = (await boardManifests(world.deps, [board], new Date())).get(board)
  const all: typeof items = JSON.parse(manifest?.body ?? '{}').items
  items = all.filter(i => dispatches.includes(i.dispatchId))
  expect(items).toHaveLength(3)
})
afterAll(() => world.close())

/** Shown for so long: which item, in which hour ago, by which run. */
const piece = fc.record({
  item: fc.integer({ min: 0, max: 2 }),
  hoursAgo: fc.integer({ min: 1, max: 40 }),
  boot: fc.constantFrom('run-aaaaaaaa', 'run-bbbbbbbb'),
  ms: fc.integer({ min: 1, max: 30_000 }),
  hidden: fc.boolean(),
})

test('sums equal what was shown, whatever is repeated, late or out of order', async () => {
  const { db } = world.database
  const boardId = world.boards[0]?.id ?? ''
  await fc.assert(
    fc.asyncProperty(
      fc.array(piece, { minLength: 1, maxLength: 40 }),
      fc.array(fc.nat(), { minLength: 60, maxLength: 60 }),
      async (pieces, fate) => {
        await db.query('delete from board_displays')
        const at = new Date()
        const sums = new Map<string, Display>()
        const beats: Display[][] = []
        for (const { item, hoursAgo, boot, ms, hidden } of pieces) {
          const start = Math.floor(at.getTime() / hourMs) * hourMs - hoursAgo * hourMs
          const key = [item, hoursAgo, boot].join()
          const before = sums.get(key)
          const row: Display = {
            dispatchId: items[item]?.dispatchId ?? '',
            revision: items[item]?.revision ?? 0,
            contentHash: items[item]?.contentHash ?? '',
            hour: new Date(start).toISOString(),
            boot,
            firstAt: before?.firstAt ?? new Date(start).toISOString(),
            lastAt: new Date(start + (before ? before.shownMs + before.hiddenMs : 0) + ms).toISOString(),
            shownMs: (before?.shownMs ?? 0) + (hidden ? 0 : ms),
            hiddenMs: (before?.hiddenMs ?? 0) + (hidden ? ms : 0),
            times: (before?.times ?? 0) + 1,
            complete: before?.complete === true || ms > 10_000,
          }
          sums.set(key, row)
          beats.push([row])
        }
        // Every heartbeat arrives at least once, in any order, some twice, in transactions of any size.
        const sent = beats.flatMap((beat, i) => ((fate[i] ?? 0) % 3 === 0 ? [beat, beat] : [beat]))
        const order = sent
          .map((beat, i) => ({ beat, by: fate[(i * 7) % fate.length] ?? 0 }))
          .sort((a, b) => a.by - b.by)
        const heard = order.map(({ beat }) => ({ ...alive, displays: beat, boardId, at }))
        for (let i = 0; i < heard.length; ) {
          const size = 1 + ((fate[i % fate.length] ?? 0) % 5)
          await recordHeartbeats(world.deps, heard.slice(i, i + size))
          i += size
        }
        const { rows } = await db.query(
          `select dispatch_id as "dispatchId", hour, boot, first_at as "firstAt", last_at as "lastAt", shown_ms as "shownMs",
             hidden_ms as "hiddenMs", times, complete from board_displays`,
        )
        const written = new Map(rows.map(r => [[r.dispatchId, r.hour.toISOString(), r.boot].join(), r]))
        expect(written.size).toBe(sums.size)
        for (const row of sums.values()) {
          expect(written.get([row.dispatchId, row.hour, row.boot].join())).toMatchObject({
            firstAt: new Date(row.firstAt),
            lastAt: new Date(row.lastAt),
            shownMs: row.shownMs,
            hiddenMs: row.hiddenMs,
            times: row.times,
            complete: row.complete,
          })
        }
      },
    ),
    { numRuns: 40 },
  )
})

test('boards that report an item and its withdrawal do not stand in each other’s way', async () => {
  const { db } = world.database
  const item = items[0] ?? { dispatchId: '', revision: 0, contentHash: '' }
  const ids = await createBoards(
    db,
    Array.from({ length: 300 }, (_, i) => ({ areaCode: '19333', name: `Bảng tin số ${i}` })),
  )
  await db.query(
    `insert into shelf_items (kind, place_id, dispatch_id, rendition_id, put_at)
     select 'boards', board, dispatch_id, rendition_id, put_at
     from (select * from shelf_items where kind = 'boards' and dispatch_id = $2 limit 1) like_this, unnest($1::bigint[]) board`,
    [ids, item.dispatchId],
  )
  const at = new Date()
  const shown: Display = {
    ...item,
    hour: new Date(Math.floor(at.getTime() / hourMs) * hourMs).toISOString(),
    boot: 'run-dddddddd',
    firstAt: new Date(at.getTime() - 5_000).toISOString(),
    lastAt: at.toISOString(),
    shownMs: 1_000,
    hiddenMs: 0,
    times: 1,
    complete: true,
  }
  const beats = ids.toReversed().map(boardId => ({ ...alive, displays: [shown], boardId, at }))
  // Somebody holds one in the middle: both come that far, each by its own way, and then go on.
  const third = await db.connect()
  await third.query('begin')
  await third.query('select from shelf_items where dispatch_id = $1 and place_id = $2 for update', [
    item.dispatchId,
    ids[150],
  ])
  const both = Promise.allSettled([
    recordHeartbeats(world.deps, beats),
    transaction(db, sql => withdrawFromShelves(sql, item.dispatchId, at)),
  ])
  await until('both wait', async () => {
    const { rowCount } = await db.query(
      `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    )
    return rowCount === 2
  })
  await third.query('commit')
  third.release()
  expect((await both).map(one => (one.status === 'rejected' ? one.reason : 'done'))).toEqual(['done', 'done'])
  const { rows } = await db.query(
    `select count(*)::int as n from shelf_items
     where dispatch_id = $1 and place_id = any($2::bigint[]) and shown_at is not null and withdrawn_at is not null`,
    [item.dispatchId, ids],
  )
  expect(rows[0].n).toBe(300)
})

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
