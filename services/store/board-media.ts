import type { BoardMedia } from '../domain/board-content.ts'
import type { Sentence } from '../domain/errors.ts'
import { type Db, type Sql, transaction } from './db.ts'
import { dropUnneededFiles, unusedKeepMs } from './uploads.ts'

/** What an upload for boards was, by its bytes. */
export interface MediaOriginal {
  format: string
  width: number
  height: number
  durationSeconds?: number
  page?: number
  pages?: number
}

/** An uploaded picture, page or video as boards are given it, and what its original was. */
export interface BoardMediaRow {
  id: string
  announcementId: string | null
  /** With an empty caption and without cues: those are written into the announcement. */
  media: BoardMedia
  originalSha256: string
  originalName: string
  originalBytes: number
  original: MediaOriginal
  done: Sentence[]
  warnings: Sentence[]
  uploadedBy: string
  uploadedByName: string
  uploadedAt: Date
}

/** Notes media whose files are in `files` already. */
export async function insertBoardMedia(sql: Sql, row: Omit<BoardMediaRow, 'announcementId'>): Promise<void> {
  await sql.query(
    `insert into board_media (id, media, file_sha256, poster_sha256, original_sha256, original_name, original_bytes,
       original, done, warnings, uploaded_by, uploaded_by_name, uploaded_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    [
      row.id,
      JSON.stringify(row.media),
      row.media.sha256,
      row.media.kind === 'video' ? row.media.poster.sha256 : null,
      row.originalSha256,
      row.originalName,
      row.originalBytes,
      JSON.stringify(row.original),
      JSON.stringify(row.done),
      JSON.stringify(row.warnings),
      row.uploadedBy,
      row.uploadedByName,
      row.uploadedAt,
    ],
  )
}

/**
 * Media by their ids, in no order; unknown ones are left out.
 * @param lock so that they are not forgotten before the caller's transaction has bound them
 */
export async function findBoardMedia(sql: Sql, ids: string[], lock = false): Promise<BoardMediaRow[]> {
  const { rows } = await sql.query<BoardMediaRow>(
    `select id, announcement_id as "announcementId", media, original_sha256 as "originalSha256",
       original_name as "originalName", original_bytes::float8 as "originalBytes", original, done, warnings,
       uploaded_by as "uploadedBy", uploaded_by_name as "uploadedByName", uploaded_at as "uploadedAt"
     from board_media where id = any($1::uuid[])${lock ? ' order by id for no key update' : ''}`,
    [ids],
  )
  return rows
}

/** True for the picture, video or poster of an upload for boards. */
export async function isBoardMediaFile(sql: Sql, sha256: string): Promise<boolean> {
  const { rows } = await sql.query('select from board_media where file_sha256 = $1 or poster_sha256 = $1 limit 1', [
    sha256,
  ])
  return rows.length > 0
}

/** Notes the announcement that media were made for; the first one stays. */
export async function bindBoardMedia(sql: Sql, ids: string[], announcementId: string): Promise<void> {
  await sql.query(
    'update board_media set announcement_id = $2 where id = any($1::uuid[]) and announcement_id is null',
    [ids, announcementId],
  )
}

/** Removes media that no announcement was ever saved with, and their files where nothing else needs them. @returns how many */
export async function forgetUnusedBoardMedia(db: Db, now: Date): Promise<number> {
  return await transaction(db, async sql => {
    const { rows } = await sql.query<{ file: string; poster: string | null }>(
      `delete from board_media where announcement_id is null and uploaded_at < $1
       returning file_sha256 as file, poster_sha256 as poster`,
      [new Date(now.getTime() - unusedKeepMs)],
    )
    await dropUnneededFiles(
      sql,
      rows.flatMap(row => (row.poster === null ? [row.file] : [row.file, row.poster])),
    )
    return rows.length
  })
}
