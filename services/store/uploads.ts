import type { Sql } from './db.ts'

/** An upload that is in no saved draft after so long was a try. */
export const unusedKeepMs = 7 * 86_400_000

/** Removes files of uploads that are forgotten, unless another upload or a rendition has the same bytes. */
export async function dropUnneededFiles(sql: Sql, sha256s: string[]): Promise<void> {
  if (sha256s.length === 0) return
  await sql.query(
    `delete from files f where f.sha256 = any($1)
       and not exists (select from recordings r where r.file_sha256 = f.sha256)
       and not exists (select from board_media m where f.sha256 in (m.file_sha256, m.poster_sha256))
       and not exists (select from renditions r where r.files @> jsonb_build_array(jsonb_build_object('sha256', f.sha256)))`,
    [sha256s],
  )
}
