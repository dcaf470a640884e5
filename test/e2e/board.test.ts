import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { cancel } from '../../services/dispatch/control.ts'
import { applyReceipts } from '../../services/dispatch/receipts.ts'
import { pokeBoards } from '../../services/store/shelf.ts'
import type { PlacesWorld } from '../integration/places/world.ts'
import { countsOf, officer } from '../support/dispatch.ts'
import { until } from '../support/wait.ts'
import {
  boardBrowser,
  boardBrowserAt,
  boardPage,
  boardWorld,
  inControl,
  keepCredential,
  kept,
  pairingOfficer,
  pairQuietly,
} from './board-browser.ts'

/** Boards poll once a minute: what arrives sooner came by a poke. How much sooner is a matter for a bench. */
const pokedWithinMs = 20_000

const soon = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString()
const hurricane = {
  title: 'Bão số 10 đổ bộ đêm nay',
  body: 'Người dân vùng trũng thấp sơ tán.',
  priority: 'emergency',
  urgencyReason: 'Bão khẩn cấp',
}

/** Share of the screen's height that an element's letters or box take. */
const shareOf = (page: Page, id: string, what: 'letters' | 'box') =>
  page.evaluate<number>(
    what === 'letters'
      ? `parseFloat(getComputedStyle(document.getElementById('${id}')).fontSize) / innerHeight`
      : `document.getElementById('${id}').getBoundingClientRect().height / innerHeight`,
  )

/** The player in a real browser, against the real routes, database and pokes. */
describe('board player', () => {
  let world: PlacesWorld
  let browser: Browser
  let context: BrowserContext
  let page: Page
  let board: ReturnType<typeof boardPage>
  const errors: string[] = []

  beforeAll(async () => {
    world = await boardWorld(true)
    browser = await boardBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await world?.close()
  })
  beforeEach(async () => {
    errors.length = 0
    context = await browser.newContext({ viewport: { width: 1280, height: 720 } })
    page = await context.newPage()
    page.on('pageerror', error => errors.push(String(error)))
    board = boardPage(page)
  })
  afterEach(async () => {
    await context.close()
    await world.database.db.query('truncate announcements cascade')
    await world.database.db.query(`update boards set settings = '{}'`)
    expect(errors).toEqual([])
  })

  const address = () => `${world.server.url}/b`
  /** A paired player with its stream of pokes standing. */
  const open = async () => {
    await pairQuietly(page, world, world.server.url)
    const events = page.waitForResponse('**/api/board/events*')
    await page.goto(address())
    await events
  }
  const beat = () =>
    until('a heartbeat', async () => {
      const { rows } = await world.database.db.query('select last_seen from boards where id = $1', [
        world.boards[0]?.id,
      ])
      return rows[0].last_seen as { mode: string; problems: string[]; offlineReady: boolean; now: unknown } | null
    })

  test('pairs by its code, shows an announcement by a poke long before the next poll, and loses it when it is cancelled', async () => {
    await page.goto(address())
    const code = await board.code()
    expect(await page.locator('#pairing-qr svg').isVisible()).toBe(true)
    expect(await board.text('pairing-address')).toBe('loa.test/boards/pair')
    const pair = await pairingOfficer(world)
    const events = page.waitForResponse('**/api/board/events*')
    await pair(world.boards[0]?.id ?? '', code)
    await events
    await page.locator('#idle-place').filter({ hasText: 'Phường Đông Hà' }).waitFor()
    expect(await board.is('idle')).toBe(true)
    expect(await page.isVisible('#pairing')).toBe(false)
    expect(await board.text('idle-clock')).toMatch(/^\d\d:\d\d$/)
    expect(await board.text('idle-date')).toMatch(/^(Chủ nhật|Thứ [a-zưăả]+), ngày\s\d\d\stháng\s\d{1,2}\snăm\s20\d\d$/)

    const id = await world.announce({ title: 'Lịch tiếp nhận hồ sơ', body: 'Các buổi sáng.', documentNumber: '15/TB' })
    await board.waitForTitle('Lịch tiếp nhận', pokedWithinMs)
    expect(await board.text('issuer')).toBe('Ủy ban nhân dân tỉnh Quảng Trị')
    expect(await board.text('number')).toBe('Số: 15/TB')
    expect(await board.text('mark')).toBe('Diễn tập, không phải thông báo chính thức')
    await cancel(world.deps, officer, id, 'Sai ngày')
    await board.waitForMode('idle', pokedWithinMs)
  })

  test('the preview of a board shows signed-in people what the board has, and follows it', async () => {
    const id = await world.announce({ title: 'Trên bảng thật' })
    const answer = await context.request.post(`${world.server.url}/api/auth/sign-in/email`, {
      data: { email: 'officer@loa.example', password: world.passwords.officer },
      headers: { 'sec-fetch-site': 'same-origin' },
    })
    expect(answer.status()).toBe(200)
    await page.goto(`${world.server.url}/board-preview?board=${world.boards[0]?.id}`)
    await board.waitForTitle('Trên bảng thật')
    expect(await board.text('place')).toBe('Phường Đông Hà')
    expect(await board.text('mark')).toBe('Bản xem trước')
    await cancel(world.deps, officer, id, 'Sai ngày')
    await board.waitForMode('idle', 30_000)
    // Watching is not showing.
    expect((await world.database.db.query('select 1 from board_displays')).rows).toEqual([])
  })

  test('reports what it showed only after it was on screen as a whole; the delivery is then confirmed', async () => {
    const id = await world.announce({ title: 'Thông báo ngắn', body: 'Một trang là đủ.' })
    const dispatch = await world.dispatch(id, 'board')
    await open()
    await board.waitForTitle('Thông báo ngắn')
    await until('a complete display', async () => {
      const { rows } = await world.database.db.query(
        'select 1 from board_displays where dispatch_id = $1 and complete',
        [dispatch],
      )
      return rows.length > 0
    })
    await until('a receipt', async () => {
      await applyReceipts(world.deps)
      return (await countsOf(world.database.db, dispatch)).confirmed === 1
    })
    expect(await beat()).toMatchObject({ mode: 'items', problems: [], now: { page: 1, pages: 1 } })
  })

  test('an emergency takes the whole screen at once and gives it back at its end', async () => {
    await world.announce({ title: 'Thông báo thường' })
    await open()
    await board.waitForTitle('Thông báo thường')
    await world.announce({ ...hurricane, expiresAt: soon(8) })
    await board.waitForMode('emergency', 2_500)
    expect(await board.text('flag')).toBe('Thông báo khẩn cấp')
    expect(await shareOf(page, 'heading', 'letters')).toBeGreaterThanOrEqual(0.1)
    await board.waitForMode('routine', 15_000)
    await board.waitForTitle('Thông báo thường')
  })

  test('an emergency as a banner leaves the rest of the screen to the others, made to fit, and goes at its end', async () => {
    await world.announce({ title: 'Thông báo thường' })
    await open()
    await board.waitForTitle('Thông báo thường')
    const before = await shareOf(page, 'page', 'box')
    await world.announce({ ...hurricane, expiresAt: soon(10), variants: { board: { takeover: 'banner' } } })
    await board.waitForMode('with-banner', 5_000)
    await page.locator('#banner-heading').filter({ hasText: 'Bão số 10', visible: true }).waitFor()
    expect(await shareOf(page, 'banner', 'box')).toBeGreaterThanOrEqual(0.1)
    expect(await shareOf(page, 'banner-heading', 'letters')).toBeGreaterThanOrEqual(0.055)
    await board.waitForTitle('Thông báo thường')
    expect(await shareOf(page, 'page', 'box')).toBeLessThan(before)
    expect(await board.is('emergency')).toBe(false)
    await page.locator('#frame:not(.with-banner)').waitFor({ timeout: 20_000 })
    await board.waitForTitle('Thông báo thường')
  })

  test('outside its hours the board is dark, except for an emergency', async () => {
    const settings = { hours: { from: '03:00', to: '03:01' }, outside: 'dark' }
    await world.database.db.query('update boards set settings = $1', [JSON.stringify(settings)])
    await page.clock.install({ time: new Date('2026-11-26T20:00:00+07:00') })
    await world.announce({ title: 'Thông báo thường', expiresAt: soon(86_400) })
    await open()
    await page.locator('#shade.dark').waitFor({ state: 'attached' })
    await world.announce({ ...hurricane, expiresAt: soon(86_400) })
    await page.locator('#shade.on').waitFor({ state: 'attached', timeout: pokedWithinMs })
    await board.waitForMode('emergency')
  })

  test('goes through all announcements, each in its turn', async () => {
    await page.clock.install()
    await world.announce({ title: 'Tin thường', body: 'Ngắn.' })
    await world.announce({ title: 'Tin ưu tiên', priority: 'priority', body: 'Ngắn.' })
    await open()
    await board.waitForTitle('Tin ưu tiên')
    expect(await board.text('flag')).toBe('Ưu tiên')
    await page.clock.runFor(12_000)
    await board.waitForTitle('Tin thường')
    expect(await page.isVisible('#flag')).toBe(false)
    await page.clock.runFor(12_000)
    await board.waitForTitle('Tin ưu tiên')
  })

  test('another manifest with the same item leaves it on screen as it stands', async () => {
    await world.announce({ title: 'Một trang', body: 'Ngắn.' })
    await page.clock.install()
    await open()
    await board.waitForTitle('Một trang')
    await world.database.db.query(`update boards set settings = '{"contact":"0233 123 456"}'`)
    await pokeBoards(world.database.db, [world.boards[0]?.id ?? ''])
    await until('the manifest is there', async () => (await kept<string>(page, 'manifest')).includes('0233 123 456'))
    for (let i = 0; i < 5; i++) {
      await page.clock.runFor(5_000)
      expect(await board.text('heading')).toBe('Một trang')
      expect(await page.isVisible('#pager')).toBe(false)
    }
  })

  test.each([
    ['ten years behind', -10 * 365 * 86_400_000],
    ['three days behind', -3 * 86_400_000],
    ['three days ahead', 3 * 86_400_000],
  ])('a board whose clock is %s ends an item on time', async (_how, off) => {
    await world.announce({ title: 'Hết hạn đúng giờ', expiresAt: soon(40) })
    await pairQuietly(page, world, world.server.url)
    await page.clock.install({ time: new Date(Date.now() + off) })
    await page.goto(address())
    await board.waitForTitle('Hết hạn đúng giờ')
    await page.clock.runFor(20_000)
    expect(await board.is('routine')).toBe(true)
    await page.clock.runFor(25_000)
    await board.waitForMode('idle')
  })

  test('a change of the time zone, and of the clock by hand, changes nothing', async () => {
    await world.announce({ title: 'Vẫn hiển thị', expiresAt: soon(3600) })
    await open()
    await board.waitForTitle('Vẫn hiển thị')
    const shown = await board.text('clock')
    const devtools = await context.newCDPSession(page)
    await devtools.send('Emulation.setTimezoneOverride', { timezoneId: 'America/New_York' })
    await page.evaluate(`{ const now = Date.now; Date.now = () => now() + 3 * 86400000 }`)
    await until('the board has looked several times', async () => {
      const at = await page.evaluate<number>('performance.now()')
      return at > 6_000
    })
    expect(await board.is('routine')).toBe(true)
    const minutes = (text: string | null) => Number(text?.slice(0, 2)) * 60 + Number(text?.slice(3))
    expect((minutes(await board.text('clock')) - minutes(shown) + 1440) % 1440).toBeLessThanOrEqual(1)
  })

  describe('without its server', () => {
    let own: PlacesWorld
    let folder: string
    beforeEach(async () => {
      own = await boardWorld()
      folder = await mkdtemp(join(tmpdir(), 'loa-board-'))
    })
    afterEach(async () => {
      await own.close()
      await rm(folder, { recursive: true, force: true })
    })
    test('shows on, starts again from its own disk, ends what is over, and comes back with the server', async () => {
      await own.announce({ title: 'Còn lại', expiresAt: soon(3_600) })
      let set = await boardBrowserAt(folder)
      try {
        let tv = await set.newPage()
        await pairQuietly(tv, own, own.server.url)
        await tv.goto(`${own.server.url}/b`)
        await boardPage(tv).waitForTitle('Còn lại')
        await inControl(tv)
        await own.announce({ title: 'Sắp hết hạn', expiresAt: soon(25) })
        await boardPage(tv).waitForTitle('Sắp hết hạn')
        await until('the manifest is kept', async () => (await kept<string>(tv, 'manifest')).includes('Sắp hết hạn'))
        await own.server.close(0)
        await tv.reload()
        await tv.locator('#frame.routine').waitFor()

        await set.close()
        set = await boardBrowserAt(folder)
        tv = await set.newPage()
        await tv.goto(`${own.server.url}/b`)
        await tv.locator('#frame.routine').waitFor()
        // From here on the set's time is ours: a minute later the short one is over, and the other has each turn.
        await tv.clock.install({ time: new Date() })
        await tv.reload()
        await tv.locator('#frame.routine').waitFor()
        await tv.clock.runFor(30_000)
        for (let i = 0; i < 6; i++) {
          await tv.clock.runFor(10_000)
          expect(await tv.textContent('#heading')).toBe('Còn lại')
        }
        await tv.clock.resume()
        await own.announce({ title: 'Sau khi có lại máy chủ' })
        await own.restart()
        await boardPage(tv).waitForTitle('Sau khi có lại máy chủ', 60_000)
      } finally {
        await set.close()
      }
    }, 180_000)

    test('a week without the server: what is over is gone, what is not stands', async () => {
      await own.announce({ title: 'Ba ngày', expiresAt: soon(3 * 86_400) })
      await own.announce({ title: 'Mười ngày', expiresAt: soon(10 * 86_400) })
      await pairQuietly(page, own, own.server.url)
      await page.clock.install()
      await page.goto(`${own.server.url}/b`)
      await board.waitForTitle('Mười ngày')
      await own.server.close(0)
      await page.clock.fastForward(7 * 86_400_000)
      for (let i = 0; i < 6; i++) {
        await page.clock.runFor(10_000)
        expect(await board.text('heading')).toBe('Mười ngày')
        expect(await board.is('routine')).toBe(true)
      }
    })
  })

  describe('one credential', () => {
    /** Its access token is over: the next question needs the refresh token. */
    const outOfDate = async (on: Page) => ({ ...(await kept<Record<string, unknown>>(on, 'credential')), endsAt: 0 })

    test('in two tabs of one set: both go on, nobody is taken for a thief', async () => {
      await world.announce({ title: 'Nội dung chung' })
      await open()
      await board.waitForTitle('Nội dung chung')
      const credential = await outOfDate(page)
      await page.goto('about:blank')
      const renewed: string[] = []
      context.on('request', request => {
        if (request.url().endsWith('/api/board/token')) renewed.push(request.url())
      })
      const other = await context.newPage()
      await keepCredential(other, world.server.url, credential)
      const answers = [page, other].map(p => p.waitForResponse(r => r.url().endsWith('/manifest') && r.status() < 400))
      await Promise.all([page.goto(address()), other.goto(address())])
      await Promise.all(answers)
      expect(renewed).toHaveLength(1)
      const { rows } = await world.database.db.query('select revoked_why from board_sessions order by id desc limit 1')
      expect(rows).toEqual([{ revoked_why: null }])
    })

    test('in two sets: the board is to be paired anew, and both go on showing, with a code in the footer', async () => {
      await world.announce({ title: 'Nội dung chung' })
      await open()
      await board.waitForTitle('Nội dung chung')
      const credential = await outOfDate(page)
      const thief = await browser.newContext({ viewport: { width: 1280, height: 720 } })
      try {
        const second = await thief.newPage()
        await keepCredential(second, world.server.url, credential)
        await second.goto(address())
        await boardPage(second).waitForTitle('Nội dung chung')
        await keepCredential(page, world.server.url, credential)
        await page.goto(address())
        for (const on of [page, second]) {
          await on
            .locator('#pairing-note')
            .filter({ hasText: /^Mã ghép nối: [2-9A-Z]{6}$/ })
            .waitFor({ timeout: 90_000 })
          expect(await on.isVisible('#pairing')).toBe(false)
          await boardPage(on).waitForTitle('Nội dung chung')
        }
        const code = (await board.text('pairing-note'))?.slice(-6) ?? ''
        await (await pairingOfficer(world))(world.boards[0]?.id ?? '', code)
        await page.locator('#pairing-note').waitFor({ state: 'hidden' })
        await world.announce({ title: 'Sau khi ghép lại' })
        await board.waitForTitle('Sau khi ghép lại')
      } finally {
        await thief.close()
      }
    }, 180_000)
  })
})
