import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Browser, chromium, type Page } from 'playwright-core'
import { made, speechFile, written } from '../integration/loudspeaker/recorded.ts'
import { type DemoInstance, startDemoInstance } from '../support/demo-instance.ts'

/* An officer uploads a recording in place of the machine voice, on a phone's screen, in a real browser. */

let demo: DemoInstance
let browser: Browser
let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'loa-e2e-rec-'))
  demo = await startDemoInstance({ LOA_CHANNELS: 'loudspeaker,board' })
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] })
}, 300_000)
afterAll(async () => {
  await browser?.close()
  await demo?.stop()
  await rm(dir, { recursive: true, force: true })
}, 60_000)

async function officerWithDraft(): Promise<Page> {
  const account = demo.accounts.find(a => a.email.startsWith('chuyenvien'))
  const page = await (await browser.newContext({ locale: 'vi-VN', viewport: { width: 390, height: 844 } })).newPage()
  await page.goto(demo.console)
  await page
    .locator('input[autocomplete="username"], input[type="email"]')
    .first()
    .fill(account?.email ?? '')
  await page.locator('input[type="password"]').fill(account?.password ?? '')
  const signedIn = page.waitForResponse(answer => answer.url().includes('/sign-in/') && answer.ok())
  await page.locator('button[type="submit"]').click()
  await signedIn
  const draft = (await page.evaluate(`fetch('/api/announcements', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ content: {
      title: 'Tiêm phòng gia súc', body: 'Mời bà con đưa trâu, bò đi tiêm phòng.', issuer: 'UBND xã',
      channels: ['loudspeaker'], audience: { areas: ['44'] } } }),
  }).then(r => r.json())`)) as { id: string }
  await page.goto(`${demo.console}/compose/${draft.id}`)
  await page.getByRole('button', { name: /Bản đọc trên loa/ }).click()
  return page
}

test('refused with a sentence, taken with its measurements, removed, put back, and still there after a reload', async () => {
  const page = await officerWithDraft()
  const box = page.getByRole('region', { name: /Phát bản ghi âm/ })
  const choose = page.locator('input[type="file"]')

  await choose.setInputFiles(await written(dir, 'ban-ghi.mp3', 'PK\u0003\u0004 no sound at all'))
  await box.getByText(/Đây là tệp nén \(zip\)/).waitFor()

  await box.getByRole('combobox', { name: 'Ngôn ngữ của bản ghi' }).click()
  await page.getByRole('option', { name: 'Bru - Vân Kiều' }).click()
  await choose.setInputFiles(await made(dir, 'tiem-phong.mp3', await speechFile(dir, 6), '-b:a', '64k'))
  await box.getByText('Sau khi cân chỉnh').waitFor()
  expect(await box.getByText(/tệp nén/).count()).toBe(0)
  expect(await box.innerText()).toMatch(/Bru - Vân Kiều.*tiem-phong\.mp3 \(MP3\)[\s\S]*-1[56],\d LUFS\s+mục tiêu/)
  await box.getByText('Chưa có lời của bản ghi.').waitFor()
  await box.getByRole('textbox', { name: /Lời của bản ghi/ }).fill('Lời đọc bằng tiếng Bru.')

  await box.getByRole('button', { name: /Bỏ bản ghi/ }).click()
  await box.getByRole('button', { name: 'Tải bản ghi âm lên' }).waitFor()
  await page.getByRole('button', { name: 'Hoàn tác' }).click()
  await box.getByText('Sau khi cân chỉnh').waitFor()

  await page.getByText(/Đã lưu lúc/).waitFor()
  await page.reload()
  await page.getByRole('button', { name: /Bản đọc trên loa.*Bản ghi âm/ }).click()
  await box.getByText('Sau khi cân chỉnh').waitFor()
  expect(await box.getByRole('textbox', { name: /Lời của bản ghi/ }).inputValue()).toBe('Lời đọc bằng tiếng Bru.')
  // Nothing pushes the page sideways on a phone.
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390)
}, 120_000)
