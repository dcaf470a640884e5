import { AppError } from '../services/domain/errors.ts'
import type { Channel } from './contract.ts'

/** A channel together with its parsed configuration, ready to be opened. */
export interface InstalledChannel {
  // biome-ignore lint/suspicious/noExplicitAny: the table holds channels of different content types
  channel: Channel<any, any>
  config: unknown
}

export type ChannelTable = Map<string, InstalledChannel>

/**
 * Parses the configuration of every enabled channel and reports all problems together.
 * @param enabledIds ids from LOA_CHANNELS, in the order in which they are shown
 * @param values raw configuration of one channel, prefix removed
 * @throws AppError setup.configuration naming each variable that is missing or wrong
 */
export function installChannels(
  // biome-ignore lint/suspicious/noExplicitAny: see InstalledChannel
  available: Channel<any, any>[],
  enabledIds: string[],
  values: (channelId: string) => Record<string, string>,
): ChannelTable {
  const problems: string[] = []
  const table: ChannelTable = new Map()
  for (const id of enabledIds) {
    const channel = available.find(c => c.id === id)
    if (!channel) {
      problems.push(`LOA_CHANNELS: there is no channel "${id}" (known: ${available.map(c => c.id).join(', ')})`)
      continue
    }
    const parsed = channel.configSchema.safeParse(values(id))
    if (parsed.success) table.set(id, { channel, config: parsed.data })
    else {
      for (const issue of parsed.error.issues) {
        problems.push(`LOA_${id.toUpperCase().replaceAll('-', '_')}_${issue.path.join('_')}: ${issue.message}`)
      }
    }
  }
  if (problems.length > 0) {
    throw new AppError('setup.configuration', {
      vi: `Cấu hình kênh chưa đúng:\n${problems.map(p => `  - ${p}`).join('\n')}\nHãy đặt các biến trên (xem .env.example) hoặc bỏ kênh chưa dùng khỏi LOA_CHANNELS.`,
      en: `The configuration of the channels is not right:\n${problems.map(p => `  - ${p}`).join('\n')}\nSet these variables (see .env.example), or leave a channel that is not used yet out of LOA_CHANNELS.`,
    })
  }
  return table
}

/** @throws AppError channel.unknown when the channel is not enabled in this instance */
export function requireChannel(table: ChannelTable, id: string): InstalledChannel {
  const found = table.get(id)
  if (!found) {
    throw new AppError('channel.unknown', {
      vi: `Kênh "${id}" không có hoặc chưa bật trong hệ thống này.`,
      en: `There is no channel "${id}" in this instance, or it is not enabled.`,
    })
  }
  return found
}
