import type { CitizenImportReport } from '../../people/import.ts'
import type { OptOutImportReport } from '../../people/opt-outs.ts'

export type ImportReport = CitizenImportReport | OptOutImportReport

/** Rejected rows shown on a terminal; `--rejected FILE` gives all of them. */
const shownRejections = 20

/** @param rejected file into which all rejected rows went */
export function describeImport(report: ImportReport, rejected?: string): string {
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
