import { afterAll, beforeAll, describe, test } from '@jest/globals'
import { createCanvas, loadImage } from '@napi-rs/canvas'
import type { Browser } from 'playwright-core'
import { boardManifests } from '../../services/places/boards/manifest.ts'
import { readFileSlice } from '../../services/store/files.ts'
import type { PlacesWorld } from '../integration/places/world.ts'
import { until } from '../support/wait.ts'
import { boardBrowser, boardPage, boardWorld, pairingOfficer } from './board-browser.ts'

const size = { width: 640, height: 64 }

/** Which pixels of a picture are lit, one character each. */
async function lampsOf(png: Buffer): Promise<string> {
  const image = await loadImage(png)
  const context = createCanvas(image.width, image.height).getContext('2d')
  context.drawImage(image, 0, 0)
  const { data } = context.getImageData(0, 0, size.width, size.height)
  return Array.from({ length: size.width * size.height }, (_, i) => ((data[4 * i] ?? 0) > 127 ? '#' : '.')).join('')
}

/** The player of a strip in a real browser whose window is the strip: what is on screen is what was drawn, lamp by lamp. */
describe('LED strip', () => {
  let world: PlacesWorld
  let browser: Browser
  beforeAll(async () => {
    world = await boardWorld()
    browser = await boardBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await world?.close()
  })

  test('shows the pages of a notice, then those of an emergency', async () => {
    const { db } = world.database
    const id = world.boards[0]?.id ?? ''
    // The wall clock of this machine may stand outside a board's usual hours; drift would move the lamps.
    const settings = { led: size, drift: false, hours: { from: '00:00', to: '00:00' } }
    await db.query(`update boards set kind = 'led', settings = $2 where id = $1`, [id, JSON.stringify(settings)])
    const pagesOf = async (title: string) => {
      const body = (await boardManifests(world.deps, [id], new Date())).get(id)?.body ?? '{"items":[]}'
      const item = JSON.parse(body).items.find((i: { title: string }) => i.title === title)
      const files = (item?.led?.pages ?? []).map((p: { sha256: string }) => readFileSlice(db, p.sha256, 0, 1_000_000))
      return await Promise.all((await Promise.all(files)).map(bytes => lampsOf(bytes as Buffer)))
    }
    await world.announce({ title: 'Lịch tiêm chủng mở rộng', body: 'Ngày 05/12/2026 tại Trạm Y tế phường.' })

    const page = await browser.newPage({ viewport: size })
    await page.goto(`${world.server.url}/b`)
    const board = boardPage(page)
    await (await pairingOfficer(world))(id, await board.code())

    const shows = async (title: string) => {
      const pages = await until('the pages are drawn', async () => {
        const found = await pagesOf(title)
        return found.length > 1 && found
      })
      const seen = new Set<string>()
      await until(
        `every page of "${title}" was on screen`,
        async () => {
          const lamps = await lampsOf(await page.screenshot())
          if (pages.includes(lamps)) seen.add(lamps)
          return seen.size === new Set(pages).size
        },
        60_000,
      )
    }
    await shows('Lịch tiêm chủng mở rộng')
    await world.announce({
      title: 'Xả lũ hồ Rào Quán',
      body: 'Rời ngay vùng trũng.',
      priority: 'emergency',
      urgencyReason: 'Thử',
    })
    await shows('Xả lũ hồ Rào Quán')
    await page.close()
  }, 180_000)
})
