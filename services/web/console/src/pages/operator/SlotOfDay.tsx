import { Button, Group, Paper, Text, Title } from '@mantine/core'
import { IconArrowsExchange, IconDownload, IconFileText, IconTool } from '@tabler/icons-react'
import { useState } from 'react'
import { Link } from 'react-router'
import type { OperatorSlot } from '../../../../../http/schemas-airtime.ts'
import { useWords } from '../../i18n/context.tsx'
import { ownAddress } from '../../lib/address.ts'
import { countdown, endClock, slotStanding } from '../../lib/airtime.ts'
import { formatBytes, formatDuration, formatTime } from '../../lib/format.ts'
import { PriorityBadge } from '../../parts/badges.tsx'
import { PlaybackLines } from '../airtime/PlaybackLines.tsx'
import { SlotStandingBadge } from '../airtime/SlotStandingBadge.tsx'
import { FaultDialog } from './FaultDialog.tsx'
import { Listen } from './Listen.tsx'
import css from './operator.module.css'
import { SlotTick } from './SlotTick.tsx'

/** One slot as the operator works with it: hear it, fetch it, print it, tick it, say what went wrong. */
export function SlotOfDay({ slot, now, next }: { slot: OperatorSlot; now: Date; next: boolean }) {
  const { t, language } = useWords()
  const [faulty, setFaulty] = useState(false)
  const start = formatTime(slot.startsAt)
  const standing = slotStanding(slot, now)
  return (
    <Paper component="article" className={css.item} data-next={next} data-standing={standing}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <div>
          <Title order={3} className={css.hour}>
            {start}–{endClock(start, Math.round(slot.maxSeconds / 60))}
          </Title>
          {next && <Countdown slot={slot} now={now} />}
        </div>
        <SlotStandingBadge standing={standing} />
      </Group>
      <Text size="sm" c="dimmed">
        {slot.stations.map(one => one.name).join(', ')}
      </Text>
      {slot.relay && (
        <Text size="sm" className={css.withIcon}>
          <IconArrowsExchange size={17} aria-hidden="true" /> {t.airtime.relay}
        </Text>
      )}
      {slot.voidReason && <Text mt={4}>{slot.voidReason}</Text>}
      {slot.problem && (
        <Text mt={4} c="alarm" fw={600}>
          {t.airtime.problem}
        </Text>
      )}
      {slot.items.length === 0 && slot.state !== 'void' && (
        <Text c="dimmed" mt="sm">
          {t.airtime.emptySlot}
        </Text>
      )}
      <ol className={css.order} aria-label={t.airtime.operator.order}>
        {slot.items.map(item => (
          <li key={item.dispatchId} data-withdrawn={item.withdrawn}>
            <PriorityBadge priority={item.priority} />
            <span className={css.orderTitle}>{item.title}</span>
            <span className={css.orderTime}>
              {formatDuration(item.seconds)}
              {item.plays > 1 && ` · ${t.airtime.times(String(item.plays))}`}
              {item.withdrawn && ` · ${t.airtime.withdrawn}`}
            </span>
          </li>
        ))}
      </ol>
      {slot.file && (
        <>
          <Listen url={slot.file.url} name={t.airtime.listen}>
            {`${t.airtime.listen} (${formatDuration(slot.file.durationSeconds)})`}
          </Listen>
          <div className={css.pair}>
            <Button
              component="a"
              href={ownAddress(slot.file.mp3Url)}
              download
              aria-label={t.airtime.mp3}
              size="md"
              variant="default"
              leftSection={<IconDownload size={18} />}
            >
              MP3 ({formatBytes(slot.file.sizeBytes, language)})
            </Button>
            <Button
              component="a"
              href={ownAddress(slot.file.wavUrl)}
              download
              aria-label={t.airtime.wav}
              size="md"
              variant="default"
              leftSection={<IconDownload size={18} />}
            >
              WAV
            </Button>
          </div>
        </>
      )}
      <div className={css.pair}>
        {slot.items.length > 0 && (
          <Button
            component={Link}
            to={`/operator/slots/${encodeURIComponent(slot.id)}/script?at=${encodeURIComponent(slot.startsAt)}`}
            size="md"
            variant="default"
            leftSection={<IconFileText size={18} />}
          >
            {t.airtime.operator.script}
          </Button>
        )}
        <Button size="md" variant="default" leftSection={<IconTool size={18} />} onClick={() => setFaulty(true)}>
          {t.airtime.operator.fault}
        </Button>
      </div>
      {new Date(slot.startsAt) <= now && (
        <div className={css.evidence}>
          <PlaybackLines slot={slot} now={now} />
        </div>
      )}
      <SlotTick slot={slot} now={now} />
      {faulty && <FaultDialog stations={slot.stations} slotId={slot.id} onClose={() => setFaulty(false)} />}
    </Paper>
  )
}

function Countdown({ slot, now }: { slot: OperatorSlot; now: Date }) {
  const { t } = useWords()
  const ms = new Date(slot.startsAt).getTime() - now.getTime()
  const { hours, minutes } = countdown(ms)
  const words = [
    hours > 0 && t.expected.hours(String(hours)),
    (minutes > 0 || hours === 0) && t.expected.minutes(String(minutes)),
  ]
  return (
    <Text fw={600} className={css.countdown}>
      {ms <= 0 ? t.airtime.operator.now : t.airtime.operator.inTime(words.filter(Boolean).join(' '))}
    </Text>
  )
}
