import type { Command } from 'commander'
import type { Instance, Progress } from '../../http/schemas.ts'
import { signedInClient } from '../api-client.ts'
import { stateWords } from '../show/states.ts'
import { resultTable, roundName } from '../show/table.ts'

/** Adds `loa status ID`: the equation of every round of every channel at this moment. */
export function register(program: Command): void {
  program
    .command('status')
    .description('Xem tiến độ phát hành của một thông báo · show how far an announcement is')
    .argument('<id>', 'mã thông báo · announcement id')
    .option('--json', 'in một tài liệu JSON · print one JSON document')
    .action(async (id: string, choices: { json?: boolean }) => {
      const client = await signedInClient()
      const progress = await client.get<Progress>(`/api/announcements/${encodeURIComponent(id)}/progress`)
      if (choices.json) {
        process.stdout.write(`${JSON.stringify(progress)}\n`)
        return
      }
      const { channels } = await client.get<Instance>('/api/instance')
      const names = new Map(channels.map(c => [c.id, c.name.vi]))
      process.stdout.write(`${stateWords(progress.state)}\n`)
      if (progress.dispatches.length === 0) process.stdout.write('Chưa được phê duyệt · not approved yet\n')
      else process.stdout.write(`${resultTable(progress, names, new Map())}\n${statusNotes(progress, names)}`)
    })
}

/** What the table cannot say: what waits for the morning, who may get it twice, what it has cost. One line each. */
export function statusNotes(progress: Progress, names: Map<string, string>): string {
  const lines = progress.dispatches.flatMap(d => {
    const name = roundName(d, names)
    return [
      ...(d.phase === 'quiet' && d.quietUntil
        ? [`${name}: chờ hết giờ yên tĩnh, gửi tiếp lúc ${vietNamTime(d.quietUntil)}`]
        : []),
      ...(d.possibleRepeats > 0 ? [`${name}: ${d.possibleRepeats} người có thể nhận hai lần`] : []),
      ...(d.problem ? [`${name}: ${d.problem}`] : []),
      ...(d.costDong > 0
        ? [
            `${name}: chi phí đến nay ${d.costDong.toLocaleString('vi-VN')} đ` +
              (d.counts.unknown > 0 ? ` (chưa kể ${d.counts.unknown} tin không rõ, có thể cũng bị tính tiền)` : ''),
          ]
        : []),
    ]
  })
  return lines.map(line => `${line}\n`).join('')
}

/** `07:00 26/11/2026`, the time of Viet Nam (UTC+7 all year) wherever the terminal is. */
function vietNamTime(iso: string): string {
  const [date = '', time = ''] = new Date(new Date(iso).getTime() + 7 * 3_600_000).toISOString().split('T')
  return `${time.slice(0, 5)} ${date.split('-').reverse().join('/')}`
}
