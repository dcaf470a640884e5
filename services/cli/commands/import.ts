import { createReadStream, statSync } from 'node:fs'
import type { Command } from 'commander'
import { readEnv } from '../../../config/env.ts'
import { AppError } from '../../domain/errors.ts'
import { type CitizenImportReport, importCitizens } from '../../people/import.ts'
import { openDb, requireReachable } from '../../store/db.ts'

interface Choices {
  dryRun?: boolean
  consentBasis?: string
  convertOldNumbers?: boolean
  json?: boolean
}

/** Rejected rows shown on a terminal; `--json` gives all that were kept. */
const shownRejections = 20

/** Adds `loa import citizens FILE`. */
export function register(program: Command): void {
  program
    .command('import')
    .description('Nhập dữ liệu từ tệp CSV · import data from a CSV file')
    .command('citizens <file>')
    .description(
      'Nhập danh sách người nhận tin · import citizens (columns: Họ tên, Số điện thoại, Email, Mã xã, Nhãn, Đồng ý)',
    )
    .option('--dry-run', 'chỉ kiểm tra, không nhập · check only, import nothing')
    .option(
      '--consent-basis <text>',
      'căn cứ đồng ý của mọi người trong tệp · on what basis everybody in the file agreed',
    )
    .option(
      '--convert-old-numbers',
      'đổi số di động 11 chữ số cũ sang 10 chữ số · convert 11-digit numbers of before 2018',
    )
    .option('--json', 'in báo cáo dạng JSON · print the report as JSON')
    .action(async (file: string, choices: Choices) => {
      const report = await importFile(file, choices)
      process.stdout.write(choices.json ? `${JSON.stringify(report)}\n` : describe(report))
    })
}

async function importFile(file: string, choices: Choices): Promise<CitizenImportReport> {
  const url = readEnv().env.DATABASE_URL
  if (!url) throw noDatabase()
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) throw noFile(file)
  const db = openDb(url, 1)
  try {
    await requireReachable(db, url)
    return await importCitizens(db, createReadStream(file), {
      now: () => new Date(),
      dryRun: choices.dryRun ?? false,
      convertOldNumbers: choices.convertOldNumbers ?? false,
      ...(choices.consentBasis !== undefined && { consentBasis: choices.consentBasis }),
      onProgress: ({ rows }) => {
        if (process.stderr.isTTY) process.stderr.write(`\r${rows.toLocaleString('vi-VN')} dòng`)
      },
    })
  } finally {
    if (process.stderr.isTTY) process.stderr.write('\n')
    await db.end()
  }
}

function describe(report: CitizenImportReport): string {
  const lines = [
    report.dryRun ? 'Chạy thử, chưa nhập dòng nào · dry run, nothing imported' : 'Đã nhập · imported',
    `  ${report.rows} dòng · rows`,
    `  ${report.added} người mới · added`,
    `  ${report.updated} người đã có, được cập nhật · updated`,
    `  ${report.merged} dòng trùng người trong tệp · merged with another row`,
    `  ${report.rejectedCount} dòng bị từ chối · rejected`,
  ]
  if (report.keptWithdrawn > 0) {
    lines.push(`  ${report.keptWithdrawn} người đã rút lại sự đồng ý trước đây, giữ nguyên · withdrawals kept`)
  }
  if (report.ignoredColumns.length > 0) {
    lines.push(`  Cột không được nhập · ignored columns: ${report.ignoredColumns.join(', ')}`)
  }
  for (const { row, reason } of report.rejected.slice(0, shownRejections)) lines.push(`  dòng ${row}: ${reason.vi}`)
  if (report.rejectedCount > shownRejections) lines.push('  … (--json: xem thêm · see more)')
  return `${lines.join('\n')}\n`
}

function noDatabase(): AppError {
  return new AppError('setup.configuration', {
    vi: 'Lệnh này cần DATABASE_URL. Hệ thống dùng cơ sở dữ liệu kèm sẵn thì nhập trên trang quản trị hoặc qua POST /api/citizens/import khi hệ thống đang chạy.',
    en: 'This command needs DATABASE_URL. With the embedded database, import on the console or by POST /api/citizens/import while the system runs.',
  })
}

function noFile(file: string): AppError {
  return new AppError('not-found', {
    vi: `Không có tệp "${file}".`,
    en: `There is no file "${file}".`,
  })
}
