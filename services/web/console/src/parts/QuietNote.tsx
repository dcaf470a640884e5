import { Alert } from '@mantine/core'
import { IconMoonStars } from '@tabler/icons-react'
import type { AnnouncementContent } from '../../../../domain/announcement.ts'
import { useInstance } from '../api/queries.ts'
import { useWords } from '../i18n/context.tsx'
import { formatDateTime } from '../lib/format.ts'
import { clockTime, quietWait } from '../lib/quiet.ts'
import { useNow } from '../lib/useNow.ts'

/** Says when messages that would start inside the quiet hours go out; nothing when they go out on time. */
export function QuietNote({ content }: { content: AnnouncementContent }) {
  const { t, say } = useWords()
  const instance = useInstance()
  const now = useNow()
  const wait = instance.data ? quietWait(content, instance.data, now) : null
  const quiet = instance.data?.quietHours
  if (!wait || !quiet) return null
  const names = wait.channels.map(channel => say(channel.name)).join(', ')
  const window = t.quiet.window(clockTime(quiet.fromMinute), clockTime(quiet.toMinute))
  const at = formatDateTime(wait.until.toISOString())
  const planned = content.scheduleAt !== null && new Date(content.scheduleAt) > now
  const words = planned ? t.quiet.scheduled(names, window, at) : t.quiet.now(names, window, at)
  return (
    <Alert
      color={wait.expiresBefore ? 'alarm' : 'gold'}
      variant="light"
      icon={<IconMoonStars />}
      title={t.quiet.title}
      role="status"
    >
      {wait.expiresBefore ? t.quiet.expires(names, formatDateTime(content.expiresAt)) : words}
      {content.channels.length > wait.channels.length && ` ${t.quiet.others}`}
    </Alert>
  )
}
