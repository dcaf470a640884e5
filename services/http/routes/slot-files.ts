import { open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Response } from 'express'
import { z } from 'zod'
import { AppError } from '../../domain/errors.ts'
import { type FileInfo, findFile, readFileSlice } from '../../store/files.ts'
import type { HttpDeps } from '../deps.ts'
import { type RouteDef, route } from '../route.ts'
import { createTurnstile } from '../turnstile.ts'
import { serveFile, setHeaders } from './files.ts'

const sliceBytes = 1024 * 1024

/** Files of slots, for holders of a signed address: the MP3 as it is, the WAV made of it on demand. */
export function slotFileRoutes(deps: HttpDeps): RouteDef[] {
  // A quarter of an hour is 80 MB of WAV in the temporary folder while it is sent.
  const turnstile = createTurnstile(2, 20)
  return [
    route({
      method: 'get',
      path: '/slot-files/:slotId/:sha256/:name',
      summary: 'File of a slot as MP3 or WAV; only as long as it is what the slot holds',
      tag: 'airtime',
      access: 'token',
      params: z.object({
        slotId: z.string().regex(/^\d{1,18}$/),
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
        name: z.string().regex(/^[\w-]{1,100}\.(mp3|wav)$/),
      }),
      query: z.object({ exp: z.string().optional(), sig: z.string().optional(), download: z.string().optional() }),
      async handle({ params, query, req, res }) {
        const { exp, sig } = query
        deps.links.checkSignedPath(req.path, { ...(exp && { exp }), ...(sig && { sig }) }, deps.now())
        const file = await fileOfSlot(deps, params.slotId, params.sha256)
        const as = { name: params.name, download: query.download === '1' }
        if (params.name.endsWith('.mp3')) await serveFile(deps, req, res, file, as)
        else await turnstile.pass(res, () => serveWav(deps, res, file, as))
      },
    }),
  ]
}

/** @throws AppError not-found when the slot holds something else by now, or nothing */
async function fileOfSlot(deps: HttpDeps, slotId: string, sha256: string): Promise<FileInfo> {
  const { rowCount } = await deps.db.query(
    `select 1 from slots s join slot_files f on f.key = s.file_key
     where s.id = $1 and f.sha256 = $2 and s.state <> 'void' and s.file_for = s.content_at`,
    [slotId, sha256],
  )
  const file = rowCount ? await findFile(deps.db, sha256) : undefined
  if (file) return file
  throw new AppError('not-found', {
    vi: 'Tệp này không còn là nội dung của phiên phát (đã thay đổi hoặc thu hồi), vui lòng không phát. Ông/Bà tải lại trang để lấy tệp mới.',
    en: 'This file is no longer what the slot holds; please do not air it. Reload the page for the new one.',
  })
}

async function serveWav(
  deps: HttpDeps,
  res: Response,
  file: FileInfo,
  as: { name: string; download: boolean },
): Promise<void> {
  const { toWav } = deps
  if (!toWav) {
    throw new AppError('audio.tool-missing', {
      vi: 'Máy chủ này không tạo được tệp WAV. Ông/Bà vui lòng dùng tệp MP3.',
      en: 'This server cannot make WAV files. Please use the MP3 file.',
    })
  }
  const gone = new AbortController()
  res.on('close', () => gone.abort())
  await deps.withWorkDir(async dir => {
    const mp3 = join(dir, 'slot.mp3')
    await fetchTo(deps, file.sha256, mp3)
    const wav = join(dir, 'slot.wav')
    await toWav(mp3, wav, gone.signal)
    const { size } = await stat(wav)
    setHeaders(res, { ...file, mime: 'audio/wav', sha256: `${file.sha256}-wav`, sizeBytes: size }, as.name, as.download)
    await sent(res, wav)
  })
}

async function fetchTo(deps: HttpDeps, sha256: string, path: string): Promise<void> {
  const target = await open(path, 'w')
  try {
    for (let offset = 0; ; offset += sliceBytes) {
      const slice = await readFileSlice(deps.db, sha256, offset, sliceBytes)
      if (slice) await target.write(slice)
      if (!slice || slice.length < sliceBytes) return
    }
  } finally {
    await target.close()
  }
}

/** Resolves when the response has ended, since the folder is removed then. */
function sent(res: Response, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    // Ranges and conditions as in every file; the headers above stay.
    res.sendFile(path, { etag: false, lastModified: false, cacheControl: false, dotfiles: 'allow' }, error => {
      if (!error || res.headersSent) resolve()
      else reject(error)
    })
  })
}
