import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import supertest from 'supertest'
import { cancel } from '../../../services/dispatch/control.ts'
import { applyReceipts } from '../../../services/dispatch/receipts.ts'
import { putFile } from '../../../services/store/files.ts'
import { officerCookie } from '../../support/board.ts'
import { countsOf, officer } from '../../support/dispatch.ts'
import { type PlacesWorld, placesWorld } from './world.ts'

let world: PlacesWorld
let cookie: string
let offsetMs = 0
beforeAll(async () => {
  world = await placesWorld()
  // Ten in the morning of Viet Nam, within everybody's hours.
  offsetMs = Date.parse('2026-11-27T03:00:00Z') - Date.now()
  world.deps.now = () => new Date(Date.now() + offsetMs)
  cookie = await officerCookie(world.server.url, 'officer@loa.example', world.passwords.officer)
})
afterAll(() => world.close())

const db = () => world.database.db
const board = (i = 0) => world.boards[i]?.id ?? ''
const codeOn = (html: string) => /class="code">(\w{3})&nbsp;(\w{3})</.exec(html)?.slice(1).join('')
const wait = (ms: number) => {
  offsetMs += ms
}

/** A set that keeps cookies and follows the reload. */
function television(headers: Record<string, string> = {}) {
  const jar = new Map<string, string>()
  let path = '/b/plain'
  return {
    jar,
    async reload(): Promise<supertest.Response> {
      const pairs = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
      const response = await supertest(world.server.url).get(path).set(headers).set('Cookie', pairs)
      for (const line of [response.headers['set-cookie'] ?? []].flat()) {
        const [pair = ''] = line.split(';')
        jar.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))
      }
      path = /http-equiv="refresh" content="\d+;url=([^"]+)"/.exec(response.text)?.[1] ?? path
      // Where a line may break is not what is said.
      response.text = response.text.replaceAll('\u00a0', ' ')
      return response
    },
    /** A copy of this set with what it keeps now. */
    copy() {
      const other = television(headers)
      for (const [name, value] of jar) other.jar.set(name, value)
      return other
    },
  }
}

async function pair(code: string | undefined, boardId: string) {
  await supertest(world.server.url)
    .post(`/api/boards/${boardId}/pair`)
    .set('Cookie', cookie)
    .set('Sec-Fetch-Site', 'same-origin')
    .send({ code })
    .expect(200)
}

async function pairedTelevision(i = 0) {
  const tv = television()
  await pair(codeOn((await tv.reload()).text), board(i))
  await tv.reload()
  return tv
}

describe('a set that is not paired', () => {
  test('shows one code over reloads until it expires, and then another', async () => {
    const tv = television()
    const first = await tv.reload()
    const code = codeOn(first.text)
    expect(code).toMatch(/^\w{6}$/)
    expect(first.text).toContain('chưa được ghép nối')
    const set = String(first.headers['set-cookie'])
    expect(set).toMatch(/loa-board=p\.[\w-]{43};.*Path=\/b;.*HttpOnly;.*SameSite=Lax/)
    expect(set).not.toMatch(/Secure/)
    for (let i = 0; i < 3; i++) expect(codeOn((await tv.reload()).text)).toBe(code)
    wait(600_001)
    const next = codeOn((await tv.reload()).text)
    expect(next).toMatch(/^\w{6}$/)
    expect(next).not.toBe(code)
  })

  test('that came by https keeps its cookie for https', async () => {
    const tv = television({ 'X-Forwarded-Proto': 'https' })
    expect(String((await tv.reload()).headers['set-cookie'])).toMatch(/Secure/)
  })

  test('that keeps no cookies is told so and takes no codes', async () => {
    const count = async () => (await db().query('select count(*)::int as n from board_pairings')).rows[0].n
    const tv = television()
    await tv.reload()
    const before = await count()
    for (let i = 0; i < 5; i++) {
      tv.jar.clear()
      // The page that says so tries anew after a minute, in case somebody has changed the setting.
      expect((await tv.reload()).text.includes('không lưu cookie')).toBe(i % 2 === 0)
    }
    expect((await count()) - before).toBe(2)
  })

  test('a look at the headers opens no pairing', async () => {
    const count = async () => (await db().query('select count(*)::int as n from board_pairings')).rows[0].n
    const before = await count()
    await supertest(world.server.url).head('/b/plain').expect(200)
    expect(await count()).toBe(before)
  })

  test('is slowed down by address, and says what it can', async () => {
    await db().query(
      `insert into board_pairings (code, secret_hash, kind, address, created_at, expires_at)
       select 'y' || n, 'y' || n, 'player', '127.0.0.1', $1, $2 from generate_series(1, 400) n`,
      [world.deps.now(), new Date(world.deps.now().getTime() + 600_000)],
    )
    const page = await television().reload()
    expect(page.status).toBe(429)
    expect(page.text).toMatch(/http-equiv="refresh"/)
    await db().query(`delete from board_pairings where code like 'y%'`)
  })
})

describe('a paired set', () => {
  test('shows clock, commune and contact line when there is nothing else, and counts as seen', async () => {
    await db().query(`update boards set settings = '{"contact":"Điện thoại: 0233 000 000"}' where id = $1`, [board()])
    const tv = television()
    await pair(codeOn((await tv.reload()).text), board())
    const page = await tv.reload()
    expect(page.status).toBe(200)
    expect(tv.jar.get('loa-board')).toMatch(/^s\.[\w-]{43}$/)
    for (const part of ['Phường Đông Hà', 'Bảng tin Nhà văn hóa', 'Điện thoại: 0233 000 000', '10:10']) {
      expect(page.text).toContain(part)
    }
    const { rows } = await db().query('select last_seen_at, last_seen from boards where id = $1', [board()])
    expect(world.deps.now().getTime() - rows[0].last_seen_at.getTime()).toBeLessThan(60_000)
    expect(rows[0].last_seen).toMatchObject({ mode: 'idle', player: 'plain', fetched: null })
    const sessions = await db().query('select kind from board_sessions where board_id = $1 and revoked_at is null', [
      board(),
    ])
    expect(sessions.rows).toEqual([{ kind: 'plain' }])
  })

  test('is given one page at a time; it counts as fetched, never as displayed', async () => {
    const text = 'Từ ngày 01/12/2026, người dân nộp hồ sơ trực tuyến được giảm 50% lệ phí. '.repeat(9)
    const id = await world.announce({ variants: { board: { text } } })
    const dispatch = await world.dispatch(id, 'board')
    const tv = await pairedTelevision(0)
    const pages = new Set<string>()
    let fetchedAfter = 0
    for (let i = 0; i < 12; i++) {
      const page = await tv.reload()
      expect(page.text).toContain('Thông báo về cải cách hành chính')
      pages.add(/trang (\d+\/\d+)/.exec(page.text)?.[1] ?? '')
      const { rows } = await db().query(
        `select fetched_at, shown_at from shelf_items where kind = 'boards' and place_id = $1 and dispatch_id = $2`,
        [board(), dispatch],
      )
      expect(rows[0].shown_at).toBeNull()
      if (rows[0].fetched_at !== null) fetchedAfter ||= pages.size
      wait(60_000)
    }
    const count = Number([...pages][0]?.split('/')[1])
    expect(count).toBeGreaterThan(1)
    expect(pages.size).toBe(count)
    // Not before its last page was.
    expect(fetchedAfter).toBe(count)
    await applyReceipts(world.deps)
    expect(await countsOf(db(), dispatch)).toMatchObject({ accepted: 2, confirmed: 0 })
    expect((await db().query('select last_seen from boards where id = $1', [board()])).rows[0].last_seen).toMatchObject(
      {
        mode: 'items',
        fetched: { dispatchId: dispatch, revision: 1 },
      },
    )
    await cancel(world.deps, officer, id, 'Thử')
    expect((await tv.reload()).text).toContain('class="clock"')
  })

  test('is given pictures by signed addresses, and the first frame of a video', async () => {
    const id = await world.announce()
    const bytes = Buffer.from('not really a picture, but the very bytes')
    const sha256 = await putFile(db(), { mime: 'image/jpeg', bytes })
    const common = { mediaId: randomUUID(), width: 800, height: 600 }
    const media = [
      { ...common, kind: 'picture', sha256, mime: 'image/jpeg', bytes: bytes.length, caption: 'Sơ đồ "lối" vào' },
      {
        ...{ ...common, kind: 'video', sha256: 'b'.repeat(64), mime: 'video/mp4', bytes: 5, durationMs: 9_000 },
        ...{ poster: { sha256, bytes: bytes.length }, cues: [], caption: 'Đoạn phim' },
      },
    ]
    await db().query(`update renditions set content = jsonb_set(content, '{media}', $1) where channel = 'board'`, [
      JSON.stringify(media),
    ])
    const tv = await pairedTelevision(0)
    const captions: string[] = []
    for (let i = 0; i < 6; i++) {
      const page = await tv.reload()
      const [, src, alt] = /<img src="([^"]+)" alt="([^"]+)"/.exec(page.text) ?? []
      if (src && alt) {
        captions.push(alt)
        const file = await supertest(world.server.url).get(src.replaceAll('&amp;', '&')).buffer(true).expect(200)
        expect(file.headers['content-type']).toBe('image/jpeg')
      }
      wait(60_000)
    }
    expect(new Set(captions)).toEqual(new Set(['Sơ đồ &quot;lối&quot; vào', 'Đoạn phim']))
    await cancel(world.deps, officer, id, 'Thử')
  })

  test('keeps a page that reloads itself when the database fails', async () => {
    const tv = await pairedTelevision(0)
    await db().query('alter table shelf_items rename to shelf_items_away')
    const page = await tv.reload()
    await db().query('alter table shelf_items_away rename to shelf_items')
    expect(page.status).toBe(503)
    expect(page.text).toContain('Đang kết nối lại')
    expect(page.text).toMatch(/http-equiv="refresh"/)
    expect((await tv.reload()).status).toBe(200)
  })

  test('never shows what has ended, and shows an emergency at its next reload', async () => {
    const id = await world.announce({ expiresAt: new Date(world.deps.now().getTime() + 90_000).toISOString() })
    const tv = await pairedTelevision(0)
    expect((await tv.reload()).text).toContain('Thông báo về cải cách hành chính')
    const emergency = await world.announce({
      title: 'Lũ khẩn cấp',
      priority: 'emergency',
      urgencyReason: 'Lũ',
      expiresAt: new Date(world.deps.now().getTime() + 3_600_000).toISOString(),
    })
    const page = (await tv.reload()).text
    expect(page).toContain('<body class="emergency">')
    expect(page).toContain('Lũ khẩn cấp')
    await cancel(world.deps, officer, emergency, 'Hết')
    expect((await tv.reload()).text).toContain('Thông báo về cải cách hành chính')
    wait(90_001)
    const after = (await tv.reload()).text
    expect(after).not.toContain('cải cách')
    expect(after).toContain('class="clock"')
    await cancel(world.deps, officer, id, 'Thử')
  })

  test('is dark outside its hours where that is set, but not in an emergency', async () => {
    await db().query(
      `update boards set settings = '{"hours":{"from":"06:00","to":"09:00"},"outside":"dark"}' where id = $1`,
      [board()],
    )
    const tv = await pairedTelevision(0)
    const page = (await tv.reload()).text
    expect(page).toMatch(/<body class="dark">\s*<\/body>/)
    const { rows } = await db().query('select last_seen from boards where id = $1', [board()])
    expect(rows[0].last_seen).toMatchObject({ mode: 'night', fetched: null })
    const id = await world.announce({ title: 'Bão gần bờ', priority: 'emergency', urgencyReason: 'Bão' })
    expect((await tv.reload()).text).toContain('Bão gần bờ')
    await cancel(world.deps, officer, id, 'Hết')
    await db().query(`update boards set settings = '{}' where id = $1`, [board()])
  })

  test('gets another cookie every six hours, and goes on after an answer that got lost', async () => {
    const tv = await pairedTelevision(0)
    const first = tv.jar.get('loa-board')
    await tv.reload()
    expect(tv.jar.get('loa-board')).toBe(first)
    wait(6 * 3_600_000 + 1)
    const before = new Map(tv.jar)
    await tv.reload()
    expect(tv.jar.get('loa-board')).not.toBe(first)
    // The answer with the new cookie never reached it.
    tv.jar.clear()
    for (const [name, value] of before) tv.jar.set(name, value)
    expect((await tv.reload()).text).not.toContain('class="code"')
    expect((await tv.reload()).text).not.toContain('class="code"')
    wait(170 * 86_400_000)
    expect((await tv.reload()).text).not.toContain('class="code"')
    wait(181 * 86_400_000)
    expect((await tv.reload()).text).toContain('class="code"')
  })

  test('of two sets with one cookie neither goes on, and somebody is told', async () => {
    const tv = await pairedTelevision(0)
    const copy = tv.copy()
    wait(6 * 3_600_000 + 1)
    await tv.reload()
    await tv.reload()
    expect((await copy.reload()).text).toContain('class="code"')
    expect((await tv.reload()).text).toContain('class="code"')
    const { rows } = await db().query(
      `select kind from board_alerts where board_id = $1 and ended_at is null and kind = 'reused'`,
      [board()],
    )
    expect(rows).toHaveLength(1)
    await pair(codeOn((await tv.reload()).text), board())
    expect((await tv.reload()).text).not.toContain('class="code"')
    expect(
      (await db().query(`select 1 from board_alerts where board_id = $1 and ended_at is null`, [board()])).rowCount,
    ).toBe(0)
  })

  test('shows a code again after the board was paired with another set or taken out of use', async () => {
    const tv = await pairedTelevision(1)
    const other = await pairedTelevision(1)
    expect((await tv.reload()).text).toContain('class="code"')
    expect((await other.reload()).text).not.toContain('class="code"')
    await db().query('update boards set retired_at = now() where id = $1', [board(1)])
    expect((await other.reload()).text).toContain('class="code"')
    await db().query('update boards set retired_at = null where id = $1', [board(1)])
  })

  test('may load its own style and typeface, and run nothing', async () => {
    const page = await television().reload()
    expect(page.headers['content-security-policy']).toBe(
      "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'",
    )
    expect(page.headers['cache-control']).toBe('no-store')
    const style = await supertest(world.server.url)
      .get(/href="([^"]+)"/.exec(page.text)?.[1] ?? '')
      .expect(200)
    for (const [, url] of style.text.matchAll(/url\("([^"]+)"\)/g))
      await supertest(world.server.url)
        .get(url ?? '')
        .expect(200)
  })
})
