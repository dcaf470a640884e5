import { randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream, statSync } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type { Command } from 'commander'
import { readEnv } from '../../../config/env.ts'
import { AppError, type ErrorCode } from '../../domain/errors.ts'
import { type ImportJob, type ImportKind, type JobControl, runImportJob } from '../../people/jobs.ts'
import { rejectedCsv } from '../../people/rejected.ts'
import { openDb, requireReachable } from '../../store/db.ts'
import { type ApiClient, signedInClient } from '../api-client.ts'
import { type ImportChoices, listKinds } from '../import-kinds.ts'
import { createImportBar, type ImportBar } from '../show/import-bar.ts'
import { describeImport, type ImportReport } from '../show/import-report.ts'

interface Choices extends ImportChoices {
  json?: boolean
}

/** Between two looks at an import that the server does. */
const pollMs = 500

/** Adds `loa import citizens|opt-outs|areas|stations|boards FILE`. */
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
  common(parent.command('areas <file>'))
    .description(
      'Nhập danh mục tỉnh, xã, phường, đặc khu; nhận cả JSON · import provinces and communes, JSON too (columns: Mã, Cấp, Tên, Mã tỉnh, Hiệu lực từ, Hiệu lực đến, Tên cũ)',
    )
    .option(
      '--retire-missing',
      'chấm dứt đơn vị không còn trong tệp (của các tỉnh có trong tệp) · end units of the provinces in the file that it does not name',
    )
    .action((file: string, choices: Choices) => run('areas', file, choices))
  common(parent.command('stations <file>'))
    .description(
      'Nhập danh sách đài, cụm loa · import commune stations (columns: Mã xã, Tên đài/cụm loa, Email người vận hành, Loại)',
    )
    .action((file: string, choices: Choices) => run('stations', file, choices))
  common(parent.command('boards <file>'))
    .description('Nhập danh sách bảng tin · import public boards (columns: Mã xã, Tên bảng tin)')
    .action((file: string, choices: Choices) => run('boards', file, choices))
}

function common(command: Command): Command {
  return command
    .option('--dry-run', 'chỉ kiểm tra, không nhập · check only, import nothing')
    .option('--rejected <file>', 'ghi mọi dòng bị từ chối ra tệp CSV · write all rejected rows to a CSV file')
    .option('--json', 'in báo cáo dạng JSON · print the report as JSON')
}

async function run(kind: ImportKind, path: string, choices: Choices): Promise<void> {
  const report = await importList(kind, path, choices)
  process.stdout.write(choices.json ? `${JSON.stringify(report)}\n` : describeImport(report, choices.rejected))
}

/**
 * Imports a list: into the database at DATABASE_URL when that is set, else through the running instance at LOA_SERVER as
 * LOA_USER, so that an embedded database is opened once.
 * @throws AppError not-found, what the import says, or what the server says
 */
export async function importList(kind: ImportKind, path: string, choices: ImportChoices): Promise<ImportReport> {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (!stat?.isFile()) throw noFile(path)
  const file = { path, size: stat.size }
  const bar = createImportBar(stat.size)
  const url = readEnv().env.DATABASE_URL
  try {
    return url
      ? await intoDatabase(url, kind, file, choices, bar)
      : await throughServer(await signedInClient(), kind, file, choices, bar)
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
  choices: ImportChoices,
  bar: ImportBar,
): Promise<ImportReport> {
  const db = openDb(url, 3)
  const id = randomUUID()
  const dryRun = choices.dryRun ?? false
  try {
    await requireReachable(db, url)
    const job = { id, kind, actorId: 'cli', dryRun, bytesTotal: file.size }
    const report = await runImportJob(db, job, control => {
      const watched = { ...control, onProgress: seenBy(bar, control) }
      return listKinds[kind].into(db, createReadStream(file.path), { ...watched, dryRun }, choices)
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

/** Sends the file to the running instance, as the console does, and watches what becomes of it. */
async function throughServer(
  api: ApiClient,
  kind: ImportKind,
  file: ListFile,
  choices: ImportChoices,
  bar: ImportBar,
): Promise<ImportReport> {
  const id = randomUUID()
  const { path, jobs, query: more } = listKinds[kind]
  const query = new URLSearchParams({ id, dryRun: choices.dryRun ? '1' : '0', ...more(choices) })
  // Once the file is there the server goes on by itself: Ctrl-C has to say that it is not wanted any more.
  const cancel = () => {
    void api.post(`${jobs}/${id}/cancel`, {}).catch(() => undefined)
  }
  process.once('SIGINT', cancel)
  let refused: unknown
  const sent = api.upload(`${path}?${query}`, createReadStream(file.path), file.size).catch(error => {
    refused = error
  })
  const job = await watch(api, `${jobs}/${id}`, bar, () => refused).finally(() => process.off('SIGINT', cancel))
  await sent
  if (choices.rejected) {
    const rows = await api.download(`${jobs}/${id}/rejected.csv`)
    await pipeline(Readable.from(rows), createWriteStream(choices.rejected))
  }
  return job.report as unknown as ImportReport
}

async function watch(api: ApiClient, path: string, bar: ImportBar, refused: () => unknown): Promise<ImportJob> {
  for (;;) {
    if (refused()) throw refused()
    await delay(pollMs)
    // Not there yet until the first bytes have arrived.
    const job = await api.get<ImportJob>(path).catch(error => {
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

function noFile(file: string): AppError {
  return new AppError('not-found', {
    vi: `Không có tệp "${file}".`,
    en: `There is no file "${file}".`,
  })
}
