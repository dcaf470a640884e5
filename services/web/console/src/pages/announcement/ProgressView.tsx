import { Accordion, Stack, Text } from '@mantine/core'
import { deliveryStates } from '../../../../../domain/delivery.ts'
import type { Announcement, Progress } from '../../../../../http/schemas.ts'
import type { Liveness } from '../../api/stream.ts'
import { useWords } from '../../i18n/context.tsx'
import { segmentOrder } from '../../lib/equation.ts'
import { byChannel } from '../../lib/rounds.ts'
import { StateSwatch } from '../../parts/Equation.tsx'
import css from './Announcement.module.css'
import { ChannelProgress } from './ChannelProgress.tsx'
import { VendorNote } from './VendorNote.tsx'

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
      {byChannel(progress.dispatches).map(({ channel, rounds }) => (
        <ChannelProgress key={channel} announcement={announcement} channelId={channel} rounds={rounds} />
      ))}
      <VendorNote dispatches={progress.dispatches} />
      <Meanings />
    </Stack>
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
