import { createHash, randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { projectPath } from '../../services/runtime/paths.ts'
import { startEmbeddedPostgres } from '../../services/runtime/postgres.ts'
import { type Db, openDb } from '../../services/store/db.ts'
import { migrate } from '../../services/store/migrate.ts'
import { keepTestData, silentLog, workerServer } from './server-keeper.ts'

export interface TestDatabase {
  db: Db
  /** Address of this database, for a second process or pool. */
  url: string
  /** Closes `db` and drops the database; call it in `afterAll`. */
  drop(): Promise<void>
}

/**
 * A fresh database for one test file, with all migrations applied, copied from a template in some 50 ms. It lives on
 * the server of DATABASE_URL when that is set, otherwise on an embedded PostgreSQL of the jest worker.
 * @param options.migrated false for an empty database
 */
export async function testDatabase(options: { migrated?: boolean } = {}): Promise<TestDatabase> {
  const server = await serverUrl()
  const name = `loa_test_${process.pid}_${randomBytes(4).toString('hex')}`
  await asAdmin(server, async admin => {
    const template = (options.migrated ?? true) ? await migratedTemplate(server, admin) : 'template0'
    await admin.query(`create database ${name} template ${template}`)
  })
  const url = withDatabase(server, name)
  const db = openDb(url)
  return {
    db,
    url,
    drop: async () => {
      if (!db.ended) await db.end()
      if (keepTestData) process.stderr.write(`kept database ${name} of ${process.env['JEST_WORKER_ID'] ?? 'jest'}\n`)
      else await asAdmin(server, admin => dropDatabase(admin, name))
    },
  }
}

/** What an autovacuum at work in the database answers to a role that is no superuser, for a moment. */
const busy = ['42501', '55006']

async function dropDatabase(admin: pg.Client, name: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await admin.query(`drop database if exists ${name} with (force)`)
      return
    } catch (error) {
      if (attempt === 100 || !busy.includes((error as { code?: string }).code ?? '')) throw error
      await new Promise(resolve => setTimeout(resolve, 100))
    }
  }
}

/** Address of the server under test, with a maintenance database in it. */
async function serverUrl(): Promise<string> {
  const given = process.env['DATABASE_URL']
  if (given) return given
  return workerServer('postgres', 'QUIT', dir => startEmbeddedPostgres({ dir, log: silentLog, durable: false }))
}

/**
 * The template is named after the content of the migrations: a changed migration makes a new one, and several workers
 * or runs on one server share it. An advisory lock lets only one of them make it.
 */
async function migratedTemplate(server: string, admin: pg.Client): Promise<string> {
  const folder = projectPath('services/store/migrations')
  const hash = createHash('sha256')
  for (const file of readdirSync(folder).sort()) hash.update(file).update(readFileSync(join(folder, file)))
  const name = `loa_template_${hash.digest('hex').slice(0, 16)}`

  await admin.query('select pg_advisory_lock(20613)')
  try {
    const { rowCount } = await admin.query('select 1 from pg_database where datname = $1', [name])
    if (rowCount) return name
    const draft = `${name}_draft`
    await admin.query(`drop database if exists ${draft} with (force)`)
    await admin.query(`create database ${draft} template template0`)
    const db = openDb(withDatabase(server, draft), 2)
    await migrate(db)
    await db.end()
    await admin.query(`alter database ${draft} rename to ${name}`)
    return name
  } finally {
    await admin.query('select pg_advisory_unlock(20613)')
  }
}

function withDatabase(server: string, name: string): string {
  const url = new URL(server)
  url.pathname = `/${name}`
  return url.href
}

async function asAdmin<T>(server: string, work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client({ connectionString: server })
  await admin.connect()
  try {
    return await work(admin)
  } finally {
    await admin.end()
  }
}
