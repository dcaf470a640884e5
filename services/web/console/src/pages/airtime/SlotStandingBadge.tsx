import { Badge } from '@mantine/core'
import { useWords } from '../../i18n/context.tsx'
import type { SlotStanding } from '../../lib/airtime.ts'

const colors: Record<SlotStanding, string> = {
  void: 'slate',
  played: 'leaf',
  over: 'slate',
  onAir: 'gold',
  locked: 'ink',
  rendered: 'ink',
  planned: 'slate',
}

/** What a slot is now, in words; the colour only supports them. */
export function SlotStandingBadge({ standing }: { standing: SlotStanding }) {
  const { t } = useWords()
  return (
    <Badge
      color={colors[standing]}
      variant={standing === 'planned' || standing === 'void' ? 'outline' : 'light'}
      size="md"
    >
      {t.airtime.state[standing]}
    </Badge>
  )
}
