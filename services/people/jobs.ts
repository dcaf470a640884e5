import { AppError, isAppError, type Sentence } from '../domain/errors.ts'
import type { Db, Sql } from '../store/db.ts'
import type { ImportProgress } from './import.ts'

/*
 * An import as others see it while it runs: how far it is, that it is to stop, what came of it. Kept in the database, so
 * that whichever process answers can tell, and so that the answer survives a broken connection.
 */

export const importKinds = ['citizens', 'opt-outs', 'areas', 'stations', 'boards'] as const
export type ImportKind = (typeof importKinds)[number]

export interface ImportJob<Report = unknown> {
  id: string
  kind: ImportKind
  dryRun: boolean
  phase: ImportProgress['phase'] | 'done' | 'failed' | 'cancelled'
  rows: number
  rejected: number
  bytes: number
  bytesTotal: number
  /** What the import did; null until it is done. */
  report: Report | null
  /** Why it ended without importing anything. */
  problem: ({ code: string } & Sentence) | null
}

/** What the work of a job is given. */
export interface JobControl {
  jobId: string
  signal: AbortSignal
  onProgress: (progress: ImportProgress) => void
}

/** Between two notes of how far it is, which also ask whether it is to stop. */
const beatMs = 1_000
/** A job whose process has not been heard of for so long has lost it. */
const lostAfterSeconds = 30
/** Reasons may quote cells of a file, so they do not stay. */
export const keptDays = 3

/**
 * Runs an import as a job. What is read of the file before it fails is not imported; the job says why.
 * @param job.bytesTotal size of the file, 0 when it is not known
 * @throws what `work` throws, after the job has noted it; request.invalid when the id is taken
 */
export async function runImportJob<Report>(
  db: Db,
  job: { id: string; kind: ImportKind; actorId: string; dryRun: boolean; bytesTotal: number },
  work: (control: JobControl) => Promise<Report>,
): Promise<Report> {
  await openJob(db, job)
  const stop = new AbortController()
  let progress: ImportProgress = { phase: 'reading', rows: 0, rejected: 0, bytes: 0, bytesTotal: job.bytesTotal }
  let beating: Promise<void> = Promise.resolve()
  const beat = setInterval(() => {
    beating = beating
      .then(async () => {
        if (await noteProgress(db, job.id, progress)) stop.abort()
      })
      // A database that is away for a moment is the import's own trouble, and told by it.
      .catch(() => undefined)
  }, beatMs)
  try {
    const report = await work({
      jobId: job.id,
      signal: stop.signal,
      onProgress: next => {
        progress = { ...next, bytesTotal: next.bytesTotal || job.bytesTotal }
      },
    })
    clearInterval(beat)
    await beating
    return report
  } catch (error) {
    clearInterval(beat)
    await beating
    await noteFailure(db, job.id, error).catch(() => undefined)
    throw error
  }
}

async function openJob(db: Db, job: { id: string; kind: ImportKind; actorId: string; dryRun: boolean }): Promise<void> {
  const { rowCount } = await db.query(
    `insert into import_jobs (id, kind, actor_id, dry_run) values ($1, $2, $3, $4) on conflict do nothing`,
    [job.id, job.kind, job.actorId, job.dryRun],
  )
  if (rowCount === 1) return
  throw new AppError('request.idempotency-conflict', {
    vi: 'Lần nhập này đã được gửi lên trước đó. Ông/Bà vui lòng chọn lại tệp và nhập lại.',
    en: 'This import was sent before. Choose the file again and import it anew.',
  })
}

/**
 * Notes what the import did, in the very transaction that does it: whatever breaks off afterwards, nobody is told that
 * nothing was imported when it was, and the other way round.
 */
export async function noteDone(
  sql: Sql,
  id: string | undefined,
  report: object,
  { rows, rejected, bytes, bytesTotal }: Omit<ImportProgress, 'phase'>,
): Promise<void> {
  if (id === undefined) return
  await sql.query(
    `update import_jobs set phase = 'done', report = $2, rows = $3, rejected = $4, bytes = $5,
       bytes_total = coalesce(nullif($6, 0), bytes_total), seen_at = now() where id = $1`,
    [id, JSON.stringify(report), rows, rejected, bytes, bytesTotal],
  )
}

/** @returns whether somebody has asked for the import to stop */
async function noteProgress(db: Db, id: string, p: ImportProgress): Promise<boolean> {
  const { rows } = await db.query<{ cancel_asked: boolean }>(
    `update import_jobs set phase = $2, rows = $3, rejected = $4, bytes = $5, bytes_total = $6, seen_at = now()
     where id = $1 and phase in ('reading', 'merging') returning cancel_asked`,
    [id, p.phase, p.rows, p.rejected, p.bytes, p.bytesTotal],
  )
  return rows[0]?.cancel_asked ?? false
}

async function noteFailure(db: Db, id: string, error: unknown): Promise<void> {
  const problem = isAppError(error)
    ? { code: error.code, ...error.userMessage }
    : {
        code: 'internal',
        vi: 'Việc nhập bị gián đoạn giữa chừng. Chưa có dòng nào được nhập.',
        en: 'The import broke off. Nothing was imported.',
      }
  const phase = problem.code === 'import.cancelled' ? 'cancelled' : 'failed'
  await db.query(
    `update import_jobs set phase = $2, problem = $3, seen_at = now()
     where id = $1 and phase in ('reading', 'merging')`,
    [id, phase, JSON.stringify(problem)],
  )
}

/** Who may see a job: the one who began it, or with null whoever is trusted with all of them. */
export type JobOwner = string | null

/**
 * A job as it stands; undefined when there is none (any more), or when it is somebody else's: reasons of refused rows
 * quote cells of a file. One whose process died counts as failed.
 */
export async function importJob(sql: Sql, id: string, owner: JobOwner): Promise<ImportJob | undefined> {
  const { rows } = await sql.query<ImportJob & { lost: boolean }>(
    `select id, kind, dry_run as "dryRun", phase, rows, rejected, bytes::float8 as bytes,
       bytes_total::float8 as "bytesTotal", report, problem,
       phase in ('reading', 'merging') and seen_at < now() - make_interval(secs => $2) as lost
     from import_jobs where id = $1 and ($3::text is null or actor_id = $3)`,
    [id, lostAfterSeconds, owner],
  )
  const { lost, ...job } = rows[0] ?? { lost: false }
  if (!('id' in job)) return undefined
  if (!lost) return job
  return {
    ...job,
    phase: 'failed',
    problem: {
      code: 'service.unavailable',
      vi: 'Máy chủ đã khởi động lại trong khi nhập. Chưa có dòng nào được nhập; Ông/Bà vui lòng nhập lại.',
      en: 'The server was restarted during the import. Nothing was imported; please import again.',
    },
  }
}

/** Asks a running import to stop; within about a second it does, unless it is done by then. @returns false: no such job */
export async function cancelImport(sql: Sql, id: string, owner: JobOwner): Promise<boolean> {
  const { rowCount } = await sql.query(
    'update import_jobs set cancel_asked = true where id = $1 and ($2::text is null or actor_id = $2)',
    [id, owner],
  )
  return rowCount === 1
}

/** Removes old jobs with the rows they refused, also when nobody imports any more. @returns how many */
export async function forgetOldJobs(sql: Sql): Promise<number> {
  const { rowCount } = await sql.query('delete from import_jobs where created_at < now() - make_interval(days => $1)', [
    keptDays,
  ])
  return rowCount ?? 0
}
