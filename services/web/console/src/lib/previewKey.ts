import type { AnnouncementContent } from '../../../../domain/announcement.ts'
import type { ChannelInfo } from '../../../../http/schemas.ts'
import { contentKey } from './content.ts'

/**
 * What the answer of a channel's preview depends on. Sound takes seconds to make and does not depend on who hears it,
 * so the audience is left out of its key; no preview depends on the other channels or on the times.
 */
export function previewKey(channel: Pick<ChannelInfo, 'audience'>, content: AnnouncementContent): string {
  const audience = channel.audience === 'stations' ? { areas: [], tags: [] } : content.audience
  return contentKey({ ...content, audience, channels: [], scheduleAt: null, expiresAt: null })
}
