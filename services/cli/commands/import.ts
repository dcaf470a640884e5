import { randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream, statSync } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type { Command } from 'commander'
import { readEnv } from '../../../config/env.ts'
import { AppError, type ErrorCode } from '../../domain/errors.ts'
import { type CitizenImportReport, importCitizens } from '../../people/import.ts'
import { type ImportJob, type ImportKind, type JobControl, runImportJob } from '../../people/jobs.ts'
import { importOptOuts, type OptOutImportReport } from '../../people/opt-outs.ts'
import { refusableChannels } from '../../people/refusable.ts'
import { rejectedCsv } from '../../people/rejected.ts'
import { type Db, openDb, requireReachable } from '../../store/db.ts'
import { type ApiClient, signedInClient } from '../api-client.ts'
import { createImportBar, type ImportBar } from '../show/import-bar.ts'

interface Choices {
  dryRun?: boolean
  consentBasis?: string
  convertOldNumbers?: boolean
  rejected?: string
  json?: boolean
}

type Report = CitizenImportReport | OptOutImportReport

/** Rejected rows shown on a terminal; `--rejected FILE` gives all of them. */
const shownRejections = 20
/** Between two looks at an import that the server does. */
const pollMs = 500

/** Adds `loa import citizens FILE` and `loa import opt-outs FILE`. */
export function register(program: Command): void {
  const parent = program
    .command('import')
    .description('Nhập danh sách từ tệp CSV hoặc Excel (.xlsx) · import a list from a CSV or Excel file')
  common(parent.command('citizens <file>'))
    .description(
      'Nhập danh sách người nhận tin · import citizens (columns: Họ tên, Số điện thoại, Email, Mã xã, Nhãn, Đồng ý, Ngôn ngữ)',
    )
    .option(
      '--consent-basis <text>',
      'căn cứ đồng ý của mọi người trong tệp · on what basis everybody in the file agreed',
    )
    .option(
      '--convert-old-numbers',
      'đổi số di động 11 chữ số cũ sang 10 chữ số · convert 11-digit numbers of before 2018',
    )
    .action((file: string, choices: Choices) => run('citizens', file, choices))
  common(parent.command('opt-outs <file>'))
    .description(
      'Nhập danh sách từ chối nhận tin · import addresses that refuse messages (columns: Số điện thoại, Email)',
    )
    .action((file: string, choices: Choices) => run('opt-outs', file, choices))
}

function common(command: Command): Command {
  return command
    .option('--dry-run', 'chỉ kiểm tra, không nhập · check only, import nothing')
    .option('--rejected <file>', 'ghi mọi dòng bị từ chối ra tệp CSV · write all rejected rows to a CSV file')
    .option('--json', 'in báo cáo dạng JSON · print the report as JSON')
}

async function run(kind: ImportKind, file: string, choices: Choices): Promise<void> {
  const stat = statSync(file, { throwIfNoEntry: false })
  if (!stat?.isFile()) throw noFile(file)
  const bar = createImportBar(stat.size)
  const url = readEnv().env.DATABASE_URL
  try {
    const report = url
      ? await intoDatabase(url, kind, { path: file, size: stat.size }, choices, bar)
      : await throughServer(await signedInClient(), kind, { path: file, size: stat.size }, choices, bar)
    bar.stop()
    process.stdout.write(choices.json ? `${JSON.stringify(report)}\n` : describe(report, choices))
  } finally {
    bar.stop()
  }
}

interface ListFile {
  path: string
  size: number
}

async function intoDatabase(
  url: string,
  kind: ImportKind,
  file: ListFile,
  choices: Choices,
  bar: ImportBar,
): Promise<Report> {
  const db = openDb(url, 3)
  const id = randomUUID()
  const dryRun = choices.dryRun ?? false
  try {
    await requireReachable(db, url)
    const job = { id, kind, actorId: 'cli', dryRun, bytesTotal: file.size }
    const report = await runImportJob(db, job, control => {
      const watched = { ...control, onProgress: seenBy(bar, control) }
      return importKind(db, kind, file, { ...watched, dryRun }, choices)
    })
    if (choices.rejected) await pipeline(Readable.from(rejectedCsv(db, id)), createWriteStream(choices.rejected))
    return report
  } finally {
    await db.end()
  }
}

function seenBy(bar: ImportBar, control: JobControl): JobControl['onProgress'] {
  return progress => {
    bar.update(progress)
    control.onProgress(progress)
  }
}

function importKind(
  db: Db,
  kind: ImportKind,
  file: ListFile,
  control: JobControl & { dryRun: boolean },
  choices: Choices,
): Promise<Report> {
  const now = () => new Date()
  const bytes = createReadStream(file.path)
  if (kind === 'opt-outs') return importOptOuts(db, bytes, { ...control, now, channels: refusableChannels })
  return importCitizens(db, bytes, {
    ...control,
    now,
    convertOldNumbers: choices.convertOldNumbers ?? false,
    ...(choices.consentBasis !== undefined && { consentBasis: choices.consentBasis }),
  })
}

/** Sends the file to the running instance, as the console does, and watches what becomes of it. */
async function throughServer(
  api: ApiClient,
  kind: ImportKind,
  file: ListFile,
  choices: Choices,
  bar: ImportBar,
): Promise<Report> {
  const id = randomUUID()
  const query = new URLSearchParams({ id, dryRun: choices.dryRun ? '1' : '0' })
  if (kind === 'citizens') {
    if (choices.convertOldNumbers) query.set('convertOldNumbers', '1')
    if (choices.consentBasis !== undefined) query.set('consentBasis', choices.consentBasis)
  }
  const path = kind === 'citizens' ? '/api/citizens/import' : '/api/citizens/opt-outs/import'
  let refused: unknown
  const sent = api.upload(`${path}?${query}`, createReadStream(file.path), file.size).catch(error => {
    refused = error
  })
  const job = await watch(api, id, bar, () => refused)
  await sent
  if (choices.rejected) {
    const rows = await api.download(`/api/citizens/imports/${id}/rejected.csv`)
    await pipeline(Readable.from(rows), createWriteStream(choices.rejected))
  }
  return job.report as Report
}

async function watch(api: ApiClient, id: string, bar: ImportBar, refused: () => unknown): Promise<ImportJob> {
  for (;;) {
    if (refused()) throw refused()
    await delay(pollMs)
    // Not there yet until the first bytes have arrived.
    const job = await api.get<ImportJob>(`/api/citizens/imports/${id}`).catch(error => {
      if (error instanceof AppError && error.code === 'not-found') return undefined
      throw error
    })
    if (!job) continue
    if (job.phase === 'done') return job
    if (job.phase === 'failed' || job.phase === 'cancelled') throw refused() ?? asError(job)
    bar.update({ ...job, phase: job.phase })
  }
}

function asError({ problem }: ImportJob): AppError {
  const { code = 'internal', vi = '', en = '' } = problem ?? {}
  return new AppError(code as ErrorCode, { vi, en })
}

function describe(report: Report, { rejected }: Choices): string {
  const lines = [report.dryRun ? 'Chạy thử, chưa nhập dòng nào · dry run, nothing imported' : 'Đã nhập · imported']
  lines.push(`  ${report.rows} dòng · rows`)
  if ('updated' in report) {
    lines.push(
      `  ${report.added} người mới · added`,
      `  ${report.updated} người đã có, được cập nhật · updated`,
      `  ${report.merged} dòng trùng người trong tệp · merged with another row`,
    )
    if (report.keptWithdrawn > 0) {
      lines.push(`  ${report.keptWithdrawn} người đã rút lại sự đồng ý trước đây, giữ nguyên · withdrawals kept`)
    }
  } else {
    lines.push(
      `  ${report.added} lượt từ chối mới (mỗi kênh một lượt) · refusals added, one per channel`,
      `  ${report.known} lượt đã có từ trước · known before`,
    )
  }
  lines.push(`  ${report.rejectedCount} dòng bị từ chối · rejected`)
  if (report.ignoredColumns.length > 0) {
    lines.push(`  Cột không được nhập · ignored columns: ${report.ignoredColumns.join(', ')}`)
  }
  for (const { row, reason } of report.rejected.slice(0, shownRejections)) lines.push(`  dòng ${row}: ${reason.vi}`)
  if (rejected) lines.push(`  Mọi dòng bị từ chối · all rejected rows: ${rejected}`)
  else if (report.rejectedCount > shownRejections) lines.push('  … (--rejected FILE: tất cả · all of them)')
  return `${lines.join('\n')}\n`
}

function noFile(file: string): AppError {
  return new AppError('not-found', {
    vi: `Không có tệp "${file}".`,
    en: `There is no file "${file}".`,
  })
}
