import type { AnnouncementContent } from '../domain/announcement.ts'
import type { Sql } from '../store/db.ts'
import { requireBoardMedia } from './board-media.ts'
import { requireRecording } from './recorded.ts'

/**
 * Makes sure that everything that was uploaded for an announcement is here and is what the announcement says of it.
 * @param announcementId noted with the uploads, once there is one
 * @throws AppError recording.unknown | media.unknown
 */
export async function requireUploads(sql: Sql, content: AnnouncementContent, announcementId?: string): Promise<void> {
  await requireRecording(sql, content, announcementId)
  await requireBoardMedia(sql, content, announcementId)
}
