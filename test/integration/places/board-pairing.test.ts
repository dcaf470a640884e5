import { request } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import supertest from 'supertest'
import type { Actor } from '../../../services/domain/accounts.ts'
import { pairingAlphabet } from '../../../services/domain/board.ts'
import { guessLimits } from '../../../services/places/boards/code-guesses.ts'
import { createBoards } from '../../../services/places/boards/create.ts'
import { newPairingCode, openPairings, readPairingCode } from '../../../services/places/boards/pairing.ts'
import { boardSessionsStillIn, createBoardSession } from '../../../services/places/boards/sessions.ts'
import { changeBoards } from '../../../services/places/boards/settings.ts'
import { hashOfToken } from '../../../services/places/device-tokens.ts'
import { setPlaceInUse } from '../../../services/places/manage.ts'
import { officerCookie, pairedBoard } from '../../support/board.ts'
import { until } from '../../support/wait.ts'
import { type PlacesWorld, placesWorld } from './world.ts'

const admin: Actor = { id: 'a', name: 'Quản trị', role: 'admin', areas: [] }
let world: PlacesWorld
let offsetMs = 0
const cookies = {} as Record<'officer' | 'operator' | 'admin', string>
beforeAll(async () => {
  world = await placesWorld()
  world.deps.now = () => new Date(Date.now() + offsetMs)
  for (const role of ['officer', 'operator', 'admin'] as const) {
    cookies[role] = await officerCookie(world.server.url, `${role}@loa.example`, world.passwords[role])
  }
})
beforeEach(async () => {
  // Each test starts in an hour of its own, with no codes open and no guesses on the account.
  offsetMs += 3_600_001
  await world.database.db.query('delete from board_pairings')
})
afterAll(() => world.close())

const http = () => supertest(world.server.url)
const board = (i = 0) => world.boards[i]?.id ?? ''
const as = (role: keyof typeof cookies, path: string, body: object = {}) =>
  http().post(path).set('Cookie', cookies[role]).set('Sec-Fetch-Site', 'same-origin').send(body)
const start = async (): Promise<{ code: string; secret: string; expiresAt: string }> =>
  (
    await http()
      .post('/api/board/pairing')
      .set('User-Agent', 'Một trình duyệt cũ'.normalize('NFD').replace(/[^ -~]/g, ''))
      .send({ about: { screen: '1280x720', player: 'abc' } })
      .expect(200)
  ).body
const poll = async (secret: string) => (await http().post('/api/board/pairing/poll').send({ secret }).expect(200)).body
const refresh = (refreshToken: string) => http().post('/api/board/token').send({ refreshToken })
const rowsOf = async (sql: string, values: unknown[] = []) => (await world.database.db.query(sql, values)).rows
const wrongCode = (not: string[] = []) => {
  for (;;) {
    const code = newPairingCode()
    if (!not.includes(code)) return code
  }
}

/** A request whose sender will not wait for the answer. */
function hangUpLater(path: string, body: object) {
  const { port } = new URL(world.server.url)
  const sent = request({
    host: '127.0.0.1',
    port,
    path,
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
  })
  sent.on('error', () => undefined)
  sent.end(JSON.stringify(body))
  return sent
}

describe('the code', () => {
  test('is six characters that nobody takes for others, and is read as people type it', () => {
    for (let i = 0; i < 200; i++) expect(newPairingCode()).toMatch(new RegExp(`^[${pairingAlphabet}]{6}$`))
    expect(readPairingCode(' abc-d23 ')).toBe('ABCD23')
    expect(readPairingCode('AB CD 23')).toBe('ABCD23')
    for (const no of ['', 'ABCD2', 'ABCD234', 'ABCDO0', 'ABCDÊ2', 'ABC\u0000D2'])
      expect(readPairingCode(no)).toBeUndefined()
  })

  test('lives ten minutes, and its secret is kept as a hash only', async () => {
    const { code, secret, expiresAt } = await start()
    expect(Date.parse(expiresAt) - world.deps.now().getTime()).toBeGreaterThan(9.9 * 60_000)
    expect(await poll(secret)).toEqual({ state: 'waiting' })
    expect(JSON.stringify(await rowsOf('select * from board_pairings'))).not.toContain(secret)
    offsetMs += 600_001
    expect(await poll(secret)).toEqual({ state: 'expired' })
    expect((await as('officer', `/api/boards/${board()}/pair`, { code }).expect(422)).body.code).toBe('board.bad-code')
    await start()
    expect(await rowsOf('select code from board_pairings where code = $1', [code])).toEqual([])
    expect(await poll(secret)).toEqual({ state: 'expired' })
  })

  test('tells the officer what shows it', async () => {
    const { code } = await start()
    const seen = (await as('officer', '/api/boards/pairing/look', { code: code.toLowerCase() }).expect(200)).body
    expect(seen).toMatchObject({ kind: 'player', screen: '1280x720', player: 'abc', browser: 'Mot trinh duyet cu' })
    expect(seen.address).toMatch(/127\.0\.0\.1/)
    expect(Date.parse(seen.expiresAt) - Date.parse(seen.since)).toBe(600_000)
  })
})

describe('pairing', () => {
  test('gives the board a credential that works and can be renewed', async () => {
    const paired = await pairedBoard(world.server.url, cookies.officer, board())
    const first = paired.tokens()
    expect(world.links.readBoardAccess(first.accessToken, world.deps.now())).toMatchObject({ boardId: board() })
    const next = await paired.refresh()
    expect(next.refreshToken).not.toBe(first.refreshToken)
    const stored = await rowsOf('select * from board_sessions where board_id = $1', [board()])
    for (const { refreshToken } of [first, next]) expect(JSON.stringify(stored)).not.toContain(refreshToken)
    const [event] = await rowsOf(
      `select actor_name, detail from registry_events where action = 'paired' and place_id = $1 order by id desc limit 1`,
      [board()],
    )
    expect(event).toMatchObject({ actor_name: 'Tài khoản officer', detail: { player: 'player' } })
  })

  test('again keeps what the board is and shuts the old player out', async () => {
    const { db } = world.database
    const old = await pairedBoard(world.server.url, cookies.officer, board())
    await db.query(
      `update boards set group_name = 'chợ', settings = '{"contact":"0233"}', boots = '[{"boot":"x"}]' where id = $1`,
      [board()],
    )
    for (const kind of ['reused', 'two-players', 'problems']) {
      await db.query('insert into board_alerts (board_id, kind, began_at) values ($1, $2, now())', [board(), kind])
    }
    const before = (await rowsOf('select name, group_name, settings from boards where id = $1', [board()]))[0]
    const fresh = await pairedBoard(world.server.url, cookies.admin, board())
    expect((await rowsOf('select name, group_name, settings from boards where id = $1', [board()]))[0]).toEqual(before)
    expect((await rowsOf('select boots from boards where id = $1', [board()]))[0].boots).toEqual([])
    expect((await refresh(old.tokens().refreshToken).expect(401)).body.code).toBe('board.unpaired')
    await fresh.refresh()
    const open = await rowsOf('select kind from board_alerts where board_id = $1 and ended_at is null', [board()])
    expect(open).toEqual([{ kind: 'problems' }])
    const why = await rowsOf(
      'select revoked_why as why, count(*)::int as n from board_sessions where board_id = $1 group by 1 order by 1',
      [board()],
    )
    expect(why.at(-1)).toEqual({ why: null, n: 1 })
    expect(why[0].why).toBe('re-paired')
  })

  test('can be ended, also before the board has fetched its credential', async () => {
    const paired = await pairedBoard(world.server.url, cookies.officer, board())
    const answer = (await as('officer', `/api/boards/${board()}/unpair`).expect(200)).body
    expect(answer).toMatchObject({ id: board(), pairedAt: null })
    await refresh(paired.tokens().refreshToken).expect(401)
    const { code, secret } = await start()
    await as('officer', `/api/boards/${board()}/pair`, { code }).expect(200)
    await as('officer', `/api/boards/${board()}/unpair`).expect(200)
    expect(await poll(secret)).toEqual({ state: 'expired' })
    const [{ n }] = await rowsOf(`select count(*)::int as n from registry_events where action = 'unpaired'`)
    await as('officer', `/api/boards/${board()}/unpair`).expect(200)
    expect(await rowsOf(`select count(*)::int as n from registry_events where action = 'unpaired'`)).toEqual([{ n }])
  })

  test('is for officers, for boards in use, and not for paper', async () => {
    const { code } = await start()
    for (const path of [`/api/boards/${board()}/pair`, '/api/boards/pairing/look']) {
      expect((await as('operator', path, { code }).expect(403)).body.code).toBe('auth.forbidden')
      await http().post(path).set('Sec-Fetch-Site', 'same-origin').send({ code }).expect(401)
    }
    await as('operator', `/api/boards/${board()}/unpair`).expect(403)
    const [paper] = await rowsOf(
      `insert into boards (area_code, name, kind) values ('19333', 'Bảng giấy', 'paper') returning id`,
    )
    expect((await as('officer', `/api/boards/${paper.id}/pair`, { code }).expect(409)).body.code).toBe(
      'board.wrong-kind',
    )
    await as('officer', '/api/boards/999999/pair', { code }).expect(404)
    await as('officer', '/api/boards/x/pair', { code }).expect(404)
    // None of that used the code up.
    await as('officer', `/api/boards/${board()}/pair`, { code }).expect(200)
    await as('officer', `/api/boards/${board(1)}/pair`, { code }).expect(422)
  })

  test('of one code by two officers at the same moment gives it to one board', async () => {
    for (let round = 0; round < 5; round++) {
      const { code, secret } = await start()
      const answers = await Promise.all([
        as('officer', `/api/boards/${board(0)}/pair`, { code }),
        as('admin', `/api/boards/${board(1)}/pair`, { code }),
      ])
      expect(answers.map(a => a.status).sort()).toEqual([200, 422])
      const winner = answers.find(a => a.status === 200)?.body.id
      const polls = await Promise.all([poll(secret), poll(secret), poll(secret)])
      for (const answer of polls) expect(answer).toMatchObject({ state: 'paired', board: { id: winner } })
      const open = await rowsOf(`select id from board_sessions where revoked_at is null and board_id = $1`, [winner])
      expect(open).toHaveLength(1)
      const good = await Promise.all(polls.map(async p => (await refresh(p.tokens.refreshToken)).status))
      expect(good.sort()).toEqual([200, 401, 401])
    }
  })
})

describe('the credential', () => {
  test('is handed to a board that asks in the moment of the yes', async () => {
    const { db } = world.database
    const { code, secret } = await start()
    const officer = await db.connect()
    await officer.query('begin')
    await officer.query('update board_pairings set board_id = $2, paired_at = $3 where code = $1', [
      code,
      board(),
      world.deps.now(),
    ])
    const asked = poll(secret)
    await until('it waits for the officer', async () => {
      const waiting = await rowsOf(`select 1 from pg_locks where not granted and locktype = 'transactionid'`)
      return waiting.length > 0
    })
    await officer.query('commit')
    officer.release()
    expect(await asked).toMatchObject({ state: 'paired', board: { id: board() } })
  })

  test('can be fetched again after a lost answer, until it is used', async () => {
    const { code, secret } = await start()
    await as('officer', `/api/boards/${board()}/pair`, { code }).expect(200)
    const lost = await poll(secret)
    offsetMs += 3_600_000
    const got = await poll(secret)
    await refresh(lost.tokens.refreshToken).expect(401)
    const next = (await refresh(got.tokens.refreshToken).expect(200)).body
    expect(await poll(secret)).toEqual({ state: 'expired' })
    await refresh(next.refreshToken).expect(200)
  })

  test('is not changed by a request whose sender has hung up before it was its turn', async () => {
    const { code, secret } = await start()
    await as('officer', `/api/boards/${board()}/pair`, { code }).expect(200)
    const got = await poll(secret)
    const { db } = world.database
    const waiting = async () =>
      (await rowsOf(`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`))
        .length
    const blocker = await db.connect()
    try {
      await blocker.query('begin')
      await blocker.query('select from board_sessions where board_id = $1 for update', [board()])
      await blocker.query('select from board_pairings where board_id = $1 for update', [board()])
      const given = [
        hangUpLater('/api/board/pairing/poll', { secret }),
        hangUpLater('/api/board/token', { refreshToken: got.tokens.refreshToken }),
      ]
      await until('both wait for the locks', async () => (await waiting()) === 2, 4_000)
      for (const sent of given) sent.destroy()
      // The server has heard of it by the time it answers the next one.
      await http().get('/api/me').expect(401)
    } finally {
      await blocker.query('commit')
      blocker.release()
    }
    await until('none waits', async () => (await waiting()) === 0)
    const [session] = await rowsOf(
      'select previous_hash, count(*) over ()::int as n from board_sessions where board_id = $1 and revoked_at is null',
      [board()],
    )
    expect(session).toEqual({ previous_hash: null, n: 1 })
    await refresh(got.tokens.refreshToken).expect(200)
  })

  test('is not handed out again a day later', async () => {
    const { code, secret } = await start()
    await as('officer', `/api/boards/${board()}/pair`, { code }).expect(200)
    offsetMs += 24 * 3_600_000 + 1
    expect(await poll(secret)).toEqual({ state: 'expired' })
    await start()
    expect(await rowsOf('select code from board_pairings where code = $1', [code])).toEqual([])
  })

  test('of a board out of use is not handed out', async () => {
    const { code, secret } = await start()
    await as('officer', `/api/boards/${board()}/pair`, { code }).expect(200)
    await world.database.db.query('update boards set retired_at = now() where id = $1', [board()])
    expect(await poll(secret)).toEqual({ state: 'expired' })
    await world.database.db.query('update boards set retired_at = null where id = $1', [board()])
    expect(await poll(secret)).toMatchObject({ state: 'paired' })
  })

  test.each(['made a paper board', 'taken out of use'])(
    'handed out just when the board is %s keeps neither waiting for the other, and is over',
    async change => {
      const { db } = world.database
      const [boardId = ''] = await createBoards(db, [{ areaCode: '19333', name: `Bảng tin ${change}` }])
      const { code, secret } = await start()
      await as('officer', `/api/boards/${boardId}/pair`, { code }).expect(200)
      // What a poll does (services/places/boards/pairing.ts), stopped in the middle.
      const polls = await db.connect()
      await polls.query('begin')
      await polls.query('select from board_pairings where secret_hash = $1 for update', [hashOfToken(secret)])
      const changed =
        change === 'taken out of use'
          ? setPlaceInUse(db, admin, 'boards', boardId, false, world.deps.now())
          : changeBoards(db, admin, [{ ids: [boardId], patch: { kind: 'paper' } }], world.deps.now())
      const outcome = changed.then(
        () => 'changed',
        error => error,
      )
      await until('the change waits for the poll', async () => {
        const waiting = await rowsOf(`select 1 from pg_locks where not granted and locktype = 'transactionid'`)
        return waiting.length > 0
      })
      const { sessionId } = await createBoardSession(polls, world.links, boardId, 'player', world.deps.now())
      await polls.query('commit')
      polls.release()
      expect(await outcome).toBe('changed')
      expect(await boardSessionsStillIn(db, [sessionId], world.deps.now())).toEqual(new Map())
    },
  )
})

describe('limits', () => {
  test('a code guessed 1,000 times is shut out after ten, whoever else goes on', async () => {
    const { code } = await start()
    const statuses: number[] = []
    let last: supertest.Response | undefined
    for (let i = 0; i < 1_000; i++) {
      const path = i % 2 ? '/api/boards/pairing/look' : `/api/boards/${board()}/pair`
      last = await as('officer', path, { code: wrongCode([code]) })
      statuses.push(last.status)
    }
    expect(statuses.slice(0, guessLimits.account)).toEqual(Array(guessLimits.account).fill(422))
    expect(new Set(statuses.slice(guessLimits.account))).toEqual(new Set([429]))
    expect(last?.body).toMatchObject({ code: 'request.too-many' })
    expect(last?.body.detailVi).toMatch(/nhập sai mã ghép nối quá nhiều lần/)
    expect(Number(last?.headers['retry-after'])).toBeGreaterThan(0)
    // Even the right one, since which was right must not be told.
    await as('officer', `/api/boards/${board()}/pair`, { code }).expect(429)
    await as('admin', `/api/boards/${board()}/pair`, { code }).expect(200)
    offsetMs += guessLimits.windowMinutes * 60_000
    const later = await start()
    await as('officer', `/api/boards/${board()}/pair`, { code: later.code }).expect(200)
  }, 60_000)

  test('guesses at the same moment count each other', async () => {
    const { code } = await start()
    const statuses = await Promise.all(
      Array.from(
        { length: 60 },
        async () => (await as('officer', '/api/boards/pairing/look', { code: wrongCode([code]) })).status,
      ),
    )
    expect(statuses.filter(s => s === 422).length).toBeLessThanOrEqual(guessLimits.account)
  })

  test('many accounts together are stopped too', async () => {
    const { code } = await start()
    await world.database.db.query(
      `insert into board_code_guesses (actor_id, at) select 'somebody ' || n % 40, $1 from generate_series(1, $2::int) n`,
      [world.deps.now(), guessLimits.overall],
    )
    const answer = await as('admin', '/api/boards/pairing/look', { code: wrongCode([code]) }).expect(429)
    expect(answer.body.detailVi).toMatch(/Toàn hệ thống/)
    offsetMs += guessLimits.overallMinutes * 60_000
    const later = await start()
    await as('admin', '/api/boards/pairing/look', { code: later.code }).expect(200)
  })

  test('what cannot be a code is no guess, and right ones do not count', async () => {
    for (let i = 0; i < guessLimits.account + 5; i++) {
      await as('officer', '/api/boards/pairing/look', { code: 'IIIOOO' }).expect(422)
      const { code } = await start()
      await as('officer', '/api/boards/pairing/look', { code }).expect(200)
    }
  })

  test('one address opens so many codes, and all together so many', async () => {
    const fill = (n: number, address: string) =>
      world.database.db.query(
        `insert into board_pairings (code, secret_hash, kind, address, created_at, expires_at)
         select 'x' || $4 || n, 'x' || $4 || n, 'player', $4, $1, $2 from generate_series(1, $3::int) n`,
        [world.deps.now(), new Date(world.deps.now().getTime() + 600_000), n, address],
      )
    await fill(openPairings.address - 1, '127.0.0.1')
    await start()
    const full = await http().post('/api/board/pairing').send({}).expect(429)
    expect(full.headers['retry-after']).toBe('60')
    await world.database.db.query('delete from board_pairings')
    await fill(openPairings.overall, '10.1.1.1')
    await http().post('/api/board/pairing').send({}).expect(429)
    offsetMs += 600_001
    await start()
  })

  test('a board that polls or renews like mad is slowed down, alone', async () => {
    const { secret } = await start()
    const other = await start()
    const statuses = []
    for (let i = 0; i < 40; i++) statuses.push((await http().post('/api/board/pairing/poll').send({ secret })).status)
    expect(statuses).toContain(429)
    expect(await poll(other.secret)).toEqual({ state: 'waiting' })
    const unknown = 'x'.repeat(43)
    const renewals = []
    for (let i = 0; i < 20; i++) renewals.push((await refresh(unknown)).status)
    expect(new Set(renewals)).toEqual(new Set([401, 429]))
  })

  test('what is no secret costs nothing', async () => {
    for (const secret of ['', 'x', 'x'.repeat(44), `${'x'.repeat(42)}\u0000`, 5]) {
      await http().post('/api/board/pairing/poll').send({ secret }).expect(422)
    }
  })
})
