import { randomUUID } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { MediaAsked, MediaPages, MediaTaker, TakenMedia } from '../../channels/contract.ts'
import { type Actor, requirePermission } from '../domain/accounts.ts'
import type { AnnouncementContent } from '../domain/announcement.ts'
import { canonicalJson } from '../domain/approval.ts'
import type { BoardMedia } from '../domain/board-content.ts'
import { AppError } from '../domain/errors.ts'
import { type BoardMediaRow, bindBoardMedia, findBoardMedia, insertBoardMedia } from '../store/board-media.ts'
import { type Sql, transaction } from '../store/db.ts'
import { putFile } from '../store/files.ts'
import type { DispatchContext } from './context.ts'
import { receive } from './receive.ts'
import type { WithWorkDir } from './render.ts'

/** What is said about an upload beside its bytes. */
export interface MediaUpload extends MediaAsked {
  /** As the officer's computer calls the file; shown, never trusted. */
  name: string
  bytes: AsyncIterable<Uint8Array>
}

/** How an upload is worked on. */
export interface MediaWork {
  signal: AbortSignal
  /** Caps what the channel allows for each kind. */
  limitBytes?: number
  /** Waits for a turn at the processors, once the file is here. */
  inTurn?: <T>(work: () => Promise<T>) => Promise<T>
  /** Told how much of the work after the upload is done, 0 to 1. */
  progress?: (share: number) => void
}

/**
 * Takes an uploaded picture, page of a PDF or video: written to disk as it comes, refused by its first bytes where it is
 * something else, checked and made small by the channel that shows it, and stored under the hash of the result.
 * @throws AppError auth.forbidden | media.* | request.too-large | channel.disabled | setup.disk-full
 */
export async function takeBoardMedia(
  ctx: DispatchContext,
  withWorkDir: WithWorkDir,
  actor: Actor,
  upload: MediaUpload,
  work: MediaWork,
): Promise<BoardMediaRow> {
  requirePermission(actor, 'announcement.write')
  const taker = mediaTaker(ctx)
  return await withWorkDir(async workDir => {
    const path = join(workDir, 'upload')
    const received = await receiveMedia(taker, upload.bytes, path, work)
    const { inTurn = job => job(), progress = () => {} } = work
    const taken = await inTurn(() => taker.take(path, upload, { workDir, signal: work.signal, log: ctx.log, progress }))
    await rm(path)
    const bytes = await readFile(taken.file.path)
    const poster = taken.poster && (await readFile(taken.poster.path))
    const row = await transaction(ctx.db, async sql => {
      const sha256 = await putFile(sql, { mime: taken.shape.mime, bytes })
      const posterSha256 = poster && (await putFile(sql, { mime: 'image/jpeg', bytes: poster }))
      const media = mediaOf(taken, sha256, posterSha256)
      const added = {
        id: media.mediaId,
        media,
        originalSha256: received.sha256,
        originalName: upload.name,
        originalBytes: received.bytes,
        original: taken.original,
        done: taken.done,
        warnings: taken.warnings,
        uploadedBy: actor.id,
        uploadedByName: actor.name,
        uploadedAt: ctx.now(),
      }
      await insertBoardMedia(sql, added)
      return added
    })
    return { ...row, announcementId: null }
  })
}

/** Small pictures of some pages of an uploaded PDF, for choosing one; nothing of it is kept. @throws as {@link takeBoardMedia} */
export async function pagesOfUpload(
  ctx: DispatchContext,
  withWorkDir: WithWorkDir,
  actor: Actor,
  upload: { bytes: AsyncIterable<Uint8Array>; first: number },
  work: MediaWork,
): Promise<MediaPages> {
  requirePermission(actor, 'announcement.write')
  const taker = mediaTaker(ctx)
  return await withWorkDir(async workDir => {
    const path = join(workDir, 'upload')
    await receiveMedia(taker, upload.bytes, path, work)
    const { inTurn = job => job() } = work
    const tools = { workDir, signal: work.signal, log: ctx.log, progress: () => {} }
    return await inTurn(() => taker.pages(path, upload.first, tools))
  })
}

async function receiveMedia(taker: MediaTaker, bytes: AsyncIterable<Uint8Array>, path: string, work: MediaWork) {
  const most = work.limitBytes ?? Number.POSITIVE_INFINITY
  return await receive(bytes, path, {
    signal: work.signal,
    limitBytes: head => Math.min(most, taker.bytesAllowed(head)),
    tooLarge: mediaTooLarge,
  })
}

function mediaOf(taken: TakenMedia, sha256: string, posterSha256: string | undefined): BoardMedia {
  const { shape, file, poster } = taken
  const common = { mediaId: randomUUID(), sha256, bytes: file.sizeBytes, caption: '' }
  if (shape.kind === 'picture') return { ...shape, ...common }
  if (!poster || posterSha256 === undefined) throw new Error('a video came without a poster')
  return { ...shape, ...common, poster: { sha256: posterSha256, bytes: poster.sizeBytes }, cues: [] }
}

function mediaTaker(ctx: DispatchContext): MediaTaker {
  for (const { channel } of ctx.channels.values()) if (channel.media) return channel.media
  throw new AppError('channel.disabled', {
    vi: 'Hệ thống này chưa bật kênh bảng tin công cộng nên chưa nhận ảnh, PDF và video.',
    en: 'The board channel is not enabled in this instance, so no pictures, PDFs and videos are taken.',
  })
}

/** The error for a file that is larger than one of its kind may be. */
export function mediaTooLarge(limitBytes: number): AppError {
  const megabytes = Math.round(limitBytes / 1024 ** 2)
  return new AppError('request.too-large', {
    vi: `Tệp lớn hơn ${megabytes} MB, mức tối đa cho loại tệp này. Ông/Bà vui lòng thu nhỏ hoặc cắt ngắn rồi tải lên.`,
    en: `The file is larger than ${megabytes} MB, the most for its kind. Make it smaller, or cut it, and upload that.`,
  })
}

/** @throws AppError not-found */
export async function getBoardMedia(ctx: DispatchContext, id: string): Promise<BoardMediaRow> {
  const [row] = await findBoardMedia(ctx.db, [id])
  if (row) return row
  throw new AppError('not-found', {
    vi: 'Không tìm thấy ảnh hoặc video này.',
    en: 'There is no such picture or video.',
  })
}

/**
 * Makes sure that the pictures and videos an announcement names are here and are what it says of them: every field but
 * the officer's own words must be what this server made of an upload.
 * @param announcementId noted with the media, once there is one
 * @throws AppError media.unknown
 */
export async function requireBoardMedia(
  sql: Sql,
  content: AnnouncementContent,
  announcementId?: string,
): Promise<void> {
  const media = content.variants.board?.media ?? []
  if (media.length === 0) return
  const ids = media.map(m => m.mediaId)
  const made = new Map((await findBoardMedia(sql, ids, true)).map(row => [row.id, row.media]))
  for (const [at, one] of media.entries()) {
    const asMade = made.get(one.mediaId)
    if (!asMade || canonicalJson(asMade) !== canonicalJson(withoutWords(one))) throw unknownMedia(at)
  }
  if (announcementId !== undefined) await bindBoardMedia(sql, ids, announcementId)
}

function withoutWords(media: BoardMedia): BoardMedia {
  return media.kind === 'video' ? { ...media, caption: '', cues: [] } : { ...media, caption: '' }
}

function unknownMedia(at: number): AppError {
  return new AppError(
    'media.unknown',
    {
      vi: `Hình thứ ${at + 1} trên bảng tin không còn trong hệ thống hoặc không khớp. Ông/Bà vui lòng bỏ hình này và tải lên lại.`,
      en: `Picture ${at + 1} of the board is not in this instance, or is not what it is said to be. Remove it and upload it again.`,
    },
    { details: { at } },
  )
}
