import { Button, Text } from '@mantine/core'
import { IconAdjustments, IconPlugConnectedX } from '@tabler/icons-react'
import { useState } from 'react'
import { boardsWords } from '../../i18n/boards.ts'
import { useWords } from '../../i18n/context.tsx'
import { useOwn } from '../../i18n/useOwn.ts'
import { formatNumber } from '../../lib/format.ts'
import css from './boards.module.css'
import { GroupSettings } from './GroupSettings.tsx'
import { UnpairDialog } from './UnpairDialog.tsx'

/** What can be done to all chosen boards at once; stays in sight at the foot of the page. */
export function GroupActions({ ids, onDone }: { ids: string[]; onDone: () => void }) {
  const { language } = useWords()
  const w = useOwn(boardsWords)
  const [doing, setDoing] = useState<'settings' | 'unpair' | null>(null)
  return (
    <section className={css.actions} aria-label={w.chosen(formatNumber(ids.length, language))}>
      <Text fw={600} className={css.actionsCount ?? ''} aria-live="polite">
        {w.chosen(formatNumber(ids.length, language))}
      </Text>
      <Button leftSection={<IconAdjustments size={18} />} onClick={() => setDoing('settings')}>
        {w.settings}
      </Button>
      <Button
        variant="default"
        color="alarm"
        leftSection={<IconPlugConnectedX size={18} />}
        onClick={() => setDoing('unpair')}
      >
        {w.unpair}
      </Button>
      <Button variant="subtle" onClick={onDone}>
        {w.unchoose}
      </Button>
      {doing === 'settings' && <GroupSettings ids={ids} onClose={() => setDoing(null)} />}
      {doing === 'unpair' && <UnpairDialog ids={ids} onClose={() => setDoing(null)} onDone={onDone} />}
    </section>
  )
}
