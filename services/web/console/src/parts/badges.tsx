import { Badge } from '@mantine/core'
import { IconAlertOctagon, IconFlag } from '@tabler/icons-react'
import type { AnnouncementState, Priority } from '../../../../domain/announcement.ts'
import { useWords } from '../i18n/context.tsx'

const stateColors: Record<AnnouncementState, string> = {
  draft: 'slate',
  submitted: 'gold',
  approved: 'ink',
  dispatching: 'ink',
  completed: 'leaf',
  cancelled: 'slate',
  expired: 'slate',
  superseded: 'slate',
}

/** The state of an announcement in words; colour only supports it. */
export function StateBadge({ state }: { state: AnnouncementState }) {
  const { t } = useWords()
  const ended = state === 'cancelled' || state === 'expired' || state === 'superseded'
  return (
    <Badge color={stateColors[state]} variant={ended ? 'outline' : state === 'dispatching' ? 'filled' : 'light'}>
      {t.state[state]}
    </Badge>
  )
}

/** Nothing for routine: a badge on every row would hide the ones that matter. */
export function PriorityBadge({ priority, always = false }: { priority: Priority; always?: boolean }) {
  const { t } = useWords()
  if (priority === 'routine' && !always) return null
  const icon =
    priority === 'emergency' ? <IconAlertOctagon size={14} /> : priority === 'priority' ? <IconFlag size={14} /> : null
  return (
    <Badge
      color={priority === 'emergency' ? 'alarm' : priority === 'priority' ? 'gold' : 'slate'}
      variant={priority === 'emergency' ? 'filled' : 'outline'}
      leftSection={icon}
    >
      {t.priority[priority]}
    </Badge>
  )
}
