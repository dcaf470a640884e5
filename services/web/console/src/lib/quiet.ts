import type { AnnouncementContent } from '../../../../domain/announcement.ts'
import { quietUntil } from '../../../../domain/quiet-hours.ts'
import type { ChannelInfo, Instance } from '../../../../http/schemas.ts'

/** The chosen channels whose messages would wait for the morning, and until when. */
export interface QuietWait {
  channels: ChannelInfo[]
  until: Date
  /** True when the announcement is over before the quiet hours are: then nothing at all goes out on these channels. */
  expiresBefore: boolean
}

/**
 * What an announcement that starts at its time, or now when it has none, would wait for. Null when it goes out at once:
 * the same rule as the server's at the moment of sending, so it speaks only of the start.
 */
export function quietWait(
  content: Pick<AnnouncementContent, 'priority' | 'scheduleAt' | 'expiresAt' | 'channels'>,
  instance: Pick<Instance, 'quietHours' | 'channels'>,
  now: Date,
): QuietWait | null {
  if (content.priority !== 'routine') return null
  const channels = instance.channels.filter(c => c.waitsInQuietHours && content.channels.includes(c.id))
  const planned = content.scheduleAt === null ? now : new Date(content.scheduleAt)
  // A time that has passed meanwhile means: as soon as it is approved.
  const until = quietUntil(instance.quietHours, planned > now ? planned : now)
  if (channels.length === 0 || until === null) return null
  return { channels, until, expiresBefore: content.expiresAt !== null && new Date(content.expiresAt) <= until }
}

/** `21:00` for minutes after midnight. */
export function clockTime(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
}
