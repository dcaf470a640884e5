import type { Command } from 'commander'
import { AppError } from '../../domain/errors.ts'
import type { Announcement, AnnouncementEvent, Instance, Progress } from '../../http/schemas.ts'
import type { ApiClient } from '../api-client.ts'
import { signedInClient } from '../api-client.ts'
import { phaseWords } from '../show/states.ts'
import { roundName } from '../show/table.ts'

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
      if (choices.json) process.stdout.write(`${JSON.stringify(result)}\n`)
      else process.stdout.write(await whatWasStopped(client, id))
    })
  for (const [name, description] of [
    ['pause', 'Tạm dừng phát hành, mọi kênh hoặc một kênh · pause all channels or one'],
    ['resume', 'Tiếp tục phát hành, mọi kênh hoặc một kênh · resume all channels or one'],
  ] as const) {
    program
      .command(name)
      .description(description)
      .argument('<id>', 'mã thông báo · announcement id')
      .option('--channel <id>', 'chỉ một kênh · one channel only')
      .option('--json', 'in một tài liệu JSON · print one JSON document')
      .action(async (id: string, choices: { channel?: string; json?: boolean }) => {
        const client = await signedInClient()
        const progress = await forEachDispatch(client, id, name, choices.channel)
        if (choices.json) {
          process.stdout.write(`${JSON.stringify(progress)}\n`)
          return
        }
        const names = await channelNames(client)
        process.stdout.write(progress.dispatches.map(d => `${roundName(d, names)}: ${phaseWords(d.phase)}\n`).join(''))
      })
  }
}

/** Per channel, from the record of the cancel itself: counts that are read later go on moving. */
export async function whatWasStopped(client: ApiClient, id: string): Promise<string> {
  const history = await client.get<AnnouncementEvent[]>(`/api/announcements/${encodeURIComponent(id)}/history`)
  const detail = history.findLast(event => event.action === 'cancel')?.detail ?? {}
  const part = (name: string) => (detail[name] ?? {}) as Record<string, number>
  const [stopped, left, inFlight] = [part('stopped'), part('left'), part('inFlight')]
  const names = await channelNames(client)
  const lines = Object.keys(stopped).map(
    channel =>
      `${names.get(channel) ?? channel}: đã dừng ${stopped[channel]}; đã hoặc có thể đã rời hệ thống ${left[channel] ?? 0}; đang chuyển ${inFlight[channel] ?? 0}`,
  )
  return `${['Đã hủy.', ...lines].join('\n')}\n`
}

async function channelNames(client: ApiClient): Promise<Map<string, string>> {
  const { channels } = await client.get<Instance>('/api/instance')
  return new Map(channels.map(c => [c.id, c.name.vi]))
}

/**
 * Pauses or resumes the channels of an announcement that have not ended, or the one that is named.
 * @throws AppError channel.unknown | dispatch.wrong-state when there is nothing to act on: silence would pass for success
 */
export async function forEachDispatch(
  client: ApiClient,
  id: string,
  action: 'pause' | 'resume',
  channel: string | undefined,
): Promise<Progress> {
  const path = `/api/announcements/${encodeURIComponent(id)}/progress`
  const { dispatches } = await client.get<Progress>(path)
  const wanted = dispatches.filter(d => (channel === undefined ? d.settledAt === null : d.channel === channel))
  if (wanted.length === 0) throw nothingToDo(dispatches, channel)
  for (const dispatch of wanted) await client.post<Progress>(`/api/dispatches/${dispatch.id}/${action}`, {})
  return await client.get<Progress>(path)
}

function nothingToDo(dispatches: Progress['dispatches'], channel: string | undefined): AppError {
  if (dispatches.length === 0) {
    return new AppError('dispatch.wrong-state', {
      vi: 'Thông báo này chưa được phê duyệt nên chưa phát hành qua kênh nào.',
      en: 'This announcement has not been approved, so no channel carries it yet.',
    })
  }
  if (channel === undefined) {
    return new AppError('dispatch.wrong-state', {
      vi: 'Mọi kênh của thông báo này đã phát hành xong, không còn gì để tạm dừng hoặc tiếp tục.',
      en: 'Every channel of this announcement has ended; there is nothing to pause or resume.',
    })
  }
  const used = dispatches.map(d => d.channel).join(', ')
  return new AppError('channel.unknown', {
    vi: `Thông báo này không phát qua kênh "${channel}" (các kênh: ${used}).`,
    en: `This announcement does not use the channel "${channel}" (its channels: ${used}).`,
  })
}
