import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import sharp from 'sharp'
import { approve, createDraft, submit, updateDraft } from '../../../services/dispatch/announcements.ts'
import { freezeDispatch } from '../../../services/dispatch/plan.ts'
import { renderDispatch } from '../../../services/dispatch/render.ts'
import { may } from '../../../services/domain/accounts.ts'
import { boardManifestSchema } from '../../../services/domain/board.ts'
import type { BoardMedia } from '../../../services/domain/board-content.ts'
import { boardMediaRoutes } from '../../../services/http/routes/board-media.ts'
import type { BoardUpload, PdfPages, UploadLine } from '../../../services/http/schemas-board-media.ts'
import { createBoards } from '../../../services/places/boards/create.ts'
import { boardManifests } from '../../../services/places/boards/manifest.ts'
import { forgetUnusedBoardMedia } from '../../../services/store/board-media.ts'
import { boardFromSources, madeVideo } from '../../support/board-media.ts'
import { approver, officer } from '../../support/dispatch.ts'
import { pdf } from '../../support/pdf.ts'
import { until } from '../../support/wait.ts'
import { children } from '../loudspeaker/support.ts'
import { type HttpServer, httpServer } from './server.ts'

let server: HttpServer
let dir: string
let picture: Buffer
let video: Buffer
let boardId: string
beforeAll(async () => {
  server = await httpServer()
  server.deps.channels.set('board', { channel: boardFromSources, config: {} })
  const boards = await createBoards(server.database.db, [{ areaCode: '19333', name: 'Bảng tin chợ' }])
  boardId = boards[0] ?? ''
  dir = await mkdtemp(join(tmpdir(), 'loa-board-media-'))
  picture = await sharp({ create: { width: 900, height: 600, channels: 3, background: '#c8102e' } })
    .png()
    .toBuffer()
  video = await readFile(await madeVideo(dir, 'lu.mp4', 'testsrc2=s=320x180:r=10:d=6'))
})
afterAll(async () => {
  await server.close()
  await rm(dir, { recursive: true, force: true })
})

type Role = 'officer' | 'approver' | 'operator' | 'admin'
const upload = async (bytes: Buffer, query = '', role: Role = 'officer') => {
  const browser = await server.as(role)
  return await browser
    .post(`/api/board-media?${encodeURI(query)}`)
    .set('Content-Type', 'application/octet-stream')
    .send(bytes)
}
const uploaded = async (bytes: Buffer, query = 'name=lu.png'): Promise<BoardUpload> => {
  const answer = await upload(bytes, query)
  expect(answer.status).toBe(201)
  return answer.body as BoardUpload
}
const stored = async () => {
  const { rows } = await server.database.db.query(
    'select (select count(*) from board_media)::int as media, (select count(*) from files)::int as files',
  )
  return rows[0] as { media: number; files: number }
}
const contentWith = (...media: BoardMedia[]) => ({
  title: 'Cảnh báo lũ trên sông Hiếu',
  body: 'Mực nước đang lên nhanh. Đề nghị bà con ven sông chuyển đồ lên nơi cao.',
  issuer: 'UBND xã Hướng Phùng',
  channels: ['board'],
  audience: { areas: ['44'] },
  variants: { board: { media } },
})
const captioned = (media: BoardMedia, caption = 'Nước lũ ngập cầu tràn'): BoardMedia => ({ ...media, caption })

describe('uploading', () => {
  test('a picture is taken, and its bytes can be looked at by those who are given the address', async () => {
    const one = await uploaded(picture, 'name=Ngập  lụt.png')
    expect(one.media).toMatchObject({ kind: 'picture', width: 900, height: 600, caption: '' })
    expect(one.original).toMatchObject({ name: 'Ngập lụt.png', format: 'PNG', bytes: picture.length, page: null })
    expect(one.original.sha256).toBe(createHash('sha256').update(picture).digest('hex'))
    const browser = await server.as('approver')
    const file = await browser.get(one.url)
    expect(createHash('sha256').update(file.body).digest('hex')).toBe(one.media.sha256)
    expect(file.headers).toMatchObject({
      'content-type': one.media.mime,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; img-src 'self'; media-src 'self'; sandbox",
    })
    expect((await browser.get(one.url.replace(/sig=../, 'sig=AA'))).status).toBe(403)
    // The preview of a board knows names and hashes only, and has the session.
    const [bare = ''] = one.url.split('?')
    expect((await browser.get(bare)).status).toBe(200)
    expect((await (await server.as('operator')).get(bare)).status).toBe(
      may('operator', 'announcement.read') ? 200 : 403,
    )
    expect(await listening(server.app, async port => (await fetch(`http://127.0.0.1:${port}${bare}`)).status)).toBe(403)
    const { rows } = await server.database.db.query(
      "insert into files (sha256, mime, size_bytes, bytes) values ($1, 'audio/mpeg', 1, 'x') returning sha256",
      ['f'.repeat(64)],
    )
    expect((await browser.get(`/files/${rows[0].sha256}/x.jpg`)).status).toBe(403)
    const again = await browser.get(`/api/board-media/${one.media.mediaId}`)
    expect({ ...again.body, url: '' }).toEqual({ ...one, url: '' })
  })

  test('a video is sent in the ranges that a player asks for; its poster is a picture', async () => {
    const one = await uploaded(video, 'name=lu.mp4')
    expect(one.media).toMatchObject({ kind: 'video', durationMs: 6_000, cues: [] })
    const browser = await server.as('officer')
    const part = await browser.get(one.url).set('Range', 'bytes=100-199')
    expect([part.status, part.headers['content-range'], part.body.length]).toEqual([
      206,
      `bytes 100-199/${one.media.bytes}`,
      100,
    ])
    expect((await browser.get(one.posterUrl ?? '')).headers['content-type']).toBe('image/jpeg')
  })

  test('the page of a PDF that was asked for; pictures of its pages for choosing', async () => {
    const file = pdf([[{ text: 'MOT', size: 90, y: 500 }], [{ text: 'HAI', size: 90, y: 500 }]])
    const two = await uploaded(file, 'page=2')
    expect(two.original).toMatchObject({ format: 'PDF', page: 2, pages: 2 })
    const browser = await server.as('officer')
    const answer = await browser
      .post('/api/board-media/pages')
      .set('Content-Type', 'application/octet-stream')
      .send(file)
    const { pages, pictures } = answer.body as PdfPages
    expect([answer.status, pages, pictures.length]).toEqual([200, 2, 2])
    expect(pictures[0]).toMatch(/^data:image\/jpeg;base64,\/9j\//)
    expect((await upload(file, 'page=3')).body).toMatchObject({ status: 422, code: 'media.no-such-part' })
  })

  test('progress comes as lines where it is asked for, and the result or the refusal is the last one', async () => {
    const browser = await server.as('officer')
    const asked = async (bytes: Buffer) => {
      const answer = await browser
        .post('/api/board-media')
        .set({ 'Content-Type': 'application/octet-stream', Accept: 'application/x-ndjson' })
        .buffer(true)
        .parse((res, done) => {
          let text = ''
          res.on('data', chunk => {
            text += String(chunk)
          })
          res.on('end', () => done(null, text))
        })
        .send(bytes)
      return {
        status: answer.status,
        lines: String(answer.body)
          .trim()
          .split('\n')
          .map(l => JSON.parse(l) as UploadLine),
      }
    }
    const { status, lines } = await asked(video)
    expect([status, lines.length > 1]).toEqual([200, true])
    expect(lines.slice(0, -1).every(line => 'progress' in line)).toBe(true)
    expect(lines.at(-1)).toMatchObject({ upload: { media: { kind: 'video' } } })
    // Refused before any work: the usual answer with its status.
    expect(await asked(Buffer.from('PK\u0003\u0004'))).toMatchObject({
      status: 422,
      lines: [{ code: 'media.not-taken' }],
    })
    const cut = video.subarray(0, Math.round(video.length * 0.7))
    const refused = await asked(cut)
    expect(JSON.stringify(refused.lines.at(-1))).toMatch(/media\.unreadable/)
  })

  test('only those who may write announcements', async () => {
    const before = await stored()
    expect((await upload(picture, '', 'approver')).status).toBe(403)
    expect((await upload(picture, '', 'operator')).status).toBe(403)
    expect(await stored()).toEqual(before)
  })

  test('a file that is not taken is refused by its head, before the rest has come', async () => {
    const before = await stored()
    const cookie = await cookieOf('officer')
    const answer = await listening(server.app, port => half(port, cookie, Buffer.from(`<svg ${' '.repeat(5_000)}>`)))
    expect(answer).toMatchObject({ status: 422, body: expect.stringMatching(/media\.not-taken.*SVG/s) })
    expect(await stored()).toEqual(before)
  })

  test('too many bytes for any kind, and too many for its kind', async () => {
    const routes = [
      ...server.routes.filter(r => !r.path.startsWith('/api/board-media')),
      ...boardMediaRoutes(server.deps, 50_000),
    ]
    const app = server.withRoutes(routes)
    const cookie = await cookieOf('officer')
    const announced = await listening(app, port => half(port, cookie, picture.subarray(0, 100), 60_000))
    expect(announced).toMatchObject({ status: 413, body: expect.stringContaining('request.too-large') })
  })

  test('an uploader who goes away in the middle of the work ends it, and nothing is left', async () => {
    const long = await readFile(
      await madeVideo(dir, 'lau.mp4', 'testsrc2=s=1280x720:r=30:d=30', '-preset', 'ultrafast'),
    )
    const [before, folders] = [await stored(), await workFolders()]
    const cookie = await cookieOf('officer')
    await listening(server.app, async port => {
      const req = request(byHand(port, { cookie, 'content-length': String(long.length) }))
      req.on('error', () => {})
      req.end(long)
      while (!(await children()).includes('ffmpeg')) await new Promise(resolve => setImmediate(resolve))
      req.destroy()
      while ((await children()).includes('ffmpeg')) await new Promise(resolve => setImmediate(resolve))
    })
    // The next upload passes the same turnstile.
    await uploaded(picture)
    expect((await stored()).media).toBe(before.media + 1)
    expect(await workFolders()).toEqual(folders)
    expect(server.lines.filter(line => line.level === 'error')).toEqual([])
  })
})

describe('captions', () => {
  test('a file of captions is read for its video and put in order; nothing is kept', async () => {
    const one = await uploaded(video)
    const browser = await server.as('officer')
    const post = (text: string) => browser.post(`/api/board-media/${one.media.mediaId}/captions`).send({ text })
    const read = await post(
      '1\n00:00:00,000 --> 00:00:03,000\nNước đang lên\n\n2\n00:00:02,000 --> 00:00:09,000\nChạy lên đồi',
    )
    expect(read.body.cues).toEqual([
      { fromMs: 0, toMs: 2_000, text: 'Nước đang lên' },
      { fromMs: 2_000, toMs: 6_000, text: 'Chạy lên đồi' },
    ])
    expect((await post('không phải phụ đề')).body).toMatchObject({ status: 422, code: 'media.captions' })
    const again = await browser.get(`/api/board-media/${one.media.mediaId}`)
    expect(again.body.media.cues).toEqual([])
  })
})

describe('in an announcement', () => {
  test('media and how it is shown are part of what is approved, and belong to the first announcement saved with them', async () => {
    const one = await uploaded(picture)
    const draft = await createDraft(server.deps, officer, contentWith(captioned(one.media)))
    expect(draft.content.variants.board?.media).toEqual([captioned(one.media)])
    const { rows } = await server.database.db.query('select announcement_id from board_media where id = $1', [
      one.media.mediaId,
    ])
    expect(rows[0].announcement_id).toBe(draft.id)
    const other = await updateDraft(
      server.deps,
      officer,
      draft.id,
      draft.revision,
      contentWith(captioned(one.media, 'Chữ khác')),
    )
    expect(other.hash).not.toBe(draft.hash)
    const pinned = {
      ...contentWith(captioned(one.media, 'Chữ khác')),
      variants: { board: { media: other.content.variants.board?.media, pinned: true } },
    }
    expect((await updateDraft(server.deps, officer, draft.id, other.revision, pinned)).hash).not.toBe(other.hash)
  })

  test.each<[string, (media: BoardMedia) => Partial<BoardMedia>]>([
    ['another file', () => ({ sha256: 'a'.repeat(64) })],
    ['another size', media => ({ bytes: media.bytes + 1 })],
    ['other measures', () => ({ width: 10 })],
    ['media that were never uploaded', () => ({ mediaId: '00000000-0000-4000-8000-000000000001' })],
  ])('%s under its name is refused', async (_name, forge) => {
    const { media } = await uploaded(picture)
    const forged = { ...captioned(media), ...forge(media) } as BoardMedia
    await expect(createDraft(server.deps, officer, contentWith(captioned(media), forged))).rejects.toMatchObject({
      code: 'media.unknown',
      userMessage: { vi: expect.stringMatching(/^Hình thứ 2/) },
    })
  })

  test('a poster or a length that is not of this video is refused', async () => {
    const { media } = await uploaded(video)
    if (media.kind !== 'video') throw new Error('no video')
    for (const forged of [
      { ...media, poster: { ...media.poster, sha256: media.sha256 } },
      { ...media, durationMs: 1 },
    ]) {
      await expect(createDraft(server.deps, officer, contentWith(captioned(forged)))).rejects.toMatchObject({
        code: 'media.unknown',
      })
    }
  })

  test('without a caption it cannot be submitted: those who do not see the picture must know of it', async () => {
    const { media } = await uploaded(picture)
    const draft = await createDraft(server.deps, officer, contentWith(captioned(media, '  ')))
    await expect(submit(server.deps, officer, draft.id, draft.revision)).rejects.toMatchObject({
      code: 'text.empty',
      userMessage: { vi: expect.stringMatching(/^Chú thích của hình thứ 1 trên bảng tin đang để trống/) },
    })
  })

  test('captions are put in order when they are saved', async () => {
    const { media } = await uploaded(video)
    const cues = [
      { fromMs: 3_000, toMs: 90_000, text: 'Hai' },
      { fromMs: 0, toMs: 4_000, text: '  Một\u200b ' },
    ]
    const draft = await createDraft(server.deps, officer, contentWith({ ...captioned(media), cues } as BoardMedia))
    expect(draft.content.variants.board?.media?.[0]).toMatchObject({
      cues: [
        { fromMs: 0, toMs: 3_000, text: 'Một' },
        { fromMs: 3_000, toMs: 6_000, text: 'Hai' },
      ],
    })
  })

  test('the preview holds the media and says what is missing: captions of a video', async () => {
    const { media } = await uploaded(video)
    const browser = await server.as('officer')
    const answer = await browser.post('/api/preview/board').send({ content: contentWith(captioned(media)) })
    expect(answer.status).toBe(200)
    expect(answer.body.content.media).toEqual([captioned(media)])
    expect(answer.body.warnings[0].vi).toMatch(/Chưa có phụ đề/)
    const files = answer.body.files as { name: string; url: string }[]
    expect(files.map(f => f.url.split('/')[2])).toEqual([media.sha256, media.kind === 'video' && media.poster.sha256])
    expect((await browser.get(files[0]?.url ?? '')).status).toBe(200)
  })

  test('approved: the board finds every file in its manifest, at an address that serves it', async () => {
    const [still, film] = [await uploaded(picture), await uploaded(video)]
    const draft = await createDraft(server.deps, officer, contentWith(captioned(still.media), captioned(film.media)))
    const sent = await submit(server.deps, officer, draft.id, draft.revision)
    await approve(server.deps, approver, draft.id, sent.hash)
    const { db } = server.database
    const { rows } = await db.query('select id from dispatches where announcement_id = $1', [draft.id])
    await freezeDispatch(server.deps, rows[0].id)
    await renderDispatch(server.deps, server.deps.withWorkDir, rows[0].id, new AbortController().signal)
    await db.query(
      `insert into shelf_items (place_id, kind, dispatch_id, rendition_id)
       select $1, 'boards', id, rendition_id from dispatches where id = $2`,
      [boardId, rows[0].id],
    )
    const built = (await boardManifests(server.deps, [boardId], server.deps.now())).get(boardId)
    const manifest = boardManifestSchema.parse(JSON.parse(built?.body ?? ''))
    expect(manifest.items[0]?.media.map(m => m.kind)).toEqual(['picture', 'video'])
    const files = manifest.items[0]?.files ?? []
    expect(files).toHaveLength(3)
    await listening(server.app, async port => {
      for (const file of files) {
        const answer = await fetch(`http://127.0.0.1:${port}${file.url}`)
        const bytes = Buffer.from(await answer.arrayBuffer())
        expect([answer.status, bytes.length]).toEqual([200, file.bytes])
        expect(createHash('sha256').update(bytes).digest('hex')).toBe(file.sha256)
      }
    })
  })

  test('an upload that came into no draft is forgotten after a week, unless its bytes are needed', async () => {
    const { db } = server.database
    const [tried, kept] = [await uploaded(picture), await uploaded(picture)]
    expect(tried.media.sha256).toBe(kept.media.sha256)
    await createDraft(server.deps, officer, contentWith(captioned(kept.media)))
    const other = await sharp({ create: { width: 700, height: 700, channels: 3, background: '#123456' } })
      .jpeg()
      .toBuffer()
    const alone = await uploaded(other)
    await db.query("update board_media set uploaded_at = uploaded_at - interval '8 days' where id = any($1::uuid[])", [
      [tried, kept, alone].map(one => one.media.mediaId),
    ])
    expect(await forgetUnusedBoardMedia(db, server.deps.now())).toBe(2)
    const { rows } = await db.query('select sha256 from files where sha256 = any($1)', [
      [kept.media.sha256, alone.media.sha256],
    ])
    expect(rows).toEqual([{ sha256: kept.media.sha256 }])
    expect(await forgetUnusedBoardMedia(db, server.deps.now())).toBe(0)
  })

  test('a draft that comes in the moment in which its upload is forgotten is refused, and not saved without it', async () => {
    const { db } = server.database
    const { media } = await uploaded(picture)
    const sweep = await db.connect()
    await sweep.query('begin')
    await sweep.query('delete from board_media where id = $1', [media.mediaId])
    const saved = createDraft(server.deps, officer, contentWith(captioned(media))).then(
      () => 'saved',
      error => error.code,
    )
    await until('it waits for the sweep', async () => {
      const { rowCount } = await db.query(
        `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      )
      return rowCount === 1
    })
    await sweep.query('commit')
    sweep.release()
    expect(await saved).toBe('media.unknown')
  })
})

const workFolders = async () => (await readdir(tmpdir())).filter(name => name.startsWith('loa-http-')).sort()

/** The cookies of a signed-in browser, for requests made by hand. */
async function cookieOf(role: Role): Promise<string> {
  const browser = await server.as(role)
  const jar = browser.jar.getCookies({ domain: '127.0.0.1', path: '/', secure: false, script: false })
  return jar.map(cookie => `${cookie.name}=${cookie.value}`).join('; ')
}

/** Serves the app on a port of its own while `work` runs. */
async function listening<T>(app: HttpServer['app'], work: (port: number) => Promise<T>): Promise<T> {
  const listener = app.listen(0, '127.0.0.1')
  await new Promise(resolve => listener.once('listening', resolve))
  try {
    return await work((listener.address() as AddressInfo).port)
  } finally {
    listener.closeAllConnections()
    await new Promise(resolve => listener.close(resolve))
  }
}

const byHand = (port: number, headers: Record<string, string>) => ({
  port,
  method: 'POST',
  path: '/api/board-media',
  headers: { 'sec-fetch-site': 'same-origin', 'content-type': 'application/octet-stream', ...headers },
})

/** Sends the beginning of an upload and waits for an answer; the rest never comes. */
async function half(port: number, cookie: string, begin: Buffer, length = 100_000_000) {
  return await new Promise<{ status: number; body: string }>((resolve, reject) => {
    const req = request(byHand(port, { cookie, 'content-length': String(length) }), res => {
      let body = ''
      res.on('data', chunk => {
        body += String(chunk)
      })
      res.on('end', () => {
        resolve({ status: res.statusCode ?? 0, body })
        req.destroy()
      })
    })
    req.on('error', reject)
    req.write(begin)
  })
}
