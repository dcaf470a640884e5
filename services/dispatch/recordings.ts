import { randomUUID } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Channel } from '../../channels/contract.ts'
import { type Actor, requirePermission } from '../domain/accounts.ts'
import { AppError } from '../domain/errors.ts'
import { transaction } from '../store/db.ts'
import { putFile } from '../store/files.ts'
import { findRecording, insertRecording, type RecordingRow } from '../store/recordings.ts'
import type { DispatchContext } from './context.ts'
import { receive } from './receive.ts'
import type { WithWorkDir } from './render.ts'

/** A quarter of an hour of studio WAV (48 kHz, 24 bit, stereo) is 260 MB. */
export const recordingLimitBytes = 300 * 1024 ** 2

/** What is said about a recording beside its bytes. */
export interface RecordingUpload {
  language: string
  title: string
  /** As the officer's computer calls the file; shown, never trusted. */
  name: string
  bytes: AsyncIterable<Uint8Array>
}

/**
 * Takes an uploaded recording: written to disk as it comes, checked and levelled by the channel that will play it, and
 * stored under the hash of the finished track. The same file uploaded twice gives two recordings with one track.
 * @param options.inTurn waits for a turn at the processors, once the file is here
 * @throws AppError auth.forbidden | recording.* | request.too-large | channel.disabled | audio.* | setup.disk-full
 */
export async function takeRecording(
  ctx: DispatchContext,
  withWorkDir: WithWorkDir,
  actor: Actor,
  upload: RecordingUpload,
  options: { signal: AbortSignal; limitBytes?: number; inTurn?: <T>(work: () => Promise<T>) => Promise<T> },
): Promise<RecordingRow> {
  requirePermission(actor, 'announcement.write')
  const take = playingChannel(ctx)
  return await withWorkDir(async workDir => {
    const path = join(workDir, 'upload')
    const original = await receive(upload.bytes, path, {
      signal: options.signal,
      limitBytes: () => options.limitBytes ?? recordingLimitBytes,
      tooLarge: recordingTooLarge,
    })
    const { inTurn = work => work() } = options
    const taken = await inTurn(() => take(path, { workDir, signal: options.signal, log: ctx.log }))
    await rm(path)
    const bytes = await readFile(taken.file.path)
    const id = randomUUID()
    await transaction(ctx.db, async sql => {
      const sha256 = await putFile(sql, { mime: taken.file.mime, bytes })
      await insertRecording(sql, {
        id,
        language: upload.language,
        title: upload.title,
        sha256,
        originalSha256: original.sha256,
        originalName: upload.name,
        originalBytes: original.bytes,
        originalFormat: taken.format,
        durationSeconds: taken.durationSeconds,
        lufsBefore: taken.before.lufs,
        peakDbBefore: taken.before.peakDb,
        lufs: taken.after.lufs,
        dbtp: taken.after.dbtp,
        warnings: taken.warnings,
        uploadedBy: actor.id,
        uploadedByName: actor.name,
        uploadedAt: ctx.now(),
      })
    })
    return await getRecording(ctx, id)
  })
}

function playingChannel(ctx: DispatchContext): NonNullable<Channel['takeRecording']> {
  for (const { channel } of ctx.channels.values()) if (channel.takeRecording) return channel.takeRecording
  throw new AppError('channel.disabled', {
    vi: 'Hệ thống này chưa bật kênh truyền thanh nên chưa nhận bản ghi âm.',
    en: 'The loudspeaker channel is not enabled in this instance, so no recordings are taken.',
  })
}

/** The error for a file that is larger than a recording may be. */
export function recordingTooLarge(limitBytes: number): AppError {
  const megabytes = Math.round(limitBytes / 1024 ** 2)
  return new AppError('request.too-large', {
    vi: `Tệp lớn hơn ${megabytes} MB. Ông/Bà vui lòng xuất lại ở dạng MP3 hoặc cắt ngắn rồi tải lên.`,
    en: `The file is larger than ${megabytes} MB. Please export it as MP3, or cut it, and upload that.`,
  })
}

/** @throws AppError not-found */
export async function getRecording(ctx: DispatchContext, id: string): Promise<RecordingRow> {
  const row = await findRecording(ctx.db, id)
  if (row) return row
  throw new AppError('not-found', {
    vi: 'Không tìm thấy bản ghi âm này.',
    en: 'There is no such recording.',
  })
}
