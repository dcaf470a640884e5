import { Text, Title } from '@mantine/core'
import type { AirWeek } from '../../../../../http/schemas-airtime.ts'
import { useWords } from '../../i18n/context.tsx'
import { formatDuration, formatNear } from '../../lib/format.ts'
import { PriorityBadge } from '../../parts/badges.tsx'
import { Panel } from '../../parts/Panel.tsx'
import css from './airtime.module.css'
import { ItemMenu } from './ItemMenu.tsx'

/** What the area was given and what has no slot, with the reason in words: nothing is lost out of sight. */
export function WaitingPanel({ week, now }: { week: AirWeek; now: Date }) {
  const { t } = useWords()
  return (
    <Panel title={t.airtime.waiting} lead={t.airtime.waitingLead} mt="lg">
      {week.waiting.length === 0 && <Text c="dimmed">{t.airtime.waitingNone}</Text>}
      <ul className={css.waiting}>
        {week.waiting.map(item => (
          <li key={item.dispatchId}>
            <div className={css.itemBody}>
              <PriorityBadge priority={item.priority} />
              <Title order={3} className={css.itemTitle}>
                {item.title}
              </Title>
              <Text size="sm">
                {t.airtime.waitingReason[item.reason]} {item.note}
              </Text>
              <Text size="sm" c="dimmed" className="numbers">
                {formatDuration(item.seconds)}
                {item.expiresAt && ` · ${t.airtime.expires(formatNear(item.expiresAt, now))}`}
              </Text>
            </div>
            <ItemMenu item={item} held={item.reason === 'held'} week={week} now={now} />
          </li>
        ))}
      </ul>
    </Panel>
  )
}
