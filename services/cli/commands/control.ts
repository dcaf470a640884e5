import type { Command } from 'commander'
import type { Announcement, Progress } from '../../http/schemas.ts'
import type { ApiClient } from '../api-client.ts'
import { signedInClient } from '../api-client.ts'

/** Adds `loa cancel`, `loa pause` and `loa resume`: the same actions as in the console. */
export function register(program: Command): void {
  program
    .command('cancel')
    .description('Hủy một thông báo trên mọi kênh · cancel an announcement on every channel')
    .argument('<id>', 'mã thông báo · announcement id')
    .requiredOption('--reason <text>', 'lý do · why')
    .option('--json', 'in một tài liệu JSON · print one JSON document')
    .action(async (id: string, choices: { reason: string; json?: boolean }) => {
      const client = await signedInClient()
      const result = await client.post<Announcement>(`/api/announcements/${encodeURIComponent(id)}/cancel`, {
        reason: choices.reason,
      })
      const left = (result.counts?.accepted ?? 0) + (result.counts?.confirmed ?? 0) + (result.counts?.unknown ?? 0)
      process.stdout.write(
        choices.json
          ? `${JSON.stringify(result)}\n`
          : `Đã hủy. Chưa gửi: ${result.counts?.cancelled ?? 0}; đã hoặc có thể đã rời hệ thống: ${left}\n`,
      )
    })
  for (const [name, description] of [
    ['pause', 'Tạm dừng phát hành · pause'],
    ['resume', 'Tiếp tục phát hành · resume'],
  ] as const) {
    program
      .command(name)
      .description(`${description} (tất cả các kênh hoặc một kênh · all channels or one)`)
      .argument('<id>', 'mã thông báo · announcement id')
      .option('--channel <id>', 'chỉ một kênh · one channel only')
      .option('--json', 'in một tài liệu JSON · print one JSON document')
      .action(async (id: string, choices: { channel?: string; json?: boolean }) => {
        const client = await signedInClient()
        const progress = await forEachDispatch(client, id, name, choices.channel)
        process.stdout.write(
          choices.json
            ? `${JSON.stringify(progress)}\n`
            : progress.dispatches.map(d => `${d.channel}: ${d.phase}\n`).join(''),
        )
      })
  }
}

async function forEachDispatch(
  client: ApiClient,
  id: string,
  action: 'pause' | 'resume',
  channel: string | undefined,
): Promise<Progress> {
  const path = `/api/announcements/${encodeURIComponent(id)}/progress`
  const { dispatches } = await client.get<Progress>(path)
  for (const dispatch of dispatches) {
    const wanted = channel === undefined ? dispatch.settledAt === null : dispatch.channel === channel
    if (wanted) await client.post<Progress>(`/api/dispatches/${dispatch.id}/${action}`, {})
  }
  return await client.get<Progress>(path)
}
