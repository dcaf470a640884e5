import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import supertest from 'supertest'
import { cancel } from '../../../services/dispatch/control.ts'
import { applyReceipts } from '../../../services/dispatch/receipts.ts'
import { recordAiredItems, undoMinutes } from '../../../services/places/operator.ts'
import { countsOf, officer } from '../../support/dispatch.ts'
import { type PlacesWorld, placesWorld, recordingOf } from './world.ts'

let world: PlacesWorld
beforeAll(async () => {
  world = await placesWorld()
})
afterAll(() => world.close())

const http = () => supertest(world.server.url)
const feed = (i = 0, ending = 'xml') => `/feeds/stations/${world.stations[i]?.token}.${ending}`
const pathOf = (url: string) => url.replace('http://loa.test', '').replaceAll('&amp;', '&')
const enclosures = (xml: string) =>
  [...xml.matchAll(/<enclosure url="([^"]+)" length="(\d+)"/g)].map(m => ({ path: pathOf(m[1] ?? ''), length: m[2] }))
const fetchedAt = async (i = 0) =>
  (
    await world.database.db.query(
      `select fetched_at from shelf_items where kind = 'stations' and place_id = $1 order by id desc limit 1`,
      [world.stations[i]?.id],
    )
  ).rows[0]?.fetched_at

async function signedIn(role: 'operator' | 'admin' | 'officer') {
  const agent = supertest.agent(world.server.url).set('Sec-Fetch-Site', 'same-origin')
  await agent
    .post('/api/auth/sign-in/email')
    .send({ email: `${role}@loa.example`, password: world.passwords[role] })
    .expect(200)
  return agent
}

describe('feeds', () => {
  test('list what may be aired, with the exact length, and forget it after a cancellation', async () => {
    const empty = await http().get(feed()).expect(200)
    expect(empty.headers['content-type']).toBe('application/rss+xml; charset=utf-8')
    expect(enclosures(empty.text)).toEqual([])

    const title = 'Lịch “một cửa” & <lệ phí>'
    const id = await world.announce({ title, priority: 'priority' })
    const full = await http()
      .get(feed())
      .set('If-None-Match', empty.headers.etag ?? '')
    expect(full.status).toBe(200)
    expect(full.text).toContain('<title>Lịch “một cửa” &amp; &lt;lệ phí&gt;</title>')
    expect(enclosures(full.text)).toHaveLength(1)
    expect(enclosures(full.text)[0]?.length).toBe(String(recordingOf(title).length))
    const again = await http().get(feed()).expect(200)
    expect(again.text).toBe(full.text)
    await http()
      .get(feed())
      .set('If-None-Match', full.headers.etag ?? '')
      .expect(304)
    await http()
      .get(feed())
      .set('If-Modified-Since', full.headers['last-modified'] ?? '')
      .expect(304)

    const head = await http().head(feed()).expect(200)
    expect(head.headers['content-length']).toBe(String(Buffer.byteLength(full.text)))
    const list = await http().get(feed(0, 'm3u')).expect(200)
    expect(list.headers['content-type']).toBe('audio/x-mpegurl; charset=utf-8')
    expect(String(list.text ?? list.body)).toContain(`#EXTINF:61,${title}`)

    const old = enclosures(full.text)[0]?.path ?? ''
    await http().get(old).expect(200)
    await cancel(world.deps, officer, id, 'Sai giờ')
    const after = await http()
      .get(feed())
      .set('If-None-Match', full.headers.etag ?? '')
    expect(after.status).toBe(200)
    expect(enclosures(after.text)).toEqual([])
    const refused = await http().get(old).expect(404)
    expect(refused.body.detailVi).toContain('thu hồi')
  })

  test('an unknown token is not found', async () => {
    for (const path of [
      '/feeds/stations/x.xml',
      `/feeds/stations/${'x'.repeat(32)}.m3u`,
      feed().replace('.xml', '.pdf'),
    ]) {
      await http().get(path).expect(404)
    }
  })
})

describe('files', () => {
  const recording = recordingOf('Bản ghi âm')
  let path = ''
  let id = ''
  beforeAll(async () => {
    id = await world.announce({ title: 'Bản ghi âm' })
    path = enclosures((await http().get(feed()).expect(200)).text)[0]?.path ?? ''
  })
  afterAll(() => cancel(world.deps, officer, id, 'Thử'))
  const sha = createHash('sha256').update(recording).digest('hex')
  const get = (url = path) => http().get(url).responseType('blob')

  test('arrive byte for byte, and only a complete download is noted', async () => {
    await http().head(path).expect(200).expect('Content-Length', String(recording.length))
    await get().set('Range', 'bytes=0-9').expect(206)
    expect(await fetchedAt()).toBeNull()
    const whole = await get().expect(200)
    expect(Buffer.compare(whole.body, recording)).toBe(0)
    expect(whole.headers).toMatchObject({
      'content-type': 'audio/mpeg',
      'content-length': String(recording.length),
      'accept-ranges': 'bytes',
      'x-content-type-options': 'nosniff',
      etag: `"${sha}"`,
    })
    expect(whole.headers['content-disposition']).toBe(
      `inline; filename="thong-bao.mp3"; filename*=UTF-8''thong-bao.mp3`,
    )
    while ((await fetchedAt()) === null) await new Promise(resolve => setImmediate(resolve))
    const saved = await get(`${path}&download=1`).expect(200)
    expect(saved.headers['content-disposition']).toMatch(/^attachment;/)
  })

  test('can be had in ranges that glue together', async () => {
    const first = await get().set('Range', 'bytes=0-300000').expect(206)
    const second = await get().set('Range', 'bytes=300001-').set('If-Range', `"${sha}"`).expect(206)
    expect(first.headers['content-range']).toBe(`bytes 0-300000/${recording.length}`)
    expect(Buffer.compare(Buffer.concat([first.body, second.body]), recording)).toBe(0)
    const last = await get().set('Range', 'bytes=-5').expect(206)
    expect(Buffer.compare(last.body, recording.subarray(-5))).toBe(0)
    await get().set('Range', 'bytes=9-').set('If-Range', '"another"').expect(200)
    const outside = await get().set('Range', `bytes=${recording.length}-`).expect(416)
    expect(outside.headers['content-range']).toBe(`bytes */${recording.length}`)
    await get().set('If-None-Match', `"${sha}"`).expect(304)
  })

  test('need a signature that fits the path and the time', async () => {
    const { exp, sig, s } = Object.fromEntries(new URL(path, 'http://x').searchParams)
    const bare = `/files/${sha}/thong-bao.mp3`
    for (const url of [
      bare,
      `${bare}?exp=${Number(exp) + 1}&sig=${sig}&s=${s}`,
      `/files/${sha}/khac.mp3?exp=${exp}&sig=${sig}`,
      `/files/${'0'.repeat(64)}/thong-bao.mp3?exp=${exp}&sig=${sig}`,
    ]) {
      await http().get(url).expect(403)
    }
    const past = pathOf(world.links.signUrl(bare, new Date(Date.now() - 1000)))
    await http().get(past).expect(403)
    await get(pathOf(world.links.signUrl(bare, new Date(Date.now() + 60_000)))).expect(200)
    const none = pathOf(world.links.signUrl(`/files/${'0'.repeat(64)}/x.mp3`, new Date(Date.now() + 60_000)))
    await http().get(none).expect(404)
  })

  test('keep a Vietnamese name in the header', async () => {
    const named = `/files/${sha}/${encodeURIComponent('Bản tin “số 1”.mp3')}`
    const url = pathOf(world.links.signUrl(named, new Date(Date.now() + 60_000)))
    const answer = await http().head(url).expect(200)
    expect(answer.headers['content-disposition']).toBe(
      `inline; filename="Ban_tin__so_1_.mp3"; filename*=UTF-8''B%E1%BA%A3n%20tin%20%E2%80%9Cs%E1%BB%91%201%E2%80%9D.mp3`,
    )
  })
})

describe('operator', () => {
  test('sees and ticks the items of the own commune only', async () => {
    const id = await world.announce({ title: 'Phát lúc 17 giờ' })
    const operator = await signedIn('operator')
    const mine = (await operator.get('/api/operator/items').expect(200)).body.filter(
      (i: { announcementId: string }) => i.announcementId === id,
    )
    expect(mine).toHaveLength(1)
    expect(mine[0]).toMatchObject({
      title: 'Phát lúc 17 giờ',
      stationId: world.stations[0]?.id,
      areaName: 'Phường Đông Hà',
      sizeBytes: recordingOf('Phát lúc 17 giờ').length,
      durationSeconds: 61.4,
      expiresAt: null,
      airedAt: null,
    })
    await http().get(mine[0].audioUrl).expect(200)
    const admin = await signedIn('admin')
    const all = (await admin.get('/api/operator/items').expect(200)).body
    const other = all.find(
      (i: { announcementId: string; stationId: string }) =>
        i.announcementId === id && i.stationId === world.stations[1]?.id,
    )
    expect(other).toBeDefined()
    await operator.post(`/api/operator/items/${other.id}/aired`).send({}).expect(404)
    await (await signedIn('officer')).get('/api/operator/items').expect(403)
    await http().get('/api/operator/items').expect(401)
  })

  test('a tick can be taken back for some minutes; then it is part of the results', async () => {
    const id = await world.announce({ title: 'Bản tin được xác nhận' })
    const dispatch = await world.dispatch(id, 'loudspeaker')
    const operator = await signedIn('operator')
    const [item] = (await operator.get('/api/operator/items').expect(200)).body.filter(
      (i: { announcementId: string }) => i.announcementId === id,
    )
    const path = `/api/operator/items/${item.id}`
    for (const at of ['2099-01-01T00:00:00Z', '2020-01-01T00:00:00Z']) {
      await operator.post(`${path}/aired`).send({ at }).expect(422)
    }
    const ticked = (await operator.post(`${path}/aired`).send({}).expect(200)).body
    expect(ticked).toMatchObject({ airedBy: 'Tài khoản operator' })
    expect((await operator.post(`${path}/aired`).send({}).expect(200)).body.airedAt).toBe(ticked.airedAt)
    expect((await operator.post(`${path}/not-aired`).send({}).expect(200)).body.airedAt).toBeNull()

    await operator.post(`${path}/aired`).send({}).expect(200)
    expect(await recordAiredItems(world.deps)).toBe(0)
    await applyReceipts(world.deps)
    expect(await countsOf(world.database.db, dispatch)).toMatchObject({ accepted: 2, confirmed: 0 })

    const later = { ...world.deps, now: () => new Date(Date.now() + undoMinutes * 60_000) }
    expect(await recordAiredItems(later)).toBe(1)
    expect(await recordAiredItems(later)).toBe(0)
    await applyReceipts(world.deps)
    expect(await countsOf(world.database.db, dispatch)).toMatchObject({ audience: 2, accepted: 1, confirmed: 1 })
    const refused = await operator.post(`${path}/not-aired`).send({}).expect(409)
    expect(refused.body.code).toBe('dispatch.wrong-state')

    const { rows } = await world.database.db.query(
      `select action, actor_name, detail->>'stationName' as station from announcement_events
       where announcement_id = $1 and action like 'station.%' order by id`,
      [id],
    )
    expect(rows.map(r => r.action)).toEqual(['station.aired', 'station.aired-undone', 'station.aired'])
    expect(rows[0]).toMatchObject({ actor_name: 'Tài khoản operator', station: 'Đài truyền thanh phường Đông Hà' })
  })

  test('what was withdrawn is shown as such, last, and its sound is no longer served', async () => {
    const id = await world.announce({ title: 'Sẽ bị thu hồi', priority: 'priority' })
    await cancel(world.deps, officer, id, 'Sai')
    const operator = await signedIn('operator')
    const items = (await operator.get('/api/operator/items').expect(200)).body
    const position = items.findIndex((i: { announcementId: string }) => i.announcementId === id)
    expect(items[position].withdrawnAt).not.toBeNull()
    expect(items.slice(position).every((i: { withdrawnAt: string | null }) => i.withdrawnAt !== null)).toBe(true)
    await operator.get(items[position].audioUrl).expect(404)
  })

  test('officers list stations with their addresses', async () => {
    const agent = await signedIn('officer')
    const stations = (await agent.get('/api/stations').expect(200)).body
    expect(stations[0]).toMatchObject({ areaCode: '19333', feedUrl: `http://loa.test${feed()}` })
  })
})
