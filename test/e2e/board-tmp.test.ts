import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Browser } from 'playwright-core'
import type { PlacesWorld } from '../integration/places/world.ts'
import { boardBrowser, boardPage, boardWorld, pairingOfficer } from './board-browser.ts'

let world: PlacesWorld
let browser: Browser
beforeAll(async () => {
  world = await boardWorld(true)
  browser = await boardBrowser()
})
afterAll(async () => {
  await browser?.close()
  await world?.close()
})
test('pairs and shows', async () => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 } })
  const page = await context.newPage()
  page.on('pageerror', e => console.log('pageerror', e))
  page.on('console', m => console.log('console', m.text()))
  page.on('response', r => {
    if (r.status() >= 400) console.log(r.status(), r.url())
  })
  const board = boardPage(page)
  await page.goto(`${world.server.url}/b`)
  const code = await board.code()
  await page.screenshot({ path: '/tmp/s-pair.png' })
  await page.setViewportSize({ width: 390, height: 844 })
  await page.screenshot({ path: '/tmp/s-pair-390.png' })
  await page.setViewportSize({ width: 1280, height: 720 })
  await (await pairingOfficer(world))(world.boards[0]?.id ?? '', code)
  await page.locator('#idle-place').filter({ hasText: 'Phường Đông Hà' }).waitFor({ timeout: 15000 })
  await page.screenshot({ path: '/tmp/s-idle.png' })
  await world.announce({
    title: 'Lịch tiếp nhận hồ sơ thủ tục hành chính tại Bộ phận Một cửa',
    body: 'Ủy ban nhân dân phường tiếp nhận hồ sơ các buổi sáng từ thứ Hai đến thứ Sáu hằng tuần.',
    documentNumber: '15/TB-UBND',
  })
  await board.waitForTitle('Lịch tiếp nhận', 20000)
  await page.screenshot({ path: '/tmp/s-text.png' })
  await world.announce({
    title: 'Bão số 10 đổ bộ đêm nay',
    body: 'Người dân vùng trũng thấp sơ tán.',
    priority: 'emergency',
    urgencyReason: 'Bão khẩn cấp',
  })
  await board.waitForMode('emergency')
  await page.screenshot({ path: '/tmp/s-emergency.png' })
  expect(await board.is('emergency')).toBe(true)
  await page.waitForTimeout(6000)
  console.log(
    (await world.database.db.query('select last_seen from boards')).rows,
    (await world.database.db.query('select * from board_displays')).rows,
  )
})
