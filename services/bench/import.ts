import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import { demoCommunes, demoProvince } from '../../config/demo/areas-44.ts'
import type { CitizenImportReport } from '../people/import.ts'
import { type Db, openDb } from '../store/db.ts'
import { benchBacking } from './backing.ts'
import { type ImportFile, writeImportFile } from './import-file.ts'
import { type BenchReport, machine, round, timed } from './report.ts'

export interface ImportBenchOptions {
  rows: number
  databaseUrl?: string | undefined
  onStep: (step: string) => void
}

/** Each side is measured so often, by turns. */
const rounds = 2

interface Imported {
  report: CitizenImportReport
  seconds: number
  peakRssBytes: number
  againSeconds: number
  againUpdated: number
  againPeakRssBytes: number
}

/**
 * A CSV of citizens into the register, from bytes to consents, beside bare COPY of the very rows that it made into
 * tables with the same columns, constraints and indexes in the same database. COPY reads, checks and merges nothing:
 * the ratio says what the work on top of it costs.
 */
export async function benchImport(options: ImportBenchOptions): Promise<BenchReport> {
  const backing = await benchBacking(options.databaseUrl)
  const dir = await mkdtemp(join(tmpdir(), 'loa-bench-import-'))
  const db = openDb(backing.databaseUrl, 2)
  try {
    options.onStep(`a file of ${options.rows} rows`)
    const path = join(dir, 'citizens.csv')
    const file = await writeImportFile(path, options.rows)
    await loadAreas(db)
    const imports: Imported[] = []
    const copies: Copied[] = []
    for (let round = 1; round <= rounds; round++) {
      options.onStep(`round ${round}: our import`)
      await db.query('truncate citizens, consents')
      const imported = await importInOwnProcess(backing.databaseUrl, path, round === 1)
      checkReport(imported.report, file)
      imports.push(imported)
      options.onStep(`round ${round}: bare COPY`)
      copies.push(await bareCopy(db, dir))
    }
    const ours = quickest(imports)
    const beside = quickest(copies)
    const again = imports[0] ?? ours
    return {
      name: 'import',
      machine: machine(),
      params: { rows: file.rows, fileMB: Math.round(file.bytes / 1e6), badRows: file.bad, repeatedRows: file.repeated },
      ours: {
        rowsPerSecond: round(file.rows / ours.seconds),
        seconds: round(ours.seconds),
        peakRssMB: Math.round(Math.max(...imports.map(i => i.peakRssBytes)) / 1e6),
        added: ours.report.added,
        merged: ours.report.merged,
        rejected: ours.report.rejectedCount,
        againRowsPerSecond: round(file.rows / again.againSeconds),
        againUpdated: again.againUpdated,
        againPeakRssMB: Math.round(again.againPeakRssBytes / 1e6),
      },
      beside: {
        rowsPerSecond: round(beside.citizens / beside.seconds),
        seconds: round(beside.seconds),
        ...beside.rows,
      },
      ratio: round(file.rows / ours.seconds / (beside.citizens / beside.seconds)),
    }
  } finally {
    await db.end()
    await backing.stop()
    await rm(dir, { recursive: true, force: true })
  }
}

async function loadAreas(db: Db): Promise<void> {
  await db.query(`insert into areas (code, kind, name) values ($1, 'province', $2)`, [
    demoProvince.code,
    demoProvince.name,
  ])
  await db.query(
    `insert into areas (code, kind, name, parent_code)
     select code, 'commune', name, $2 from json_to_recordset($1) as given (code text, name text)`,
    [JSON.stringify(demoCommunes), demoProvince.code],
  )
}

/** The better of the rounds on each side: a neighbour who keeps the machine busy meanwhile must flatter neither. */
function quickest<T extends { seconds: number }>(all: T[]): T {
  return all.reduce((best, next) => (next.seconds < best.seconds ? next : best))
}

async function importInOwnProcess(databaseUrl: string, path: string, again: boolean): Promise<Imported> {
  const worker = fork(fileURLToPath(new URL('./import-worker.js', import.meta.url)), [
    databaseUrl,
    path,
    again ? 'again' : 'once',
  ])
  const ended = once(worker, 'exit').then(([code]) => {
    throw new Error(`the importing process ended with ${code}`)
  })
  ended.catch(() => undefined)
  const [imported] = (await Promise.race([once(worker, 'message'), ended])) as [Imported]
  return imported
}

/** A bench of an import that went wrong would be a figure about nothing. */
function checkReport(report: CitizenImportReport, file: ImportFile): void {
  const { rows, added, updated, merged, rejectedCount } = report
  const wrong = rejectedCount < file.bad || added + updated + merged + rejectedCount !== rows
  if (rows !== file.rows || wrong) {
    throw new Error(`the import did not end as it should: ${JSON.stringify({ report, file })}`)
  }
}

const columns = {
  citizens: 'id, full_name, phone, email, area_code, language, tags, created_at, updated_at',
  consents: 'citizen_id, purpose, given_at, withdrawn_at, source',
}

interface Copied {
  citizens: number
  seconds: number
  rows: { citizens: number; consents: number }
}

async function bareCopy(db: Db, dir: string): Promise<Copied> {
  await db.query('drop table if exists copied_consents, copied_citizens')
  await db.query(`create table copied_citizens (like citizens including all)`)
  await db.query(`alter table copied_citizens add foreign key (area_code) references areas (code)`)
  await db.query(`create table copied_consents (like consents including all)`)
  await db.query(
    `alter table copied_consents add foreign key (citizen_id) references copied_citizens (id) on delete cascade`,
  )
  const client = await db.connect()
  try {
    for (const table of ['citizens', 'consents'] as const) {
      const rows = client.query(copyTo(`copy (select ${columns[table]} from ${table} order by 1) to stdout`))
      await pipeline(rows, createWriteStream(join(dir, table)))
    }
    const counts = { citizens: 0, consents: 0 }
    const { seconds } = await timed(async () => {
      await client.query('begin')
      for (const table of ['citizens', 'consents'] as const) {
        const copy = client.query(copyFrom(`copy copied_${table} (${columns[table]}) from stdin`))
        await pipeline(createReadStream(join(dir, table)), copy)
        counts[table] = copy.rowCount
      }
      await client.query('commit')
    })
    return { citizens: counts.citizens, seconds, rows: counts }
  } finally {
    client.release()
  }
}
