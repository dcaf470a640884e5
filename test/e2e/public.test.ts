import { createRequire } from 'node:module'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createCanvas } from '@napi-rs/canvas'
import type { AxeResults } from 'axe-core'
import { type Browser, chromium, type Page } from 'playwright-core'
import { cancel } from '../../services/dispatch/control.ts'
import { freezeDispatch } from '../../services/dispatch/plan.ts'
import { type Listening, listen } from '../../services/http/listen.ts'
import { freePort } from '../../services/runtime/ports.ts'
import { putFile } from '../../services/store/files.ts'
import { type HttpServer, httpServer } from '../integration/http/server.ts'
import { approvedAnnouncement, dispatchId, officer } from '../support/dispatch.ts'

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

const body = `Thực hiện Kế hoạch số 58/KH-UBND ngày 02/11/2026 của Ủy ban nhân dân tỉnh về thông tin, tuyên truyền cải cách hành chính, Ủy ban nhân dân xã thông báo:
1. Từ ngày 01/12/2026, Trung tâm Phục vụ hành chính công tiếp nhận hồ sơ từ 7 giờ 30 đến 16 giờ 30 các ngày làm việc.
2. Người dân nộp hồ sơ trực tuyến qua Cổng Dịch vụ công quốc gia được giảm 50% lệ phí, tối đa 25.000 ₫ một hồ sơ.
3. Người cao tuổi, người khuyết tật được cán bộ đến tận nhà hướng dẫn; đăng ký qua số điện thoại 0233 3852 112.
Đề nghị các thôn, tổ dân phố thông báo rộng rãi để Nhân dân biết và thực hiện.`

/** The public page in a real browser: readable by everybody, on a phone and on paper. */
describe('public page of an announcement', () => {
  let server: HttpServer
  let listening: Listening
  let browser: Browser

  beforeAll(async () => {
    const port = await freePort()
    server = await httpServer({ publicUrl: `http://127.0.0.1:${port}` })
    listening = await listen(server.app, { host: '127.0.0.1', port })
    browser = await chromium.launch({
      executablePath: '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
    })
  })
  afterAll(async () => {
    await browser?.close()
    await listening?.close(500)
    await server?.close()
  })

  async function published(content: Record<string, unknown> = {}): Promise<string> {
    const { db } = server.database
    const id = await approvedAnnouncement(server.deps, {
      title: 'Thông báo về việc tiếp nhận và giải quyết thủ tục hành chính tại Trung tâm Phục vụ hành chính công xã',
      body,
      issuer: 'Ủy ban nhân dân xã Vĩnh Linh',
      documentNumber: '123/TB-UBND',
      ...content,
    })
    await freezeDispatch(server.deps, await dispatchId(db, id, 'sms'))
    return id
  }
  async function withPicture(id: string): Promise<void> {
    const canvas = createCanvas(800, 450)
    const context = canvas.getContext('2d')
    context.fillStyle = '#2d6a4f'
    context.fillRect(0, 0, 800, 450)
    const png = canvas.toBuffer('image/png')
    const sha256 = await putFile(server.database.db, { mime: 'image/png', bytes: png })
    const picture = {
      kind: 'picture',
      mediaId: '7f1d6c5e-3f0e-4a50-9f5a-0d6f1b0c2a11',
      sha256,
      mime: 'image/png',
      bytes: png.length,
      width: 800,
      height: 450,
      caption: 'Sơ đồ đường đến Trung tâm Phục vụ hành chính công xã',
    }
    await server.database.db.query(
      `update announcements set content = jsonb_set(content, '{variants,board}', $2) where id = $1`,
      [id, JSON.stringify({ media: [picture] })],
    )
  }
  async function opened(id: string, width: number, query = ''): Promise<{ page: Page; problems: string[] }> {
    const page = await browser.newPage({ viewport: { width, height: 844 }, deviceScaleFactor: width < 500 ? 2 : 1 })
    const problems: string[] = []
    page.on('console', message => {
      if (message.type() === 'error') problems.push(message.text())
    })
    await page.goto(server.deps.links.publicPage(id) + query, { waitUntil: 'networkidle' })
    return { page, problems }
  }
  /** Rules that a page breaks. Axe comes in through the debugger, past the page's policy, which allows no script. */
  async function broken(page: Page): Promise<string[]> {
    const { readFileSync } = await import('node:fs')
    await page.evaluate(readFileSync(axePath, 'utf8'))
    const { violations } = (await page.evaluate('axe.run()')) as AxeResults
    return violations.map(v => `${v.id}: ${v.nodes.map(n => n.html).join(' ')}`)
  }
  const sideways = (page: Page) =>
    page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth')

  test.each([390, 1280])('current, at %d px: nothing broken, nothing sideways, the picture is there', async width => {
    const id = await published({ priority: 'emergency', urgencyReason: 'Thử' })
    await withPicture(id)
    const { page, problems } = await opened(id, width)
    expect(await broken(page)).toEqual([])
    expect(await sideways(page)).toBe(false)
    expect(problems).toEqual([])
    expect(await page.evaluate("document.querySelector('img').naturalWidth")).toBe(800)
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)')
    expect(
      await page.evaluate("parseFloat(getComputedStyle(document.querySelector('article p')).fontSize)"),
    ).toBeGreaterThanOrEqual(18)
    await page.close()
  })

  test('withdrawn, expired, older, English and not found: nothing broken', async () => {
    const withdrawn = await published()
    await cancel(server.deps, officer, withdrawn, 'Thử')
    const expired = await published()
    await server.database.db.query(
      `update announcements set revision = 3, content = jsonb_set(content, '{expiresAt}', '"2026-01-01T00:00:00Z"') where id = $1`,
      [expired],
    )
    for (const [id, query] of [
      [withdrawn, ''],
      [expired, '?r=2'],
      [expired, '?lang=en'],
      ['00000000-0000-4000-8000-000000000000', ''],
    ] as const) {
      const { page } = await opened(id, 390, query)
      expect(await broken(page)).toEqual([])
      expect(await sideways(page)).toBe(false)
      await page.close()
    }
  })

  test('the first press of Tab leads past the frame to the text', async () => {
    const { page } = await opened(await published(), 390)
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Đến nội dung thông báo')
    await page.keyboard.press('Enter')
    expect(page.url()).toContain('#noi-dung')
    await page.close()
  })

  test('on paper: all of the text on A4, no navigation', async () => {
    // 170 mm, what A4 leaves between its margins.
    const { page } = await opened(await published(), 643)
    await page.emulateMedia({ media: 'print' })
    expect(await sideways(page)).toBe(false)
    expect(await page.evaluate("getComputedStyle(document.querySelector('nav')).display")).toBe('none')
    await page.emulateMedia({ media: null })
    const pdf = await page.pdf({ format: 'A4', preferCSSPageSize: true })
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-')
    await page.close()
  })
})
