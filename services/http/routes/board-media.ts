import type { Response } from 'express'
import { z } from 'zod'
import { getBoardMedia, mediaTooLarge, pagesOfUpload, takeBoardMedia } from '../../dispatch/board-media.ts'
import { mediaFiles } from '../../domain/board-content.ts'
import type { Sentence } from '../../domain/errors.ts'
import type { BoardMediaRow } from '../../store/board-media.ts'
import { captionLimits, captionWarnings, parseCaptions, tidyCues } from '../../text/captions.ts'
import type { HttpDeps } from '../deps.ts'
import { progressLines } from '../progress-lines.ts'
import { oneLine, withRawUpload } from '../raw-upload.ts'
import { type RouteDef, route } from '../route.ts'
import { type BoardUpload, boardUploadSchema, captionsReadSchema, pdfPagesSchema } from '../schemas-board-media.ts'
import { createTurnstile } from '../turnstile.ts'

const lookMs = 3_600_000
/** The largest of any kind; each kind has its own, see channels/board/media/refusals.ts. */
const largestBytes = 500 * 1024 ** 2

const manyUploads: Sentence = {
  vi: 'Đang có nhiều ảnh và video được tải lên. Ông/Bà vui lòng thử lại sau ít phút.',
  en: 'Many pictures and videos are being uploaded. Please try again in some minutes.',
}
const mediaFile: Sentence = { vi: 'tệp ảnh, PDF hoặc video', en: 'the picture, PDF or video' }

const uploadQuery = z.object({
  /** Name of the file on the officer's computer. */
  name: z.string().max(255).default(''),
  /** Of a PDF. */
  page: z.coerce.number().int().min(1).max(100_000).default(1),
  /** Second of a video from which on it is shown. */
  from: z.coerce.number().min(0).max(36_000).default(0),
})

const captionsBody = z.object({ text: z.string().max(captionLimits.bytes) })

/**
 * Pictures, pages of PDFs and videos that boards show beside text.
 * @param limitBytes largest file that is taken, whatever its kind
 */
export function boardMediaRoutes(deps: HttpDeps, limitBytes = largestBytes): RouteDef[] {
  // A slow line must not hold a processor, so the two are waited for apart.
  const receiving = createTurnstile(10, 10, manyUploads)
  const working = createTurnstile(2, 10, manyUploads)
  const rules = { limitBytes, tooLarge: mediaTooLarge, what: mediaFile }
  const workOf = (res: Response, signal: AbortSignal) => ({
    signal,
    limitBytes,
    inTurn: <T>(work: () => Promise<T>) => working.pass(res, work),
  })
  return [
    route({
      method: 'post',
      path: '/api/board-media',
      summary:
        'Upload a picture (JPEG, PNG, WebP, GIF, AVIF; 60 MB), one page of a PDF (60 MB) or a video (MP4, MOV, WebM, ' +
        'MKV...; 500 MB, 10 minutes, of which a minute is shown) as the raw body. What it is is told from its bytes. With ' +
        '`Accept: application/x-ndjson` the answer is lines: progress while it is worked on, then the upload or a problem',
      tag: 'boards',
      access: 'announcement.write',
      query: uploadQuery,
      response: boardUploadSchema,
      status: 201,
      async handle({ actor, query, req, res }) {
        const lines = progressLines(req, res, deps.log)
        return await lines.answer(async () => {
          const row = await withRawUpload(req, res, rules, (bytes, signal) => {
            const upload = { name: oneLine(query.name), page: query.page, fromSeconds: query.from, bytes }
            const work = { ...workOf(res, signal), progress: lines.progress }
            return receiving.pass(res, () => takeBoardMedia(deps, deps.withWorkDir, actor, upload, work))
          })
          return present(deps, row)
        })
      },
    }),
    route({
      method: 'post',
      path: '/api/board-media/pages',
      summary:
        'Small pictures of twelve pages of a PDF (raw body) from page `first` on, for choosing one; nothing is kept',
      tag: 'boards',
      access: 'announcement.write',
      query: z.object({ first: z.coerce.number().int().min(1).max(100_000).default(1) }),
      response: pdfPagesSchema,
      async handle({ actor, query, req, res }) {
        const { pages, first, pictures } = await withRawUpload(req, res, rules, (bytes, signal) =>
          receiving.pass(res, () =>
            pagesOfUpload(deps, deps.withWorkDir, actor, { bytes, first: query.first }, workOf(res, signal)),
          ),
        )
        return { pages, first, pictures: pictures.map(jpeg => `data:image/jpeg;base64,${jpeg.toString('base64')}`) }
      },
    }),
    route({
      method: 'get',
      path: '/api/board-media/:id',
      summary: 'What is known of a picture or video for boards, with addresses to look at it',
      tag: 'boards',
      access: 'announcement.read',
      params: z.object({ id: z.uuid() }),
      response: boardUploadSchema,
      handle: async ({ params }) => present(deps, await getBoardMedia(deps, params.id)),
    }),
    route({
      method: 'post',
      path: '/api/board-media/:id/captions',
      summary:
        'Read a WebVTT or SRT text as captions of a video, brought into order; nothing is kept: they go into `cues` of ' +
        'the media in the announcement',
      tag: 'boards',
      access: 'announcement.write',
      params: z.object({ id: z.uuid() }),
      body: captionsBody,
      response: captionsReadSchema,
      async handle({ params, body }) {
        const { media } = await getBoardMedia(deps, params.id)
        const given = parseCaptions(body.text)
        const cues = tidyCues(given, media.kind === 'video' ? media.durationMs : 0)
        return { cues, warnings: captionWarnings(cues, given) }
      },
    }),
  ]
}

function present(deps: HttpDeps, row: BoardMediaRow): BoardUpload {
  const { media, original } = row
  const expiresAt = new Date(deps.now().getTime() + lookMs)
  const [url = '', posterUrl = null] = mediaFiles(media).map(({ sha256, name }) =>
    deps.links.signUrl(`/files/${sha256}/${name}`, expiresAt).slice(deps.links.publicUrl.length),
  )
  return {
    media,
    original: {
      name: row.originalName,
      bytes: row.originalBytes,
      sha256: row.originalSha256,
      format: original.format,
      width: original.width,
      height: original.height,
      durationSeconds: original.durationSeconds ?? null,
      page: original.page ?? null,
      pages: original.pages ?? null,
    },
    done: row.done,
    warnings: row.warnings,
    uploadedByName: row.uploadedByName,
    uploadedAt: row.uploadedAt.toISOString(),
    url,
    posterUrl,
  }
}
