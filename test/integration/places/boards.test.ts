import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import supertest from 'supertest'
import { cancel } from '../../../services/dispatch/control.ts'
import { applyReceipts } from '../../../services/dispatch/receipts.ts'
import type { BoardManifest } from '../../../services/domain/board.ts'
import { streamsPerPlace } from '../../../services/places/open-streams.ts'
import { countsOf, officer } from '../../support/dispatch.ts'
import { type PlacesWorld, placesWorld } from './world.ts'

let world: PlacesWorld
beforeAll(async () => {
  world = await placesWorld()
})
afterAll(() => world.close())

const http = () => supertest(world.server.url)
const token = (i = 0) => world.boards[i]?.token ?? ''
const manifest = async (i = 0): Promise<BoardManifest> =>
  (
    await http()
      .get(`/api/board/${token(i)}/manifest`)
      .expect(200)
  ).body

/** Versions that a board hears of, as they come. */
async function listenToBoard(i = 0) {
  const stop = new AbortController()
  const response = await fetch(`${world.server.url}/api/board/${token(i)}/events`, { signal: stop.signal })
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  return {
    response,
    async nextVersion(): Promise<string> {
      for (;;) {
        const match = /event: version\ndata: (.*)\n\n/.exec(text)
        if (match) {
          text = text.slice(match.index + match[0].length)
          return JSON.parse(match[1] ?? '').version
        }
        const chunk = await reader?.read()
        if (!chunk || chunk.done) throw new Error('the stream ended')
        text += chunk.value
      }
    },
    stop: () => stop.abort(),
  }
}

describe('manifest', () => {
  test('holds what was announced, with a validator of the whole body', async () => {
    const before = await http().get(`/api/board/${token()}/manifest`).expect(200)
    const id = await world.announce({ expiresAt: new Date(Date.now() + 3_600_000).toISOString() })
    const after = await http()
      .get(`/api/board/${token()}/manifest`)
      .set('If-None-Match', before.headers.etag ?? '')
    expect(after.status).toBe(200)
    const body: BoardManifest = after.body
    expect(after.headers.etag).toBe(`"${body.version}"`)
    expect(Date.parse(after.headers['loa-time'] ?? '')).toBeGreaterThan(Date.now() - 5_000)
    expect(body.board).toMatchObject({ name: 'Bảng tin Nhà văn hóa', commune: 'Phường Đông Hà' })
    expect(body.items[0]).toMatchObject({
      dispatchId: await world.dispatch(id, 'board'),
      title: 'Thông báo về cải cách hành chính',
      issuer: 'Ủy ban nhân dân tỉnh Quảng Trị',
      priority: 'routine',
    })
    await http().get(`/api/board/${token()}/manifest`).set('If-None-Match', `"${body.version}"`).expect(304)
    await cancel(world.deps, officer, id, 'Sai ngày')
    const gone = await http().get(`/api/board/${token()}/manifest`).set('If-None-Match', `"${body.version}"`)
    expect(gone.status).toBe(200)
    expect(gone.body.items).toEqual([])
  })

  test('an unknown token is not found anywhere, without telling more', async () => {
    const unknown = 'x'.repeat(32)
    const answers = await Promise.all([
      http().get(`/api/board/${unknown}/manifest`),
      http().get(`/api/board/${unknown}/events`),
      http().post(`/api/board/${unknown}/heartbeat`).send({ version: '', visible: true, shown: [] }),
    ])
    expect(answers.map(a => [a.status, a.body.code])).toEqual(answers.map(() => [404, 'not-found']))
    expect(new Set(answers.map(a => a.body.detail)).size).toBe(1)
  })
})

describe('events', () => {
  test('tell the version at once and after every change', async () => {
    const board = await listenToBoard()
    expect(board.response.headers.get('content-type')).toContain('text/event-stream')
    const first = await board.nextVersion()
    expect(first).toBe((await manifest()).version)
    const id = await world.announce()
    const second = await board.nextVersion()
    expect(second).toBe((await manifest()).version)
    await cancel(world.deps, officer, id, 'Thử')
    expect(await board.nextVersion()).toBe((await manifest()).version)
    board.stop()
  })

  test('one board holds a few streams only: the oldest gives way, the newest hears of changes', async () => {
    const streams = []
    for (let i = 0; i < streamsPerPlace + 3; i++) {
      const board = await listenToBoard(0)
      await board.nextVersion()
      streams.push(board)
    }
    for (const board of streams.slice(0, 3)) await expect(board.nextVersion()).rejects.toThrow(/ended/)
    const elsewhere = await listenToBoard(1)
    await elsewhere.nextVersion()
    const id = await world.announce()
    const version = await streams[3]?.nextVersion()
    expect(version).toBe((await manifest()).version)
    expect(await streams.at(-1)?.nextVersion()).toBe(version)
    await cancel(world.deps, officer, id, 'Thử')
    for (const board of [...streams, elsewhere]) board.stop()
  })

  test('a board in another commune is left alone', async () => {
    const [here, there] = [await listenToBoard(0), await listenToBoard(1)]
    await here.nextVersion()
    const before = await there.nextVersion()
    const id = await world.announce({ audience: { areas: ['19333'] } })
    await here.nextVersion()
    const other = await world.announce({ audience: { areas: ['19742'] } })
    const after = await there.nextVersion()
    expect(after).not.toBe(before)
    expect((await manifest(1)).items.map(i => i.dispatchId)).not.toContain(await world.dispatch(id, 'board'))
    for (const a of [id, other]) await cancel(world.deps, officer, a, 'Thử')
    here.stop()
    there.stop()
  })
})

describe('heartbeat', () => {
  const beat = (shown: unknown[], i = 0) =>
    http()
      .post(`/api/board/${token(i)}/heartbeat`)
      .send({ version: 'v', visible: true, shown })

  test('turns what was really displayed into a confirmed delivery, once', async () => {
    const id = await world.announce()
    const dispatch = await world.dispatch(id, 'board')
    const item = (await manifest()).items.find(i => i.dispatchId === dispatch)
    const shown = {
      dispatchId: dispatch,
      revision: item?.revision,
      contentHash: item?.contentHash,
      firstShownAt: new Date().toISOString(),
      visible: true,
    }
    const wrong = [
      { ...shown, contentHash: 'another' },
      { ...shown, revision: 99 },
      { ...shown, visible: false },
      { ...shown, dispatchId: '999999' },
    ]
    expect((await beat(wrong).expect(200)).body).toEqual({ recorded: 0 })
    await applyReceipts(world.deps)
    expect(await countsOf(world.database.db, dispatch)).toMatchObject({ accepted: 2, confirmed: 0 })

    expect((await beat([shown, shown]).expect(200)).body).toEqual({ recorded: 1 })
    expect((await beat([shown]).expect(200)).body).toEqual({ recorded: 0 })
    await applyReceipts(world.deps)
    expect(await countsOf(world.database.db, dispatch)).toMatchObject({ audience: 2, accepted: 1, confirmed: 1 })
    const { rows } = await world.database.db.query('select last_seen_at, last_seen from boards where id = $1', [
      world.boards[0]?.id,
    ])
    expect(rows[0].last_seen_at).not.toBeNull()
    expect(rows[0].last_seen).toMatchObject({ version: 'v', visible: true })
    await cancel(world.deps, officer, id, 'Thử')
  })

  test('a clock that is wrong does not date a display before the item or into the future', async () => {
    const id = await world.announce()
    const dispatch = await world.dispatch(id, 'board')
    for (const [i, firstShownAt] of [
      [0, '2001-01-01T00:00:00Z'],
      [1, '2099-01-01T00:00:00Z'],
    ] as const) {
      const item = (await manifest(i)).items.find(x => x.dispatchId === dispatch)
      const { revision, contentHash } = item ?? {}
      await beat([{ dispatchId: dispatch, revision, contentHash, firstShownAt, visible: true }], i).expect(200)
    }
    const { rows } = await world.database.db.query(
      'select put_at, shown_at from shelf_items where dispatch_id = $1 order by place_id',
      [dispatch],
    )
    expect(rows[0].shown_at).toEqual(rows[0].put_at)
    expect(rows[1].shown_at.getTime()).toBeLessThanOrEqual(Date.now())
    await cancel(world.deps, officer, id, 'Thử')
  })

  test('numbers that no database holds are refused, and a clock of any year is read', async () => {
    const shown = {
      dispatchId: '1',
      revision: 1,
      contentHash: 'x',
      firstShownAt: new Date().toISOString(),
      visible: true,
    }
    await beat([{ ...shown, dispatchId: '9999999999999999999' }]).expect(422)
    await beat([{ ...shown, revision: 2 ** 40 }]).expect(422)
    for (const firstShownAt of ['0000-01-01T00:00:00Z', '9999-12-31T23:59:59Z', '2026-11-23T08:00:00+23:59']) {
      await beat([{ ...shown, firstShownAt }]).expect(200)
    }
  })

  test('refuses what is no heartbeat', async () => {
    await beat([{ dispatchId: 'x' }]).expect(422)
    await http().post(`/api/board/${token()}/heartbeat`).send('x').expect(415)
  })
})
