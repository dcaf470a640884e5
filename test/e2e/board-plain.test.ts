import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { cancel } from '../../services/dispatch/control.ts'
import { qrOf } from '../../services/text/qr.ts'
import { type PlacesWorld, placesWorld } from '../integration/places/world.ts'
import { officerCookie } from '../support/board.ts'
import { officer } from '../support/dispatch.ts'
import { until } from '../support/wait.ts'

/*
 * The page without JavaScript in a real browser that runs none: pairing over reloads, and nothing cut off on any shape of
 * screen.
 */
const screens = [
  [1920, 1080],
  [1366, 768],
  [1024, 768],
  [1280, 1024],
  [1280, 800],
  [1080, 1920],
  [768, 1024],
  [1000, 1000],
] as const

const text = `Từ ngày 01/12/2026, người dân nộp hồ sơ trực tuyến qua Cổng Dịch vụ công quốc gia được giảm 50% lệ phí.
Bộ phận Một cửa hướng dẫn miễn phí các buổi sáng trong tuần. Mọi thắc mắc, đề nghị Ông/Bà liên hệ Ủy ban nhân dân phường để được giải đáp; khi đi mang theo căn cước, hồ sơ gốc và các giấy tờ liên quan.`
const longTitle =
  'Thông báo về việc tổ chức lấy ý kiến nhân dân đối với dự thảo Nghị quyết của Hội đồng nhân dân tỉnh quy định mức thu, chế độ thu, nộp, quản lý và sử dụng các khoản phí, lệ phí trên địa bàn tỉnh'

/** Looks at the page from inside; text, because this program is compiled without a browser's types. */
const measure = `(() => {
  const box = e => e.getBoundingClientRect()
  const boxes = Array.from(document.querySelectorAll('.bar, .foot, .band, .main'))
  const letters = Array.from(document.querySelectorAll('h1, p, td, .qr'))
  const side = Math.min(window.innerWidth, window.innerHeight)
  const outside = []
  for (const part of boxes) {
    const outer = box(part)
    for (const e of part.querySelectorAll('h1, p, td, img, svg')) {
      const inner = box(e)
      const bottom = outer.bottom + 1
      if (inner.top < outer.top - 1 || inner.bottom > bottom || inner.right > outer.right + 1 || e.scrollWidth > e.clientWidth + 1)
        outside.push(e.className + ' ' + e.textContent.slice(0, 30) + ' ' + [inner.top, inner.bottom, inner.right, e.scrollWidth].map(Math.round) + ' in ' + [outer.top, outer.bottom, outer.right, e.clientWidth].map(Math.round))
    }
  }
  const qr = document.querySelector('.qr')
  const beside = document.querySelector('.beside')
  const covered = qr && beside && Array.from(beside.children).some(e => {
    const range = document.createRange()
    range.selectNodeContents(e)
    const a = range.getBoundingClientRect(), b = box(qr)
    return a.right > b.left && a.bottom > b.top && a.left < b.right && a.top < b.bottom
  })
  return {
    outside,
    covered: Boolean(covered),
    smallest: Math.min.apply(null, letters.filter(e => e.textContent.trim() !== '').map(e => parseFloat(getComputedStyle(e).fontSize))) / side,
    headline: parseFloat(getComputedStyle(document.querySelector('h1') || document.body).fontSize) / side,
    fonts: document.fonts.check('700 20px Board') && document.fonts.check('500 20px Board'),
  }
})()`
interface Seen {
  outside: string[]
  covered: boolean
  smallest: number
  headline: number
  fonts: boolean
}

describe('the plain page of a board', () => {
  let world: PlacesWorld
  let browser: Browser
  let context: BrowserContext
  let page: Page
  let cookie: string

  beforeAll(async () => {
    world = await placesWorld({ demo: true })
    // Ten in the morning, within the hours of every board.
    const offset = Date.parse('2026-11-27T03:00:00Z') - Date.now()
    world.deps.now = () => new Date(Date.now() + offset)
    cookie = await officerCookie(world.server.url, 'officer@loa.example', world.passwords.officer)
    browser = await chromium.launch({
      executablePath: '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
    })
    context = await browser.newContext({ viewport: { width: 1280, height: 720 }, javaScriptEnabled: false })
    page = await context.newPage()
  })
  afterAll(async () => {
    await browser?.close()
    await world?.close()
  })

  /** From here on the page stands still: what is looked at must not change meanwhile. */
  const standStill = () =>
    context.route('**/b/plain', async route => {
      const response = await route.fetch()
      await route.fulfill({ response, body: (await response.text()).replace('http-equiv="refresh"', '') })
    })
  const open = () => page.goto(`${world.server.url}/b/plain`)
  const look = async (name: string) => {
    // Another typeface has other widths; on a busy machine the right one comes a moment after the page.
    await until('the typeface is there', () =>
      page.evaluate<boolean>('document.fonts.check("700 20px Board") && document.fonts.check("500 20px Board")'),
    )
    for (const [width, height] of screens) {
      await page.setViewportSize({ width, height })
      const seen: Seen = await page.evaluate(measure)
      expect({ name, width, height, ...seen }).toMatchObject({ outside: [], covered: false, fonts: true })
      expect(seen.smallest).toBeGreaterThanOrEqual(0.0349)
    }
    await page.setViewportSize({ width: 1280, height: 720 })
  }

  test('shows its code, and by itself what there is once an officer has typed it', async () => {
    await open()
    const code = ((await page.textContent('.code')) ?? '').replace(/\s/g, '')
    expect(code).toMatch(/^\w{6}$/)
    // The widest that there are.
    await page.evaluate(`document.querySelector('.code').innerHTML = 'WWW&nbsp;WWW'`)
    await look('code')
    const paired = await fetch(`${world.server.url}/api/boards/${world.boards[0]?.id}/pair`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Cookie: cookie, 'Sec-Fetch-Site': 'same-origin' },
      body: JSON.stringify({ code }),
    })
    expect(paired.status).toBe(200)
    await page.waitForSelector('.clock', { timeout: 20_000 })
    expect(await page.textContent('h1')).toBe('Phường Đông Hà')
    await standStill()
    await look('idle')
  })

  test.each([
    ['a short notice', { variants: { board: { text: 'Các buổi sáng trong tuần.' } } }],
    ['pages of text', { variants: { board: { text } } }],
    ['a long title', { title: longTitle, variants: { board: { text } } }],
    [
      'an emergency',
      {
        title: 'Lũ trên sông Hiếu vượt báo động 3',
        priority: 'emergency',
        urgencyReason: 'Lũ',
        variants: { board: { text } },
      },
    ],
    [
      'an emergency with a long title',
      { title: longTitle, priority: 'emergency', urgencyReason: 'Lũ', variants: { board: { text } } },
    ],
    [
      'a band',
      {
        title: longTitle,
        priority: 'emergency',
        urgencyReason: 'Lũ',
        variants: { board: { text } },
      },
    ],
  ])(
    'cuts nothing off and keeps the letters legible: %s',
    async (name, content) => {
      const ids = [await world.announce(content)]
      if (name === 'a band') ids.push(await world.announce({ variants: { board: { text } } }))
      const change = (field: string, value: unknown) =>
        world.database.db.query(
          `update renditions set content = jsonb_set(content, array[$1], $2) where channel = 'board'`,
          [field, JSON.stringify(value)],
        )
      if (name === 'a band') await change('takeover', 'banner')
      let banded = false
      for (const withQr of [false, true]) {
        if (withQr) await change('qr', qrOf('https://loa.example/tb/abcdefghijklmnopqrstuv'))
        const seen = new Set<string>()
        for (let n = 0; n < 8; n++) {
          // The cookie of the rotation stands still until a page has been read; without it each look would be the first.
          const position = (await context.cookies()).find(c => c.name === 'loa-board-at')
          if (position) {
            const parts = position.value.split('.')
            parts[3] = '1'
            await context.addCookies([{ ...position, value: parts.join('.') }])
          }
          await open()
          const shown = (await page.textContent('body')) ?? ''
          if (seen.has(shown)) break
          seen.add(shown)
          banded ||= (await page.$('.band')) !== null
          await look(`${name} ${n}`)
          if (name.startsWith('an emergency') && !(await page.$('h1.running'))) {
            expect(((await page.evaluate(measure)) as Seen).headline).toBeGreaterThanOrEqual(0.0999)
          }
        }
      }
      if (name === 'a band') expect(banded).toBe(true)
      for (const id of ids) await cancel(world.deps, officer, id, 'Thử')
    },
    60_000,
  )
})
