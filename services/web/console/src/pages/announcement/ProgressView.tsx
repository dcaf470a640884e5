import { Accordion, Alert, Badge, Button, Group, Stack, Text } from '@mantine/core'
import { IconAlertTriangle, IconCertificate, IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react'
import { useState } from 'react'
import { deliveryStates } from '../../../../../domain/delivery.ts'
import type { Announcement, DispatchProgress, Progress } from '../../../../../http/schemas.ts'
import { useDispatchControl, useInstance } from '../../api/queries.ts'
import type { Liveness } from '../../api/stream.ts'
import { useWords } from '../../i18n/context.tsx'
import { reasonWords } from '../../i18n/dictionary.ts'
import { segmentOrder } from '../../lib/equation.ts'
import { formatDateTime, formatNumber } from '../../lib/format.ts'
import { Ask } from '../../parts/Ask.tsx'
import { ChannelIcon } from '../../parts/ChannelIcon.tsx'
import { EquationBar, EquationLegend, StateSwatch } from '../../parts/Equation.tsx'
import { Panel } from '../../parts/Panel.tsx'
import { tell } from '../../parts/problem.tsx'
import css from './Announcement.module.css'

interface ProgressViewProps {
  announcement: Announcement
  progress: Progress
  liveness: Liveness
}

/** Each channel's equation while it changes, with the brakes beside it. */
export function ProgressView({ announcement, progress, liveness }: ProgressViewProps) {
  const { t } = useWords()
  return (
    <Stack gap="md">
      {liveness !== 'off' && (
        <div className={css.live} data-lost={liveness === 'polling' || undefined} role="status">
          <span aria-hidden="true" />
          {liveness === 'live' ? t.progress.live : t.progress.polling}
        </div>
      )}
      {progress.dispatches.length === 0 && <Text c="dimmed">{t.progress.preparing}</Text>}
      {progress.dispatches.map(dispatch => (
        <ChannelProgress key={dispatch.id} announcement={announcement} dispatch={dispatch} />
      ))}
      <Meanings />
    </Stack>
  )
}

const phaseColors: Record<DispatchProgress['phase'], string> = {
  planned: 'slate',
  rendering: 'slate',
  delivering: 'ink',
  paused: 'gold',
  settled: 'leaf',
  cancelled: 'slate',
  expired: 'slate',
  problem: 'alarm',
}

function ChannelProgress({ announcement, dispatch }: { announcement: Announcement; dispatch: DispatchProgress }) {
  const { t, say, language } = useWords()
  const instance = useInstance()
  const channel = instance.data?.channels.find(one => one.id === dispatch.channel)
  const name = channel ? say(channel.name) : dispatch.channel
  const n = (value: number) => formatNumber(value, language)
  const { counts } = dispatch
  const frozen = dispatch.phase !== 'planned'
  return (
    <Panel>
      <Group justify="space-between" mb="sm" gap="xs">
        <Group gap="sm">
          <ChannelIcon channel={dispatch.channel} size={24} />
          <Text fw={600} size="lg">
            {name}
          </Text>
          <Badge color={phaseColors[dispatch.phase]}>{t.phase[dispatch.phase]}</Badge>
        </Group>
        <Brakes announcement={announcement} dispatch={dispatch} name={name} />
      </Group>
      {dispatch.problem && (
        <Alert color="alarm" icon={<IconAlertTriangle />} mb="sm">
          {dispatch.problem}
        </Alert>
      )}
      {frozen && (
        <>
          <div className={css.total}>
            <span>{t.delivery.audience}</span>
            <b>{n(counts.audience)}</b>
            {channel && <span>{t.compose.units[channel.audience]}</span>}
          </div>
          <EquationBar counts={counts} height={22} />
          <div className={css.legend}>
            <EquationLegend counts={counts} />
          </div>
          <Reasons dispatch={dispatch} />
        </>
      )}
      <div className={css.dispatchFoot}>
        {channel && (
          <span className={css.evidence}>
            <IconCertificate size={17} aria-hidden="true" />
            {t.progress.evidence}: {say(channel.bestEvidenceText)}
          </span>
        )}
        <span>
          {dispatch.startedAt && t.progress.started(formatDateTime(dispatch.startedAt))}
          {dispatch.settledAt && ` · ${t.progress.settled(formatDateTime(dispatch.settledAt))}`}
        </span>
      </div>
    </Panel>
  )
}

function Reasons({ dispatch }: { dispatch: DispatchProgress }) {
  const { t, language } = useWords()
  const list = Object.entries(dispatch.reasons)
    // Cancelled and expired are states of their own and stand in the legend already.
    .filter(([code, count]) => count > 0 && code !== 'cancelled' && code !== 'expired')
    .sort(([, a], [, b]) => b - a)
  if (list.length === 0) return null
  return (
    <div className={css.reasons}>
      <b>{t.progress.reasons}:</b>
      {list.map(([code, count]) => (
        <span key={code}>
          {reasonWords(t, code)} <b>{formatNumber(count, language)}</b>
        </span>
      ))}
    </div>
  )
}

interface BrakesProps {
  announcement: Announcement
  dispatch: DispatchProgress
  name: string
}

/** Pause and resume of one channel, each after a question. */
function Brakes({ announcement, dispatch, name }: BrakesProps) {
  const { t } = useWords()
  const control = useDispatchControl(announcement.id)
  const [asking, setAsking] = useState<'pause' | 'resume' | null>(null)
  // Whoever may cancel may also brake; both are the permission announcement.control.
  const mayControl = announcement.allowedActions.includes('cancel')
  const canPause = ['planned', 'rendering', 'delivering', 'problem'].includes(dispatch.phase)
  const canResume = dispatch.phase === 'paused'
  if (!mayControl || !(canPause || canResume)) return null
  const ask = (what: 'pause' | 'resume') => {
    control.reset()
    setAsking(what)
  }
  return (
    <>
      {canPause && (
        <Button
          size="xs"
          variant="default"
          aria-label={t.progress.pauseLabel(name)}
          leftSection={<IconPlayerPause size={16} />}
          onClick={() => ask('pause')}
        >
          {t.progress.pause}
        </Button>
      )}
      {canResume && (
        <Button
          size="xs"
          aria-label={t.progress.resumeLabel(name)}
          leftSection={<IconPlayerPlay size={16} />}
          onClick={() => ask('resume')}
        >
          {t.progress.resume}
        </Button>
      )}
      {asking && (
        <Ask
          title={asking === 'pause' ? t.progress.pauseTitle(name) : t.progress.resumeTitle(name)}
          text={asking === 'pause' ? t.progress.pauseText : t.progress.resumeText}
          confirm={asking === 'pause' ? t.progress.pause : t.progress.resume}
          busy={control.isPending}
          error={control.error}
          onClose={() => setAsking(null)}
          onConfirm={() =>
            control.mutate(
              { dispatchId: dispatch.id, what: asking },
              {
                onSuccess: () => {
                  setAsking(null)
                  tell(asking === 'pause' ? t.progress.paused : t.progress.resumed)
                },
              },
            )
          }
        />
      )}
    </>
  )
}

/** What the words on this page mean, so that nobody takes "taken over" for "read". */
function Meanings() {
  const { t } = useWords()
  return (
    <Accordion variant="contained" className={css.meanings ?? ''}>
      <Accordion.Item value="meanings">
        <Accordion.Control>{t.progress.meaning}</Accordion.Control>
        <Accordion.Panel>
          <dl className={css.glossary}>
            <div>
              <dt>{t.delivery.audience}</dt>
              <dd>{t.deliveryMeaning.audience}</dd>
            </div>
            {segmentOrder
              .filter(state => deliveryStates.includes(state))
              .map(state => (
                <div key={state}>
                  <dt>
                    <StateSwatch state={state} /> {t.delivery[state]}
                  </dt>
                  <dd>{t.deliveryMeaning[state]}</dd>
                </div>
              ))}
          </dl>
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  )
}
