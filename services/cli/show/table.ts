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

/** A channel in the words of the console; a further round says which one it is. */
export function roundName({ channel, round }: { channel: string; round: number }, names: Map<string, string>): string {
  const name = names.get(channel) ?? channel
  return round > 1 ? `${name} · lần ${round}` : name
}

/**
 * The closing table of a dispatch, in the words of the console. What nobody knows, what a cancellation or the end of
 * validity stopped, and what has not left yet have columns of their own as soon as there is any.
 * @param where channel id -> where to look
 */
export function resultTable(progress: Progress, names: Map<string, string>, where: Map<string, string>): string {
  const any = (state: 'unknown' | 'cancelled' | 'expired') => progress.dispatches.some(d => d.counts[state] > 0)
  const more = (
    [
      ['unknown', 'Không rõ'],
      ['cancelled', 'Đã hủy'],
      ['expired', 'Hết hạn'],
    ] as const
  ).filter(([state]) => any(state))
  const unfinished = progress.dispatches.some(d => d.counts.waiting + d.counts.sending > 0)
  return table(
    [
      'Kênh',
      'Đối tượng',
      'Đã tiếp nhận',
      'Đã xác nhận',
      'Bị từ chối',
      'Bỏ qua',
      ...more.map(([, name]) => name),
      ...(unfinished ? ['Đang chờ'] : []),
      ...(where.size > 0 ? ['Xem tại'] : []),
    ],
    progress.dispatches.map(({ channel, round, counts }) => [
      roundName({ channel, round }, names),
      counts.audience,
      counts.accepted,
      counts.confirmed,
      counts.rejected,
      counts.skipped,
      ...more.map(([state]) => counts[state]),
      ...(unfinished ? [counts.waiting + counts.sending] : []),
      ...(where.size > 0 ? [where.get(channel) ?? ''] : []),
    ]),
  )
}
