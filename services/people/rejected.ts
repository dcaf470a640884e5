import type { Sentence } from '../domain/errors.ts'
import type { Sql } from '../store/db.ts'

export interface RejectedRow {
  row: number
  reason: Sentence
}

/**
 * Keeps the refused rows of the staged ones with their job, and gives the first of them.
 * @param keep how many to give
 */
export async function keepRejected(
  sql: Sql,
  jobId: string | undefined,
  keep: number,
): Promise<{ rejected: RejectedRow[]; rejectedCount: number }> {
  if (jobId !== undefined) {
    await sql.query(
      `insert into import_rejections (job_id, row, vi, en)
       select $1, row, vi, en from import_rows where vi is not null order by row`,
      [jobId],
    )
  }
  const { rows: first } = await sql.query<{ row: number } & Sentence>(
    'select row, vi, en from import_rows where vi is not null order by row limit $1',
    [keep],
  )
  const { rows: total } = await sql.query<{ n: number }>(
    'select count(*)::int as n from import_rows where vi is not null',
  )
  return { rejected: first.map(({ row, vi, en }) => ({ row, reason: { vi, en } })), rejectedCount: total[0]?.n ?? 0 }
}

const pageRows = 5_000

/** All refused rows of a job in the order of the file, some thousands at a time. Served by the primary key. */
export async function* rejectedOf(sql: Sql, jobId: string): AsyncGenerator<RejectedRow[]> {
  for (let after = 0; ; ) {
    const { rows } = await sql.query<{ row: number } & Sentence>(
      'select row, vi, en from import_rejections where job_id = $1 and row > $2 order by row limit $3',
      [jobId, after, pageRows],
    )
    const last = rows.at(-1)
    if (!last) return
    yield rows.map(({ row, vi, en }) => ({ row, reason: { vi, en } }))
    after = last.row
  }
}

/**
 * The refused rows as a CSV for a spreadsheet: UTF-8 with a mark, CRLF, quoted. A reason may quote a cell of the file, and a
 * cell that begins like a formula (OWASP, CSV injection) gets an apostrophe in front.
 */
export async function* rejectedCsv(sql: Sql, jobId: string): AsyncGenerator<string> {
  yield '\ufeff"Dòng","Lý do","Reason"\r\n'
  for await (const page of rejectedOf(sql, jobId)) {
    yield page.map(({ row, reason }) => `${row},${csvField(reason.vi)},${csvField(reason.en)}\r\n`).join('')
  }
}

/** One text cell, quoted and harmless. */
export function csvField(text: string): string {
  const harmless = text.replace(/^(?=\s*[=+\-@\t\r＝＋－＠])/, "'")
  return `"${harmless.replaceAll('"', '""')}"`
}
