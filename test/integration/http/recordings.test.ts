import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { loudspeaker } from '../../../channels/loudspeaker/index.ts'
import type { SpeechContent } from '../../../channels/loudspeaker/render.ts'
import { installChannels } from '../../../channels/registry.ts'
import { approve, createDraft, getAnnouncement, submit, updateDraft } from '../../../services/dispatch/announcements.ts'
import { freezeDispatch } from '../../../services/dispatch/plan.ts'
import { renderDispatch } from '../../../services/dispatch/render.ts'
import { recordingRoutes } from '../../../services/http/routes/recordings.ts'
import type { Recording } from '../../../services/http/schemas-recordings.ts'
import { createStations } from '../../../services/places/stations.ts'
import { forgetUnusedRecordings } from '../../../services/store/recordings.ts'
import { approver, officer } from '../../support/dispatch.ts'
import { made, speechFile } from '../loudspeaker/recorded.ts'
import { loudness, never } from '../loudspeaker/support.ts'
import { type HttpServer, httpServer } from './server.ts'

let server: HttpServer
let dir: string
let mp3: string
beforeAll(async () => {
  server = await httpServer()
  server.deps.channels.set('loudspeaker', {
    channel: loudspeaker,
    config: installChannels([loudspeaker], ['loudspeaker'], () => ({})).get('loudspeaker')?.config,
  })
  await createStations(server.database.db, [{ areaCode: '19333', name: 'Đài truyền thanh xã' }])
  dir = await mkdtemp(join(tmpdir(), 'loa-upload-'))
  mp3 = await made(dir, 'thong-bao.mp3', await speechFile(dir, 8), '-b:a', '64k')
})
afterAll(async () => {
  await server.close()
  await rm(dir, { recursive: true, force: true })
})

const upload = async (role: 'officer' | 'approver' | 'operator' | 'admin', bytes: Buffer, query = 'language=bru') => {
  const browser = await server.as(role)
  return await browser.post(`/api/recordings?${query}`).set('Content-Type', 'application/octet-stream').send(bytes)
}
const uploaded = async (query = 'language=bru&title=Tiêm phòng&name=thong-bao.mp3'): Promise<Recording> => {
  const answer = await upload('officer', await readFile(mp3), encodeURI(query))
  expect(answer.status).toBe(201)
  return answer.body as Recording
}
const stored = async () => {
  const { rows } = await server.database.db.query(
    'select (select count(*) from recordings)::int as recordings, (select count(*) from files)::int as files',
  )
  return rows[0] as { recordings: number; files: number }
}
const contentWith = (
  recording: Recording,
  transcript = 'Lời đọc bằng tiếng Bru: mời bà con đưa trâu bò đi tiêm phòng.',
) => ({
  title: 'Tiêm phòng gia súc',
  body: 'Kính mời bà con đưa trâu, bò đến nhà văn hóa thôn để tiêm phòng.',
  issuer: 'UBND xã Hướng Phùng',
  channels: ['loudspeaker'],
  audience: { areas: ['44'] },
  variants: { recording: { recordingId: recording.id, sha256: recording.sha256, language: 'bru', transcript } },
})

describe('uploading', () => {
  test('a recording is taken, measured, and can be listened to', async () => {
    const recording = await uploaded()
    expect(recording).toMatchObject({
      language: 'bru',
      title: 'Tiêm phòng',
      originalName: 'thong-bao.mp3',
      originalFormat: 'MP3',
      warnings: [],
    })
    expect(recording.durationSeconds).toBeCloseTo(8, 0)
    expect(Math.abs(recording.after.lufs + 16)).toBeLessThanOrEqual(0.5)
    expect(recording.after.dbtp).toBeLessThanOrEqual(-1.5)
    const browser = await server.as('officer')
    const sound = await browser.get(recording.listenUrl)
    expect([sound.status, sound.headers['content-type']]).toEqual([200, 'audio/flac'])
    expect(createHash('sha256').update(sound.body).digest('hex')).toBe(recording.sha256)
    const again = await browser.get(`/api/recordings/${recording.id}`)
    expect({ ...again.body, listenUrl: '' }).toEqual({ ...recording, listenUrl: '' })
  })

  test('the original is known by its hash, and who uploaded it', async () => {
    const recording = await uploaded()
    const { rows } = await server.database.db.query('select * from recordings where id = $1', [recording.id])
    const hash = createHash('sha256')
      .update(await readFile(mp3))
      .digest('hex')
    expect(rows[0]).toMatchObject({
      original_sha256: hash,
      announcement_id: null,
      uploaded_by_name: expect.any(String),
    })
  })

  test('only those who may write announcements', async () => {
    const bytes = await readFile(mp3)
    const before = await stored()
    expect((await upload('approver', bytes)).status).toBe(403)
    expect((await upload('operator', bytes)).status).toBe(403)
    expect((await upload('admin', bytes)).status).toBe(201)
    expect((await listening(server.app, port => send(port, '', false))).status).toBe(401)
    expect((await stored()).recordings).toBe(before.recordings + 1)
  })

  test.each([
    ['a zip', Buffer.from('PK\u0003\u0004 and more'), 422, 'recording.not-audio', /tệp nén/],
    ['nothing', Buffer.alloc(0), 422, 'recording.not-audio', /rỗng/],
  ])('%s leaves nothing behind', async (_name, bytes, status, code, sentence) => {
    const before = await stored()
    const answer = await upload('officer', bytes)
    expect([answer.status, answer.body.code, answer.body.detailVi]).toEqual([
      status,
      code,
      expect.stringMatching(sentence),
    ])
    expect(await stored()).toEqual(before)
  })

  test('languages, lengths and forms are looked at before any byte', async () => {
    const bytes = await readFile(mp3)
    expect((await upload('officer', bytes, 'language=Ti%E1%BA%BFng%20Bru')).status).toBe(422)
    expect((await upload('officer', bytes, '')).status).toBe(422)
    const browser = await server.as('officer')
    const form = await browser.post('/api/recordings?language=vi').attach('file', mp3)
    expect([form.status, form.body.code]).toEqual([415, 'request.unsupported-encoding'])
  })

  test('too many bytes: told by the head, or as soon as there are too many', async () => {
    const small = recordingRoutes(server.deps, 4_000)
    const app = server.withRoutes([...server.routes.filter(r => r.path !== '/api/recordings'), ...small])
    const cookie = await cookieOf('officer')
    const before = await stored()
    await listening(app, async port => {
      for (const chunked of [false, true]) {
        const answer = await send(port, cookie, chunked)
        expect([answer.status, answer.body]).toEqual([413, expect.stringContaining('request.too-large')])
      }
    })
    expect(await stored()).toEqual(before)
  })

  test('an uploader who goes away in the middle leaves nothing', async () => {
    const before = await stored()
    const cookie = await cookieOf('officer')
    await listening(server.app, async port => {
      await new Promise<void>(resolve => {
        const req = request(byHand(port, { cookie, 'content-length': '9000000' }))
        req.on('error', () => resolve())
        req.write(Buffer.alloc(200_000, 1), () => req.destroy())
      })
    })
    // The next upload passes the same turnstile.
    expect((await upload('officer', await readFile(mp3))).status).toBe(201)
    expect((await stored()).recordings).toBe(before.recordings + 1)
  })
})

describe('in an announcement', () => {
  test('it is part of what is approved, and belongs to the first announcement saved with it', async () => {
    const [one, other] = [await uploaded(), await uploaded()]
    expect(other.sha256).toBe(one.sha256)
    const draft = await createDraft(server.deps, officer, contentWith(one))
    const { rows } = await server.database.db.query('select announcement_id from recordings where id = $1', [one.id])
    expect(rows[0].announcement_id).toBe(draft.id)
    const changed = await updateDraft(server.deps, officer, draft.id, draft.revision, contentWith(one, 'Lời khác hẳn.'))
    expect(changed.hash).not.toBe(draft.hash)
    const without = await updateDraft(server.deps, officer, draft.id, changed.revision, {
      ...contentWith(one),
      variants: {},
    })
    expect(without.hash).not.toBe(changed.hash)
  })

  test('a recording that is not here, or another sound under its name, is refused', async () => {
    const recording = await uploaded()
    const forged = { ...recording, sha256: 'a'.repeat(64) }
    const unknown = { ...recording, id: '00000000-0000-4000-8000-000000000001' }
    for (const bad of [forged, unknown]) {
      await expect(createDraft(server.deps, officer, contentWith(bad))).rejects.toMatchObject({
        code: 'recording.unknown',
      })
    }
  })

  test('without a transcript it cannot be submitted: the operator must be able to read it aloud', async () => {
    const draft = await createDraft(server.deps, officer, contentWith(await uploaded(), '  '))
    await expect(submit(server.deps, officer, draft.id, draft.revision)).rejects.toMatchObject({
      code: 'text.empty',
      userMessage: { vi: expect.stringMatching(/^Lời của bản ghi âm đang để trống/) },
    })
  })

  test('the preview plays the recording and shows its transcript', async () => {
    const recording = await uploaded()
    const browser = await server.as('officer')
    const answer = await browser.post('/api/preview/loudspeaker').send({ content: contentWith(recording) })
    expect(answer.status).toBe(200)
    expect(answer.body.content).toMatchObject({
      voice: 'recording:bru',
      script: expect.stringContaining('Lời đọc bằng tiếng Bru'),
      spoken: expect.stringContaining('Lời đọc bằng tiếng Bru'),
    })
    expect(answer.body.content.durationSeconds).toBeGreaterThan(recording.durationSeconds + 3)
  })

  test('approved and rendered: the broadcast file meets the standard and sounds like the recording', async () => {
    const recording = await uploaded()
    const draft = await createDraft(server.deps, officer, contentWith(recording))
    const sent = await submit(server.deps, officer, draft.id, draft.revision)
    await approve(server.deps, approver, draft.id, sent.hash)
    const { rows } = await server.database.db.query('select id from dispatches where announcement_id = $1', [draft.id])
    await freezeDispatch(server.deps, rows[0].id)
    await renderDispatch(server.deps, server.deps.withWorkDir, rows[0].id, never())
    const rendered = await server.database.db.query(
      `select r.content, f.bytes, d.problem from dispatches d join renditions r on r.id = d.rendition_id
       join files f on f.sha256 = r.files->0->>'sha256' where d.id = $1`,
      [rows[0].id],
    )
    const { content, bytes } = rendered.rows[0] as { content: SpeechContent; bytes: Buffer }
    const path = join(dir, 'rendered.mp3')
    await writeFile(path, bytes)
    const [lufs, dbtp] = await loudness(path)
    expect([content.lufs, content.dbtp, content.voice]).toEqual([lufs, dbtp, 'recording:bru'])
    expect(Math.abs(lufs + 16)).toBeLessThanOrEqual(0.5)
    expect(dbtp).toBeLessThanOrEqual(-1.5)
    expect((await getAnnouncement(server.deps, officer, draft.id)).state).not.toBe('draft')
  })

  test('an upload that came into no draft is forgotten after a week, unless its sound is needed', async () => {
    const { db } = server.database
    const [tried, kept] = [await uploaded(), await uploaded()]
    await createDraft(server.deps, officer, contentWith(kept))
    await db.query("update recordings set uploaded_at = uploaded_at - interval '8 days' where id = any($1)", [
      [tried.id, kept.id],
    ])
    const other = await made(dir, 'khac.wav', mp3, '-af', 'atempo=1.2')
    const alone = (await upload('officer', await readFile(other))).body as Recording
    await db.query("update recordings set uploaded_at = uploaded_at - interval '8 days' where id = $1", [alone.id])
    expect(await forgetUnusedRecordings(db, server.deps.now())).toBe(2)
    const { rows } = await db.query('select sha256 from files where sha256 = any($1)', [[kept.sha256, alone.sha256]])
    expect(rows).toEqual([{ sha256: kept.sha256 }])
    expect(await forgetUnusedRecordings(db, server.deps.now())).toBe(0)
  })

  test('a recording that is gone is a failure that is told, not a spoken text instead', async () => {
    const recording = await uploaded()
    const draft = await createDraft(server.deps, officer, contentWith(recording))
    const { db } = server.database
    await db.query('delete from recordings')
    await db.query('delete from files where sha256 = $1', [recording.sha256])
    const browser = await server.as('officer')
    const answer = await browser.post('/api/preview/loudspeaker').send({ content: draft.content })
    expect([answer.status, answer.body.code]).toEqual([422, 'recording.unknown'])
    await expect(submit(server.deps, officer, draft.id, draft.revision)).rejects.toMatchObject({
      code: 'recording.unknown',
    })
  })
})

/** The cookies of a signed-in browser, for requests made by hand. */
async function cookieOf(role: 'officer'): Promise<string> {
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
  path: '/api/recordings?language=vi',
  headers: { 'sec-fetch-site': 'same-origin', 'content-type': 'application/octet-stream', ...headers },
})

/** An upload whose length is announced, or not. */
async function send(port: number, cookie: string, chunked: boolean): Promise<{ status: number; body: string }> {
  const bytes = await readFile(mp3)
  return await new Promise((resolve, reject) => {
    const length = chunked ? {} : { 'content-length': String(bytes.length) }
    const req = request(byHand(port, { cookie, ...length }), res => {
      let text = ''
      res.on('data', chunk => {
        text += String(chunk)
      })
      res.on('end', () => resolve({ status: res.statusCode ?? 0, body: text }))
    })
    req.on('error', reject)
    if (chunked) createReadStream(mp3, { highWaterMark: 1_000 }).pipe(req)
    else req.end(bytes)
  })
}
