import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { paginate } from '../../channels/board/fit.ts'
import { qrOf } from '../../services/text/qr.ts'
import type { PlacesWorld } from '../integration/places/world.ts'
import { grayPng } from '../support/png.ts'
import { vietnameseLetters } from '../support/vietnamese.ts'
import { boardBrowser, boardPage, boardWorld } from './board-browser.ts'

const body = `Ủy ban nhân dân tỉnh triển khai Kế hoạch thông tin, tuyên truyền về cải cách hành chính giai đoạn 2021 - 2030.
Từ ngày 01/12/2026, người dân nộp hồ sơ trực tuyến qua Cổng Dịch vụ công quốc gia được giảm 50% lệ phí. Bộ phận Một cửa hướng dẫn miễn phí các buổi sáng trong tuần.`
const longTitle =
  'Thông báo về việc tổ chức lấy ý kiến nhân dân đối với dự thảo Nghị quyết của Hội đồng nhân dân tỉnh quy định mức thu, chế độ thu, nộp, quản lý và sử dụng các khoản phí, lệ phí trên địa bàn tỉnh giai đoạn 2026 - 2030'
const qr = qrOf('https://loa.example/tb/ABCDEFGHIJKLMNOPQRSTUV')

interface Seen {
  inside: boolean
  notWider: boolean
  /** Smallest letters of the notice as a share of the screen's shorter side, and in pixels. */
  smallest: number
  pixels: number
  /** Letters of a headline (not the reminder of one) as a share of the screen's shorter side; 0: none on this slide. */
  headline: number
  fonts: boolean
  /** No further slide. */
  last: boolean
}

/**
 * Looks at the slide on screen from inside the page. One pixel of tolerance for rounding. Given as text, because this
 * program itself is compiled without a browser's types.
 */
const measureSlide = `(() => {
  const box = document.getElementById('page').getBoundingClientRect()
  const parts = ['heading', 'text'].map(id => document.getElementById(id)).filter(e => e.textContent !== '' && e.offsetHeight > 0)
  const all = parts.reduce((list, e) => list.concat(e, Array.from(e.querySelectorAll('p'))), [])
  const pager = /(\\d+)\\/(\\d+)/.exec(document.getElementById('pager').textContent)
  const sizes = all.map(e => parseFloat(getComputedStyle(e).fontSize))
  const heading = document.getElementById('heading')
  const headline = parts.indexOf(heading) >= 0 && heading.className === 'heading'
  const side = Math.min(window.innerWidth, window.innerHeight)
  return {
    inside: parts.every(e => {
      const place = e.getBoundingClientRect()
      return place.top >= box.top - 1 && place.bottom <= box.bottom + 1
    }),
    notWider: all.every(e => e.scrollWidth <= box.width + 1),
    smallest: Math.min.apply(null, sizes) / side,
    pixels: Math.min.apply(null, sizes),
    headline: headline ? parseFloat(getComputedStyle(heading).fontSize) / side : 0,
    fonts: document.fonts.check('700 20px Board') && document.fonts.check('500 20px Board'),
    last: !pager || pager[1] === pager[2],
  }
})()`

/** What the player draws, in the preview, where nothing but the content decides. */
describe('board player on every screen', () => {
  let world: PlacesWorld
  let browser: Browser
  let context: BrowserContext
  let page: Page
  let board: ReturnType<typeof boardPage>

  beforeAll(async () => {
    world = await boardWorld()
    browser = await boardBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await world?.close()
  })
  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 1280, height: 720 } })
    const answer = await context.request.post(`${world.server.url}/api/auth/sign-in/email`, {
      data: { email: 'officer@loa.example', password: world.passwords.officer },
      headers: { 'sec-fetch-site': 'same-origin' },
    })
    expect(answer.status()).toBe(200)
    page = await context.newPage()
    board = boardPage(page)
    await page.goto(`${world.server.url}/board-preview`)
  })
  afterEach(() => context.close())

  let count = 0
  const show = async (content: Record<string, unknown>) => {
    count += 1
    const whole = {
      issuer: 'Ủy ban nhân dân tỉnh Quảng Trị',
      documentNumber: '15/TB-UBND',
      priority: 'routine',
      commune: 'Phường Đông Hà',
      demo: false,
      media: [],
      qr: null,
      contentHash: `x${count}`,
      ...content,
    }
    await page.evaluate(`location.hash = '${Buffer.from(JSON.stringify(whole)).toString('base64url')}'`)
  }
  const text = (title: string, words: string, priority: string) => ({
    title,
    pages: paginate(title, words, priority === 'emergency'),
    priority,
  })
  /** Every slide of what is shown, turned by hand. */
  const slides = async (where: string) => {
    const all: Seen[] = []
    for (;;) {
      const seen = await page.evaluate<Seen>(measureSlide)
      const slide = `${where}, slide ${all.length + 1}`
      expect({ slide, ...seen }).toMatchObject({ slide, inside: true, notWider: true, fonts: true })
      all.push(seen)
      if (seen.last) return all
      await page.click('body', { position: { x: 5, y: 5 }, force: true })
    }
  }

  test.each([
    [1920, 1080],
    [1280, 720],
    [1080, 1920],
    [390, 844],
    [1024, 768],
  ])(
    'fits long Vietnamese text on %ix%i, not smaller than the floor and not cut',
    async (width, height) => {
      await page.setViewportSize({ width, height })
      for (const [title, words, priority] of [
        [longTitle, Array(6).fill(body).join('\n'), 'routine'],
        [longTitle, body, 'emergency'],
        ['Ẫ Ỗ Ộ Ặ Ữ Ự Ỵ', body, 'routine'],
        ['Ẫ Ỗ Ộ Ặ Ữ Ự Ỵ', `Ẫ Ỗ Ộ Ặ Ữ Ự https://dichvucong.example/${'x'.repeat(120)}`, 'emergency'],
      ] as const) {
        for (const code of [null, qr]) {
          await show({ ...text(title, words, priority), qr: code })
          await board.waitForMode(priority)
          await page
            .locator('#heading')
            .filter({ hasText: title.slice(0, 5) })
            .waitFor()
          const seen = await slides(`${priority} ${words.slice(0, 12)} ${code ? 'with' : 'without'} QR`)
          expect(Math.min(...seen.map(s => s.smallest))).toBeGreaterThanOrEqual(0.0345)
          if (priority === 'emergency') {
            // On an upright screen a long word may ask for less than a tenth of the height, never for less than of the width.
            for (const s of seen) if (s.headline > 0) expect(s.headline).toBeGreaterThanOrEqual(0.0995)
          }
        }
      }
    },
    120_000,
  )

  test('a short headline on an upright screen is a tenth of its height', async () => {
    await page.setViewportSize({ width: 1080, height: 1920 })
    await show(text('Bão đổ bộ', 'Sơ tán ngay.', 'emergency'))
    await board.waitForMode('emergency')
    const [seen] = await slides('upright')
    expect((seen?.headline ?? 0) * 1080).toBeGreaterThanOrEqual(191)
  })

  test.each([
    ['Sơ tán khẩn cấp khu vực ven sông Hiếu trong tối nay', 'Sơ tán ngay.'],
    ['Sơ tán khẩn cấp khu vực ven sông Hiếu trong tối nay', Array(4).fill(body).join('\n')],
    [
      'Sơ tán khẩn cấp khu vực ven sông Hiếu và vùng trũng thấp trước 18 giờ 30 phút hôm nay',
      'Mang theo giấy tờ, thuốc men.',
    ],
  ])('on an upright screen a headline is made smaller before it is cut: %s', async (title, words) => {
    await page.setViewportSize({ width: 1080, height: 1920 })
    await show(text(title, words, 'emergency'))
    await board.waitForMode('emergency')
    await page.locator('#heading').filter({ hasText: 'Sơ tán' }).waitFor()
    expect((await board.text('heading'))?.replace(/\u00a0/g, ' ')).toBe(title)
    const [issuer, clock] = [await page.locator('#issuer').boundingBox(), await page.locator('#clock').boundingBox()]
    expect(issuer?.width).toBeGreaterThan(500)
    expect(clock?.x).toBeGreaterThan(800)
    const [seen] = await slides('upright')
    expect(seen?.headline).toBeGreaterThanOrEqual(0.0995)
  })

  test.each([
    [1920, 320, 34],
    [1024, 128, 34],
    [512, 64, 34],
    [384, 48, 29],
  ])('on a strip of %ix%i no letter is smaller than its pixels allow', async (width, height, least) => {
    await page.setViewportSize({ width, height })
    for (const priority of ['routine', 'emergency'] as const) {
      await show(text(longTitle, body, priority))
      await board.waitForMode(`${priority}.strip`)
      await page.locator('#heading').filter({ hasText: 'Thông' }).waitFor()
      const seen = await slides(`strip ${priority}`)
      expect(Math.min(...seen.map(s => s.pixels))).toBeGreaterThanOrEqual(least)
      expect(await page.isVisible('footer')).toBe(false)
    }
  })

  test('an LED board shows its bitmap pixel by pixel', async () => {
    const bitmap = grayPng(256, 64, 255)
    const sha256 = createHash('sha256').update(bitmap).digest('hex')
    // Until it is here, the strip shows text.
    let arrived: () => void = () => undefined
    const arrives = new Promise<void>(resolve => {
      arrived = resolve
    })
    await page.route(`**/files/${sha256}/**`, async route => {
      await arrives
      await route.fulfill({ body: bitmap, contentType: 'image/png' })
    })
    const strip = { width: 256, height: 64, pages: [{ sha256, dwellMs: 3_000 }] }
    await page.setViewportSize({ width: 1200, height: 400 })
    const files = [{ sha256, url: `/files/${sha256}/led.png`, bytes: bitmap.length }]
    await show({ ...text('Bảng LED', 'Ngắn.', 'routine'), kind: 'led', led: strip, files })
    await board.waitForTitle('Bảng LED')
    arrived()
    await page.locator('#bitmap-place img').waitFor()
    const drawn = await page.evaluate<{ width: number; height: number; rendering: string }>(`(() => {
      const image = document.querySelector('#bitmap-place img')
      return { width: image.width, height: image.height, rendering: getComputedStyle(image).imageRendering }
    })()`)
    // Four times as large in a preview of this size: whole pixels only.
    expect(drawn).toEqual({ width: 1024, height: 256, rendering: 'pixelated' })
  })

  test('the preview takes content by message from its own console', async () => {
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
    await board.waitForTitle('Xem trước')
    expect(await board.text('text')).toBe('Nội dung <b>thử</b>')
    expect(await board.text('mark')).toBe('Bản xem trước')
  })

  test('every letter of Vietnamese is drawn by the typeface that came with the page, each different', async () => {
    const letters = [...vietnameseLetters, '₫']
    await show(text(letters.join(' '), letters.join(' '), 'routine'))
    await page.locator('#heading').filter({ hasText: 'ầ' }).waitFor()
    const devtools = await context.newCDPSession(page)
    await devtools.send('DOM.enable')
    await devtools.send('CSS.enable')
    const { root } = await devtools.send('DOM.getDocument', { depth: -1 })
    let glyphs = 0
    for (let slide = 1, last = false; !last; slide++) {
      for (const selector of ['#heading', '#text']) {
        const { nodeId } = await devtools.send('DOM.querySelector', { nodeId: root.nodeId, selector })
        const { fonts } = await devtools.send('CSS.getPlatformFontsForNode', { nodeId })
        for (const font of fonts) {
          expect(font).toMatchObject({ familyName: expect.stringMatching(/^Be Vietnam Pro/), isCustomFont: true })
          glyphs += font.glyphCount
        }
      }
      last = (await page.evaluate<Seen>(measureSlide)).last
      if (!last) await page.click('body', { position: { x: 5, y: 5 }, force: true })
    }
    expect(glyphs).toBeGreaterThanOrEqual(2 * letters.length)
    for (const weight of [500, 700]) {
      const drawings = await page.evaluate<string[]>(`${JSON.stringify(letters)}.map(letter => {
        const canvas = document.createElement('canvas')
        canvas.width = canvas.height = 96
        const pen = canvas.getContext('2d')
        pen.font = '${weight} 56px Board'
        pen.fillText(letter, 12, 66)
        return canvas.toDataURL()
      })`)
      expect(new Set(drawings).size).toBe(letters.length)
    }
  })

  describe('for those who do not see it', () => {
    const check = async (where: string) => {
      const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
      // Through the debugger, since the page's own policy forbids scripts from elsewhere.
      const devtools = await context.newCDPSession(page)
      await devtools.send('Runtime.evaluate', { expression: axe })
      const { result } = await devtools.send('Runtime.evaluate', {
        expression: `axe.run(document).then(r => JSON.stringify(r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html).join(' '))))`,
        awaitPromise: true,
      })
      expect({ where, violations: JSON.parse(String(result.value)) }).toEqual({ where, violations: [] })
      await devtools.detach()
    }
    test('axe finds nothing on a waiting board, on one without news, and on any notice', async () => {
      await check('nothing to show')
      await show({ ...text('Lịch tiếp nhận hồ sơ', body, 'priority'), qr })
      await board.waitForMode('priority')
      await check('notice')
      await show(text('Bão đổ bộ', body, 'emergency'))
      await board.waitForMode('emergency')
      await check('emergency')
      await show({ ...text('Bão đổ bộ', body, 'emergency'), takeover: 'banner' })
      await board.waitForMode('with-banner')
      await check('banner')
      const bytes = grayPng(320, 180, 128)
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      await page.route(`**/files/${sha256}/**`, route => route.fulfill({ body: bytes, contentType: 'image/png' }))
      const map = { kind: 'picture', mediaId: 'map', sha256, mime: 'image/png', bytes: bytes.length }
      const media = [{ ...map, width: 320, height: 180, caption: 'Sơ đồ sơ tán' }]
      await show({ ...text('Theo sơ đồ', 'Ngắn.', 'routine'), media })
      await page.locator('#frame.kind-picture').waitFor({ timeout: 20_000 })
      await check('picture')
      await page.goto(`${world.server.url}/b`)
      await board.code()
      await check('waiting to be paired')
    })
  })
})
