import { Badge, Button, Group, Modal, Paper, Skeleton, Stack, Text, Title } from '@mantine/core'
import { DateTimePicker } from '@mantine/dates'
import {
  IconBan,
  IconCheck,
  IconClock,
  IconDownload,
  IconFileText,
  IconPlayerPlay,
  IconSpeakerphone,
} from '@tabler/icons-react'
import { useState } from 'react'
import { Link } from 'react-router'
import type { OperatorItem } from '../../../../http/schemas.ts'
import { useAired, useOperatorItems } from '../api/queries.ts'
import { DateWords } from '../app/DateWords.tsx'
import { useWords } from '../i18n/context.tsx'
import { ownAddress } from '../lib/address.ts'
import { formatBytes, formatDateTime, formatDuration, fromPicker, toPicker } from '../lib/format.ts'
import { groupItems, itemState } from '../lib/operator.ts'
import { useNow } from '../lib/useNow.ts'
import { PriorityBadge } from '../parts/badges.tsx'
import { PageHead } from '../parts/Panel.tsx'
import { ProblemBox, tell, tellProblem, tellUndo } from '../parts/problem.tsx'
import css from './OperatorPage.module.css'

/** What the operator of a station does on a phone: hear it, air it, tick it. */
export function OperatorPage() {
  const { t } = useWords()
  const items = useOperatorItems()
  const now = useNow()
  const groups = groupItems(items.data ?? [], now)
  return (
    <DateWords>
      <div className={css.page}>
        <PageHead title={t.operator.title} lead={t.operator.lead} />
        {items.isError && <ProblemBox error={items.error} onRetry={() => void items.refetch()} />}
        {items.isPending && <Skeleton height={240} radius={8} />}
        {items.isSuccess && items.data.length === 0 && (
          <Paper className={css.empty}>
            <IconSpeakerphone size={44} stroke={1.4} aria-hidden="true" />
            <Title order={2}>{t.operator.emptyTitle}</Title>
            <Text c="dimmed">{t.operator.emptyText}</Text>
          </Paper>
        )}
        <ItemGroup title={t.operator.today} items={groups.today} now={now} />
        <ItemGroup title={t.operator.earlier} items={groups.earlier} now={now} />
      </div>
    </DateWords>
  )
}

function ItemGroup({ title, items, now }: { title: string; items: OperatorItem[]; now: Date }) {
  if (items.length === 0) return null
  return (
    <section className={css.group}>
      <Title order={2} mb="sm">
        {title}
      </Title>
      <Stack gap="md">
        {items.map(item => (
          <Item key={item.id} item={item} now={now} />
        ))}
      </Stack>
    </section>
  )
}

function Item({ item, now }: { item: OperatorItem; now: Date }) {
  const { t, language } = useWords()
  const state = itemState(item, now)
  const gone = state === 'withdrawn' || state === 'expired'
  return (
    <Paper component="article" className={css.item} data-state={state} data-priority={item.priority}>
      {gone && (
        <div className={css.gone}>
          <IconBan size={22} aria-hidden="true" />
          <div>
            <strong>{state === 'withdrawn' ? t.operator.withdrawn : t.operator.expired}</strong>
            {item.withdrawnAt && <Text size="sm">{t.operator.withdrawnAt(formatDateTime(item.withdrawnAt))}</Text>}
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
          <Player item={item} />
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

/** The recording is only fetched when somebody wants to hear it: operators pay for their data. */
function Player({ item }: { item: OperatorItem }) {
  const { t } = useWords()
  const [open, setOpen] = useState(false)
  if (!open) {
    return (
      <Button
        fullWidth
        size="md"
        variant="light"
        mt="md"
        leftSection={<IconPlayerPlay size={20} />}
        onClick={() => setOpen(true)}
      >
        {t.operator.play}
      </Button>
    )
  }
  // The text of the recording stands beside it (script), so no captions track is needed.
  // biome-ignore lint/a11y/useMediaCaption: the spoken text is on the script page
  return <audio className={css.audio} src={ownAddress(item.audioUrl)} controls autoPlay aria-label={item.title} />
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
      {asking && <AskTime busy={aired.isPending} onClose={() => setAsking(false)} onSave={mark} />}
    </>
  )
}

function AskTime({ busy, onClose, onSave }: { busy: boolean; onClose: () => void; onSave: (at: string) => void }) {
  const { t } = useWords()
  const [value, setValue] = useState<string | null>(() => toPicker(new Date().toISOString()))
  const at = fromPicker(value)
  const future = at !== null && new Date(at).getTime() > Date.now()
  return (
    <Modal opened onClose={onClose} title={t.operator.airedTitle} closeButtonProps={{ 'aria-label': t.common.close }}>
      <Stack>
        <DateTimePicker
          label={t.operator.airedTime}
          description={t.common.zone}
          value={value}
          onChange={setValue}
          valueFormat="HH:mm DD/MM/YYYY"
          error={future && t.operator.airedFuture}
          size="md"
        />
        <Button
          size="md"
          color="leaf"
          loading={busy}
          disabled={at === null || future}
          onClick={() => at !== null && onSave(at)}
        >
          {t.operator.airedSave}
        </Button>
      </Stack>
    </Modal>
  )
}
