import type { Request, Response } from 'express'
import { z } from 'zod'
import { getRecording, recordingLimitBytes, recordingTooLarge, takeRecording } from '../../dispatch/recordings.ts'
import { languageCode } from '../../domain/announcement.ts'
import { AppError, type Sentence } from '../../domain/errors.ts'
import type { RecordingRow } from '../../store/recordings.ts'
import { cleanText } from '../../text/input.ts'
import type { HttpDeps } from '../deps.ts'
import { type RouteDef, route } from '../route.ts'
import { type Recording, recordingSchema } from '../schemas-recordings.ts'
import { createTurnstile } from '../turnstile.ts'

const listenMs = 3_600_000
const manyUploads: Sentence = {
  vi: 'Đang có nhiều bản ghi âm được tải lên. Ông/Bà vui lòng thử lại sau ít phút.',
  en: 'Many recordings are being uploaded. Please try again in some minutes.',
}

const uploadQuery = z.object({
  language: languageCode,
  title: z.string().max(200).default(''),
  /** Name of the file on the officer's computer. */
  name: z.string().max(255).default(''),
})

/**
 * Recordings that are played instead of a spoken text.
 * @param limitBytes largest file that is taken
 */
export function recordingRoutes(deps: HttpDeps, limitBytes = recordingLimitBytes): RouteDef[] {
  // A slow line must not hold a processor, so the two are waited for apart.
  const receiving = createTurnstile(10, 10, manyUploads)
  const levelling = createTurnstile(2, 10, manyUploads)
  return [
    route({
      method: 'post',
      path: '/api/recordings',
      summary:
        'Upload a recording as the raw body (MP3, WAV, M4A, OGG, FLAC, WMA, AMR; at most 300 MB and 30 minutes). What it is ' +
        'is told from its bytes. It is filtered for horns and brought to -16 LUFS',
      tag: 'recordings',
      access: 'announcement.write',
      query: uploadQuery,
      response: recordingSchema,
      status: 201,
      async handle({ actor, query, req, res }) {
        const gone = new AbortController()
        res.once('close', () => gone.abort(new Error('the uploader went away')))
        try {
          refuseUnread(req, limitBytes)
          const upload = {
            language: query.language,
            title: oneLine(query.title),
            name: oneLine(query.name),
            bytes: req.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>,
          }
          const row = await receiving.pass(res, () =>
            takeRecording(deps, deps.withWorkDir, actor, upload, {
              signal: gone.signal,
              limitBytes,
              inTurn: work => levelling.pass(res, work),
            }),
          )
          return present(deps, row)
        } catch (error) {
          // The rest of the upload is read and dropped: browsers show the answer only when all was taken.
          req.resume()
          throw gone.signal.aborted ? givenUp(res, error) : error
        }
      },
    }),
    route({
      method: 'get',
      path: '/api/recordings/:id',
      summary: 'What is known of a recording, with an address to listen to it',
      tag: 'recordings',
      access: 'announcement.read',
      params: z.object({ id: z.uuid() }),
      response: recordingSchema,
      handle: async ({ params }) => present(deps, await getRecording(deps, params.id)),
    }),
  ]
}

/** @throws AppError request.unsupported-encoding | request.too-large */
function refuseUnread(req: Request, limitBytes: number): void {
  const form = req.is(['multipart/*', 'application/json', 'application/x-www-form-urlencoded'])
  if (form || !['', 'identity'].includes(req.get('content-encoding') ?? '')) {
    throw new AppError('request.unsupported-encoding', {
      vi: 'Nội dung gửi lên phải là chính tệp âm thanh (Content-Type: application/octet-stream), không nén thêm.',
      en: 'The body must be the sound file itself (Content-Type: application/octet-stream), not compressed further.',
    })
  }
  if (Number(req.get('content-length') ?? 0) > limitBytes) throw recordingTooLarge(limitBytes)
}

/** Nobody reads this answer; it keeps a closed window out of the log of failures. */
function givenUp(res: Response, cause: unknown): unknown {
  if (!res.closed) return cause
  return new AppError('request.malformed', { vi: 'Yêu cầu đã bị hủy.', en: 'The request was given up.' }, { cause })
}

const oneLine = (text: string) => cleanText(text).replace(/\s+/g, ' ')

function present(deps: HttpDeps, row: RecordingRow): Recording {
  const expiresAt = new Date(deps.now().getTime() + listenMs)
  const url = deps.links.signUrl(`/files/${row.sha256}/voice.flac`, expiresAt)
  return {
    id: row.id,
    sha256: row.sha256,
    language: row.language,
    title: row.title,
    originalName: row.originalName,
    originalBytes: row.originalBytes,
    originalFormat: row.originalFormat,
    durationSeconds: row.durationSeconds,
    before: { lufs: row.lufsBefore, peakDb: row.peakDbBefore },
    after: { lufs: row.lufs, dbtp: row.dbtp },
    warnings: row.warnings,
    uploadedByName: row.uploadedByName,
    uploadedAt: row.uploadedAt.toISOString(),
    listenUrl: url.slice(deps.links.publicUrl.length),
  }
}
