import { Alert, Anchor, Button, Drawer, Group, Stack, Text, Title } from '@mantine/core'
import { IconAlertTriangle, IconDownload } from '@tabler/icons-react'
import { useState } from 'react'
import { Link } from 'react-router'
import { may } from '../../../../../domain/accounts.ts'
import type { AirWeek, Slot } from '../../../../../http/schemas-airtime.ts'
import { useSlotAgain } from '../../api/airtime.ts'
import { useMe } from '../../api/queries.ts'
import { useWords } from '../../i18n/context.tsx'
import { ownAddress } from '../../lib/address.ts'
import { slotStanding } from '../../lib/airtime.ts'
import { formatBytes, formatDateTime, formatDuration } from '../../lib/format.ts'
import { Ask } from '../../parts/Ask.tsx'
import { PriorityBadge } from '../../parts/badges.tsx'
import { tell } from '../../parts/problem.tsx'
import css from './airtime.module.css'
import { ItemMenu } from './ItemMenu.tsx'
import { PlaybackLines } from './PlaybackLines.tsx'
import { SlotStandingBadge } from './SlotStandingBadge.tsx'

/** Everything about one slot: what is in it, its file, what was played, and what may be done. */
export function SlotDrawer({
  slot,
  week,
  now,
  onClose,
}: {
  slot: Slot
  week: AirWeek
  now: Date
  onClose: () => void
}) {
  const { t } = useWords()
  const standing = slotStanding(slot, now)
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="lg"
      title={`${t.airtime.details} ${formatDateTime(slot.startsAt)}`}
      closeButtonProps={{ 'aria-label': t.common.close }}
    >
      <Stack gap="lg">
        <div>
          <Group gap={8} mb={6}>
            <SlotStandingBadge standing={standing} />
            {slot.relay && <Text size="sm">{t.airtime.relay}</Text>}
          </Group>
          <Text size="sm" c="dimmed">
            {slot.areaName} · {t.airtime.fill(formatDuration(slot.seconds), formatDuration(slot.maxSeconds))}
          </Text>
          {slot.voidReason && <Text mt={6}>{slot.voidReason}</Text>}
          {slot.problem && (
            <Alert color="alarm" mt="sm" icon={<IconAlertTriangle />} title={t.airtime.problem}>
              {slot.problem}
            </Alert>
          )}
        </div>
        <section>
          <Title order={3} mb={8}>
            {t.airtime.items}
          </Title>
          {slot.items.length === 0 && <Text c="dimmed">{t.airtime.emptySlot}</Text>}
          <ol className={css.items}>
            {slot.items.map(item => (
              <li key={item.dispatchId} data-withdrawn={item.withdrawn}>
                <div className={css.itemBody}>
                  <PriorityBadge priority={item.priority} />
                  <Title order={4} className={css.itemTitle}>
                    <Anchor component={Link} to={`/announcements/${item.announcementId}`} c="inherit">
                      {item.title}
                    </Anchor>
                  </Title>
                  <Text size="sm" c="dimmed" className="numbers">
                    {formatDuration(item.seconds)}
                    {item.plays > 1 && ` · ${t.airtime.times(String(item.plays))}`}
                    {item.pinned && ` · ${t.airtime.pinned}`}
                    {item.withdrawn && ` · ${t.airtime.withdrawn}`}
                  </Text>
                </div>
                {slot.state === 'planned' && !slot.relay && <ItemMenu item={item} slot={slot} week={week} now={now} />}
              </li>
            ))}
          </ol>
        </section>
        <SlotFile slot={slot} />
        <section>
          <Title order={3} mb={8}>
            {t.airtime.playback}
          </Title>
          <PlaybackLines slot={slot} now={now} />
          <Again slot={slot} now={now} />
        </section>
      </Stack>
    </Drawer>
  )
}

function SlotFile({ slot }: { slot: Slot }) {
  const { t, language } = useWords()
  const decimal = (n: number) =>
    new Intl.NumberFormat(language === 'vi' ? 'vi-VN' : 'en-GB', { maximumFractionDigits: 1 }).format(n)
  return (
    <section>
      <Title order={3} mb={8}>
        {t.airtime.file}
      </Title>
      {!slot.file && <Text c="dimmed">{t.airtime.fileNone}</Text>}
      {slot.file && (
        <>
          {/* biome-ignore lint/a11y/useMediaCaption: the script of the slot stands on the operator's page */}
          <audio
            className={css.audio}
            controls
            preload="none"
            src={ownAddress(slot.file.url)}
            aria-label={t.airtime.listen}
          />
          <Text size="sm" c="dimmed" mt={6} className="numbers">
            {t.airtime.fileFacts(
              formatDuration(slot.file.durationSeconds),
              decimal(slot.file.lufs),
              decimal(slot.file.dbtp),
            )}
          </Text>
          <Group gap="sm" mt="sm">
            <Button
              component="a"
              href={ownAddress(slot.file.mp3Url)}
              download
              variant="default"
              leftSection={<IconDownload size={18} />}
            >
              {t.airtime.mp3} ({formatBytes(slot.file.sizeBytes, language)})
            </Button>
            <Button
              component="a"
              href={ownAddress(slot.file.wavUrl)}
              download
              variant="default"
              leftSection={<IconDownload size={18} />}
            >
              {t.airtime.wav}
            </Button>
          </Group>
        </>
      )}
    </section>
  )
}

/** A person may say that a slot was surely not aired, and have its content planned again. */
function Again({ slot, now }: { slot: Slot; now: Date }) {
  const { t } = useWords()
  const me = useMe()
  const again = useSlotAgain()
  const [asking, setAsking] = useState(false)
  const over = new Date(slot.startsAt).getTime() + slot.maxSeconds * 1000 < now.getTime()
  const unsure = slot.playback.tickedAt === null && slot.playback.played < Math.max(1, slot.playback.devices)
  if (!me.data || !may(me.data.role, 'airtime.write') || !over || !unsure || slot.items.length === 0) return null
  return (
    <>
      <Button variant="default" mt="sm" onClick={() => setAsking(true)}>
        {t.airtime.again}
      </Button>
      {asking && (
        <Ask
          title={t.airtime.againTitle}
          text={t.airtime.againText}
          reason={{ label: t.airtime.reason, hint: t.airtime.reasonHint }}
          confirm={t.airtime.again}
          busy={again.isPending}
          error={again.error}
          onClose={() => setAsking(false)}
          onConfirm={reason =>
            again.mutate(
              { slotId: slot.id, reason },
              {
                onSuccess: () => {
                  setAsking(false)
                  tell(t.airtime.againDone)
                },
              },
            )
          }
        />
      )}
    </>
  )
}
