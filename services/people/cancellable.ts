import { AppError } from '../domain/errors.ts'
import type { Db, Sql } from '../store/db.ts'

/** PostgreSQL's answer to a statement that was cancelled. */
const queryCanceled = '57014'

/** @throws AppError import.cancelled once `signal` has been given */
export function stopIfAsked(signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return
  throw new AppError('import.cancelled', {
    vi: 'Đã dừng theo yêu cầu. Chưa có dòng nào được nhập.',
    en: 'Stopped as asked. Nothing was imported.',
  })
}

/**
 * Runs `work` on the connection `sql` so that `signal` also ends a statement that is at work: merging a million rows is
 * one statement after another, each of many seconds. Ends only once no cancel request is under way, so that none can
 * hit what the connection does next.
 * @throws AppError import.cancelled
 */
export async function cancellable<T>(
  db: Db,
  sql: Sql,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  if (!signal) return await work()
  const { rows } = await sql.query<{ pid: number }>('select pg_backend_pid() as pid')
  let cancelling: Promise<unknown> = Promise.resolve()
  const cancel = () => {
    cancelling = db.query('select pg_cancel_backend($1)', [rows[0]?.pid]).catch(() => undefined)
  }
  signal.addEventListener('abort', cancel, { once: true })
  try {
    stopIfAsked(signal)
    const result = await work()
    stopIfAsked(signal)
    return result
  } catch (error) {
    if ((error as { code?: unknown }).code === queryCanceled) stopIfAsked(signal)
    throw error
  } finally {
    signal.removeEventListener('abort', cancel)
    await cancelling
    // Takes a cancel that arrived between two statements.
    if (signal.aborted) await sql.query('select 1').catch(() => undefined)
  }
}
