import type { CitizenImportReport } from '../../people/import.ts'
import type { OptOutImportReport } from '../../people/opt-outs.ts'
import type { AreaImportReport } from '../../places/import/areas.ts'
import type { PlaceImportReport } from '../../places/import/places.ts'

export type ImportReport = CitizenImportReport | OptOutImportReport | AreaImportReport | PlaceImportReport

/** Rejected rows shown on a terminal; `--rejected FILE` gives all of them. */
const shownRejections = 20
/** Units named after the counts. */
const shownUnits = 20

/** @param rejected file into which all rejected rows went */
export function describeImport(report: ImportReport, rejected?: string): string {
  const lines = [report.dryRun ? 'Chạy thử, chưa nhập dòng nào · dry run, nothing imported' : 'Đã nhập · imported']
  lines.push(`  ${report.rows} dòng · rows`, ...countsOf(report))
  lines.push(`  ${report.rejectedCount} dòng bị từ chối · rejected`)
  if ('missing' in report) lines.push(...unitsOf(report))
  if (report.ignoredColumns.length > 0) {
    lines.push(`  Cột không được nhập · ignored columns: ${report.ignoredColumns.join(', ')}`)
  }
  for (const { row, reason } of report.rejected.slice(0, shownRejections)) lines.push(`  dòng ${row}: ${reason.vi}`)
  if (rejected) lines.push(`  Mọi dòng bị từ chối · all rejected rows: ${rejected}`)
  else if (report.rejectedCount > shownRejections) lines.push('  … (--rejected FILE: tất cả · all of them)')
  return `${lines.join('\n')}\n`
}

function countsOf(report: ImportReport): string[] {
  if ('unchanged' in report) {
    return [
      `  ${report.added} mục mới · added`,
      `  ${report.updated} mục được cập nhật · updated`,
      `  ${report.unchanged} mục không đổi · unchanged`,
    ]
  }
  if ('updated' in report) {
    const kept = `  ${report.keptWithdrawn} người đã rút lại sự đồng ý trước đây, giữ nguyên · withdrawals kept`
    return [
      `  ${report.added} người mới · added`,
      `  ${report.updated} người đã có, được cập nhật · updated`,
      `  ${report.merged} dòng trùng người trong tệp · merged with another row`,
      ...(report.keptWithdrawn > 0 ? [kept] : []),
    ]
  }
  return [
    `  ${report.added} lượt từ chối mới (mỗi kênh một lượt) · refusals added, one per channel`,
    `  ${report.known} lượt đã có từ trước · known before`,
  ]
}

function unitsOf(report: AreaImportReport): string[] {
  const { renamed, renamedCount, reopened, missing, missingCount, missingHold, retired, retireHeld } = report
  const lines: string[] = []
  const more = (all: number, shown: number) => (all > shown ? ['    …'] : [])
  if (renamedCount > 0) {
    lines.push(`  ${renamedCount} đơn vị đổi tên, tên cũ được giữ để tra cứu · renamed, old names kept as aliases`)
    for (const { code, from, to } of renamed.slice(0, shownUnits)) lines.push(`    ${code}: ${from} → ${to}`)
    lines.push(...more(renamedCount, shownUnits))
  }
  if (reopened > 0) lines.push(`  ${reopened} đơn vị đã hết hiệu lực nay có lại · had ended and exist again`)
  if (missingCount > 0) {
    lines.push(`  ${missingCount} đơn vị hiện có nhưng không có trong tệp · present units that the file does not name`)
    for (const { code, name } of missing.slice(0, shownUnits)) lines.push(`    ${code}: ${name}`)
    lines.push(...more(missingCount, shownUnits))
    const { citizens, stations, boards } = missingHold
    if (citizens + stations + boards > 0) {
      lines.push(
        `    còn ${citizens} người, ${stations} đài, ${boards} bảng tin thuộc các đơn vị này · citizens, stations, boards in them`,
      )
    }
    if (retireHeld) {
      lines.push('    Chưa chấm dứt đơn vị nào vì có dòng bị từ chối · nothing was ended, since rows were rejected')
    } else if (retired > 0) {
      lines.push(`    ${retired} đơn vị được chấm dứt từ hôm nay · ended as of today`)
    } else {
      lines.push('    Vẫn giữ nguyên; --retire-missing để chấm dứt · kept; --retire-missing ends them')
    }
  }
  return lines
}
