import { once } from 'node:events'
import type { Request, Response } from 'express'
import { z } from 'zod'
import type { Auth } from '../../accounts/auth.ts'
import { actorOf } from '../../accounts/sessions.ts'
import { may } from '../../domain/accounts.ts'
import { AppError } from '../../domain/errors.ts'
import { markFetched, type ShelfEntry, stationItemOfFile } from '../../places/shelf.ts'
import { slotsToAir } from '../../places/station-slots.ts'
import { stationByToken } from '../../places/stations.ts'
import { isBoardMediaFile } from '../../store/board-media.ts'
import { type FileInfo, findFile, readFileSlice } from '../../store/files.ts'
import type { HttpDeps } from '../deps.ts'
import { notFound } from '../problem.ts'
import { type RouteDef, route } from '../route.ts'
import { parseRange } from './byte-range.ts'

/** Read from the database at a time; also what one download holds in memory. */
const sliceBytes = 256 * 1024

const querySchema = z.object({
  exp: z.string().optional(),
  sig: z.string().optional(),
  /** Feed token of the station that downloads. */
  s: z.string().optional(),
  download: z.string().optional(),
})

/**
 * Stored files by the hash of their bytes, for holders of a signed address. Pictures and videos of boards are also for those
 * who may read announcements: the preview of a board knows their names and hashes and nothing else.
 */
export function fileRoutes(deps: HttpDeps, auth: Auth): RouteDef[] {
  const maySee = async (req: Request, sha256: string): Promise<boolean> => {
    const actor = await actorOf(auth, req)
    return actor !== undefined && may(actor.role, 'announcement.read') && (await isBoardMediaFile(deps.db, sha256))
  }
  /**
   * The station's item with this file; undefined for the file of a session.
   * @throws AppError not-found when the item was withdrawn or is over, or something in the session was withdrawn
   */
  const currentItem = async (token: string, sha256: string): Promise<ShelfEntry | undefined> => {
    const station = await stationByToken(deps.db, token)
    const item = station && (await stationItemOfFile(deps.db, station.id, sha256, deps.now()))
    if (item) return item
    const slots = station ? await slotsToAir(deps.db, station.areaCode, deps.now()) : []
    if (slots.some(s => s.sha256 === sha256)) return undefined
    throw new AppError('not-found', {
      vi: 'Bản tin này đã được thu hồi hoặc hết hạn, vui lòng không phát. Ông/Bà xem danh sách bản tin mới nhất của đài.',
      en: 'This item was withdrawn or has expired; please do not air it. See the present list of your station.',
    })
  }

  return [
    route({
      method: 'get',
      path: '/files/:sha256/:name',
      summary:
        'A stored file (byte ranges, HEAD); the signature covers the path. Pictures and videos of boards also by session',
      tag: 'files',
      access: 'token',
      params: z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/), name: z.string().max(255) }),
      query: querySchema,
      async handle({ params, query, req, res }) {
        if (query.sig !== undefined || !(await maySee(req, params.sha256))) {
          deps.links.checkSignedPath(
            req.path,
            { ...(query.exp && { exp: query.exp }), ...(query.sig && { sig: query.sig }) },
            deps.now(),
          )
        }
        const item = query.s === undefined ? undefined : await currentItem(query.s, params.sha256)
        const file = await findFile(deps.db, params.sha256)
        if (!file) throw notFound()
        const sent = await serveFile(deps, req, res, file, { name: params.name, download: query.download === '1' })
        // The last byte has left: only then has the station the file.
        if (sent === 'to-the-end' && item) await markFetched(deps.db, item.itemId, deps.now())
      },
    }),
  ]
}

/**
 * Answers with a stored file: conditional requests, HEAD and one byte range.
 * @returns `to-the-end` when its last byte has left
 */
export async function serveFile(
  deps: HttpDeps,
  req: Request,
  res: Response,
  file: FileInfo,
  as: { name: string; download: boolean },
): Promise<'to-the-end' | 'part'> {
  setHeaders(res, file, as.name, as.download)
  if (req.fresh) {
    res.status(304).end()
    return 'part'
  }
  const asked = ifRangeHolds(req.get('if-range'), file) ? req.get('range') : undefined
  const range = parseRange(asked, file.sizeBytes)
  if (range === 'unsatisfiable') {
    res.set('Content-Range', `bytes */${file.sizeBytes}`).status(416).end()
    return 'part'
  }
  const { start, end } = range === 'whole' ? { start: 0, end: file.sizeBytes - 1 } : range
  res.set('Content-Length', String(end - start + 1))
  if (range !== 'whole') res.set('Content-Range', `bytes ${start}-${end}/${file.sizeBytes}`).status(206)
  if (req.method === 'HEAD') {
    res.end()
    return 'part'
  }
  const complete = await sendSlices(deps, res, file.sha256, start, end)
  return complete && end === file.sizeBytes - 1 ? 'to-the-end' : 'part'
}

/** Headers of every stored file, whatever its form. */
export function setHeaders(res: Response, file: FileInfo, name: string, download: boolean): void {
  const ascii = name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[đĐ]/g, 'd')
    .replace(/[^\w.-]/g, '_')
  const encoded = encodeURIComponent(name).replace(/['()*]/g, c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
  res.set({
    'Content-Type': file.mime,
    'Content-Disposition': `${download ? 'attachment' : 'inline'}; filename="${ascii}"; filename*=UTF-8''${encoded}`,
    ETag: `"${file.sha256}"`,
    'Last-Modified': file.createdAt.toUTCString(),
    'Accept-Ranges': 'bytes',
    // Kept, but asked for again each time: a withdrawn item must stop.
    'Cache-Control': 'private, no-cache',
    'X-Content-Type-Options': 'nosniff',
    // Nothing that was uploaded may run as a page of ours; it may be looked at and played.
    'Content-Security-Policy': "default-src 'none'; img-src 'self'; media-src 'self'; sandbox",
  })
}

/** RFC 9110 §13.1.5: a range of an older file must not be glued to the present one. */
function ifRangeHolds(header: string | undefined, file: FileInfo): boolean {
  return header === undefined || header === `"${file.sha256}"` || header === file.createdAt.toUTCString()
}

/** @returns false when the other side went away or the file is gone */
async function sendSlices(deps: HttpDeps, res: Response, sha256: string, start: number, end: number): Promise<boolean> {
  const gone = new AbortController()
  res.on('close', () => gone.abort())
  for (let at = start; at <= end; ) {
    const slice = await readFileSlice(deps.db, sha256, at, Math.min(sliceBytes, end - at + 1))
    if (!slice || slice.length === 0 || gone.signal.aborted) {
      // The length was promised: a cut connection tells the client that this is not all.
      res.destroy()
      return false
    }
    at += slice.length
    if (!res.write(slice)) {
      try {
        await once(res, 'drain', { signal: gone.signal })
      } catch {
        return false
      }
    }
  }
  return new Promise(resolve => {
    res.on('close', () => resolve(res.writableFinished))
    res.end(() => resolve(true))
  })
}
