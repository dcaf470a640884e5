import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Browser, chromium, type Page } from 'playwright-core'
import sharp from 'sharp'
import { madeVideo } from '../support/board-media.ts'
import { type DemoInstance, startDemoInstance } from '../support/demo-instance.ts'
import { pdf } from '../support/pdf.ts'

/* An officer puts a picture, a page of a PDF and a captioned video on boards, in a real browser; the approver sees them. */

let demo: DemoInstance
let browser: Browser
let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'loa-e2e-media-'))
  demo = await startDemoInstance({ LOA_CHANNELS: 'board' })
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] })
}, 300_000)
afterAll(async () => {
  await browser?.close()
  await demo?.stop()
  await rm(dir, { recursive: true, force: true })
}, 60_000)

async function signedIn(who: string, viewport: { width: number; height: number }): Promise<Page> {
  const account = demo.accounts.find(a => a.email.startsWith(who))
  const page = await (await browser.newContext({ locale: 'vi-VN', viewport })).newPage()
  await page.goto(demo.console)
  await page
    .locator('input[autocomplete="username"], input[type="email"]')
    .first()
    .fill(account?.email ?? '')
  await page.locator('input[type="password"]').fill(account?.password ?? '')
  const answer = page.waitForResponse(one => one.url().includes('/sign-in/') && one.ok())
  await page.locator('button[type="submit"]').click()
  await answer
  return page
}

const content = {
  title: 'Cảnh báo lũ trên sông Hiếu',
  body: 'Mực nước đang lên nhanh. Đề nghị bà con ven sông chuyển đồ lên nơi cao.',
  issuer: 'UBND xã',
  channels: ['board'],
  audience: { areas: ['44'] },
}

test('pictures, pages and videos: refused with a sentence, taken, captioned, ordered, removed, put back, approved', async () => {
  const page = await signedIn('chuyenvien', { width: 390, height: 844 })
  const draft = (await page.evaluate(
    `fetch('/api/announcements', { method: 'POST', headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ content: ${JSON.stringify(content)} }) }).then(r => r.json())`,
  )) as { id: string }
  await page.goto(`${demo.console}/compose/${draft.id}`)
  await page.getByRole('button', { name: /Bản trên bảng tin/ }).click()
  const box = page.getByRole('region', { name: 'Ảnh, trang PDF và video trên bảng tin' })
  const choose = box.locator('input[type="file"]').last()

  await writeFile(join(dir, 'ban-do.svg'), '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
  await choose.setInputFiles(join(dir, 'ban-do.svg'))
  await box.getByText(/Đây là ảnh SVG/).waitFor()
  await box.getByRole('button', { name: 'Bỏ qua' }).click()

  await sharp({ create: { width: 1600, height: 900, channels: 3, background: '#0a5ea8' } })
    .jpeg()
    .toFile(join(dir, 'cau.jpg'))
  await choose.setInputFiles(join(dir, 'cau.jpg'))
  const first = box.getByRole('article', { name: /Hình 1 trong/ })
  await first.getByText('Chưa có chú thích.').waitFor()
  await first.getByRole('textbox', { name: 'Chú thích' }).fill('Cầu tràn bị ngập')

  const line = (text: string) => [{ text, size: 90, y: 500 }]
  await writeFile(join(dir, 'ban-tin.pdf'), pdf([line('TRANG MOT'), line('TRANG HAI')]))
  await choose.setInputFiles(join(dir, 'ban-tin.pdf'))
  await page.getByRole('button', { name: 'Trang 2' }).click()
  const second = box.getByRole('article', { name: /Hình 2 trong 2/ })
  await second.getByText(/Trang 2\/2 của PDF/).waitFor()
  await second.getByRole('textbox', { name: 'Chú thích' }).fill('Bản tin thủy văn')

  await choose.setInputFiles(await madeVideo(dir, 'lu.mp4', 'testsrc2=s=320x180:r=10:d=6'))
  const third = box.getByRole('article', { name: /Hình 3 trong 3/ })
  await third.getByText(/Chưa có phụ đề/).waitFor()
  await third.getByRole('textbox', { name: 'Chú thích' }).fill('Nước lũ chảy xiết')
  await writeFile(join(dir, 'lu.srt'), '1\n00:00:01,000 --> 00:00:04,000\nNước đang lên rất nhanh\n')
  await third.locator('input[type="file"]').setInputFiles(join(dir, 'lu.srt'))
  await third
    .getByRole('button', { name: 'Sửa phụ đề (1)' })
    .or(third.getByRole('button', { name: 'Thu gọn phụ đề' }))
    .waitFor()

  // By the keyboard, and the focus goes along.
  await third.getByRole('button', { name: 'Chuyển hình 3 lên trước' }).press('Enter')
  await box
    .getByRole('article', { name: /Hình 2 trong 3/ })
    .getByText('Video 0:06')
    .waitFor()
  expect(await page.evaluate('document.activeElement.getAttribute("aria-label")')).toBe('Chuyển hình 2 lên trước')

  await box.getByRole('button', { name: 'Bỏ hình 1' }).click()
  await box.getByRole('article', { name: /Hình 2 trong 2/ }).waitFor()
  await page.getByRole('button', { name: 'Hoàn tác' }).click()
  await box.getByRole('article', { name: /Hình 3 trong 3/ }).waitFor()
  await box.getByRole('switch', { name: /Ghim/ }).check({ force: true })

  await page.getByText(/Đã lưu lúc/).waitFor()
  const saved = (await page.evaluate(`fetch('/api/announcements/${draft.id}').then(r => r.json())`)) as {
    revision: number
    content: { variants: { board: { pinned: boolean; media: { caption: string; cues?: unknown[] }[] } } }
  }
  const { board } = saved.content.variants
  expect(board.pinned).toBe(true)
  expect(board.media.map(m => m.caption)).toEqual(['Cầu tràn bị ngập', 'Nước lũ chảy xiết', 'Bản tin thủy văn'])
  expect(board.media[1]?.cues).toEqual([{ fromMs: 1_000, toMs: 4_000, text: 'Nước đang lên rất nhanh' }])
  // Nothing pushes the page sideways on a phone.
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390)

  await page.evaluate(`fetch('/api/announcements/${draft.id}/submit', { method: 'POST',
    headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ revision: ${saved.revision} }) })`)
  const desk = await signedIn('lanhdao', { width: 1280, height: 900 })
  await desk.goto(`${demo.console}/announcements/${draft.id}`)
  const contentTab = desk.getByRole('tab', { name: 'Nội dung' })
  if ((await contentTab.count()) > 0) await contentTab.click()
  const shown = desk.getByRole('heading', { name: 'Ảnh và video trên bảng tin' })
  await shown.waitFor()
  await desk.getByRole('img', { name: 'Cầu tràn bị ngập' }).waitFor()
  expect(await desk.getByText('Nước đang lên rất nhanh').count()).toBeGreaterThan(0)
  const drawn = 'document.querySelector(\'img[alt="Cầu tràn bị ngập"]\').naturalWidth'
  await desk.waitForFunction(`${drawn} > 0`)
  expect(await desk.evaluate(drawn)).toBe(1600)
}, 180_000)
