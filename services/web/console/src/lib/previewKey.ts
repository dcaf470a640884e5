import type { AnnouncementContent } from '../../../../domain/announcement.ts'
import type { ChannelInfo } from '../../../../http/schemas.ts'
import { contentKey } from './content.ts'

/**
 * What the answer of a channel's preview depends on. Sound takes seconds to make and depends on the places that hear it
 * (their pronunciations), not on the groups of people there; no preview depends on the other channels or on the times.
 */
export function previewKey(channel: Pick<ChannelInfo, 'audience'>, content: AnnouncementContent): string {
  const audience = channel.audience === 'stations' ? { ...content.audience, tags: [] } : content.audience
  return contentKey({ ...content, audience, channels: [], scheduleAt: null, expiresAt: null })
}
