import { createHash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import supertest from 'supertest'
import { cancel } from '../../../services/dispatch/control.ts'
import { applyReceipts } from '../../../services/dispatch/receipts.ts'
import { type BoardHeartbeat, boardManifestSchema, type Display } from '../../../services/domain/board.ts'
import { createBoards } from '../../../services/places/boards/create.ts'
import {
  proveBoardSessions,
  refreshBoardSession,
  revokeBoardSessions,
} from '../../../services/places/boards/sessions.ts'
import { comeBackAfterMs } from '../../../services/places/boards/streams.ts'
import { setPlaceInUse } from '../../../services/places/manage.ts'
import { streamsPerPlace } from '../../../services/places/open-streams.ts'
import { pokeBoards } from '../../../services/store/shelf.ts'
import { countsOf, officer } from '../../support/dispatch.ts'
import { until } from '../../support/wait.ts'
import { type PlacesWorld, placesWorld } from './world.ts'

let world: PlacesWorld
const access: string[] = []
const sessions: string[] = []
beforeAll(async () => {
  world = await placesWorld()
  for (const board of world.boards) {
    const { accessToken, sessionId } = await world.pair(board.id)
    access.push(accessToken)
    sessions.push(sessionId)
  }
})
afterAll(() => world.close())

const http = () => supertest(world.server.url)
const bearer = (i = 0) => ({ Authorization: `Bearer ${access[i]}` })
const getManifest = (i = 0) => http().get('/api/board/manifest').set(bearer(i))
const manifest = async (i = 0) => boardManifestSchema.parse((await getManifest(i).expect(200)).body)
const admin = { id: 'admin', name: 'Quản trị', role: 'admin' as const, areas: ['44'] }

const proven = async (sessionId: string) =>
  (await world.database.db.query('select proven_at from board_sessions where id = $1', [sessionId])).rows[0].proven_at

/** What a board hears, as it comes. */
async function listen(token = access[0] ?? '') {
  const stop = new AbortController()
  const response = await fetch(`${world.server.url}/api/board/events?access=${token}`, { signal: stop.signal })
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  let seen = ''
  const more = async () => {
    const chunk = await reader?.read()
    if (!chunk || chunk.done) throw new Error('the stream ended')
    text += chunk.value
    seen += chunk.value
  }
  return {
    response,
    seen: () => seen,
    async next(): Promise<{ version: string; urgent: boolean }> {
      for (;;) {
        const match = /event: version\ndata: (.*)\n\n/.exec(text)
        if (match) {
          text = text.slice(match.index + match[0].length)
          return JSON.parse(match[1] ?? '')
        }
        await more()
      }
    },
    /** Resolves when the server has ended it, whatever it said before. */
    async ended(): Promise<void> {
      for (;;)
        if (
          await more().then(
            () => false,
            () => true,
          )
        )
          return
    },
    stop: () => stop.abort(),
  }
}

describe('manifest', () => {
  test('holds what was announced; its version is the hash of the rest of the body', async () => {
    const before = await getManifest().expect(200)
    const id = await world.announce({ expiresAt: new Date(Date.now() + 3_600_000).toISOString() })
    const after = await until('the item is there', async () => {
      const answer = await getManifest().set('If-None-Match', before.headers.etag ?? '')
      return answer.status === 200 && answer
    })
    const body = boardManifestSchema.parse(after.body)
    expect(after.headers).toMatchObject({
      etag: `"${body.version}"`,
      'cache-control': 'private, no-cache',
      'content-type': 'application/json; charset=utf-8',
      'loa-player': 'build-of-the-player',
      'x-content-type-options': 'nosniff',
    })
    expect(Math.abs(Date.parse(after.headers['loa-time'] ?? '') - Date.now())).toBeLessThan(5_000)
    const rest = after.text.replace(`{"version":"${body.version}",`, '')
    expect(createHash('sha256').update(rest).digest('hex').slice(0, 32)).toBe(body.version)
    expect(body.board).toMatchObject({ name: 'Bảng tin Nhà văn hóa', commune: 'Phường Đông Hà' })
    expect(body.items[0]).toMatchObject({
      dispatchId: await world.dispatch(id, 'board'),
      title: 'Thông báo về cải cách hành chính',
      issuer: 'Ủy ban nhân dân tỉnh Quảng Trị',
      priority: 'routine',
    })
    for (const tag of [`"${body.version}"`, `W/"${body.version}"`, `"other", "${body.version}"`]) {
      expect((await getManifest().set('If-None-Match', tag).expect(304)).text).toBe('')
    }
    await cancel(world.deps, officer, id, 'Sai ngày')
    await until('it is gone', async () => (await manifest()).items.length === 0)
    // The table's own handler answers where there is no door in front.
    expect((await http().head('/api/board/manifest').set(bearer()).expect(200)).headers.etag).toBeDefined()
  })

  test('a forged, altered or old token, and none, are answered alike and without the database', async () => {
    const [boardId = '', sessionId = ''] = [world.boards[0]?.id, sessions[0]]
    await getManifest().expect(200)
    await until('the good one is noted', () => proven(sessionId))
    const old = world.links.boardAccess({ boardId, sessionId }, new Date(Date.now() - 5_000))
    const queries = jest.spyOn(world.database.db, 'query')
    const tokens = ['', 'x', old, `${access[0]}x`, access[0]?.replace(/^\d+/, '2'), access[0]?.replace(/.$/, '!')]
    for (const token of tokens) {
      const asked = [
        http().get('/api/board/manifest').set('Authorization', `Bearer ${token}`),
        http().get(`/api/board/events?access=${encodeURIComponent(token ?? '')}`),
        http().post('/api/board/heartbeat').set('Authorization', `Bearer ${token}`).send({}),
      ]
      for (const answer of await Promise.all(asked)) {
        expect([answer.status, answer.body.code]).toEqual([401, 'board.unpaired'])
        expect(answer.headers).toMatchObject({
          'content-type': 'application/problem+json; charset=utf-8',
          'www-authenticate': 'Bearer realm="loa"',
        })
      }
    }
    expect(queries).not.toHaveBeenCalled()
    queries.mockRestore()
  })

  test('is counted like every other request', async () => {
    await getManifest().expect(200)
    const text = await world.metrics.metrics()
    expect(text).toMatch(
      /http_request_duration_seconds_count\{method="GET",route="\/api\/board\/manifest",status="200"\} \d+/,
    )
    expect(text).not.toContain(access[0])
  })

  test('one board cannot ask without end', async () => {
    const [boardId = ''] = await createBoards(world.database.db, [{ areaCode: '19742', name: 'Bảng tin Chợ' }])
    const { accessToken } = await world.pair(boardId)
    const asked = Array.from({ length: 150 }, () =>
      http().get('/api/board/manifest').set('Authorization', `Bearer ${accessToken}`),
    )
    const answers = await Promise.all(asked)
    const refused = answers.filter(a => a.status === 429)
    expect(refused.length).toBeGreaterThan(0)
    expect(refused[0]?.headers['retry-after']).toBe('1')
    await getManifest(0).expect(200)
    await setPlaceInUse(world.database.db, admin, 'boards', boardId, false, new Date())
  })

  test('a set that was shut out and goes on like mad takes nothing from the one that came after it', async () => {
    const [boardId = ''] = await createBoards(world.database.db, [{ areaCode: '19333', name: 'Bảng tin đổi máy' }])
    const before = await world.pair(boardId)
    await revokeBoardSessions(world.database.db, [boardId], 're-paired', new Date())
    const after = await world.pair(boardId)
    const ask = (token: string) =>
      http()
        .get('/api/board/manifest')
        .set({ Authorization: `Bearer ${token}` })
    const statuses = new Set<number>()
    for (let i = 0; i < 15; i++) {
      const answers = await Promise.all(Array.from({ length: 20 }, () => ask(before.accessToken)))
      for (const { status } of answers) statuses.add(status)
    }
    expect([...statuses].sort()).toEqual([401, 429])
    await ask(after.accessToken).expect(200)
    await setPlaceInUse(world.database.db, admin, 'boards', boardId, false, new Date())
  })
})

describe('events', () => {
  test('tell the version at once and after every change, and when to come back', async () => {
    const board = await listen()
    expect(board.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    const first = await board.next()
    expect(first).toEqual({ version: (await manifest()).version, urgent: false })
    const id = await world.announce()
    const second = await board.next()
    expect(second).toEqual({ version: (await manifest()).version, urgent: false })
    await cancel(world.deps, officer, id, 'Thử')
    expect((await board.next()).version).toBe((await manifest()).version)
    expect(board.seen()).toContain(`retry: ${comeBackAfterMs(world.boards[0]?.id ?? '')}\n\n`)
    board.stop()
  })

  test('an emergency, and its end, are urgent', async () => {
    const board = await listen()
    await board.next()
    const id = await world.announce({ priority: 'emergency', urgencyReason: 'Lũ quét' })
    expect((await board.next()).urgent).toBe(true)
    expect((await manifest()).emergency).toHaveLength(1)
    await cancel(world.deps, officer, id, 'Thử')
    expect((await board.next()).urgent).toBe(true)
    expect((await manifest()).emergency).toEqual([])
    board.stop()
  })

  test('one board holds a few streams only: the oldest gives way, the newest hears of changes', async () => {
    const streams = []
    for (let i = 0; i < streamsPerPlace + 3; i++) {
      const board = await listen()
      await board.next()
      streams.push(board)
    }
    for (const board of streams.slice(0, 3)) await board.ended()
    const id = await world.announce()
    const version = (await streams[3]?.next())?.version
    expect(version).toBe((await manifest()).version)
    expect((await streams.at(-1)?.next())?.version).toBe(version)
    await cancel(world.deps, officer, id, 'Thử')
    for (const board of streams) board.stop()
  })

  test('a board in another commune is left alone', async () => {
    const { accessToken } = await world.pair(world.boards[1]?.id ?? '')
    access[1] = accessToken
    const [here, there] = [await listen(access[0]), await listen(access[1])]
    await here.next()
    const before = await there.next()
    const id = await world.announce({ audience: { areas: ['19333'] } })
    await here.next()
    const other = await world.announce({ audience: { areas: ['19742'] } })
    const after = await there.next()
    expect(after.version).not.toBe(before.version)
    for (const a of [id, other]) await cancel(world.deps, officer, a, 'Thử')
    here.stop()
    there.stop()
  })

  test('a session that is ended is cut off and refused at once, and another one of the board is not', async () => {
    const boardId = world.boards[0]?.id ?? ''
    const { accessToken, sessionId } = await world.pair(boardId)
    const board = await listen(accessToken)
    await board.next()
    const other = await listen(access[0])
    await other.next()
    await world.database.db.query(
      `update board_sessions set revoked_at = now(), revoked_why = 'unpaired' where id = $1`,
      [sessionId],
    )
    await pokeBoards(world.database.db, [boardId])
    await board.ended()
    const answer = await http().get('/api/board/manifest').set('Authorization', `Bearer ${accessToken}`)
    expect([answer.status, answer.body.code]).toEqual([401, 'board.unpaired'])
    const id = await world.announce()
    await other.next()
    await cancel(world.deps, officer, id, 'Thử')
    other.stop()
  })

  test('a board out of use, and one whose sessions were all ended, is cut off and refused', async () => {
    const boardId = world.boards[1]?.id ?? ''
    const { db } = world.database
    for (const [off, on] of [
      [
        () => setPlaceInUse(db, admin, 'boards', boardId, false, new Date()),
        () => setPlaceInUse(db, admin, 'boards', boardId, true, new Date()),
      ],
      [() => revokeBoardSessions(db, [boardId], 're-paired', new Date()), () => world.pair(boardId)],
    ] as const) {
      const { accessToken } = await world.pair(boardId)
      const board = await listen(accessToken)
      await board.next()
      await off()
      await board.ended()
      const answer = await http().get('/api/board/manifest').set('Authorization', `Bearer ${accessToken}`)
      expect([answer.status, answer.body.code]).toEqual([401, 'board.unpaired'])
      await on()
    }
    access[1] = (await world.pair(boardId)).accessToken
  })

  test('boards come back spread over a minute, whatever their numbers', () => {
    for (const step of [1, 7, 100]) {
      const ids = Array.from({ length: 10_000 }, (_, i) => String(1 + i * step))
      const perSecond = new Map<number, number>()
      for (const id of ids) {
        const second = Math.floor(comeBackAfterMs(id) / 1_000)
        perSecond.set(second, (perSecond.get(second) ?? 0) + 1)
      }
      expect([...perSecond.keys()].every(s => s >= 1 && s <= 61)).toBe(true)
      expect(Math.max(...perSecond.values())).toBeLessThan(200)
    }
  })
})

describe('credentials', () => {
  test('the first use of an access token proves its session, so that the refresh token before it betrays a second player', async () => {
    const { db } = world.database
    const boardId = world.boards[1]?.id ?? ''
    const first = await world.pair(boardId, new Date(Date.now() - 60_000))
    const second = await refreshBoardSession(db, world.links, first.refreshToken, new Date())
    // The board has the old access token still: that says nothing about whether the new refresh token arrived.
    await http().get('/api/board/manifest').set('Authorization', `Bearer ${first.accessToken}`).expect(200)
    await world.announce().then(id => cancel(world.deps, officer, id, 'Thử'))
    expect(await proven(first.sessionId)).toBeNull()
    await http().get('/api/board/manifest').set('Authorization', `Bearer ${second.accessToken}`).expect(200)
    await until('it is proven', () => proven(first.sessionId))
    await expect(refreshBoardSession(db, world.links, first.refreshToken, new Date())).rejects.toMatchObject({
      code: 'board.unpaired',
    })
    access[1] = (await world.pair(boardId)).accessToken
  })

  test('an access token given out with an earlier refresh token proves nothing', async () => {
    const { db } = world.database
    const issuedAt = new Date(Date.now() - 60_000)
    const first = await world.pair(world.boards[1]?.id ?? '', issuedAt)
    const { sessionId } = first
    const second = await refreshBoardSession(db, world.links, first.refreshToken, new Date())
    await proveBoardSessions(db, [{ sessionId, expiresAt: new Date(first.accessExpiresAt) }], new Date())
    expect(await proven(sessionId)).toBeNull()
    await proveBoardSessions(db, [{ sessionId, expiresAt: new Date(second.accessExpiresAt) }], new Date())
    expect(await proven(sessionId)).not.toBeNull()
  })
})

const boot = 'boot-of-a-player'
const hourOf = (at: number) => new Date(Math.floor(at / 3_600_000) * 3_600_000).toISOString()

function beat(displays: Partial<Display>[] = [], more: Partial<BoardHeartbeat> = {}) {
  return {
    version: 'v',
    boot,
    visible: true,
    mode: 'items',
    now: null,
    displays,
    player: 'p',
    screen: '1920x1080',
    clockSkewMs: 0,
    storage: null,
    offlineReady: true,
    problems: [],
    ...more,
  }
}

describe('heartbeat', () => {
  const send = (body: unknown, i = 0) =>
    http()
      .post('/api/board/heartbeat')
      .set(bearer(i))
      .send(body as object)
  const recorded = async (displays: Partial<Display>[], i = 0) =>
    (await send(beat(displays), i).expect(200)).body.recorded

  /** An item on both boards, and a display of it as a player reports it. */
  async function item() {
    const id = await world.announce()
    const dispatch = await world.dispatch(id, 'board')
    const entry = await until('it is in the manifest', async () =>
      (await manifest()).items.find(x => x.dispatchId === dispatch),
    )
    const at = new Date().toISOString()
    const display: Display = {
      dispatchId: dispatch,
      revision: entry.revision,
      contentHash: entry.contentHash,
      hour: hourOf(Date.now()),
      boot,
      firstAt: at,
      lastAt: at,
      shownMs: 8_000,
      hiddenMs: 0,
      times: 1,
      complete: true,
    }
    const rows = async () =>
      (
        await world.database.db.query('select * from board_displays where dispatch_id = $1 order by board_id, hour', [
          dispatch,
        ])
      ).rows
    return { id, dispatch, display, rows, end: () => cancel(world.deps, officer, id, 'Thử') }
  }

  test('turns what was really displayed into a confirmed delivery, once', async () => {
    const { dispatch, display, rows, end } = await item()
    const wrong = [
      { ...display, contentHash: 'another' },
      { ...display, revision: 99 },
      { ...display, dispatchId: '999999' },
    ]
    expect(await recorded(wrong)).toBe(0)
    expect(await rows()).toEqual([])
    // Behind another window, or not all of it: written down, and no proof.
    expect(await recorded([{ ...display, shownMs: 0, hiddenMs: 8_000 }])).toBe(1)
    expect(await recorded([{ ...display, complete: false }])).toBe(1)
    await applyReceipts(world.deps)
    expect(await countsOf(world.database.db, dispatch)).toMatchObject({ accepted: 2, confirmed: 0 })

    expect(await recorded([display, display])).toBe(2)
    expect(await recorded([display])).toBe(1)
    const { rows: inbox } = await world.database.db.query(
      'select count(*)::int as n from receipts_inbox where dispatch_id = $1',
      [dispatch],
    )
    expect(inbox[0].n).toBe(1)
    await applyReceipts(world.deps)
    expect(await countsOf(world.database.db, dispatch)).toMatchObject({ audience: 2, accepted: 1, confirmed: 1 })
    expect(await rows()).toMatchObject([{ shown_ms: 8_000, hidden_ms: 8_000, times: 1, complete: true, boot }])
    const { rows: seen } = await world.database.db.query('select last_seen_at, last_seen from boards where id = $1', [
      world.boards[0]?.id,
    ])
    expect(seen[0].last_seen_at).not.toBeNull()
    expect(seen[0].last_seen).toMatchObject({ version: 'v', visible: true, mode: 'items', displays: 1 })
    await end()
  })

  test('answers with the time, after it is written down', async () => {
    const before = Date.now()
    const { body } = await send(beat()).expect(200)
    expect(Date.parse(body.time)).toBeGreaterThanOrEqual(before - 1)
    const { rows } = await world.database.db.query('select last_seen_at as at from boards where id = $1', [
      world.boards[0]?.id,
    ])
    expect(rows[0].at.getTime()).toBeGreaterThanOrEqual(before - 1)
  })

  test('a clock that is wrong does not date a display before the item or into the future', async () => {
    const { dispatch, display, rows, end } = await item()
    for (const [i, at] of [
      [0, '2001-01-01T00:00:00Z'],
      [1, '2099-01-01T00:00:00Z'],
    ] as const) {
      expect(await recorded([{ ...display, hour: at, firstAt: at, lastAt: at, shownMs: 3_600_000 }], i)).toBe(1)
    }
    const { rows: shelf } = await world.database.db.query(
      'select put_at, shown_at from shelf_items where dispatch_id = $1 order by place_id',
      [dispatch],
    )
    expect(shelf[0].shown_at).toEqual(shelf[0].put_at)
    expect(shelf[1].shown_at.getTime()).toBeLessThanOrEqual(Date.now())
    for (const row of await rows()) {
      expect(row.first_at.getTime()).toBeGreaterThanOrEqual(shelf[0].put_at.getTime())
      expect(row.last_at.getTime()).toBeLessThanOrEqual(Date.now())
      // An item of some seconds ago was not on screen for an hour.
      expect(row.shown_ms).toBeLessThan(120_000)
    }
    await end()
  })

  test('numbers that no database holds are refused, and a clock of any year is read', async () => {
    const { display, end } = await item()
    await send(beat([{ ...display, dispatchId: '9999999999999999999' }])).expect(422)
    await send(beat([{ ...display, revision: 2 ** 40 }])).expect(422)
    await send(beat([{ ...display, shownMs: 2 ** 40 }])).expect(422)
    await send(beat([], { player: 'a\u0000b' })).expect(422)
    for (const at of ['0000-01-01T00:00:00Z', '9999-12-31T23:59:59Z', '2026-11-23T08:00:00+23:59']) {
      expect(await recorded([{ ...display, hour: at, firstAt: at, lastAt: at }])).toBe(1)
    }
    await end()
  })

  test('refuses what is no heartbeat, what is too long and what is not JSON', async () => {
    await send({ displays: 'x' }).expect(422)
    await http().post('/api/board/heartbeat').set(bearer()).send('x').expect(415)
    const json = () => http().post('/api/board/heartbeat').set(bearer()).set('Content-Type', 'application/json')
    await json().send('{"version":').expect(400)
    await json()
      .send(`{"a":${'['.repeat(50)}${']'.repeat(50)}}`)
      .expect(400)
    await json()
      .send(JSON.stringify({ a: 'x'.repeat(200_000) }))
      .expect(413)
    await json().set('Content-Encoding', 'gzip').send('{}').expect(415)
  })

  test('two players that take turns are noticed, a restart is not', async () => {
    const alerts = async () =>
      (
        await world.database.db.query(
          `select kind from board_alerts where board_id = $1 and kind = 'two-players' and ended_at is null`,
          [world.boards[0]?.id],
        )
      ).rows
    for (const run of ['run-aaaaaaaa', 'run-bbbbbbbb', 'run-bbbbbbbb']) await send(beat([], { boot: run })).expect(200)
    expect(await alerts()).toEqual([])
    await send(beat([], { boot: 'run-aaaaaaaa' })).expect(200)
    await send(beat([], { boot: 'run-bbbbbbbb' })).expect(200)
    expect(await alerts()).toEqual([{ kind: 'two-players' }])
  })
})

describe('without the database', () => {
  afterEach(() => {
    jest.restoreAllMocks()
  })

  test('what is known to be fresh is served, all else is refused for the moment and never empty', async () => {
    const id = await world.announce()
    const board = await listen()
    await board.next()
    const known = await manifest()
    expect(known.items.length).toBeGreaterThan(0)
    const { db } = world.database
    const away = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
    jest.spyOn(db, 'query').mockImplementation(() => Promise.reject(away))
    jest.spyOn(db, 'connect').mockImplementation(() => Promise.reject(away))
    expect((await manifest()).version).toBe(known.version)
    const fresh = await world.links.boardAccess({ boardId: '424242', sessionId: '1' }, new Date(Date.now() + 60_000))
    const unknown = await http().get('/api/board/manifest').set('Authorization', `Bearer ${fresh}`)
    expect([unknown.status, unknown.body.code]).toEqual([503, 'service.unavailable'])
    expect(unknown.headers['retry-after']).toBe('10')
    const late = await http().post('/api/board/heartbeat').set(bearer()).send(beat())
    expect(late.status).toBe(503)
    jest.restoreAllMocks()
    await http().post('/api/board/heartbeat').set(bearer()).send(beat()).expect(200)
    await cancel(world.deps, officer, id, 'Thử')
    board.stop()
  })

  test('when the changes are no longer heard, nothing counts as fresh', async () => {
    const board = await listen()
    await board.next()
    await manifest()
    const { db } = world.database
    const looks = jest.spyOn(db, 'query')
    await until('it is served from memory', async () => {
      looks.mockClear()
      await getManifest().expect(200)
      return looks.mock.calls.length === 0
    })
    await db.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'loa-shelf-listener' and datname = current_database()`,
    )
    looks.mockClear()
    await until('the loss is noticed', async () => {
      await getManifest().expect(200)
      return looks.mock.calls.length > 0
    })
    // Listening again, all boards are looked up, and what changed meanwhile is found.
    const id = await world.announce()
    await until('it is told', async () => (await board.next()).version === (await manifest()).version)
    await cancel(world.deps, officer, id, 'Thử')
    board.stop()
  })
})

test('a server that stops ends the streams and answers what is under way', async () => {
  const board = await listen()
  await board.next()
  const [answer] = await Promise.all([
    http().post('/api/board/heartbeat').set(bearer()).send(beat()),
    new Promise(resolve => setTimeout(resolve, 20)).then(() => world.server.close()),
  ])
  expect(answer.status).toBe(200)
  await board.ended()
  await world.restart()
  await getManifest().expect(200)
})
