import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import supertest from 'supertest'
import { cancel } from '../../../services/dispatch/control.ts'
import { freezeDispatch } from '../../../services/dispatch/plan.ts'
import { publicRoutes } from '../../../services/http/routes/public.ts'
import { approvedAnnouncement, dispatchId, officer } from '../../support/dispatch.ts'
import { type HttpServer, httpServer } from './server.ts'

let server: HttpServer
beforeAll(async () => {
  server = await httpServer()
})
afterAll(() => server.close())

const pathOf = (id: string) => server.deps.links.publicPage(id).slice(server.deps.links.publicUrl.length)
const open = (id: string, query = '') => supertest(server.app).get(`${pathOf(id)}${query}`)
const set = (id: string, column: 'state' | 'revision' | 'updated_at', value: unknown) =>
  server.database.db.query(`update announcements set ${column} = $2 where id = $1`, [id, value])

/** An announcement that has begun to go out. */
async function published(content: Record<string, unknown> = {}): Promise<string> {
  const id = await approvedAnnouncement(server.deps, content)
  await freezeDispatch(server.deps, await dispatchId(server.database.db, id, 'sms'))
  return id
}
const body = 'Đoạn thứ nhất: giảm 50% lệ phí.\n\nĐoạn thứ hai.'

describe('what is public', () => {
  test('an announcement that goes out, whole, and without a cookie or a script', async () => {
    const id = await published({
      title: 'Thông báo số 1',
      body,
      documentNumber: '12/TB-UBND',
      priority: 'priority',
      expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
    })
    const { text, headers } = await open(id).expect(200).expect('Content-Type', 'text/html; charset=utf-8')
    expect(text).toContain('<html lang="vi">')
    expect(text).toContain('<h1 lang="vi">Thông báo số 1</h1>')
    for (const part of ['12/TB-UBND', 'Ủy ban nhân dân tỉnh Quảng Trị', 'Ưu tiên', '<p>Đoạn thứ hai.</p>']) {
      expect(text).toContain(part)
    }
    expect(text).not.toMatch(/<script|đã hết hạn|onload=/)
    expect(headers['set-cookie']).toBeUndefined()
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-/)
    expect(headers['content-security-policy']).not.toContain('unsafe')
    expect(headers['referrer-policy']).toBe('no-referrer')
  })

  test.each(['draft', 'submitted', 'approved'])('what is %s is not there', async state => {
    const id = await published()
    await set(id, 'state', state)
    const { text } = await open(id).expect(404).expect('Cache-Control', 'no-store')
    expect(text).toContain('Không tìm thấy thông báo')
    expect(text).not.toContain('cải cách hành chính')
  })

  test('what waits for its hour is not there, nor what was cancelled before anybody was reached', async () => {
    const id = await approvedAnnouncement(server.deps, { scheduleAt: new Date(Date.now() + 86_400_000).toISOString() })
    await open(id).expect(404)
    await cancel(server.deps, officer, id, 'Thử')
    await open(id).expect(404)
  })

  test('what expired before it was approved is not there', async () => {
    const id = await approvedAnnouncement(server.deps)
    await set(id, 'state', 'expired')
    await open(id).expect(404)
  })

  test('a cancelled one keeps its title and a date, and no word of its text or of the reason', async () => {
    const id = await published({ title: 'Lịch cắt nước', body: 'Cắt nước toàn phường.' })
    await cancel(server.deps, officer, id, 'Nhập nhầm ngày')
    const { text } = await open(id).expect(200)
    expect(text).toMatch(/đã được thu hồi \(\d\d giờ \d\d, ngày \d\d\/\d\d\/\d{4}\)/)
    expect(text).toContain('Lịch cắt nước')
    expect(text).not.toMatch(/toàn phường|Nhập nhầm/)
  })

  test('a replaced one says so and keeps its text to itself', async () => {
    const id = await published({ body: 'Nội dung cũ.' })
    await set(id, 'state', 'superseded')
    const { text } = await open(id).expect(200)
    expect(text).toContain('đã được thay thế')
    expect(text).not.toContain('Nội dung cũ.')
  })

  test('an expired one is marked and stays readable', async () => {
    const expiresAt = new Date(Date.now() + 60_000).toISOString()
    const id = await published({ body, expiresAt })
    const later = { ...server.deps, now: () => new Date(Date.now() + 120_000) }
    const app = server.withRoutes(publicRoutes(later))
    const { text } = await supertest(app).get(pathOf(id)).expect(200).expect('X-Robots-Tag', 'noindex, nofollow')
    expect(text).toContain('đã hết hạn')
    expect(text).toContain('<p>Đoạn thứ hai.</p>')
    expect((await open(id)).text).not.toContain('đã hết hạn')
  })
})

describe('the page', () => {
  test('text of the announcement is text, whatever it holds', async () => {
    const title = `<img src=x onerror="alert(1)"> & 'trích yếu'`
    const id = await published({ title, body: '</article><script>alert(1)</script> và chữ' })
    const { text } = await open(id).expect(200)
    expect(text).not.toMatch(/<img|<script/)
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
  })

  test('a code of an older revision is told of the newer text; one of this or of no sense is not', async () => {
    const id = await published()
    await set(id, 'revision', 3)
    const older = 'phiên bản cũ'
    expect((await open(id, '?r=2')).text).toContain(older)
    for (const query of ['', '?r=3', '?r=4', '?r=x', '?r=2&r=1', '?r[]=2', '?lang=xx&utm_source=zalo']) {
      expect((await open(id, query).expect(200)).text).not.toContain(older)
    }
  })

  test('the frame can be English; the announcement stays as it was issued', async () => {
    const id = await published()
    const { text } = await open(id, '?lang=en&r=1').expect(200)
    expect(text).toContain('<html lang="en">')
    expect(text).toContain('Issued by')
    expect(text).toContain('<h1 lang="vi">Thông báo về cải cách hành chính</h1>')
    expect(text).toContain(`href="${pathOf(id)}?r=1"`)
  })

  test('its pictures can be fetched for ten to twenty minutes, by addresses that stay for ten', async () => {
    const id = await published()
    const sha256 = 'a'.repeat(64)
    const picture = {
      kind: 'picture',
      mediaId: '00000000-0000-4000-8000-000000000000',
      sha256,
      mime: 'image/png',
      bytes: 1000,
      width: 40,
      height: 30,
      caption: 'Sơ đồ đường',
    }
    await server.database.db.query(
      `update announcements set content = jsonb_set(content, '{variants,board}', $2) where id = $1`,
      [id, JSON.stringify({ media: [picture] })],
    )
    const now = server.deps.now
    const ten = 600_000
    const begin = Math.ceil(Date.now() / ten) * ten
    const read = async (at: number) => {
      server.deps.now = () => new Date(at)
      const { text, headers } = await open(id).expect(200)
      const [, path = '', exp = '', sig = ''] = /src="([^"?]+)\?exp=(\d+)&amp;sig=([^"]+)"/.exec(text) ?? []
      return { etag: headers.etag, path, exp, sig }
    }
    try {
      const first = await read(begin)
      expect(first.path).toContain(sha256)
      expect((await read(begin + ten - 1)).etag).toBe(first.etag)
      expect((await read(begin + ten)).etag).not.toBe(first.etag)
      const works = (at: number) => () => server.deps.links.checkSignedPath(first.path, first, new Date(at))
      expect(works(begin + 2 * ten)).not.toThrow()
      expect(works(begin + 2 * ten + 1000)).toThrow()
    } finally {
      server.deps.now = now
    }
  })

  test('is fetched again only when it changed, and asks the database once', async () => {
    const id = await published()
    const first = await open(id).expect(200).expect('Cache-Control', 'public, max-age=60')
    await open(id)
      .set('If-None-Match', first.headers.etag ?? '')
      .expect(304)
    await set(id, 'revision', 2)
    const second = await open(id)
      .set('If-None-Match', first.headers.etag ?? '')
      .expect(200)
    expect(second.headers.etag).not.toBe(first.headers.etag)

    let asked = 0
    const { db } = server.database
    const counting = new Proxy(db, {
      get(target, name) {
        if (name === 'query') asked += 1
        const value = Reflect.get(target, name)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    await supertest(server.withRoutes(publicRoutes({ ...server.deps, db: counting })))
      .get(pathOf(id))
      .expect(200)
    expect(asked).toBe(1)
  })

  test('a code that is none costs no query', async () => {
    for (const code of ['x', '%00', 'a'.repeat(23), '..%2f..', 'AAAAAAAAAAAAAAAAAAAAA%C3%A9']) {
      await supertest(server.app).get(`/tb/${code}`).expect(404)
    }
    const { text } = await supertest(server.app).get('/tb/AAAAAAAAAAAAAAAAAAAAAA').expect(404)
    expect(text).toContain('Không tìm thấy')
    await supertest(server.app)
      .get(`/tb/${'a'.repeat(500)}`)
      .expect(r => expect(r.status).toBeLessThan(500))
  })

  test('pictures are fetched from a signed address with their caption; a search engine may come for boards only', async () => {
    const { db } = server.database
    const bytes = Buffer.from('not looked at here')
    const sha256 = 'ab'.repeat(32)
    await db.query(`insert into files (sha256, mime, size_bytes, bytes) values ($1, 'image/png', $2, $3)`, [
      sha256,
      bytes.length,
      bytes,
    ])
    const picture = {
      kind: 'picture',
      mediaId: '7f1d6c5e-3f0e-4a50-9f5a-0d6f1b0c2a11',
      sha256,
      mime: 'image/png',
      bytes: bytes.length,
      width: 800,
      height: 600,
      caption: 'Sơ đồ điểm "sơ tán"',
    }
    const id = await published()
    await db.query(`update announcements set content = jsonb_set(content, '{variants,board}', $2) where id = $1`, [
      id,
      JSON.stringify({ media: [picture] }),
    ])
    const { text } = await open(id).expect(200).expect('X-Robots-Tag', 'noindex, nofollow')
    expect(text).toContain('<figcaption>Sơ đồ điểm &quot;sơ tán&quot;</figcaption>')
    const src = /<img src="([^"]+)"/.exec(text)?.[1]?.replaceAll('&amp;', '&') ?? ''
    await supertest(server.app).get(src).expect(200).expect('Content-Type', 'image/png')
    await db.query(`update announcements set content = jsonb_set(content, '{channels}', '["board"]') where id = $1`, [
      id,
    ])
    await open(id).expect('X-Robots-Tag', 'noarchive')
  })

  test('a demo says on every page that it is one', async () => {
    const id = await published()
    const app = server.withRoutes(publicRoutes({ ...server.deps, demo: true }))
    const { text } = await supertest(app).get(pathOf(id)).expect(200).expect('X-Robots-Tag', 'noindex, nofollow')
    expect(text).toContain('không phải thông báo thật')
  })
})
