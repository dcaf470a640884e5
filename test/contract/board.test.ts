import { describe, expect, test } from '@jest/globals'
import { type BoardContent, board } from '../../channels/board/index.ts'
import type { ShelfPort } from '../../channels/contract.ts'
import { createBoards } from '../../services/places/boards/create.ts'
import { createShelf, itemsOfBoards } from '../../services/places/shelf.ts'
import { insertAnnouncement } from '../../services/store/announcements.ts'
import { putRendition } from '../../services/store/renditions.ts'
import { officer, seedRegistry } from '../support/dispatch.ts'
import { testDatabase } from '../support/postgres.ts'
import { batchOf, captureLog, describeChannel, renderSample, sampleSource, testDeps } from './suite.ts'

const textOf = (content: { title: string; pages: { heading: string; text: string }[] }) =>
  [content.title, ...content.pages.map(p => `${p.heading}\n${p.text}`)].join('\n\n')

/**
 * Boards have no vendor: the other side is the shelf in PostgreSQL, read back the way the players' manifest reads it.
 * The suite's names for dispatches are given a row each.
 */
describeChannel<Record<string, never>, BoardContent>('board', {
  channel: board,
  demoMark: /"demo":true/,
  async start() {
    const database = await testDatabase()
    const { db } = database
    await seedRegistry(db, 0)
    const boards = await createBoards(
      db,
      Array.from({ length: 100 }, (_, i) => ({ areaCode: '19333', name: `Bảng ${i}` })),
    )
    const announcement = await insertAnnouncement(db, officer, sampleSource().content, new Date())
    const rendition = await putRendition(db, 'board', await renderSample(board, {}, captureLog().log))
    const shelf = createShelf(db, () => new Date())
    const dispatches = new Map<string, string>()
    const rowOf = async (name: string): Promise<string> => {
      const known = dispatches.get(name)
      if (known) return known
      const added = await db.query(
        `insert into dispatches (announcement_id, revision, channel, method, priority)
         values ($1, $2, 'board', 'public-board', 'priority') returning id`,
        [announcement.id, dispatches.size + 1],
      )
      dispatches.set(name, added.rows[0].id)
      return added.rows[0].id
    }
    const named: ShelfPort = {
      put: async (kind, ids, item) =>
        shelf.put(kind, ids, { dispatchId: await rowOf(item.dispatchId), renditionId: rendition.id }),
    }
    return {
      values: {},
      deps: { shelf: named },
      targets: count => boards.slice(0, count).map(id => ({ id, name: `Bảng ${id}` })),
      reach: { accepted: () => {} },
      async received() {
        const items = await itemsOfBoards(db, boards, new Date())
        return [...items].flatMap(([to, list]) => list.map(item => ({ to, text: textOf(item.content) })))
      },
      expectedText: content => textOf(content),
      secrets: [],
      close: () => database.drop(),
    }
  },
})

describe('board channel', () => {
  test('a shelf that cannot be filled is tried again, for every board', async () => {
    const { log, lines } = captureLog()
    const shelf: ShelfPort = { put: () => Promise.reject(new Error('connection lost')) }
    const session = await board.open({}, testDeps(log, { shelf }))
    const rendition = await renderSample(board, {}, log)
    const targets = [
      { id: '1', name: 'Bảng 1' },
      { id: '2', name: 'Bảng 2' },
    ]
    const outcomes = await session.send(batchOf(rendition, targets), new AbortController().signal)
    expect(outcomes).toEqual(targets.map(() => ({ kind: 'retry', code: 'shelf-failed' })))
    expect(lines.join()).toContain('shelf could not be filled')
  })

  test('the hash changes with anything that is shown', async () => {
    const { log } = captureLog()
    const source = sampleSource()
    const hashOf = async (content: Partial<typeof source.content>, demo = false) =>
      (await renderSample(board, {}, log, { ...source, demo, content: { ...source.content, ...content } })).content
        .contentHash
    const hashes = await Promise.all([
      hashOf({}),
      hashOf({}, true),
      hashOf({ title: 'Thông báo khác' }),
      hashOf({ issuer: 'Sở Nội vụ' }),
      hashOf({ documentNumber: '16/TB-UBND' }),
      hashOf({ priority: 'emergency' }),
      hashOf({ variants: { board: { text: 'Chữ riêng cho bảng tin.' } } }),
    ])
    expect(new Set(hashes).size).toBe(hashes.length)
  })

  test('tells the officer when the text takes many pages', async () => {
    const { log } = captureLog()
    const source = sampleSource()
    const text = Array(20).fill('Ủy ban nhân dân xã tiếp nhận hồ sơ vào các buổi sáng trong tuần.').join(' ')
    const long = await renderSample(board, {}, log, {
      ...source,
      content: { ...source.content, variants: { board: { text } } },
    })
    expect(board.estimate(long, 1, {}).warnings[0]?.vi).toContain(`${long.content.pages.length} trang`)
    expect(board.estimate(await renderSample(board, {}, log), 1, {}).warnings).toEqual([])
  })
})
