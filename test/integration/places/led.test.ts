import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createCanvas, loadImage } from '@napi-rs/canvas'
import { Registry } from 'prom-client'
import supertest from 'supertest'
import { createAuth } from '../../../services/accounts/auth.ts'
import { type BoardManifest, boardManifestSchema, type ManifestItem } from '../../../services/domain/board.ts'
import { createApp } from '../../../services/http/app.ts'
import { ledRoutes } from '../../../services/http/routes/led.ts'
import { sessionRoutes } from '../../../services/http/routes/session.ts'
import { createBoards } from '../../../services/places/boards/create.ts'
import { boardManifests } from '../../../services/places/boards/manifest.ts'
import { createBoardSession, revokeBoardSessions } from '../../../services/places/boards/sessions.ts'
import { onShelfChange, shelfListening } from '../../../services/places/events.ts'
import { until } from '../../support/wait.ts'
import { rememberingLog } from '../http/server.ts'
import { type PlacesWorld, placesWorld } from './world.ts'

let world: PlacesWorld
const { log, lines } = rememberingLog()

beforeAll(async () => {
  world = await placesWorld()
  await stripOf(0, { width: 640, height: 64 })
})
afterAll(() => world.close())

const boardId = (i: number) => world.boards[i]?.id ?? ''
const query = (sql: string, values: unknown[] = []) => world.database.db.query(sql, values)

async function stripOf(i: number, led: { width: number; height: number } | null): Promise<void> {
  await query('update boards set kind = $2, settings = $3 where id = $1', [
    boardId(i),
    led ? 'led' : 'screen',
    JSON.stringify(led ? { led } : {}),
  ])
}

async function manifest(i: number): Promise<BoardManifest> {
  const built = await boardManifests({ ...world.deps, log }, [boardId(i)], new Date())
  return boardManifestSchema.parse(JSON.parse(built.get(boardId(i))?.body ?? ''))
}
const newest = async (i: number): Promise<ManifestItem> => {
  const [item] = (await manifest(i)).items
  if (!item) throw new Error('no item')
  return item
}
/** A strip's newest item once its pages are there: on a busy machine the first manifests come without. */
const drawn = (i: number) =>
  until('the pages are drawn', async () => {
    const item = await newest(i)
    return item.led ? item : undefined
  })
const drawnRows = async () =>
  (await query('select width, height, rendition_id, pages from board_led_pages order by width, height, made_at')).rows

/** Shuts this world's statements off from the drawn pages and puts them back. */
async function withoutPages(work: () => Promise<void>): Promise<void> {
  await query('alter table board_led_pages rename to board_led_pages_away')
  try {
    await work()
  } finally {
    await query('alter table board_led_pages_away rename to board_led_pages')
  }
}

describe('LED strips', () => {
  test('an announcement is drawn for the sizes in use when it is rendered, and its manifest names the pages', async () => {
    await world.announce({ title: 'Lịch tiêm chủng mở rộng', body: 'Tiêm chủng ngày 05/12/2026 tại Trạm Y tế.' })
    expect(await drawnRows()).toMatchObject([{ width: 640, height: 64 }])
    const item = await newest(0)
    expect(item.led).toMatchObject({ width: 640, height: 64 })
    expect(item.led?.pages.length).toBeGreaterThan(1)
    expect(item.led?.pages.every(p => p.dwellMs >= 3000)).toBe(true)
    expect(new Set(item.files.map(f => f.sha256))).toEqual(new Set(item.led?.pages.map(p => p.sha256)))
    for (const file of item.files) {
      const { body } = await supertest(world.server.url).get(file.url).expect('Content-Type', 'image/png').expect(200)
      expect(createHash('sha256').update(body).digest('hex')).toBe(file.sha256)
      expect(body.length).toBe(file.bytes)
      const image = await loadImage(body)
      expect([image.width, image.height]).toEqual([640, 64])
    }
    // The screen beside it draws for itself.
    expect((await newest(1)).led).toBeNull()
  })

  test('a strip of another size is drawn for at its first manifest, once however many ask', async () => {
    await stripOf(1, { width: 192, height: 32 })
    const [first, ...others] = await Promise.all(Array.from({ length: 10 }, () => drawn(1)))
    expect(first?.led).toMatchObject({ width: 192, height: 32 })
    for (const other of others) expect(other.led).toEqual(first?.led)
    expect((await drawnRows()).map(r => r.width)).toEqual([192, 640])
    // Another strip of that size shares them.
    await stripOf(0, { width: 192, height: 32 })
    expect((await newest(0)).led).toEqual(first?.led)
    expect(await drawnRows()).toHaveLength(2)
    const [a, b] = [await manifest(0), await manifest(0)]
    expect(a.version).toBe(b.version)
  })

  test('two sizes of one set of items keep their own pages', async () => {
    await stripOf(0, { width: 640, height: 64 })
    const both = await boardManifests(world.deps, [boardId(0), boardId(1)], new Date())
    const widths = [0, 1].map(i => JSON.parse(both.get(boardId(i))?.body ?? '').items[0].led.width)
    expect(widths).toEqual([640, 192])
  })

  test('many sizes at once hold no manifest back: strips hear when their pages are there', async () => {
    const { db } = world.database
    const heard = new Set<string>()
    const stop = onShelfChange(db, ({ kind, placeIds }) => {
      for (const id of kind === 'boards' && placeIds !== 'all' ? placeIds : []) heard.add(id)
    })
    await shelfListening(db)
    const places = Array.from({ length: 12 }, (_, i) => ({ areaCode: '19333', name: `Bảng LED ${i}` }))
    const ids = await createBoards(db, places)
    for (const [i, id] of ids.entries()) {
      const led = { width: 4096, height: 400 + i }
      await query(`update boards set kind = 'led', settings = $2 where id = $1`, [id, JSON.stringify({ led })])
    }
    await world.announce({ title: 'Thông báo cho nhiều bảng LED' })
    await query('delete from board_led_pages')
    heard.clear()
    const first = await boardManifests(world.deps, [boardId(0), ...ids], new Date())
    const ledOf = (body = '') => JSON.parse(body).items[0].led
    const without = ids.filter(id => ledOf(first.get(id)?.body) === null)
    // What took longer than a moment was left out, and is announced when it is there.
    expect(without.length).toBeGreaterThan(0)
    await until('all are poked', () => without.every(id => heard.has(id)))
    const later = await boardManifests(world.deps, ids, new Date())
    for (const id of without) expect(ledOf(later.get(id)?.body)).not.toBeNull()
    stop()
    await query('update boards set retired_at = now() where id = any($1::bigint[])', [ids])
  })

  test('a failure of the drawing holds no manifest back', async () => {
    lines.length = 0
    await withoutPages(async () => {
      const { items } = await manifest(0)
      expect(items.length).toBeGreaterThan(0)
      // What was drawn before cannot be read either.
      expect(items.map(i => i.led)).toEqual(items.map(() => null))
      expect(items[0]?.pages.length).toBeGreaterThan(0)
      await until('the failure is logged', () =>
        lines.some(l => l.level === 'warn' && l.message === 'boards: pages of an LED strip could not be drawn'),
      )
      // A render goes on too, and the announcement reaches the boards.
      await world.announce({ title: 'Thông báo khi hình vẽ hỏng', priority: 'emergency', urgencyReason: 'Thử' })
      expect((await manifest(0)).emergency).toHaveLength(1)
    })
    // A minute later it is tried again.
    const later = new Date(Date.now() + 61_000)
    await until('the pages are drawn', async () => {
      const built = await boardManifests(world.deps, [boardId(0)], later)
      const { items } = boardManifestSchema.parse(JSON.parse(built.get(boardId(0))?.body ?? ''))
      return items.every(i => i.led?.width === 640)
    })
  })

  test('a strip too small gets no pages, draws nothing and says nothing in the log each minute', async () => {
    await stripOf(1, { width: 32, height: 16 })
    lines.length = 0
    expect((await newest(1)).led).toBeNull()
    expect((await drawnRows()).filter(r => r.width === 32)).toEqual([])
    expect(lines).toEqual([])
  })
})

/** The routes of strips with the world's own database. */
function ledApp() {
  const auth = createAuth({ db: world.database.db, secret: 'a'.repeat(40), publicUrl: 'http://loa.test' })
  const routes = [...sessionRoutes(world.deps, auth), ...ledRoutes(world.deps)]
  return createApp(world.deps, auth, routes, { registry: new Registry() })
}

describe('a controller that only fetches pictures', () => {
  test('gets the page that is due, is seen alive, and is turned away once it is unpaired', async () => {
    const { db } = world.database
    await stripOf(1, { width: 192, height: 32 })
    await query('update announcements set state = $1', ['cancelled'])
    await world.announce({ title: 'Thông báo cắt điện' })
    const item = await drawn(1)
    const app = ledApp()
    const { accessToken } = await createBoardSession(db, world.links, boardId(1), 'player', new Date())
    const fetchPage = (token: string) =>
      supertest(app).get('/api/board/led.png').set('Authorization', `Bearer ${token}`)

    const { body, headers } = await fetchPage(accessToken).expect(200).expect('Content-Type', 'image/png')
    const sha256 = createHash('sha256').update(body).digest('hex')
    expect(item.led?.pages.map(p => p.sha256)).toContain(sha256)
    expect(headers['cache-control']).toMatch(/^private, max-age=\d+$/)
    const { rows } = await query('select last_seen_at, last_seen from boards where id = $1', [boardId(1)])
    expect(rows[0].last_seen).toMatchObject({ mode: 'items', fetched: { dispatchId: item.dispatchId } })

    await fetchPage('x').expect(401)
    await supertest(app).get('/api/board/led.png').expect(401)
    await revokeBoardSessions(db, [boardId(1)], 'unpaired', new Date())
    await fetchPage(accessToken).expect(401)
  })
  test('gets a dark picture of its size when nothing is to be shown', async () => {
    await query('update announcements set state = $1', ['cancelled'])
    const { accessToken } = await createBoardSession(world.database.db, world.links, boardId(1), 'player', new Date())
    const { body } = await supertest(ledApp())
      .get('/api/board/led.png')
      .set('Authorization', `Bearer ${accessToken}`)
      .expect(200)
    const image = await loadImage(body)
    expect([image.width, image.height]).toEqual([192, 32])
  })
})

describe('preview of a strip', () => {
  const content = { title: 'Thông báo cắt điện', body: 'Cắt điện từ 8 giờ đến 11 giờ ngày 02/12/2026.' }
  const signedIn = async () => {
    const agent = supertest.agent(ledApp()).set('Sec-Fetch-Site', 'same-origin')
    const body = { email: 'officer@loa.example', password: world.passwords.officer }
    await agent.post('/api/auth/sign-in/email').send(body).expect(200)
    return agent
  }

  test('shows the very pages, as pictures in black and white', async () => {
    const agent = await signedIn()
    const { body } = await agent.post('/api/boards/led-preview').send({ content, width: 640, height: 64 }).expect(200)
    expect(body.warning).toBeNull()
    expect(body.pages[0]).toMatchObject({ text: 'Thông báo cắt điện', dwellMs: 3500 })
    const image = await loadImage(Buffer.from(body.pages[0].image.split(',')[1], 'base64'))
    const context = createCanvas(640, 64).getContext('2d')
    context.drawImage(image, 0, 0)
    const { data } = context.getImageData(0, 0, 640, 64)
    expect(new Set(data)).toEqual(new Set([0, 255]))
  })
  test('says why there are none', async () => {
    const agent = await signedIn()
    const { body } = await agent.post('/api/boards/led-preview').send({ content, width: 64, height: 16 }).expect(200)
    expect(body.pages).toEqual([])
    expect(body.warning.vi).toContain('quá nhỏ')
    await agent.post('/api/boards/led-preview').send({ content, width: 9999, height: 64 }).expect(422)
  })
})
