import type { AnnouncementRecord } from '../../dispatch/announcements.ts'
import { AppError } from '../../domain/errors.ts'
import { issuedAt, removeBy } from '../../domain/paper.ts'
import type { Sql } from '../../store/db.ts'

/** Official names of areas and of their provinces, for what is printed about an announcement. */
export async function namesOfAreas(sql: Sql, codes: string[]): Promise<{ areas: string[]; provinces: string[] }> {
  const { rows } = await sql.query<{ name: string; code: string; province: string | null }>(
    `select a.code, a.name, p.name as province from areas a left join areas p on p.code = a.parent_code
     where a.code = any($1::text[]) order by a.code`,
    [codes],
  )
  return { areas: rows.map(r => r.name), provinces: [...new Set(rows.flatMap(r => r.province ?? []))] }
}

/**
 * From when to when a printed notice holds. What nobody has approved yet is dated as if it were issued now, so that its
 * preview looks like the sheet that will hang.
 */
export function paperDates(
  row: Pick<AnnouncementRecord, 'approvedAt' | 'content'>,
  now: Date,
): { issuedAt: Date | null; removeBy: Date } {
  const issued = issuedAt(row.approvedAt, row.content.scheduleAt)
  const end = row.content.expiresAt === null ? null : new Date(row.content.expiresAt)
  return { issuedAt: issued, removeBy: removeBy(end, issued ?? now) }
}

/** @throws AppError not-found for anything that is no photo of a posting. Index: posting_photos_file */
export async function requirePostingPhoto(sql: Sql, sha256: string): Promise<void> {
  const { rowCount } = await sql.query('select from posting_photos where sha256 = $1 limit 1', [sha256])
  if (rowCount) return
  throw new AppError('not-found', { vi: 'Không tìm thấy ảnh này.', en: 'There is no such photo.' })
}
