import type { Sentence } from '../domain/errors.ts'
import { type Db, type Sql, transaction } from './db.ts'
import { dropUnneededFiles, unusedKeepMs } from './uploads.ts'

/** An uploaded recording, as levelled, and what its original was. */
export interface RecordingRow {
  id: string
  announcementId: string | null
  language: string
  title: string
  /** Of the track that is played; its bytes are in `files`. */
  sha256: string
  originalSha256: string
  originalName: string
  originalBytes: number
  originalFormat: string
  durationSeconds: number
  /** Integrated loudness (LUFS) and sample peak (dB) of the original. */
  lufsBefore: number
  peakDbBefore: number
  /** Integrated loudness (LUFS) and true peak (dBTP) of the track. */
  lufs: number
  dbtp: number
  warnings: Sentence[]
  uploadedBy: string
  uploadedByName: string
  uploadedAt: Date
  sizeBytes: number
}

/** Notes a recording whose track is in `files` already. */
export async function insertRecording(
  sql: Sql,
  row: Omit<RecordingRow, 'announcementId' | 'sizeBytes'>,
): Promise<void> {
  await sql.query(
    `insert into recordings (id, language, title, file_sha256, original_sha256, original_name, original_bytes,
       original_format, duration_seconds, lufs_before, peak_db_before, lufs, dbtp, warnings, uploaded_by, uploaded_by_name,
       uploaded_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
    [
      row.id,
      row.language,
      row.title,
      row.sha256,
      row.originalSha256,
      row.originalName,
      row.originalBytes,
      row.originalFormat,
      row.durationSeconds,
      row.lufsBefore,
      row.peakDbBefore,
      row.lufs,
      row.dbtp,
      JSON.stringify(row.warnings),
      row.uploadedBy,
      row.uploadedByName,
      row.uploadedAt,
    ],
  )
}

/** A recording without its bytes. */
export async function findRecording(sql: Sql, id: string): Promise<RecordingRow | undefined> {
  const { rows } = await sql.query<RecordingRow>(
    `select r.id, announcement_id as "announcementId", language, title, file_sha256 as sha256,
       original_sha256 as "originalSha256", original_name as "originalName",
       original_bytes::float8 as "originalBytes", original_format as "originalFormat",
       duration_seconds as "durationSeconds", lufs_before as "lufsBefore", peak_db_before as "peakDbBefore", lufs, dbtp,
       warnings, uploaded_by as "uploadedBy", uploaded_by_name as "uploadedByName", uploaded_at as "uploadedAt",
       f.size_bytes::float8 as "sizeBytes"
     from recordings r join files f on f.sha256 = r.file_sha256 where r.id = $1`,
    [id],
  )
  return rows[0]
}

/** Notes the announcement that a recording was made for; the first one stays. */
export async function bindRecording(sql: Sql, id: string, announcementId: string): Promise<void> {
  await sql.query('update recordings set announcement_id = $2 where id = $1 and announcement_id is null', [
    id,
    announcementId,
  ])
}

/** Removes recordings that no announcement was ever saved with, and their sound where nothing else needs it. @returns how many */
export async function forgetUnusedRecordings(db: Db, now: Date): Promise<number> {
  return await transaction(db, async sql => {
    const { rows } = await sql.query<{ sha256: string }>(
      'delete from recordings where announcement_id is null and uploaded_at < $1 returning file_sha256 as sha256',
      [new Date(now.getTime() - unusedKeepMs)],
    )
    await dropUnneededFiles(
      sql,
      rows.map(row => row.sha256),
    )
    return rows.length
  })
}
