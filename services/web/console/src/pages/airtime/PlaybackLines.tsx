import { Text } from '@mantine/core'
import { IconAlertTriangle, IconCheck, IconHelpCircle, IconPlayerPause } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { Slot } from '../../../../../http/schemas-airtime.ts'
import { useWords } from '../../i18n/context.tsx'
import { formatNear } from '../../lib/format.ts'
import css from './airtime.module.css'

/** What is known of a slot's playing, no more: devices' reports and the operator's tick. */
export function PlaybackLines({ slot, now }: { slot: Slot; now: Date }) {
  const { t } = useWords()
  const { devices, played, partly, missed, silent, tickedAt, tickedBy } = slot.playback
  const lines: [kind: string, icon: ReactNode, text: string][] = []
  if (tickedAt !== null)
    lines.push([
      'good',
      <IconCheck key="t" size={18} />,
      t.airtime.tickedBy(tickedBy ?? '–', formatNear(tickedAt, now)),
    ])
  if (played > 0)
    lines.push(['good', <IconCheck key="p" size={18} />, t.airtime.playedBy(String(played), String(devices))])
  if (partly > 0) lines.push(['unsure', <IconPlayerPause key="h" size={18} />, t.airtime.partlyBy(String(partly))])
  if (missed > 0) lines.push(['bad', <IconAlertTriangle key="m" size={18} />, t.airtime.missedBy(String(missed))])
  if (silent > 0) lines.push(['unsure', <IconHelpCircle key="s" size={18} />, t.airtime.silentBy(String(silent))])
  if (lines.length === 0) {
    return <Text c="dimmed">{new Date(slot.startsAt) > now ? t.airtime.notYet : t.airtime.noEvidence}</Text>
  }
  return (
    <>
      <ul className={css.playback}>
        {lines.map(([kind, icon, text]) => (
          <li key={text} data-kind={kind}>
            {icon}
            <span>{text}</span>
          </li>
        ))}
      </ul>
      {played > 0 && (
        <Text size="xs" c="dimmed" mt={4}>
          {t.airtime.evidenceNote}
        </Text>
      )}
    </>
  )
}
