import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { cancel } from '../../services/dispatch/control.ts'
import type { BoardHeartbeat } from '../../services/domain/board.ts'
import type { BoardMedia } from '../../services/domain/board-content.ts'
import { insertBoardMedia } from '../../services/store/board-media.ts'
import { putFile } from '../../services/store/files.ts'
import { loadBoardAssets } from '../../services/web/board/assets.ts'
import type { PlacesWorld } from '../integration/places/world.ts'
import { madeVideo } from '../support/board-media.ts'
import { answering, type BoardProxy, boardProxy } from '../support/board-proxy.ts'
import { officer } from '../support/dispatch.ts'
import { grayPng } from '../support/png.ts'
import { until } from '../support/wait.ts'
import { boardBrowser, boardPage, boardWorld, inControl, pairQuietly } from './board-browser.ts'

/** Everything that reaches a board and should not: what it shows stays good, and it says what happened. */
describe('board player under faults', () => {
  let world: PlacesWorld
  let proxy: BoardProxy
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
    proxy = await boardProxy(world.server.url)
    context = await browser.newContext({ viewport: { width: 1280, height: 720 } })
    page = await context.newPage()
    board = boardPage(page)
  })
  afterEach(async () => {
    await context.close()
    await proxy.close()
    await world.database.db.query('truncate announcements cascade')
    await world.database.db.query('update boards set last_seen = null')
  })

  const open = async () => {
    await pairQuietly(page, world, proxy.url)
    await page.goto(`${proxy.url}/b`)
  }
  const reported = (what: RegExp) =>
    until(
      `a report of ${what}`,
      async () => {
        const { rows } = await world.database.db.query('select last_seen from boards where id = $1', [
          world.boards[0]?.id,
        ])
        const beat = rows[0].last_seen as Pick<BoardHeartbeat, 'problems'> | null
        return beat?.problems.some(p => what.test(p))
      },
      60_000,
    )

  test('keeps the content when the answers turn bad, over a reload, and says so', async () => {
    await world.announce({ title: 'Nội dung tốt' })
    await open()
    await board.waitForTitle('Nội dung tốt')
    const path = '/api/board/manifest'
    const good = await page.evaluate<string>(
      `new Promise(done => { const o = indexedDB.open('loa-board', 1); o.onsuccess = () => { const r = o.result.transaction('kept').objectStore('kept').get('manifest'); r.onsuccess = () => done(r.result) } })`,
    )
    for (const fault of [
      answering(path, 200, 'text/html', '<h1>Bảo trì</h1>'),
      answering(path, 200, 'application/json', good.slice(0, good.length / 2)),
      answering(path, 200, 'application/json', '{"version":"x","items":[{"title":1}]}'),
      answering(path, 500, 'application/json', '{}'),
      answering(path, 404, 'application/json', '{}'),
      answering(path, 401, 'application/json', '{}'),
    ]) {
      proxy.fault = fault
      const before = proxy.asked.filter(p => p === path).length
      await page.reload()
      await until('it asked', () => proxy.asked.filter(p => p === path).length > before)
      await board.waitForTitle('Nội dung tốt')
      expect(await page.isVisible('#pairing')).toBe(false)
    }
    proxy.fault = null
    // What happened is told even after a restart.
    await page.reload()
    await reported(/manifest: not one/)
    await reported(/manifest: 500/)
    await board.waitForTitle('Nội dung tốt')
  })

  test('an answer that stops half-way is none', async () => {
    await world.announce({ title: 'Nội dung tốt' })
    await open()
    await board.waitForTitle('Nội dung tốt')
    proxy.fault = (req, res) => {
      if (req.url !== '/api/board/manifest') return false
      res.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': '5000' })
      res.write('{"version":"half","items":[')
      setImmediate(() => res.destroy())
      return true
    }
    await world.announce({ title: 'Chưa tới được' })
    await until('it asked', () => proxy.asked.filter(p => p === '/api/board/manifest').length > 1)
    await board.waitForTitle('Nội dung tốt')
    proxy.fault = null
    await board.waitForTitle('Chưa tới được', 60_000)
  })

  test('proof that a portal swallowed, and proof that a reload cut short, is told all the same', async () => {
    const id = await world.announce({ title: 'Được xem trước' })
    const heartbeat = '/api/board/heartbeat'
    const beats = () => proxy.asked.filter(p => p === heartbeat).length
    proxy.fault = answering(heartbeat, 200, 'text/html', '<h1>Đăng nhập Wi-Fi</h1>')
    await open()
    await board.waitForTitle('Được xem trước')
    await until('it has told something', () => beats() > 0)
    const second = await world.announce({ title: 'Được xem sau' })
    await board.waitForTitle('Được xem sau')
    const before = beats()
    await until('it has told of both', () => beats() > before, 90_000)
    await cancel(world.deps, officer, id, 'Hết')
    // From here on the disk takes nothing that is not done at once.
    await page.evaluate(`IDBObjectStore.prototype.put = () => { throw new Error('too late') }`)
    await page.reload()
    await board.waitForTitle('Được xem sau')
    proxy.fault = null
    const runs = async (announcement: string) => {
      const { rows } = await world.database.db.query<{ ms: number }>(
        `select p.shown_ms as ms from board_displays p join dispatches d on d.id = p.dispatch_id
         where d.announcement_id = $1`,
        [announcement],
      )
      return rows.map(r => r.ms)
    }
    await until('the first one is told', async () => (await runs(id))[0] !== undefined, 90_000)
    // By the run before the reload and by the one after it.
    await until('both runs are told', async () => (await runs(second)).length === 2, 90_000)
    expect(Math.min(...(await runs(id)))).toBeGreaterThan(1_500)
  }, 240_000)

  test('an item that throws while it is drawn costs its own turn only, and is passed over after three', async () => {
    await page.addInitScript(`{
      const make = Document.prototype.createTextNode
      window.thrown = 0
      Document.prototype.createTextNode = function (text) {
        if (text.includes('Ném lỗi')) { window.thrown++; throw new Error('cannot draw this') }
        return make.call(this, text)
      }
    }`)
    await page.clock.install()
    await world.announce({ title: 'Vẫn tốt', body: 'Nội dung này vẽ được.' })
    await world.announce({ title: 'Hỏng', body: 'Ném lỗi khi vẽ.' })
    await open()
    await board.waitForTitle('Vẫn tốt')
    for (let i = 0; i < 12; i++) {
      await page.clock.runFor(10_000)
      expect(await board.text('heading')).toBe('Vẫn tốt')
    }
    const thrown = await page.evaluate<number>('window.thrown')
    expect(thrown).toBe(3)
    await page.clock.runFor(60_000)
    expect(await page.evaluate<number>('window.thrown')).toBe(thrown)
    await reported(/cannot draw this/)
  })

  describe('pictures and videos', () => {
    let folder: string
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'loa-board-'))
    })
    afterEach(() => rm(folder, { recursive: true, force: true }))

    const keep = async (media: BoardMedia) => {
      await insertBoardMedia(world.database.db, {
        id: media.mediaId,
        // Words are written into the announcement.
        media: { ...media, caption: '', ...(media.kind === 'video' && { cues: [] }) },
        originalSha256: media.sha256,
        originalName: 'tệp',
        originalBytes: media.bytes,
        original: { format: 'png', width: media.width, height: media.height },
        done: [],
        warnings: [],
        uploadedBy: officer.id,
        uploadedByName: officer.name,
        uploadedAt: new Date(),
      })
      return media
    }
    const stored = async (mime: string, bytes: Buffer) => ({
      sha256: await putFile(world.database.db, { mime, bytes }),
      bytes: bytes.length,
    })
    const picture = async (shade = 128, caption = 'Sơ đồ sơ tán'): Promise<BoardMedia> =>
      await keep({
        kind: 'picture',
        mediaId: randomUUID(),
        mime: 'image/png',
        width: 320,
        height: 180,
        caption,
        ...(await stored('image/png', grayPng(320, 180, shade))),
      })
    const video = async (bytes: Buffer): Promise<BoardMedia> =>
      await keep({
        kind: 'video',
        mediaId: randomUUID(),
        mime: 'video/mp4',
        width: 320,
        height: 180,
        durationMs: 3_000,
        poster: await stored('image/jpeg', grayPng(320, 180, 60)),
        cues: [{ fromMs: 0, toMs: 3_000, text: 'Rửa tay bằng xà phòng' }],
        caption: 'Sáu bước rửa tay',
        ...(await stored('video/mp4', bytes)),
      })
    const shownWidth = () => page.evaluate<number>(`document.querySelector('#picture-place img')?.naturalWidth ?? 0`)

    test('a picture is fetched once, checked, shown with its caption, and there again without the server', async () => {
      const map = await picture()
      await world.announce({ title: 'Sơ tán', body: 'Theo sơ đồ.', variants: { board: { media: [map] } } })
      await open()
      await page.locator('#frame.kind-picture').waitFor({ timeout: 30_000 })
      expect(await shownWidth()).toBe(320)
      expect(await board.text('picture-caption')).toBe('Sơ đồ sơ tán')
      const path = (p: string) => p.startsWith(`/files/${map.sha256}/`)
      expect(proxy.asked.filter(path)).toHaveLength(1)
      await inControl(page)
      proxy.fault = (_req, res) => {
        res.destroy()
        return true
      }
      await page.reload()
      await page.locator('#frame.kind-picture').waitFor({ timeout: 30_000 })
      expect(await shownWidth()).toBe(320)
      expect(proxy.asked.filter(path)).toHaveLength(1)
    })

    test('a file that is not what it should be is never shown; its item waits while others go on', async () => {
      const map = await picture(10)
      proxy.fault = (req, res) => {
        if (!req.url?.startsWith('/files/')) return false
        res.writeHead(200, { 'Content-Type': 'image/png' }).end(Buffer.alloc(map.bytes, 'x'))
        return true
      }
      await world.announce({ title: 'Chờ hình', body: 'Theo sơ đồ.', variants: { board: { media: [map] } } })
      await world.announce({ title: 'Không chờ ai' })
      await open()
      await reported(/is not what it should be/)
      await board.waitForTitle('Không chờ ai')
      proxy.fault = null
      await page.locator('#frame.kind-picture').waitFor({ timeout: 90_000 })
    }, 120_000)

    test('a video plays with its captions; one that does not decode leaves its poster and is reported', async () => {
      const good = await readFile(
        await madeVideo(folder, 'good.mp4', 'testsrc=size=320x180:rate=10:duration=3', '-pix_fmt', 'yuv420p'),
      )
      const variants = { board: { media: [await video(good)] } }
      const id = await world.announce({ title: 'Rửa tay', body: 'Xem phim.', variants })
      await open()
      await page.locator('#frame.kind-video').waitFor({ timeout: 30_000 })
      await page.locator('#cues').filter({ hasText: 'Rửa tay bằng xà phòng' }).waitFor()
      expect(await page.evaluate<boolean>(`document.querySelector('#film-place video').muted`)).toBe(true)
      await cancel(world.deps, officer, id, 'Phim cũ')
      await board.waitForMode('idle')

      const broken = await video(Buffer.from('không phải là phim'.repeat(50)))
      await world.announce({ title: 'Phim hỏng', body: 'Xem phim.', variants: { board: { media: [broken] } } })
      await board.waitForTitle('Phim hỏng')
      await page.locator('#frame.kind-picture').waitFor({ timeout: 30_000 })
      expect(await shownWidth()).toBe(320)
      expect(await board.text('picture-caption')).toBe('Sáu bước rửa tay')
      await reported(/video: cannot be decoded/)
    }, 120_000)

    test('a full disk: files are held in memory, what no item needs is given up, manifest and credential are kept', async () => {
      await page.addInitScript(`{
        const put = IDBObjectStore.prototype.put
        window.refused = 0
        IDBObjectStore.prototype.put = function (value) {
          if (this.name === 'media') { window.refused++; throw new DOMException('no room', 'QuotaExceededError') }
          return put.apply(this, arguments)
        }
      }`)
      const map = await picture(200)
      await world.announce({ title: 'Đĩa đầy', body: 'Theo sơ đồ.', variants: { board: { media: [map] } } })
      await open()
      await page.locator('#frame.kind-picture').waitFor({ timeout: 30_000 })
      expect(await page.evaluate<number>('window.refused')).toBeGreaterThan(0)
      await reported(/storage: QuotaExceededError/)
      await page.reload()
      await page.locator('#frame.routine').waitFor()
    })
  })

  describe('another player at the server', () => {
    const build = loadBoardAssets().build
    const controlled = () => inControl(page)
    const caches = () => page.evaluate<string[]>('caches.keys()')

    test('is loaded once, whatever the server goes on claiming', async () => {
      const reloads: string[] = []
      await world.announce({ title: 'Nội dung tốt' })
      await pairQuietly(page, world, proxy.url)
      await page.route('**/api/board/manifest', async route => {
        const answer = await route.fetch()
        await route.fulfill({ response: answer, headers: { ...answer.headers(), 'loa-player': 'another-build' } })
      })
      page.on('framenavigated', frame => reloads.push(frame.url()))
      await page.goto(`${proxy.url}/b`)
      await until('it has loaded itself anew', () => reloads.length === 2)
      await board.waitForTitle('Nội dung tốt')
      const before = proxy.asked.length
      await world.announce({ title: 'Thêm một tin' })
      await board.waitForTitle('Thêm một tin')
      await until('it asked again', () => proxy.asked.length > before)
      expect(reloads).toHaveLength(2)
    })

    test('of which only half has come is thrown away: the one before goes on, without the server too', async () => {
      await world.announce({ title: 'Nội dung tốt' })
      await open()
      await controlled()
      expect(await caches()).toEqual([`loa-board-${build}`])
      const half = loadBoardAssets().worker.replaceAll(build, 'new-build')
      const tried = answering('/b/sw.js', 200, 'text/javascript', half)
      proxy.fault = (req, res) => {
        if (req.url === '/b/sw.js') {
          res.setHeader('Service-Worker-Allowed', '/b')
          return tried(req, res)
        }
        // Its style is there, its script is not.
        return answering('/board-assets/player.js', 404, 'text/plain', '')(req, res)
      }
      const failed = await page.evaluate<string>(
        `navigator.serviceWorker.getRegistration('/b').then(r => r.update()).then(r => new Promise(done => {
          const worker = r.installing
          if (!worker) return done('none')
          worker.addEventListener('statechange', () => { if (worker.state === 'redundant') done('redundant') })
        }))`,
      )
      expect(failed).toBe('redundant')
      await until('half of it is gone', async () => (await caches()).join() === `loa-board-${build}`)
      proxy.fault = (_req, res) => {
        res.destroy()
        return true
      }
      await page.reload()
      await board.waitForTitle('Nội dung tốt')
    })

    test('without a worker (the kill switch): what was kept is forgotten, and the board goes on with the server', async () => {
      await world.announce({ title: 'Nội dung tốt' })
      await open()
      await controlled()
      const off = answering('/b/sw.js', 200, 'text/javascript', loadBoardAssets().workerOff)
      proxy.fault = (req, res) => {
        res.setHeader('Service-Worker-Allowed', '/b')
        return off(req, res)
      }
      await page.evaluate(`navigator.serviceWorker.getRegistration('/b').then(r => r.update())`)
      await until('nothing is kept', async () => (await caches()).length === 0)
      await board.waitForTitle('Nội dung tốt')
      await page.reload()
      await board.waitForTitle('Nội dung tốt')
    })
  })
})
