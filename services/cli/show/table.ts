import Table from 'cli-table3'
import type { Progress } from '../../http/schemas.ts'

/** Draws rows with a header; the first column is text, the others are right-aligned numbers unless they are not. */
export function table(head: string[], rows: (string | number)[][]): string {
  const drawn = new Table({
    head,
    style: { head: [], border: [], compact: true },
    colAligns: head.map((_, i) => (rows.every(row => typeof row[i] === 'number') ? 'right' : 'left')),
  })
  drawn.push(...rows)
  return drawn.toString()
}

/**
 * The closing table of a dispatch. Failed counts what is known to have failed; what nobody knows has its own column
 * as soon as there is any.
 * @param where channel id -> where to look
 */
export function resultTable(progress: Progress, names: Map<string, string>, where: Map<string, string>): string {
  const unknown = progress.dispatches.some(d => d.counts.unknown > 0)
  const unfinished = progress.dispatches.some(d => d.counts.waiting + d.counts.sending > 0)
  return table(
    [
      'Kênh',
      'Đối tượng',
      'Đã tiếp nhận',
      'Đã xác nhận',
      'Gửi lỗi',
      'Bỏ qua',
      ...(unknown ? ['Không rõ'] : []),
      ...(unfinished ? ['Đang chờ'] : []),
      'Xem tại',
    ],
    progress.dispatches.map(({ channel, counts }) => [
      names.get(channel) ?? channel,
      counts.audience,
      counts.accepted,
      counts.confirmed,
      counts.rejected,
      counts.skipped + counts.cancelled + counts.expired,
      ...(unknown ? [counts.unknown] : []),
      ...(unfinished ? [counts.waiting + counts.sending] : []),
      where.get(channel) ?? '',
    ]),
  )
}
