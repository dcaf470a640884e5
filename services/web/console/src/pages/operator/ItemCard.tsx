import { Badge, Button, Group, Paper, Text } from '@mantine/core'
import { IconAlertOctagon, IconBan, IconCheck, IconClock, IconDownload, IconFileText } from '@tabler/icons-react'
import { useState } from 'react'
import { Link } from 'react-router'
import type { OperatorItem } from '../../../../../http/schemas.ts'
import { useAired } from '../../api/queries.ts'
import { useWords } from '../../i18n/context.tsx'
import { ownAddress } from '../../lib/address.ts'
import { formatBytes, formatDateTime, formatDuration } from '../../lib/format.ts'
import { itemState } from '../../lib/operator.ts'
import { PriorityBadge } from '../../parts/badges.tsx'
import { tell, tellProblem, tellUndo } from '../../parts/problem.tsx'
import { AskTime } from './AskTime.tsx'
import { Listen } from './Listen.tsx'
import css from './operator.module.css'

/** One item outside the slots: hear it, fetch it, read it, tick it. */
export function ItemCard({ item, now }: { item: OperatorItem; now: Date }) {
  const { t, language } = useWords()
  const state = itemState(item, now)
  const gone = state === 'withdrawn' || state === 'expired'
  return (
    <Paper component="article" className={css.item} data-state={state} data-priority={item.priority}>
      {gone && (
        <div className={css.banner}>
          <IconBan size={22} aria-hidden="true" />
          <div>
            <strong>{state === 'withdrawn' ? t.operator.withdrawn : t.operator.expired}</strong>
            {item.withdrawnAt && <Text size="sm">{t.operator.withdrawnAt(formatDateTime(item.withdrawnAt))}</Text>}
          </div>
        </div>
      )}
      {state === 'to-air' && item.priority === 'emergency' && (
        <div className={css.banner}>
          <IconAlertOctagon size={24} aria-hidden="true" />
          <div>
            <strong>{t.airtime.operator.emergency}</strong>
            <Text size="sm">{t.airtime.operator.emergencyHelp}</Text>
          </div>
        </div>
      )}
      <Group gap={8} mb={6}>
        <PriorityBadge priority={item.priority} />
        {state === 'to-air' && <Badge color="ink">{t.operator.toAir}</Badge>}
        <Text size="sm" c="dimmed">
          {item.stationName}
        </Text>
      </Group>
      <h3 className={css.title}>{item.title}</h3>
      <div className={css.meta}>
        <span>{t.operator.received(formatDateTime(item.putAt))}</span>
        {item.expiresAt && <span>{t.operator.expires(formatDateTime(item.expiresAt))}</span>}
        <span className="numbers">
          {t.preview.duration} {formatDuration(item.durationSeconds)}
        </span>
      </div>
      {!gone && (
        <>
          <Listen url={item.audioUrl} name={item.title}>
            {t.operator.play}
          </Listen>
          <div className={css.buttons}>
            <Button
              component="a"
              href={ownAddress(item.downloadUrl)}
              download
              variant="default"
              leftSection={<IconDownload size={18} />}
            >
              {t.operator.download} ({formatBytes(item.sizeBytes, language)})
            </Button>
            <Button
              component={Link}
              to={`/operator/${encodeURIComponent(item.id)}/script`}
              variant="default"
              leftSection={<IconFileText size={18} />}
            >
              {t.operator.script}
            </Button>
          </div>
        </>
      )}
      <Tick item={item} state={state} />
    </Paper>
  )
}

function Tick({ item, state }: { item: OperatorItem; state: ReturnType<typeof itemState> }) {
  const { t, language } = useWords()
  const aired = useAired()
  const [asking, setAsking] = useState(false)

  const mark = (at: string | null) =>
    aired.mutate(
      { id: item.id, at },
      {
        onSuccess: () => {
          setAsking(false)
          if (at === null) tell(t.operator.unmarked)
          else tellUndo(t.operator.marked, t, () => aired.mutate({ id: item.id, at: null }))
        },
        onError: error => tellProblem(error, t, language),
      },
    )

  if (item.airedAt !== null) {
    return (
      <div className={css.aired}>
        <IconCheck size={24} aria-hidden="true" />
        <div>
          <strong>{t.operator.airedAt(formatDateTime(item.airedAt))}</strong>
          {item.airedBy && <Text size="sm">{t.operator.airedBy(item.airedBy)}</Text>}
        </div>
        <Button size="compact-sm" variant="default" loading={aired.isPending} onClick={() => mark(null)}>
          {t.operator.undo}
        </Button>
      </div>
    )
  }
  return (
    <>
      <div className={css.buttons}>
        {state === 'to-air' && (
          <Button
            size="md"
            color="leaf"
            loading={aired.isPending}
            leftSection={<IconCheck size={20} />}
            onClick={() => mark(new Date().toISOString())}
          >
            {t.operator.airedNow}
          </Button>
        )}
        <Button size="md" variant="subtle" leftSection={<IconClock size={18} />} onClick={() => setAsking(true)}>
          {t.operator.airedOther}
        </Button>
      </div>
      {asking && (
        <AskTime
          title={t.operator.airedTitle}
          begin={new Date()}
          busy={aired.isPending}
          onClose={() => setAsking(false)}
          onSave={mark}
        />
      )}
    </>
  )
}
