import { Alert, Badge, Group, Text } from '@mantine/core'
import { IconAlertTriangle, IconCertificate, IconMoonStars, IconRepeat } from '@tabler/icons-react'
import type { Announcement, ChannelInfo, DispatchProgress } from '../../../../../http/schemas.ts'
import { useInstance } from '../../api/queries.ts'
import { useWords } from '../../i18n/context.tsx'
import { reasonWords, stateList } from '../../i18n/dictionary.ts'
import { formatDateTime, formatMoney, formatNear, formatNumber } from '../../lib/format.ts'
import { ChannelIcon } from '../../parts/ChannelIcon.tsx'
import { EquationBar, EquationLegend } from '../../parts/Equation.tsx'
import { Panel } from '../../parts/Panel.tsx'
import css from './Announcement.module.css'
import { BoardsNow } from './BoardsNow.tsx'
import { Brakes } from './Brakes.tsx'
import { Resend } from './Resend.tsx'

interface ChannelProgressProps {
  announcement: Announcement
  channelId: string
  /** The first one first; there is always one. */
  rounds: DispatchProgress[]
}

/** One channel: its rounds, each with an equation of its own, and what can be done about those not reached. */
export function ChannelProgress({ announcement, channelId, rounds }: ChannelProgressProps) {
  const { t, say } = useWords()
  const instance = useInstance()
  const channel = instance.data?.channels.find(one => one.id === channelId)
  const name = channel ? say(channel.name) : channelId
  const [first, ...further] = rounds
  if (!first) return null
  // What was taken off or has ended, no board is to show any more.
  const over = ['cancelled', 'expired', 'superseded'].includes(announcement.state) || hasEnded(announcement)
  return (
    <Panel>
      <Group justify="space-between" mb="sm" gap="xs">
        <Group gap="sm">
          <ChannelIcon channel={channelId} size={24} />
          <Text fw={600} size="lg">
            {name}
          </Text>
          {further.length === 0 && <PhaseBadge dispatch={first} />}
        </Group>
        {further.length === 0 && <Brakes announcement={announcement} dispatch={first} name={name} />}
      </Group>
      {further.length > 0 && (
        <RoundHead announcement={announcement} dispatch={first} name={name} title={t.progress.firstRound} />
      )}
      <Round dispatch={first} channel={channel} />
      {further.map(dispatch => (
        <section
          key={dispatch.id}
          className={css.round}
          aria-label={`${name}: ${t.results.roundName(`${dispatch.round}`)}`}
        >
          <RoundHead
            announcement={announcement}
            dispatch={dispatch}
            name={name}
            title={t.progress.furtherRound(
              String(dispatch.round),
              t.progress.unreached[channel?.audience ?? 'citizens'],
              stateList(t, dispatch.resendStates ?? []),
            )}
          />
          <Round dispatch={dispatch} channel={channel} />
        </section>
      ))}
      <Resend announcement={announcement} rounds={rounds} channel={channel} name={name} />
      {channelId === 'board' && !over && <BoardsNow announcement={announcement} />}
      {channel && (
        <div className={css.channelFoot}>
          <IconCertificate size={17} aria-hidden="true" />
          <span>
            {t.progress.evidence}: {say(channel.bestEvidenceText)}
          </span>
        </div>
      )}
    </Panel>
  )
}

function hasEnded({ expiresAt }: Announcement): boolean {
  return expiresAt !== null && new Date(expiresAt) <= new Date()
}

const phaseColors: Record<DispatchProgress['phase'], string> = {
  planned: 'slate',
  rendering: 'slate',
  delivering: 'ink',
  quiet: 'gold',
  paused: 'gold',
  settled: 'leaf',
  cancelled: 'slate',
  expired: 'slate',
  problem: 'alarm',
}

function PhaseBadge({ dispatch }: { dispatch: DispatchProgress }) {
  const { t } = useWords()
  return (
    <Badge
      color={phaseColors[dispatch.phase]}
      {...(dispatch.phase === 'quiet' ? { leftSection: <IconMoonStars size={14} /> } : {})}
    >
      {t.phase[dispatch.phase]}
    </Badge>
  )
}

interface RoundHeadProps {
  announcement: Announcement
  dispatch: DispatchProgress
  name: string
  title: string
}

function RoundHead({ announcement, dispatch, name, title }: RoundHeadProps) {
  return (
    <Group justify="space-between" mb="sm" gap="xs">
      <Group gap="xs">
        <Text fw={600}>{title}</Text>
        <PhaseBadge dispatch={dispatch} />
      </Group>
      <Brakes announcement={announcement} dispatch={dispatch} name={name} />
    </Group>
  )
}

function Round({ dispatch, channel }: { dispatch: DispatchProgress; channel: ChannelInfo | undefined }) {
  const { t, language } = useWords()
  const { counts, quietUntil } = dispatch
  const n = (value: number) => formatNumber(value, language)
  // Before the freeze there is no audience that could be shown.
  const frozen = dispatch.phase !== 'planned'
  return (
    <>
      {dispatch.problem && (
        <Alert color="alarm" icon={<IconAlertTriangle />} mb="sm">
          {dispatch.problem}
        </Alert>
      )}
      {dispatch.phase === 'quiet' && quietUntil && (
        <Alert color="gold" variant="light" icon={<IconMoonStars />} mb="sm">
          {t.progress.quiet(formatNear(quietUntil, new Date()))}
        </Alert>
      )}
      {dispatch.possibleRepeats > 0 && (
        <Alert color="gold" variant="light" icon={<IconRepeat />} mb="sm">
          {t.progress.repeats(n(dispatch.possibleRepeats))}
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
      <div className={css.roundFoot}>
        <Cost dispatch={dispatch} />
        <span>
          {dispatch.startedAt && t.progress.started(formatDateTime(dispatch.startedAt))}
          {dispatch.settledAt && ` · ${t.progress.settled(formatDateTime(dispatch.settledAt))}`}
        </span>
      </div>
    </>
  )
}

/** What was spent so far. Unknown messages may have been taken, and then they are charged too. */
function Cost({ dispatch }: { dispatch: DispatchProgress }) {
  const { t, language } = useWords()
  if (dispatch.costDong <= 0) return null
  const { unknown } = dispatch.counts
  return (
    <span>
      {t.progress.cost}: <b>{formatMoney(dispatch.costDong, language)}</b>
      {unknown > 0 && ` (${t.progress.costUnknown(formatNumber(unknown, language))})`}
    </span>
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
