import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { BoardHeartbeat } from '../../services/domain/board.ts'
import type { PlacesWorld } from '../integration/places/world.ts'
import { type OldPage, oldChromiumPacked, openOldChromium } from '../support/old-chromium.ts'
import { vietnameseLetters } from '../support/vietnamese.ts'
import { until } from '../support/wait.ts'
import { boardWorld, pairingOfficer } from './board-browser.ts'

const packed = oldChromiumPacked()
const name = packed
  ? 'board player in Chromium 64 (2018)'
  : 'board player in Chromium 64: skipped, since chrome-aws-lambda@64.0.3264 is not installed (CONTRIBUTING.md says how)'

/** The oldest browser that can be had; what lies between it and the floor (Chrome 53) is checked name by name in test/unit. */
const run = packed ? describe : describe.skip
run(name, () => {
  let world: PlacesWorld
  let page: OldPage
  beforeAll(async () => {
    world = await boardWorld()
  })
  afterAll(() => world?.close())
  beforeEach(async () => {
    page = await openOldChromium(packed ?? '')
  })
  afterEach(async () => {
    await page?.close()
    await world.database.db.query('truncate announcements cascade')
  })

  const shows = (id: string, what: RegExp) =>
    until(`${id} shows ${what}`, async () => {
      const text = await page.evaluate<string>(`(document.getElementById('${id}') || { textContent: '' }).textContent`)
      return what.exec(text)?.[0]
    })
  const frameIs = (mode: string) =>
    until(`the frame is ${mode}`, () =>
      page.evaluate<boolean>(`document.getElementById('frame').className.split(' ').indexOf('${mode}') >= 0`),
    )

  test('pairs, shows, takes an emergency, reports, and starts again without the server', async () => {
    expect(page.browser).toBe('HeadlessChrome/64.0.3264.0')
    await page.goto(`${world.server.url}/b`)
    const code = await shows('pairing-code', /^[2-9A-Z]{6}$/)
    await (await pairingOfficer(world))(world.boards[0]?.id ?? '', code)
    await shows('idle-place', /Phường Đông Hà/)
    await world.announce({ title: 'Lịch tiếp nhận hồ sơ', body: vietnameseLetters.join(' ') })
    await shows('heading', /Lịch tiếp nhận/)
    expect(await page.evaluate<boolean>(`document.fonts.check('700 20px Board', 'Ẫ')`)).toBe(true)
    const end = new Date(Date.now() + 10_000).toISOString()
    await world.announce({
      title: 'Bão số 10 đổ bộ',
      body: 'Sơ tán.',
      priority: 'emergency',
      urgencyReason: 'Bão khẩn cấp',
      expiresAt: end,
    })
    await frameIs('emergency')
    const share = `parseFloat(getComputedStyle(document.getElementById('heading')).fontSize) / innerHeight`
    expect(await page.evaluate<number>(share)).toBeGreaterThanOrEqual(0.1)
    await frameIs('routine')
    const beat = await until(
      'a report',
      async () => {
        const { rows } = await world.database.db.query('select last_seen from boards where id = $1', [
          world.boards[0]?.id,
        ])
        const seen = rows[0].last_seen as BoardHeartbeat | null
        return seen?.mode === 'items' && seen
      },
      90_000,
    )
    expect(beat).toMatchObject({ problems: [], visible: true, offlineReady: true })

    await world.server.close(0)
    await page.goto(`${world.server.url}/b`)
    await shows('heading', /Lịch tiếp nhận/)
    await frameIs('routine')
    expect(page.errors).toEqual([])
    await world.restart()
  }, 180_000)
})
