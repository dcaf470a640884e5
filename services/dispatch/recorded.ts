import { join } from 'node:path'
import type { AnnouncementContent } from '../domain/announcement.ts'
import { AppError } from '../domain/errors.ts'
import type { Sql } from '../store/db.ts'
import { copyFileTo } from '../store/file-copy.ts'
import { bindRecording, findRecording } from '../store/recordings.ts'
import type { DispatchContext } from './context.ts'

/**
 * Makes sure that the recording an announcement names is here, and is the very sound that its hash says.
 * @param announcementId noted with the recording, once there is one
 * @throws AppError recording.unknown
 */
export async function requireRecording(sql: Sql, content: AnnouncementContent, announcementId?: string): Promise<void> {
  const { recording } = content.variants
  if (!recording) return
  const row = await findRecording(sql, recording.recordingId)
  if (row?.sha256 !== recording.sha256) throw unknownRecording()
  if (announcementId !== undefined) await bindRecording(sql, row.id, announcementId)
}

function unknownRecording(): AppError {
  return new AppError('recording.unknown', {
    vi: 'Bản ghi âm của thông báo không còn trong hệ thống hoặc không khớp. Ông/Bà vui lòng tải bản ghi lên lại.',
    en: 'The recording of this announcement is not in this instance, or is another one. Please upload it again.',
  })
}

/** What lets a channel read stored files while it renders: a copy in the working folder, made once. */
export function fileReader(
  ctx: DispatchContext,
  workDir: string,
  signal: AbortSignal,
): (sha256: string) => Promise<string> {
  const copies = new Map<string, Promise<string>>()
  const copy = async (sha256: string): Promise<string> => {
    const path = join(workDir, `stored-${sha256}`)
    if (!(await copyFileTo(ctx.db, sha256, path, signal))) throw unknownRecording()
    return path
  }
  return sha256 => {
    const made = copies.get(sha256) ?? copy(sha256)
    copies.set(sha256, made)
    return made
  }
}
