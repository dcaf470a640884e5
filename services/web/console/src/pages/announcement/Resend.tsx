import { Alert, Button, Checkbox, Group, Modal, Stack, Text } from '@mantine/core'
import { IconMailForward, IconRepeat } from '@tabler/icons-react'
import { useState } from 'react'
import { type ResendableState, resendableStates } from '../../../../../domain/delivery.ts'
import type { Announcement, ChannelInfo, DispatchProgress } from '../../../../../http/schemas.ts'
import { newKey } from '../../api/client.ts'
import { useResend } from '../../api/queries.ts'
import { useWords } from '../../i18n/context.tsx'
import { formatNumber } from '../../lib/format.ts'
import { resendable, usualStates } from '../../lib/rounds.ts'
import { StateSwatch } from '../../parts/Equation.tsx'
import { ProblemBox, tell } from '../../parts/problem.tsx'
import css from './Announcement.module.css'

interface ResendProps {
  announcement: Announcement
  rounds: DispatchProgress[]
  channel: ChannelInfo | undefined
  name: string
}

/** Sending again to those not reached: offered once a channel is done and has left somebody out. */
export function Resend({ announcement, rounds, channel, name }: ResendProps) {
  const { t } = useWords()
  // One key per opening: pressed twice, it adds one round.
  const [opened, setOpened] = useState<{ key: string; left: Record<ResendableState, number> } | null>(null)
  const over = announcement.expiresAt !== null && new Date(announcement.expiresAt) <= new Date()
  const left = over ? null : resendable(rounds)
  const last = rounds.at(-1)
  const audience = channel?.audience ?? 'citizens'
  const whom = t.progress.unreached[audience]
  // Whoever may cancel may also send again; both are the permission announcement.control, in the same states but for drafts.
  if (!last || !announcement.allowedActions.includes('cancel')) return null
  return (
    <>
      {left && (
        <Group mt="md">
          <Button
            variant="default"
            aria-label={t.resend.buttonLabel(whom, name)}
            leftSection={<IconMailForward size={18} />}
            onClick={() => setOpened({ key: newKey(), left })}
          >
            {t.resend.button(whom)}
          </Button>
        </Group>
      )}
      {opened && (
        <ResendDialog
          announcementId={announcement.id}
          dispatchId={last.id}
          audience={audience}
          name={name}
          left={opened.left}
          intention={opened.key}
          onClose={() => setOpened(null)}
        />
      )}
    </>
  )
}

interface ResendDialogProps {
  announcementId: string
  dispatchId: string
  audience: ChannelInfo['audience']
  name: string
  left: Record<ResendableState, number>
  intention: string
  onClose: () => void
}

/** Says exactly whom it is for, who may get it twice, and that nobody reached is among them. */
function ResendDialog({ announcementId, dispatchId, audience, name, left, intention, onClose }: ResendDialogProps) {
  const { t, language } = useWords()
  const resend = useResend(announcementId)
  const [states, setStates] = useState(() => usualStates(left))
  const n = (value: number) => formatNumber(value, language)
  const total = states.reduce((sum, state) => sum + left[state], 0)
  const toggle = (state: ResendableState) =>
    setStates(old => resendableStates.filter(one => (one === state ? !old.includes(one) : old.includes(one))))
  const go = () =>
    resend.mutate(
      // The key stands for these very groups: chosen anew after a refusal, it is another request.
      { dispatchId, states, key: `${intention}-${states.join('-')}` },
      {
        onSuccess: () => {
          onClose()
          tell(t.resend.done)
        },
      },
    )
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t.resend.title(name)}
      closeButtonProps={{ 'aria-label': t.common.close }}
    >
      <Stack>
        <Text>{t.resend.lead}</Text>
        <div className={css.groups}>
          {resendableStates
            .filter(state => left[state] > 0)
            .map(state => (
              <Checkbox
                key={state}
                checked={states.includes(state)}
                onChange={() => toggle(state)}
                label={
                  <span className={css.group}>
                    <StateSwatch state={state} />
                    <span>{t.delivery[state]}</span>
                    <b>
                      {n(left[state])} {t.compose.units[audience]}
                    </b>
                  </span>
                }
                description={t.resend.states[state]}
              />
            ))}
        </div>
        {states.includes('unknown') && left.unknown > 0 && (
          <Alert color="gold" variant="light" icon={<IconRepeat />}>
            {t.resend.repeats(n(left.unknown))}
          </Alert>
        )}
        <Text size="sm">
          {t.resend.notReached} {t.resend.exact}
        </Text>
        {states.length === 0 && (
          <Text size="sm" c="dimmed" role="status">
            {t.resend.choose}
          </Text>
        )}
        {resend.isError && <ProblemBox error={resend.error} />}
        <Group justify="flex-end">
          {/* Not the usual word, which in Vietnamese is also the name of a group above. */}
          <Button variant="default" onClick={onClose}>
            {t.common.close}
          </Button>
          <Button
            leftSection={<IconMailForward size={18} />}
            loading={resend.isPending}
            disabled={states.length === 0}
            onClick={go}
          >
            {t.resend.confirm(n(total), t.compose.units[audience])}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
