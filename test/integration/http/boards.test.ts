import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { announcementContentSchema } from '../../../services/domain/announcement.ts'
import { boardStateOf } from '../../../services/domain/board-state.ts'
import { createBoards } from '../../../services/places/boards/create.ts'
import { createBoardSession } from '../../../services/places/boards/sessions.ts'
import { onShelfChange, shelfListening } from '../../../services/places/events.ts'
import { foldName } from '../../../services/text/fold.ts'
import { goodContent, type HttpServer, httpServer } from './server.ts'

type Agent = Awaited<ReturnType<HttpServer['as']>>

const minuteMs = 60_000
const now = new Date('2026-11-26T03:00:00Z') // 10:00 in Viet Nam
const ago = (minutes: number) => new Date(now.getTime() - minutes * minuteMs)

let server: HttpServer
let officer: Agent
let operator: Agent
/** By name. */
const ids = new Map<string, string>()
const id = (name: string) => ids.get(name) ?? 'none'

beforeAll(async () => {
  server = await httpServer()
  server.deps.now = () => now
  const { db } = server.database
  await db.query(`insert into areas (code, kind, name, parent_code) values ('19429', 'commune', 'Xã Vĩnh Linh', '44')`)
  const names = ['Bảng chợ', 'Bảng nhà văn hóa', 'Bảng trường học', 'Bảng giấy', 'Bảng cũ', 'Bảng H’Leo']
  const made = await createBoards(
    db,
    names.map((name, i) => ({ areaCode: i < 4 ? '19333' : '19742', name })),
  )
  for (const [i, name] of names.entries()) ids.set(name, made[i] ?? '')
  const seen = (name: string, minutes: number) =>
    db.query('update boards set last_seen_at = $2, paired_at = $3 where id = $1', [id(name), ago(minutes), ago(9_000)])
  await seen('Bảng chợ', 1)
  await seen('Bảng nhà văn hóa', 5)
  await seen('Bảng trường học', 50)
  await db.query(`update boards set kind = 'paper' where id = $1`, [id('Bảng giấy')])
  await db.query('update boards set retired_at = $2 where id = $1', [id('Bảng cũ'), ago(99)])
  officer = await server.as('officer')
  operator = await server.as('operator')
})
afterAll(() => server.close())

const list = async (query = '', agent = officer) =>
  (await agent.get(`/api/boards${query}`).expect(200)).body as {
    items: { id: string; name: string; state: string; [key: string]: unknown }[]
    nextCursor: string | null
  }
const one = async (name: string) => (await officer.get(`/api/boards/${id(name)}`).expect(200)).body
const names = async (query = '') => (await list(query)).items.map(item => item.name)

describe('the list', () => {
  test('tells the state of each as the rules do, those out of use only when asked for', async () => {
    const { items } = await list()
    expect(items.map(item => [item.name, item.state])).toEqual([
      ['Bảng chợ', 'online'],
      ['Bảng giấy', 'paper'],
      ['Bảng nhà văn hóa', 'late'],
      ['Bảng trường học', 'offline'],
      ['Bảng H’Leo', 'never'],
    ])
    expect(await names('?state=retired')).toEqual(['Bảng cũ'])
  })

  test('filters by the very state that it shows, at every minute', async () => {
    const { db } = server.database
    for (const seconds of [0, 179, 180, 181, 599, 600, 601, 9_999]) {
      const at = new Date(now.getTime() - seconds * 1_000)
      await db.query('update boards set last_seen_at = $2 where id = $1', [id('Bảng H’Leo'), at])
      const state = boardStateOf({ kind: 'screen', lastSeenAt: at, retiredAt: null }, now)
      expect([seconds, await names(`?state=${state}&area=19742`)]).toEqual([seconds, ['Bảng H’Leo']])
    }
    await db.query('update boards set last_seen_at = null where id = $1', [id('Bảng H’Leo')])
  })

  test.each([
    ['?text=nha van hoa', ['Bảng nhà văn hóa']],
    ['?text=hleo', ['Bảng H’Leo']],
    ['?text=con co', ['Bảng H’Leo']],
    ['?text=giay dong ha', ['Bảng giấy']],
    ['?text=%25', ['Bảng chợ', 'Bảng giấy', 'Bảng nhà văn hóa', 'Bảng trường học', 'Bảng H’Leo']],
    ['?kind=paper', ['Bảng giấy']],
    ['?area=19742', ['Bảng H’Leo']],
    ['?alerts=1', []],
    ['?group=nothing', []],
  ])('finds by %s', async (query, expected) => {
    expect(await names(query)).toEqual(expected)
  })

  test('the fold of the database is the fold of the program', async () => {
    const samples = ['Đặc khu Cồn Cỏ', "H’Leo – Ea   H'Leo", 'NGHĨA ĐỊA ươ', 'Bảng số 12/3 (chợ)', 'Krông Pắc', '  ']
    const { rows } = await server.database.db.query('select loa_fold(x) as f from unnest($1::text[]) as x', [samples])
    expect(rows.map(row => row.f)).toEqual(samples.map(foldName))
  })

  test('comes in pages that neither repeat nor leave out', async () => {
    const all: string[] = []
    let cursor: string | null = ''
    do {
      const page: Awaited<ReturnType<typeof list>> = await list(`?limit=2&cursor=${cursor}`)
      expect(page.items.length).toBeLessThanOrEqual(2)
      all.push(...page.items.map(item => item.name))
      cursor = page.nextCursor
    } while (cursor !== null)
    expect(all).toEqual(await names())
  })

  test('a cursor that is none, and a query that is none', async () => {
    expect((await list('?cursor=nonsense')).items.length).toBe(5)
    await officer.get('/api/boards?state=asleep').expect(422)
    await officer.get('/api/boards?limit=100000').expect(422)
  })
})

describe('what a board shows, by its own report', () => {
  const report = (version: string, minutes: number, more = {}) =>
    server.database.db.query('update boards set last_seen = $2, last_seen_at = $3 where id = $1', [
      id('Bảng chợ'),
      JSON.stringify({ version, mode: 'idle', visible: true, now: null, problems: [], ...more }),
      ago(minutes),
    ])
  const wanted = async () => (await officer.get(`/api/boards/${id('Bảng chợ')}/manifest`).expect(200)).body.version
  const standing = async () => (await one('Bảng chợ')).manifest

  test('the very manifest, the one before, and a report from before the change', async () => {
    await report(await wanted(), 1)
    expect(await standing()).toEqual({ standing: 'current', changedAt: null })
    const before = await wanted()
    server.deps.now = () => ago(0.5)
    await officer
      .put('/api/boards/settings')
      .send({ ids: [id('Bảng chợ')], patch: { contact: 'Điện thoại 0233' } })
      .expect(200)
    server.deps.now = () => now
    expect(await wanted()).not.toBe(before)
    expect(await standing()).toEqual({ standing: 'awaited', changedAt: ago(0.5).toISOString() })
    await report(before, 0)
    expect(await standing()).toMatchObject({ standing: 'behind' })
    await report(await wanted(), 0)
    expect(await standing()).toMatchObject({ standing: 'current' })
    await report('', 0)
    expect(await standing()).toMatchObject({ standing: 'unknown' })
  })

  test('a report with parts that nobody can read keeps the others', async () => {
    await report('v', 0, { clockSkewMs: 259_200_000, storage: 'plenty', problems: ['video'], player: 'p1' })
    expect((await one('Bảng chợ')).report).toMatchObject({
      clockSkewMs: 259_200_000,
      storage: null,
      problems: ['video'],
      player: 'p1',
      at: now.toISOString(),
    })
    await report('v', 1)
  })

  test('a board of the page without a script is online-only', async () => {
    const { db } = server.database
    expect(await one('Bảng chợ')).toMatchObject({ onlineOnly: false, sessions: [] })
    await createBoardSession(db, server.deps.links, id('Bảng chợ'), 'plain', now)
    const board = await one('Bảng chợ')
    expect(board).toMatchObject({ onlineOnly: true, sessions: [{ kind: 'plain', revokedAt: null }] })
    expect(JSON.stringify(board)).not.toMatch(/token|hash/i)
    await db.query('delete from board_sessions')
  })
})

describe('settings', () => {
  const put = (body: object, agent = officer) => agent.put('/api/boards/settings').send(body)

  test('of several at once, and back by what they had before', async () => {
    await put({ ids: [id('Bảng chợ')], patch: { group: 'chợ', hours: { from: '05:00', to: '21:00' } } }).expect(200)
    const before = [await one('Bảng chợ'), await one('Bảng trường học')].map(b => [b.group, b.settings])
    const both = [id('Bảng chợ'), id('Bảng trường học')]
    const patch = { group: 'trung tâm', hours: { from: '07:00', to: '18:00' }, drift: false }
    const { body } = await put({ ids: both, patch }).expect(200)
    expect(body.changed).toBe(2)
    expect(body.former).toHaveLength(2)
    for (const name of ['Bảng chợ', 'Bảng trường học']) {
      expect(await one(name)).toMatchObject({ group: 'trung tâm', settings: { hours: patch.hours, drift: false } })
    }
    expect((await officer.get('/api/boards/summary').expect(200)).body.groups).toEqual(['trung tâm'])
    await put({ changes: body.former }).expect(200)
    expect([await one('Bảng chợ'), await one('Bảng trường học')].map(b => [b.group, b.settings])).toEqual(before)
  })

  test('each change is noted by name of the setting, never with its value', async () => {
    await put({ ids: [id('Bảng chợ')], patch: { contact: 'Ông A 0912345678', keeperEmail: 'Cong.Chuc@xa.example' } })
    const { rows } = await server.database.db.query(
      `select actor_name, place_id, detail from registry_events where subject = 'boards' order by id desc limit 1`,
    )
    expect(rows).toEqual([
      { actor_name: 'Tài khoản officer', place_id: id('Bảng chợ'), detail: { changed: ['contact', 'keeperEmail'] } },
    ])
    expect((await one('Bảng chợ')).keeperEmail).toBe('cong.chuc@xa.example')
    expect((await operator.get(`/api/boards/${id('Bảng chợ')}`).expect(200)).body.keeperEmail).toBeNull()
  })

  test('boards that listen are poked', async () => {
    const { db } = server.database
    let leave = () => {}
    const poked = new Promise<unknown>(resolve => {
      leave = onShelfChange(db, resolve)
    })
    await shelfListening(db)
    await put({ ids: [id('Bảng chợ')], patch: { outside: 'dark' } }).expect(200)
    expect(await poked).toEqual({ kind: 'boards', placeIds: [id('Bảng chợ')] })
    leave()
  })

  test('5,000 boards in one request; one more is refused', async () => {
    const { db } = server.database
    const many = await createBoards(
      db,
      Array.from({ length: 5_001 }, (_, i) => ({ areaCode: '19429', name: `Bảng ${i}` })),
    )
    const before = performance.now()
    const { body } = await put({ ids: many.slice(0, 5_000), patch: { reloadAt: '02:15', group: 'lớn' } }).expect(200)
    expect(body).toMatchObject({ changed: 5_000, former: [{ patch: { reloadAt: '03:30', group: '' } }] })
    expect(performance.now() - before).toBeLessThan(20_000)
    await put({ changes: body.former }).expect(200)
    await put({ ids: many, patch: { reloadAt: '02:15' } }).expect(422)
    await put({
      changes: [
        { ids: many.slice(0, 3_000), patch: { drift: true } },
        { ids: many.slice(3_000), patch: { drift: true } },
      ],
    }).expect(422)
    await db.query('delete from boards where id = any($1::bigint[])', [many])
  })

  test.each([
    ['nothing to change', {}],
    ['a clock that is none', { hours: { from: '25:00', to: '22:00' } }],
    ['half of the hours', { hours: { from: '05:00' } }],
    ['a setting that does not exist', { volume: 5 }],
    ['too long a contact', { contact: 'x'.repeat(201) }],
    ['a keeper that is no mailbox', { keeperEmail: 'ông Nam' }],
    ['pixels of an LED strip for a screen', { led: { width: 128, height: 32 } }],
  ])('refused: %s', async (_, patch) => {
    const before = await one('Bảng chợ')
    const { status, body } = await put({ ids: [id('Bảng chợ')], patch })
    expect([409, 422]).toContain(status)
    expect(body.detailVi).toBeTruthy()
    expect(await one('Bảng chợ')).toEqual(before)
  })

  test('an unknown board among them: nothing is changed', async () => {
    const before = await one('Bảng chợ')
    await put({ ids: [id('Bảng chợ'), '999999'], patch: { group: 'x' } }).expect(404)
    await put({ ids: [id('Bảng chợ'), id('Bảng cũ')], patch: { group: 'x' } }).expect(404)
    expect(await one('Bảng chợ')).toEqual(before)
  })

  test('a board becomes an LED strip with its pixels, and back', async () => {
    const board = id('Bảng trường học')
    const { body } = await put({ ids: [board], patch: { kind: 'led', led: { width: 256, height: 64 } } }).expect(200)
    expect(await one('Bảng trường học')).toMatchObject({ kind: 'led', settings: { led: { width: 256, height: 64 } } })
    await put({ changes: body.former }).expect(200)
    expect(await one('Bảng trường học')).toMatchObject({ kind: 'screen', settings: { led: null } })
  })

  test('a board that becomes paper lets its player go', async () => {
    const { db } = server.database
    const board = id('Bảng trường học')
    await createBoardSession(db, server.deps.links, board, 'player', now)
    const { body } = await put({ ids: [board], patch: { kind: 'paper' } }).expect(200)
    expect(await one('Bảng trường học')).toMatchObject({
      state: 'paper',
      pairedAt: null,
      sessions: [{ revokedWhy: 'unpaired' }],
    })
    await put({ changes: body.former }).expect(200)
  })
})

describe('who may', () => {
  test('approvers and operators look and change nothing', async () => {
    const approver = await server.as('approver')
    for (const agent of [approver, operator]) {
      await agent.get('/api/boards').expect(200)
      await agent
        .put('/api/boards/settings')
        .send({ ids: [id('Bảng chợ')], patch: { group: 'x' } })
        .expect(403)
    }
    await operator
      .post('/api/boards/reach-preview')
      .send({ areas: ['44'] })
      .expect(403)
  })

  test('an operator sees the own communes only, in every view', async () => {
    const { db } = server.database
    await db.query(`update users set areas = '["19742"]' where role = 'operator'`)
    await db.query(
      `insert into board_alerts (board_id, kind, began_at) values ($1, 'offline', $3), ($2, 'never', $3)`,
      [id('Bảng trường học'), id('Bảng H’Leo'), ago(40)],
    )
    expect((await list('', operator)).items.map(item => item.name)).toEqual(['Bảng H’Leo'])
    expect((await operator.get('/api/boards/alerts').expect(200)).body).toMatchObject([{ boardName: 'Bảng H’Leo' }])
    const summary = (await operator.get('/api/boards/summary').expect(200)).body
    expect(summary).toMatchObject({ boards: 1, openAlerts: 1, tiles: [{ areaCode: '19742', worst: 'never' }] })
    await operator.get(`/api/boards/${id('Bảng chợ')}`).expect(404)
    await operator.get(`/api/boards/${id('Bảng chợ')}/manifest`).expect(404)
    await operator.get(`/api/boards/${id('Bảng H’Leo')}/manifest`).expect(200)
    await db.query(`update users set areas = '["44"]' where role = 'operator'`)
  })
})

describe('in numbers', () => {
  test('the summary counts what the list lists', async () => {
    const summary = (await officer.get('/api/boards/summary').expect(200)).body
    expect(summary.byState).toEqual({ online: 1, late: 1, offline: 1, never: 1, paper: 1, retired: 1 })
    expect(summary).toMatchObject({ boards: 5, resting: 0, openAlerts: 2 })
    expect(summary.tiles).toMatchObject([
      { areaName: 'Phường Đông Hà', boards: 4, worst: 'offline', counts: { offline: 1, paper: 1 } },
      { areaName: 'Đặc khu Cồn Cỏ', boards: 1, worst: 'never' },
    ])
    expect(await names('?alerts=1')).toEqual(['Bảng trường học', 'Bảng H’Leo'])
  })

  test('at night a silent board rests', async () => {
    server.deps.now = () => new Date('2026-11-26T16:00:00Z') // 23:00 in Viet Nam
    const summary = (await officer.get('/api/boards/summary').expect(200)).body
    expect(summary.byState.offline).toBe(3)
    expect(summary.resting).toBe(3)
    expect(summary.tiles[0]).toMatchObject({ worst: 'resting' })
    expect((await list('?state=offline')).items.every(item => item['withinHours'] === false)).toBe(true)
    server.deps.now = () => now
  })

  test('the reach of an emergency names the communes without a board', async () => {
    const reach = async (areas: string[]) =>
      (await officer.post('/api/boards/reach-preview').send({ areas }).expect(200)).body
    expect(await reach(['19333'])).toMatchObject({
      communes: 1,
      boards: 4,
      byState: { online: 1, late: 1, offline: 1, paper: 1, never: 0, retired: 0 },
      byKind: { screen: 3, paper: 1, led: 0 },
      withoutCount: 0,
    })
    const province = await reach(['44'])
    expect(province.boards).toBe(5)
    expect(province.withoutCount).toBe(province.communes - 2)
    expect(province.without).toContainEqual({ code: '19429', name: expect.any(String) })
    const wrong = await officer.post('/api/boards/reach-preview').send({ areas: ['99999'] })
    expect(wrong.body.code).toBe('audience.unknown-area')
  })

  test('displays of the last week, by announcement and hour', async () => {
    const { db } = server.database
    const { rows } = await db.query(
      `with a as (
         insert into announcements (state, content, search_text, author_id, author_name)
         values ('dispatching', '{"title": "Lịch tiêm chủng"}', '', 'x', 'x') returning id
       ) insert into dispatches (announcement_id, revision, channel, method, priority, not_before)
         select id, 1, 'board', 'public-boards', 'routine', now() from a returning id`,
    )
    const add = (hour: string, boot: string, shownMs: number) =>
      db.query(
        `insert into board_displays (board_id, hour, dispatch_id, revision, content_hash, boot, first_at, last_at,
           shown_ms, hidden_ms, times, complete)
         values ($1, $2::timestamptz, $3, 1, 'h', $4, $2::timestamptz + interval '1 minute', $2::timestamptz + interval '9 minutes', $5, 500, 3, true)`,
        [id('Bảng chợ'), hour, rows[0].id, boot, shownMs],
      )
    await add('2026-11-26T01:00:00Z', 'bootbootA', 60_000)
    await add('2026-11-26T01:00:00Z', 'bootbootB', 30_000)
    await add('2026-11-26T02:00:00Z', 'bootbootB', 10_000)
    await add('2026-11-10T02:00:00Z', 'bootbootB', 10_000)
    // Two players with one credential: the board is one, and an hour has an hour.
    await add('2026-11-26T03:00:00Z', 'bootbootA', 3_000_000)
    await add('2026-11-26T03:00:00Z', 'bootbootB', 3_000_000)
    expect((await one('Bảng chợ')).displays).toMatchObject([
      {
        title: 'Lịch tiêm chủng',
        shownMs: 3_700_000,
        hiddenMs: 2_500,
        times: 15,
        complete: true,
        firstAt: '2026-11-26T01:01:00.000Z',
        hours: [{ shownMs: 90_000 }, { shownMs: 10_000 }, { shownMs: 3_600_000 }],
      },
    ])
  })
})

test('emergencies on boards: those that wait first, none that ended, was taken off or is for other channels', async () => {
  const add = async (title: string, state: string, content: object, approvedAt: Date | null) =>
    server.database.db.query(
      `insert into announcements (state, content, search_text, author_id, author_name, approved_at, approved_by_name)
       values ($1, $2, '', 'x', 'Người soạn', $3, $4)`,
      [
        state,
        announcementContentSchema.parse({
          ...goodContent,
          title,
          priority: 'emergency',
          channels: ['board'],
          ...content,
        }),
        approvedAt,
        approvedAt && 'Người duyệt',
      ],
    )
  await add('Đã xong, còn trên bảng', 'completed', { variants: { board: { takeover: 'banner' } } }, ago(20))
  await add('Đang gửi', 'dispatching', { expiresAt: ago(-60).toISOString() }, ago(10))
  await add('Chờ duyệt', 'submitted', {}, null)
  await add('Đã hết giờ', 'completed', { expiresAt: ago(1).toISOString() }, ago(5))
  await add('Đã gỡ', 'cancelled', {}, ago(5))
  await add('Chỉ tin nhắn', 'completed', { channels: ['sms'] }, ago(5))
  await add('Tin thường', 'completed', { priority: 'routine' }, ago(5))
  const { body } = await officer.get('/api/boards/emergencies').expect(200)
  expect(body.map((one: { title: string }) => one.title)).toEqual(['Chờ duyệt', 'Đang gửi', 'Đã xong, còn trên bảng'])
  expect(body[2]).toMatchObject({
    takeover: 'banner',
    areas: ['44'],
    expiresAt: null,
    approvedByName: 'Người duyệt',
  })
  expect(body[1].allowedActions).toContain('cancel')
  await officer.post(`/api/announcements/${body[1].id}/cancel`).send({ reason: 'Nước đã rút' }).expect(200)
  expect((await officer.get('/api/boards/emergencies').expect(200)).body).toHaveLength(2)
  await operator.get('/api/boards/emergencies').expect(403)
})
