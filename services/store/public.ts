import type { AnnouncementContent, AnnouncementState } from '../domain/announcement.ts'
import { announcementContentSchema } from '../domain/announcement.ts'
import type { Sql } from './db.ts'

/** What the public page needs of an announcement. */
export interface PublicRow {
  id: string
  state: AnnouncementState
  revision: number
  content: AnnouncementContent
  /** When the first channel began with it; null: it has reached nobody. */
  publishedAt: Date | null
  cancelledAt: Date | null
  updatedAt: Date
}

/** One announcement in one query, whatever its state. */
export async function findForPublic(sql: Sql, id: string): Promise<PublicRow | undefined> {
  const { rows } = await sql.query<PublicRow>(
    `select a.id, a.state, a.revision, a.content, a.cancelled_at as "cancelledAt", a.updated_at as "updatedAt",
       (select min(d.frozen_at) from dispatches d where d.announcement_id = a.id) as "publishedAt"
     from announcements a where a.id = $1`,
    [id],
  )
  return rows[0] && { ...rows[0], content: announcementContentSchema.parse(rows[0].content) }
}
