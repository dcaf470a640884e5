import type { ChannelInfo } from '../../../../http/schemas.ts'

/** Whether any of the channels goes to citizens one by one: only there do consent and groups of citizens mean something. */
export function reachesCitizens(channels: readonly Pick<ChannelInfo, 'audience'>[]): boolean {
  return channels.some(channel => channel.audience === 'citizens')
}
