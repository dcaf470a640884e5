import { z } from 'zod'
import { getRecording, recordingLimitBytes, recordingTooLarge, takeRecording } from '../../dispatch/recordings.ts'
import { languageCode } from '../../domain/announcement.ts'
import type { Sentence } from '../../domain/errors.ts'
import type { RecordingRow } from '../../store/recordings.ts'
import type { HttpDeps } from '../deps.ts'
import { oneLine, withRawUpload } from '../raw-upload.ts'
import { type RouteDef, route } from '../route.ts'
import { type Recording, recordingSchema } from '../schemas-recordings.ts'
import { createTurnstile } from '../turnstile.ts'

const listenMs = 3_600_000
const manyUploads: Sentence = {
  vi: 'Đang có nhiều bản ghi âm được tải lên. Ông/Bà vui lòng thử lại sau ít phút.',
  en: 'Many recordings are being uploaded. Please try again in some minutes.',
}

const soundFile: Sentence = { vi: 'tệp âm thanh', en: 'the sound file' }

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
  const rules = { limitBytes, tooLarge: recordingTooLarge, what: soundFile }
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
        const row = await withRawUpload(req, res, rules, (bytes, signal) => {
          const upload = { language: query.language, title: oneLine(query.title), name: oneLine(query.name), bytes }
          return receiving.pass(res, () =>
            takeRecording(deps, deps.withWorkDir, actor, upload, {
              signal,
              limitBytes,
              inTurn: work => levelling.pass(res, work),
            }),
          )
        })
        return present(deps, row)
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
