import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import sharp from 'sharp'
import supertest from 'supertest'
import { cancel } from '../../../services/dispatch/control.ts'
import { applyReceipts } from '../../../services/dispatch/receipts.ts'
import type { Postings } from '../../../services/http/schemas-postings.ts'
import { countsOf, officer } from '../../support/dispatch.ts'
import { type PlacesWorld, placesWorld } from './world.ts'

let world: PlacesWorld
const realNow = () => new Date()

beforeAll(async () => {
  world = await placesWorld()
  await world.database.db.query(`update boards set kind = 'paper'`)
})
afterAll(() => world.close())
beforeEach(() => {
  world.deps.now = realNow
})

const minute = 60_000
const day = 24 * 60 * minute
const pass = (ms: number) => {
  world.deps.now = () => new Date(Date.now() + ms)
}
const http = () => supertest(world.server.url)

/** A picture as a phone makes it: lying on its side, with place, model and time in its metadata. */
async function phonePhoto(color = '#3a7', size = { width: 400, height: 300 }): Promise<Buffer> {
  return await sharp({ create: { ...size, channels: 3, background: color } })
    .withExif({
      IFD0: { Make: 'Fonio', Model: 'Moto Quang Tri' },
      IFD3: {
        GPSLatitudeRef: 'N',
        GPSLatitude: '16/1 48/1 30/1',
        GPSLongitudeRef: 'E',
        GPSLongitude: '107/1 6/1 0/1',
      },
    })
    .withMetadata({ orientation: 6 })
    .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"><owner>Hoang Van Chup</owner></x:xmpmeta>')
    .jpeg()
    .toBuffer()
}

/** A notice on the first board's slip. */
async function slip(content: Record<string, unknown> = {}) {
  const id = await world.announce(content)
  const dispatchId = await world.dispatch(id, 'board')
  const boardId = world.boards[0]?.id ?? ''
  const path = new URL(world.links.postingPage(dispatchId, boardId)).pathname
  return { id, dispatchId, boardId, path }
}

const send = (path: string, photo: Buffer | null, name = 'Lê Thị Niêm Yết', note = '') => {
  const request = http().post(path).set('Accept', 'application/json').field('name', name).field('note', note)
  return photo ? request.attach('photo', photo, 'IMG_0001.jpg') : request
}

async function signedIn(role: 'officer' | 'operator') {
  const agent = supertest.agent(world.server.url).set('Sec-Fetch-Site', 'same-origin')
  await agent
    .post('/api/auth/sign-in/email')
    .send({ email: `${role}@loa.example`, password: world.passwords[role] })
    .expect(200)
  return agent
}

async function postings(announcement?: string): Promise<Postings> {
  const agent = await signedIn('officer')
  const answer = await agent.get('/api/postings').query(announcement ? { announcement } : {})
  expect(answer.status).toBe(200)
  return answer.body
}
const first = async (announcement: string) =>
  (await postings(announcement)).items.find(item => item.boardId === world.boards[0]?.id)

describe('the page behind a slip', () => {
  test('says what is to be posted where until when, and asks for name and photo', async () => {
    const { path } = await slip({ title: 'Lịch tiêm chủng', documentNumber: '12/TB-UBND' })
    const page = await http().get(path).expect(200)
    for (const words of ['Lịch tiêm chủng', '12/TB-UBND', 'Bảng tin Nhà văn hóa, Phường Đông Hà', 'Gỡ sau ngày']) {
      expect(page.text).toContain(words)
    }
    expect(page.text).toContain('enctype="multipart/form-data"')
    expect(page.headers['referrer-policy']).toBe('no-referrer')
    expect(page.headers['cache-control']).toBe('no-store')
  })

  test('answers nothing about a token that is not ours', async () => {
    const { path } = await slip({ title: 'Bí mật trước giờ' })
    const forged = path.replace(/\.(\w)[\w-]+$/, (_all, letter) => `.${letter === 'A' ? 'B' : 'A'}${'x'.repeat(21)}`)
    for (const wrong of [forged, '/n/1.1.', '/n/abc', path.slice(0, -1)]) {
      const answer = await http().get(wrong)
      expect(answer.status).toBe(404)
      expect(answer.text).not.toContain('Bí mật')
      expect((await send(`${wrong}/posted`, await phonePhoto())).status).toBe(404)
    }
    const tooLong = await http().get(`/n/${'9'.repeat(5000)}`)
    expect([404, 414, 431]).toContain(tooLong.status)
  })
})

describe('posting', () => {
  test('a board lists what came to it, the newest first, and not what came to others', async () => {
    const former = await slip({ title: 'Lịch phun khử khuẩn' })
    const latest = await slip({ title: 'Lịch thu gom rác' })
    const agent = await signedIn('officer')
    const of = async (board: string) =>
      ((await agent.get('/api/postings').query({ board }).expect(200)).body as Postings).items
    const items = await of(latest.boardId)
    expect(items.slice(0, 2).map(item => item.announcementId)).toEqual([latest.id, former.id])
    expect(items.every(item => item.boardId === latest.boardId)).toBe(true)
    expect(new Set(items.map(item => item.announcementId)).size).toBe(items.length)
    expect(await of('999999')).toEqual([])
    await agent.get('/api/postings').query({ board: 'x' }).expect(422)
  })

  test('with a photo confirms the board of the dispatch, once, as posted and nothing more', async () => {
    const { id, dispatchId, path } = await slip()
    expect((await first(id))?.standing).toBe('to-post')
    const photo = await phonePhoto()
    await send(`${path}/posted`, photo, '  Lê   Thị Niêm Yết ', 'Kính bảng bị nứt').expect(200)
    await send(`${path}/posted`, photo).expect(200)
    await applyReceipts(world.deps)
    expect(await countsOf(world.database.db, dispatchId)).toMatchObject({ audience: 2, confirmed: 1, accepted: 1 })
    const { rows } = await world.database.db.query(
      `select code, target_id, ref from outcomes where dispatch_id = $1 and state = 'confirmed'`,
      [dispatchId],
    )
    expect(rows).toEqual([
      { code: 'posted', target_id: world.boards[0]?.id, ref: `board-${dispatchId}-${world.boards[0]?.id}` },
    ])
    expect(await first(id)).toMatchObject({
      standing: 'posted',
      postedBy: 'Lê Thị Niêm Yết',
      note: 'Kính bảng bị nứt',
      photos: 1,
    })
    expect((await postings(id)).counts).toEqual({
      total: 2,
      toPost: 1,
      posted: 1,
      toRemove: 0,
      removed: 0,
      notPosted: 0,
    })
    expect((await http().get(path).expect(200)).text).toContain('Đã niêm yết')
  })

  test('keeps of the photo the picture only: no place, no phone, no owner; upright and not large', async () => {
    const { id, path } = await slip()
    const photo = await phonePhoto('#a33', { width: 2400, height: 1800 })
    const before = await sharp(photo).metadata()
    expect(before.exif?.toString('latin1')).toContain('Moto Quang Tri')
    expect(before.orientation).toBe(6)
    // The pointer to the place, in either byte order: without it this test would prove nothing.
    expect([0x8825, 0x2588].some(tag => before.exif?.includes(Buffer.from([tag >> 8, tag & 0xff])))).toBe(true)
    await send(`${path}/posted`, photo).expect(200)
    const url = (await first(id))?.photoUrl ?? ''
    const stored = await (await signedIn('officer')).get(url).buffer().expect(200)
    expect(stored.headers['content-type']).toBe('image/jpeg')
    const bytes = stored.body as Buffer
    const { exif, xmp, icc, iptc, orientation, width, height, format } = await sharp(bytes).metadata()
    expect({ exif, xmp, icc, iptc, orientation }).toEqual({})
    expect({ width, height, format }).toEqual({ width: 1200, height: 1600, format: 'jpeg' })
    for (const trace of ['Exif', 'GPS', 'Moto', 'Hoang Van Chup', 'http']) {
      expect(bytes.includes(Buffer.from(trace))).toBe(false)
    }
  })

  test('its photo is for people who may read announcements, nobody else', async () => {
    const { id, path } = await slip()
    await send(`${path}/posted`, await phonePhoto('#55a')).expect(200)
    const url = (await first(id))?.photoUrl ?? ''
    expect((await http().get(url)).status).toBe(401)
    expect((await (await signedIn('operator')).get(url)).status).toBe(403)
    expect((await (await signedIn('officer')).get(`/api/postings/photos/${'0'.repeat(64)}`)).status).toBe(404)
    expect((await http().get('/api/postings')).status).toBe(401)
    expect((await http().get(path)).text).not.toContain('Lê Thị Niêm Yết')
  })

  test('without the script it is a form and a page', async () => {
    const { id, path } = await slip()
    const answer = await http()
      .post(`${path}/posted`)
      .field('name', 'Trần Văn Dán')
      .field('note', '')
      .attach('photo', await phonePhoto('#123'), 'a.jpg')
    expect(answer.status).toBe(303)
    expect(answer.headers.location).toBe(path)
    expect((await first(id))?.postedBy).toBe('Trần Văn Dán')
    const again = await http().post(`${path}/removed`).field('name', '<b>1</b> ??').field('note', 'giữ lại')
    expect(again.status).toBe(303)
    const refused = await http().post(`${path}/posted`).field('name', '123').field('note', '"giữ" <lại>')
    expect(refused.status).toBe(422)
    expect(refused.text).toContain('họ và tên')
  })

  test('another photo replaces the first for fifteen minutes and both are kept; afterwards the first report stands', async () => {
    const { id, dispatchId, path } = await slip()
    const one = await phonePhoto('#010')
    const two = await phonePhoto('#020')
    await send(`${path}/posted`, one, 'Người thứ nhất').expect(200)
    pass(14 * minute)
    await send(`${path}/posted`, two, 'Người thứ hai').expect(200)
    expect(await first(id)).toMatchObject({ postedBy: 'Người thứ hai', photos: 2 })
    pass(16 * minute)
    const late = await send(`${path}/posted`, one, 'Người thứ ba')
    expect(late.status).toBe(409)
    expect(late.body).toMatchObject({ code: 'posting.settled' })
    // The answer got lost and the phone sends the same again hours later.
    pass(300 * minute)
    await send(`${path}/posted`, two, 'Người thứ hai').expect(200)
    expect(await first(id)).toMatchObject({ postedBy: 'Người thứ hai', photos: 2 })
    await applyReceipts(world.deps)
    expect((await countsOf(world.database.db, dispatchId)).confirmed).toBe(1)
  })

  test('two phones at one moment make one posting', async () => {
    const { id, dispatchId, path } = await slip()
    const photos = await Promise.all(['#111', '#222', '#333', '#444'].map(color => phonePhoto(color)))
    const answers = await Promise.all(photos.map(photo => send(`${path}/posted`, photo)))
    expect(answers.map(a => a.status)).toEqual([200, 200, 200, 200])
    expect(await first(id)).toMatchObject({ standing: 'posted', photos: 4 })
    await applyReceipts(world.deps)
    expect((await countsOf(world.database.db, dispatchId)).confirmed).toBe(1)
  })

  const heic = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypheic0000mif1heic'), Buffer.alloc(100)])
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
  test.each([
    ['nothing', null, 422, 'chụp ảnh bảng'],
    ['a drawing with a script', svg, 422, 'không phải là ảnh'],
    ['HEIC', heic, 422, 'HEIC'],
    ['a text that calls itself a JPEG', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3, 4]), 422, 'bị hỏng'],
    ['21 MB', Buffer.alloc(21 * 1024 ** 2, 1), 413, '20 MB'],
  ])('refuses %s with a sentence, and nothing is confirmed', async (_name, photo, status, words) => {
    const { id, path } = await slip()
    const answer = await send(`${path}/posted`, photo)
    expect({ status: answer.status, message: answer.body.message }).toEqual({
      status,
      message: expect.stringContaining(words),
    })
    expect((await first(id))?.standing).toBe('to-post')
  })

  test('refuses a photo that was cut in half and one that unpacks to 100 megapixels', async () => {
    const { path } = await slip()
    const whole = await sharp(Buffer.from(Array.from({ length: 640 * 480 * 3 }, (_, i) => (i * i) % 251)), {
      raw: { width: 640, height: 480, channels: 3 },
    })
      .jpeg()
      .toBuffer()
    const half = await send(`${path}/posted`, whole.subarray(0, whole.length / 2))
    expect(half.body).toMatchObject({ code: 'posting.bad-photo', message: expect.stringContaining('bị hỏng') })
    const bomb = await sharp({ create: { width: 10_000, height: 10_000, channels: 3, background: '#fff' } })
      .png({ compressionLevel: 9 })
      .toBuffer()
    expect(bomb.length).toBeLessThan(2 * 1024 ** 2)
    const refused = await send(`${path}/posted`, bomb)
    expect(refused.body).toMatchObject({ code: 'posting.bad-photo', message: expect.stringContaining('60 triệu') })
  })

  test('a slip that is sent to without pause has to wait', async () => {
    const { path } = await slip()
    const statuses: number[] = []
    for (let i = 0; i < 14; i++) statuses.push((await send(`${path}/posted`, null)).status)
    expect(statuses.slice(0, 12).every(status => status === 422)).toBe(true)
    expect(statuses.at(-1)).toBe(429)
  })
})

describe('a board that is no paper board any more', () => {
  const turn = (kind: 'screen' | 'paper') =>
    world.database.db.query('update boards set kind = $2 where id = $1', [world.boards[0]?.id, kind])

  test('its slip says so and confirms nothing; what hangs there can be reported as taken down', async () => {
    const { path: old } = await slip({ title: 'Đã dán khi còn là bảng giấy' })
    await send(`${old}/posted`, await phonePhoto('#123')).expect(200)
    const { id, dispatchId, path } = await slip({ title: 'Bảng đã thay bằng màn hình' })
    await turn('screen')
    try {
      const page = await http().get(path).expect(200)
      expect(page.text).toContain('Bảng này không còn là bảng niêm yết giấy')
      expect(page.text).not.toContain('/posted"')
      const refused = await send(`${path}/posted`, await phonePhoto('#321'))
      expect(refused.status).toBe(409)
      expect(refused.body).toMatchObject({
        code: 'board.wrong-kind',
        message: expect.stringContaining('không còn là bảng niêm yết giấy'),
      })
      const hanging = await http().get(old).expect(200)
      expect(hanging.text).toContain('Bảng này không còn là bảng niêm yết giấy')
      expect(hanging.text).not.toContain('/posted"')
      await send(`${old}/removed`, null).expect(200)
    } finally {
      await turn('paper')
    }
    await applyReceipts(world.deps)
    const { rowCount } = await world.database.db.query(
      `select from outcomes where dispatch_id = $1 and state = 'confirmed'`,
      [dispatchId],
    )
    expect(rowCount).toBe(0)
    expect((await first(id))?.standing).toBe('to-post')
  })
})

describe('the end', () => {
  test('a withdrawn notice says so, is not posted any more, and its removal is taken', async () => {
    const { id, path } = await slip({ title: 'Sẽ thu hồi' })
    await cancel(world.deps, officer, id, 'nhầm ngày')
    const page = await http().get(path).expect(200)
    expect(page.text).toContain('Thông báo đã thu hồi: không niêm yết; nếu đã dán, hãy gỡ ngay.')
    expect(page.text).not.toContain('/posted"')
    const late = await send(`${path}/posted`, await phonePhoto())
    expect(late.status).toBe(409)
    expect(late.body).toMatchObject({ code: 'posting.ended', message: expect.stringContaining('đã thu hồi') })
    await send(`${path}/removed`, null).expect(200)
    await send(`${path}/removed`, null, 'Người khác').expect(200)
    expect(await first(id)).toMatchObject({ standing: 'removed', end: 'withdrawn', removedBy: 'Lê Thị Niêm Yết' })
  })

  test('a posted one is to be taken down when it has expired; the list of those names it until it is', async () => {
    const expiresAt = new Date(Date.now() + 3 * day)
    const { id, path } = await slip({ title: 'Hết hạn sau ba ngày', expiresAt: expiresAt.toISOString() })
    const due = async () => (await postings()).items.filter(item => item.announcementId === id)
    await send(`${path}/posted`, await phonePhoto('#070')).expect(200)
    expect(await due()).toEqual([])
    pass(2 * day + minute)
    expect(await due()).toMatchObject([{ standing: 'posted', end: null }])
    pass(3 * day + minute)
    expect(await due()).toMatchObject([{ standing: 'to-remove', end: 'expired' }])
    expect((await http().get(path)).text).toContain('Thông báo đã hết hạn')
    await send(`${path}/removed`, await phonePhoto('#080'), 'Người gỡ').expect(200)
    expect(await due()).toEqual([])
    expect(await first(id)).toMatchObject({ standing: 'removed', removedBy: 'Người gỡ', photos: 2 })
  })

  test('nobody can report the removal of what is still to be posted', async () => {
    const { path } = await slip()
    expect((await send(`${path}/removed`, null)).body).toMatchObject({ code: 'posting.settled' })
  })
})

describe('printed pages', () => {
  test('are for people who may read announcements', async () => {
    const { id } = await slip()
    expect((await http().get(`/print/${id}`)).status).toBe(401)
    expect((await (await signedIn('operator')).get(`/print/${id}`)).status).toBe(403)
    const agent = await signedIn('officer')
    expect((await agent.get('/print/00000000-0000-4000-8000-000000000000')).status).toBe(404)
    expect((await agent.get(`/print/${id}?form=gold`)).status).toBe(422)
  })

  test('show the notice in both forms with its code, and slips for its paper boards only', async () => {
    const { id, path } = await slip({ title: 'Thông báo về lịch cắt nước', documentNumber: '8/TB-UBND' })
    const agent = await signedIn('officer')
    const official = await agent.get(`/print/${id}?form=official&size=A3`).expect(200)
    expect(official.text).toContain('size:A3 portrait')
    expect(official.text).toContain('Quảng Trị, ngày')
    expect(official.text).toContain('Người phê duyệt')
    expect(official.text).not.toContain('CHƯA PHÊ DUYỆT')
    expect((await agent.get(`/print/${id}?form=large&size=A4`).expect(200)).text).toContain('size:A4 portrait')
    await world.database.db.query(`update boards set kind = 'screen' where id = $1`, [world.boards[1]?.id])
    const slips = await agent.get(`/print/${id}/slips`).expect(200)
    await world.database.db.query(`update boards set kind = 'paper' where id = $1`, [world.boards[1]?.id])
    expect(slips.text.match(/<article/g)).toHaveLength(1)
    expect(slips.text).toContain('Bảng tin Nhà văn hóa')
    expect(path).toMatch(/^\/n\/\d+\.\d+\.[\w-]{22}$/)
  })

  test('mark a draft, and a notice that was withdrawn', async () => {
    const { createDraft } = await import('../../../services/dispatch/announcements.ts')
    const draft = await createDraft(world.deps, officer, { title: 'Nháp', body: 'Chưa xong.' })
    const agent = await signedIn('officer')
    for (const form of ['official', 'large']) {
      expect((await agent.get(`/print/${draft.id}?form=${form}`).expect(200)).text).toContain(
        'BẢN XEM TRƯỚC - CHƯA PHÊ DUYỆT',
      )
    }
    expect((await agent.get(`/print/${draft.id}/slips`).expect(200)).text).toContain('chưa được phê duyệt')
    const { id } = await slip()
    await cancel(world.deps, officer, id, 'sai số liệu')
    expect((await agent.get(`/print/${id}?form=large`).expect(200)).text).toContain('ĐÃ THU HỒI')
  })
})
