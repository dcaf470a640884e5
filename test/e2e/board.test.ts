import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { paginate } from '../../channels/board/fit.ts'
import { cancel } from '../../services/dispatch/control.ts'
import { applyReceipts } from '../../services/dispatch/receipts.ts'
import { type PlacesWorld, placesWorld } from '../integration/places/world.ts'
import { countsOf, officer } from '../support/dispatch.ts'

const body = `Ủy ban nhân dân tỉnh triển khai Kế hoạch thông tin, tuyên truyền về cải cách hành chính giai đoạn 2021 - 2030.
Từ ngày 01/12/2026, người dân nộp hồ sơ trực tuyến qua Cổng Dịch vụ công quốc gia được giảm 50% lệ phí. Bộ phận Một cửa hướng dẫn miễn phí các buổi sáng trong tuần.`
const longTitle =
  'Thông báo về việc tổ chức lấy ý kiến nhân dân đối với dự thảo Nghị quyết của Hội đồng nhân dân tỉnh quy định mức thu, chế độ thu, nộp, quản lý và sử dụng các khoản phí, lệ phí trên địa bàn tỉnh giai đoạn 2026 - 2030'

/** Boards poll once a minute: what arrives sooner came by a poke. How much sooner is a matter for a bench. */
const pokedWithinMs = 20_000

interface Seen {
  inside: boolean
  notWider: boolean
  /** Smallest letters as a share of the screen's shorter side. */
  smallest: number
  fonts: boolean
  /** No further slide. */
  last: boolean
}

/**
 * Looks at the slide on screen from inside the page. One pixel of tolerance for rounding. Given as text, because this
 * program itself is compiled without a browser's types.
 */
const measureSlide = `(() => {
  const main = document.getElementById('main')
  const box = main.getBoundingClientRect()
  const parts = ['heading', 'text'].map(id => document.getElementById(id)).filter(e => e.textContent !== '')
  const all = parts.reduce((list, e) => list.concat(e, Array.from(e.querySelectorAll('p'))), [])
  const pager = /(\\d+)\\/(\\d+)/.exec(document.getElementById('pager').textContent)
  return {
    inside: parts.every(e => {
      const place = e.getBoundingClientRect()
      return place.top >= box.top - 1 && place.bottom <= box.bottom + 1
    }),
    notWider: all.every(e => e.scrollWidth <= main.clientWidth + 1),
    smallest: Math.min.apply(null, all.map(e => parseFloat(getComputedStyle(e).fontSize))) /
      Math.min(window.innerWidth, window.innerHeight),
    fonts: document.fonts.check('700 20px Board') && document.fonts.check('500 20px Board'),
    last: !pager || pager[1] === pager[2],
  }
})()`

/** The player in a real browser, against the real routes, database and pokes. */
describe('board player', () => {
  let world: PlacesWorld
  let browser: Browser
  let context: BrowserContext
  let page: Page
  const errors: string[] = []

  beforeAll(async () => {
    world = await placesWorld({ demo: true })
    browser = await chromium.launch({
      executablePath: '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
    })
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
  })
  afterEach(async () => {
    await context.close()
    await world.database.db.query('truncate announcements cascade')
    expect(errors).toEqual([])
  })

  const url = (i = 0) => `${world.server.url}/board/${world.boards[i]?.token}`
  const text = (id: string) => page.textContent(`#${id}`)
  const mode = () => page.getAttribute('#frame', 'class')
  const waitForTitle = (title: string, timeout = 20_000) =>
    page.locator('#heading').filter({ hasText: title }).waitFor({ timeout })
  const waitForMode = (wanted: string, timeout = 20_000) => page.locator(`#frame.${wanted}`).waitFor({ timeout })
  const signIn = async () => {
    const answer = await context.request.post(`${world.server.url}/api/auth/sign-in/email`, {
      data: { email: 'officer@loa.example', password: world.passwords.officer },
      headers: { 'sec-fetch-site': 'same-origin' },
    })
    expect(answer.status()).toBe(200)
  }
  /** The player with its stream of pokes standing. */
  const open = async () => {
    const events = page.waitForResponse('**/events')
    await page.goto(url())
    await events
  }
  const soon = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString()

  test('shows clock and commune when there is nothing, and an announcement by a poke, long before the next poll', async () => {
    await open()
    await page.locator('#idle-place').filter({ hasText: 'Phường Đông Hà' }).waitFor()
    expect(await mode()).toBe('idle')
    expect(await text('idle-clock')).toMatch(/^\d\d:\d\d$/)
    expect(await text('idle-date')).toMatch(/^(Chủ nhật|Thứ [a-zưăả]+), ngày \d\d tháng \d{1,2} năm 20\d\d$/)
    await world.announce({ title: 'Lịch tiếp nhận hồ sơ', body, documentNumber: '15/TB-UBND' })
    await waitForTitle('Lịch tiếp nhận hồ sơ', pokedWithinMs)
    expect(await text('issuer')).toBe('Ủy ban nhân dân tỉnh Quảng Trị')
    expect(await text('number')).toBe('Số: 15/TB-UBND')
    expect(await text('mark')).toBe('Diễn tập, không phải thông báo chính thức')
    expect(await page.isVisible('#mark')).toBe(true)
    expect((await page.textContent('#text'))?.normalize('NFC')).toContain('Kế hoạch thông tin, tuyên truyền')
  })

  test('a cancelled announcement disappears by a poke, long before the next poll', async () => {
    const id = await world.announce({ title: 'Sẽ bị hủy' })
    await open()
    await waitForTitle('Sẽ bị hủy')
    await cancel(world.deps, officer, id, 'Sai ngày')
    await waitForMode('idle', pokedWithinMs)
  })

  test('reports the display only after all pages were on screen; the delivery is then confirmed', async () => {
    const id = await world.announce({ title: 'Thông báo ngắn', body: 'Một trang là đủ.' })
    const dispatch = await world.dispatch(id, 'board')
    await page.goto(url())
    await page.waitForResponse(
      async r => r.url().endsWith('/heartbeat') && ((await r.json()) as { recorded: number }).recorded === 1,
    )
    await applyReceipts(world.deps)
    expect(await countsOf(world.database.db, dispatch)).toMatchObject({ audience: 2, confirmed: 1, accepted: 1 })
  })

  test('keeps the content when the server dies, ends it in time, and comes back with the server', async () => {
    const second = await placesWorld()
    try {
      const [board] = second.boards
      await second.announce({ title: 'Còn lại', expiresAt: soon(9) })
      await page.goto(`${second.server.url}/board/${board?.token}`)
      await waitForTitle('Còn lại')
      await second.server.close(0)
      await page.waitForRequest(r => r.url().endsWith('/events'), { timeout: 15_000 })
      expect(await mode()).toBe('routine')
      expect(await text('heading')).toBe('Còn lại')
      await waitForMode('idle', 20_000)
      await second.announce({ title: 'Sau khi có lại máy chủ' })
      await second.restart()
      await waitForTitle('Sau khi có lại máy chủ', 30_000)
    } finally {
      await second.close()
    }
  })

  test('keeps the content when the answers turn bad, and over a reload', async () => {
    await world.announce({ title: 'Nội dung tốt' })
    await page.goto(url())
    await waitForTitle('Nội dung tốt')
    for (const bad of [
      { status: 200, contentType: 'text/html', body: '<h1>Bảo trì</h1>' },
      { status: 200, contentType: 'application/json', body: '{"version":"x","items":[{"title":1}]}' },
      { status: 500, contentType: 'application/json', body: '{}' },
      { status: 404, contentType: 'application/json', body: '{}' },
    ]) {
      await page.route('**/manifest', route => route.fulfill(bad))
      const asked = page.waitForResponse('**/manifest')
      await page.reload()
      await asked
      await waitForTitle('Nội dung tốt')
      await page.unroute('**/manifest')
    }
  })

  test('an emergency takes the whole screen at once and gives it back at its end', async () => {
    await world.announce({ title: 'Thông báo thường' })
    await open()
    await waitForTitle('Thông báo thường')
    await world.announce({
      title: 'Bão số 10 đổ bộ đêm nay',
      body: 'Người dân vùng trũng thấp sơ tán.',
      priority: 'emergency',
      urgencyReason: 'Bão khẩn cấp',
      expiresAt: soon(8),
    })
    await waitForMode('emergency', 2_500)
    expect(await text('flag')).toBe('Thông báo khẩn cấp')
    const size = await page.evaluate<number>(
      `parseFloat(getComputedStyle(document.getElementById('heading')).fontSize) / window.innerHeight`,
    )
    expect(size).toBeGreaterThanOrEqual(0.1)
    await waitForMode('routine', 15_000)
    await waitForTitle('Thông báo thường')
  })

  test('goes through all announcements, priority first', async () => {
    await page.clock.install()
    for (const [title, priority] of [
      ['Tin thường', 'routine'],
      ['Tin ưu tiên', 'priority'],
    ]) {
      await world.announce({ title, priority, body: 'Ngắn.' })
    }
    await page.goto(url())
    await waitForTitle('Tin ưu tiên')
    expect(await text('flag')).toBe('Ưu tiên')
    await page.clock.runFor(12_000)
    await waitForTitle('Tin thường')
    expect(await page.isVisible('#flag')).toBe(false)
    await page.clock.runFor(12_000)
    await waitForTitle('Tin ưu tiên')
  })

  test('a board whose clock is years off ends an item on time', async () => {
    await world.announce({ title: 'Hết hạn đúng giờ', expiresAt: soon(40) })
    await page.clock.install({ time: new Date('2016-01-01T00:00:00Z') })
    await page.goto(url())
    await waitForTitle('Hết hạn đúng giờ')
    await page.clock.runFor(20_000)
    expect(await mode()).toBe('routine')
    await page.clock.runFor(25_000)
    await waitForMode('idle')
  })

  test.each([
    [1920, 1080],
    [1280, 720],
    [1080, 1920],
    [390, 844],
    [1024, 768],
  ])('fits long Vietnamese text on %ix%i, not smaller than the floor and not cut', async (width, height) => {
    await page.setViewportSize({ width, height })
    await signIn()
    await page.goto(`${world.server.url}/board-preview`)
    for (const [title, words, priority] of [
      [longTitle, Array(6).fill(body).join('\n'), 'routine'],
      [longTitle, body, 'emergency'],
      ['Ẫ Ỗ Ộ Ặ Ữ Ự Ỵ', body, 'routine'],
      ['Ẫ Ỗ Ộ Ặ Ữ Ự Ỵ', `Ẫ Ỗ Ộ Ặ Ữ Ự https://dichvucong.example/${'x'.repeat(120)}`, 'emergency'],
    ] as const) {
      const content = {
        title,
        pages: paginate(title, words, priority === 'emergency'),
        issuer: 'Ủy ban nhân dân tỉnh Quảng Trị',
        documentNumber: '15/TB-UBND',
        priority,
        demo: false,
        contentHash: 'x',
      }
      await page.evaluate(`location.hash = '${Buffer.from(JSON.stringify(content)).toString('base64url')}'`)
      await waitForMode(priority)
      await waitForTitle(title.slice(0, 10))
      for (let slide = 1, last = false; !last; slide++) {
        const seen = await page.evaluate<Seen>(measureSlide)
        const where = `${priority}, slide ${slide}, ${words.slice(0, 12)}`
        expect({ where, ...seen }).toMatchObject({ where, inside: true, notWider: true, fonts: true })
        expect(seen.smallest).toBeGreaterThanOrEqual(0.0345)
        last = seen.last
        await page.click('#main')
      }
    }
  })

  test('the preview takes content by message from its own console', async () => {
    await signIn()
    await page.goto(`${world.server.url}/board-preview`)
    await waitForMode('idle')
    const content = {
      title: 'Xem trước',
      pages: [{ heading: 'Xem trước', running: false, text: 'Nội dung <b>thử</b>' }],
      issuer: 'UBND',
      documentNumber: '',
      priority: 'priority',
      demo: false,
      commune: 'Phường Đông Hà',
    }
    const message = JSON.stringify({ type: 'loa-board-preview', content })
    await page.evaluate(`window.postMessage(${message}, location.origin)`)
    await waitForTitle('Xem trước')
    expect(await text('text')).toBe('Nội dung <b>thử</b>')
    expect(await text('mark')).toBe('Bản xem trước')
  })
})
