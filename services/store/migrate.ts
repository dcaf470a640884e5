import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Db } from './db.ts'
import { transaction } from './db.ts'

/** Any constant will do; it keeps two processes from migrating at once. */
const migrationLock = 7_310_521

/**
 * Migrations are read from the source tree, also when this file runs from `dist`, so they exist once.
 */
function migrationsDir(): string {
  const here = fileURLToPath(new URL('.', import.meta.url))
  const source = here.replace(/([/\\])dist([/\\])(services[/\\]store[/\\])$/, '$1$3')
  return join(source, 'migrations')
}

/**
 * Applies the numbered migrations that are missing, each in its own transaction with its record inserted first, so
 * a half-applied migration cannot exist. Several processes may call it at the same time.
 * @returns names of the migrations that were applied now, in order
 */
export async function migrate(db: Db): Promise<string[]> {
  const dir = migrationsDir()
  const names = (await readdir(dir)).filter(n => /^\d{4}_.*\.sql$/.test(n)).sort()
  const applied: string[] = []
  for (const name of names) {
    const sqlText = await readFile(join(dir, name), 'utf8')
    const done = await transaction(db, async sql => {
      await sql.query('select pg_advisory_xact_lock($1)', [migrationLock])
      await sql.query(
        'create table if not exists migrations (name text primary key, applied_at timestamptz not null default now())',
      )
      const inserted = await sql.query('insert into migrations (name) values ($1) on conflict do nothing', [name])
      if (inserted.rowCount === 0) return false
      await sql.query(sqlText)
      return true
    })
    if (done) applied.push(name)
  }
  return applied
}
