import type { Transaction } from './db.ts'

/** An upload that is in no saved draft after so long was a try. */
export const unusedKeepMs = 7 * 86_400_000

const foreignKeyViolation = '23503'

/**
 * Removes files of uploads that are forgotten, unless something else has the same bytes: a row that refers to them (the
 * database refuses then), or a rendition, which names its files in JSON.
 */
export async function dropUnneededFiles(sql: Transaction, sha256s: string[]): Promise<void> {
  for (const sha256 of new Set(sha256s)) {
    await sql.query('savepoint drop_file')
    try {
      await sql.query(
        `delete from files f where f.sha256 = $1
           and not exists (select from renditions r where r.files @> jsonb_build_array(jsonb_build_object('sha256', $1::text)))`,
        [sha256],
      )
      await sql.query('release savepoint drop_file')
    } catch (error) {
      if ((error as { code?: string }).code !== foreignKeyViolation) throw error
      await sql.query('rollback to savepoint drop_file')
    }
  }
}
