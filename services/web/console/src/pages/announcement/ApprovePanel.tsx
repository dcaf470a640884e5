import { Alert, Button, Group, Loader, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import { IconArrowBackUp, IconSignature } from '@tabler/icons-react'
import { useQueries, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Announcement, ChannelInfo, Preview } from '../../../../../http/schemas.ts'
import { ApiError, call, newKey } from '../../api/client.ts'
import { useAction, useAudienceCount, useInstance } from '../../api/queries.ts'
import { useWords } from '../../i18n/context.tsx'
import { readingWords } from '../../i18n/reading.ts'
import { formatDateTime, formatNumber } from '../../lib/format.ts'
import { previewKey } from '../../lib/previewKey.ts'
import { otherWarnings } from '../../lib/reading.ts'
import { Ask } from '../../parts/Ask.tsx'
import { BoardMediaPanel } from '../../parts/BoardMediaPanel.tsx'
import { ChannelIcon } from '../../parts/ChannelIcon.tsx'
import { Expected } from '../../parts/Expected.tsx'
import { ProblemBox, tell } from '../../parts/problem.tsx'
import { QuietNote } from '../../parts/QuietNote.tsx'
import { ReadingDiff } from '../../parts/ReadingDiff.tsx'
import { Rendition } from '../../preview/ChannelPreview.tsx'
import { Warnings } from '../../preview/Warnings.tsx'
import css from './Announcement.module.css'

/**
 * The approver's desk: reach, cost, time needed and the very texts and sounds that will go out. What is sent back is the
 * hash of the announcement as it was read for this screen, so a change in between is refused by the server.
 */
export function ApprovePanel({ announcement: latest }: { announcement: Announcement }) {
  const { t, say, language } = useWords()
  const words = readingWords[language]
  const client = useQueryClient()
  const instance = useInstance()
  const action = useAction(latest.id)
  const [asking, setAsking] = useState<{ what: 'approve' | 'return'; key: string } | null>(null)
  // What was opened stays on the desk: a change by the writer is announced and read anew, never slipped in.
  const [announcement, setAnnouncement] = useState(latest)
  const changed = latest.hash !== announcement.hash
  const { content, reading } = announcement
  const media = content.channels.includes('board') ? (content.variants.board?.media ?? []) : []
  const channels = (instance.data?.channels ?? []).filter(channel => content.channels.includes(channel.id))
  const count = useAudienceCount(content.audience)
  const previews = useQueries({
    queries: channels.map(channel => ({
      // By its hash: the same words may have been read otherwise before.
      queryKey: ['preview', channel.id, previewKey(channel, content), announcement.hash],
      staleTime: 5 * 60_000,
      retry: false,
      queryFn: () =>
        call<Preview>(`/api/preview/${channel.id}`, {
          method: 'POST',
          body: { content, announcementId: announcement.id },
        }),
    })),
  })
  const ask = (what: 'approve' | 'return') => {
    action.reset()
    setAsking({ what, key: newKey() })
  }
  const close = () => setAsking(null)

  const approve = () =>
    asking &&
    action.mutate(
      { action: { name: 'approve', body: { hash: announcement.hash } }, key: asking.key },
      {
        onSuccess: () => {
          close()
          tell(t.approve.approved)
          window.scrollTo({ top: 0 })
        },
        onError: error => {
          // The screen showed an older version: the new one is fetched, and the approver reads again.
          if (error instanceof ApiError && error.problem?.code === 'announcement.hash-mismatch') {
            void client.invalidateQueries({ queryKey: ['announcement', announcement.id] })
          }
        },
      },
    )

  return (
    <section className={css.approve}>
      <Title order={2}>{t.approve.title}</Title>
      <Text mt={4} mb="md">
        {t.approve.lead}
      </Text>
      {changed && (
        <Alert color="alarm" mb="md" role="alert">
          <Group justify="space-between">
            {t.approve.mismatch}
            <Button size="xs" onClick={() => setAnnouncement(latest)}>
              {t.approve.readAgain}
            </Button>
          </Group>
        </Alert>
      )}
      {content.priority === 'emergency' && (
        <Alert color="alarm" mb="md" title={t.compose.urgencyReason}>
          {content.urgencyReason}
        </Alert>
      )}
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md" mb="lg">
        <Figure name={t.expected.title}>
          <Expected
            channels={channels.map((channel, i) => ({
              channel,
              audience: count.data && (count.data.byChannel[channel.id] ?? 0),
              preview: previews[i]?.data,
              state: previews[i]?.data ? 'ready' : previews[i]?.isError ? 'failed' : 'waiting',
            }))}
          />
        </Figure>
        <Stack gap="md">
          <Figure name={t.approve.starts}>
            <b>{content.scheduleAt ? formatDateTime(content.scheduleAt) : t.compose.startNow}</b>
            <div>
              {t.compose.expiresAt}: {content.expiresAt ? formatDateTime(content.expiresAt) : t.compose.noExpiry}
            </div>
          </Figure>
          <QuietNote content={content} />
        </Stack>
      </SimpleGrid>

      <Title order={3} mb="sm">
        {t.approve.texts}
      </Title>
      <div className={css.sheets}>
        {channels.map((channel, i) => (
          <Sheet
            key={channel.id}
            channel={channel}
            name={say(channel.name)}
            preview={previews[i]?.data}
            error={previews[i]?.error}
            soundOnly={reading !== null}
          />
        ))}
      </div>
      {media.length > 0 && (
        <div className={css.reading}>
          <BoardMediaPanel media={media} />
        </div>
      )}
      {reading && (
        <div className={css.reading}>
          <Title order={3}>{words.title}</Title>
          <Text size="sm" c="dimmed" mb="sm">
            {words.lead} {words.signed}
          </Text>
          {/* Nothing of what is signed is folded away. */}
          <ReadingDiff reading={reading} />
        </div>
      )}
      {previews.some(one => one.isError) && (
        <Alert color="gold" mt="md">
          {t.approve.previewMissing}
        </Alert>
      )}
      <Group mt="lg" gap="sm">
        <Button
          size="md"
          color={content.priority === 'emergency' ? 'alarm' : 'leaf'}
          leftSection={<IconSignature size={20} />}
          disabled={changed || previews.some(one => one.isPending)}
          onClick={() => ask('approve')}
        >
          {content.priority === 'emergency' ? t.approve.buttonEmergency : t.approve.button}
        </Button>
        {announcement.allowedActions.includes('return') && (
          <Button size="md" variant="default" leftSection={<IconArrowBackUp size={20} />} onClick={() => ask('return')}>
            {t.approve.return}
          </Button>
        )}
        {previews.some(one => one.isPending) && (
          <Group gap={8}>
            <Loader size="xs" />
            <Text size="sm" c="dimmed">
              {t.approve.wait}
            </Text>
          </Group>
        )}
      </Group>
      {asking?.what === 'approve' && (
        <Ask
          title={t.approve.confirmTitle}
          text={
            content.scheduleAt && new Date(content.scheduleAt) > new Date()
              ? t.approve.confirmLater(formatDateTime(content.scheduleAt))
              : t.approve.confirmNow
          }
          note={
            <>
              {reading && <Text size="sm">{words.signedChanges(formatNumber(reading.spans.length, language))}</Text>}
              <QuietNote content={content} />
            </>
          }
          confirm={t.approve.button}
          color={content.priority === 'emergency' ? 'alarm' : 'leaf'}
          busy={action.isPending}
          error={action.error}
          onClose={close}
          onConfirm={approve}
        />
      )}
      {asking?.what === 'return' && (
        <Ask
          title={t.approve.returnTitle}
          reason={{ label: t.approve.returnReason, hint: t.approve.returnHint }}
          confirm={t.approve.return}
          busy={action.isPending}
          error={action.error}
          onClose={close}
          onConfirm={reason =>
            action.mutate(
              { action: { name: 'return', body: { reason } }, key: asking.key },
              {
                onSuccess: () => {
                  close()
                  tell(t.approve.returned)
                },
              },
            )
          }
        />
      )}
    </section>
  )
}

function Figure({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div className={css.figure}>
      <span>{name}</span>
      {children}
    </div>
  )
}

interface SheetProps {
  channel: ChannelInfo
  name: string
  preview: Preview | undefined
  error: unknown
  /** What is spoken stands below, once. */
  soundOnly: boolean
}

function Sheet({ channel, name, preview, error, soundOnly }: SheetProps) {
  return (
    <article className={css.sheet}>
      <div className={css.sheetHead}>
        <ChannelIcon channel={channel.id} />
        <b>{name}</b>
      </div>
      {!preview && !error && <Loader size="sm" />}
      {!preview && Boolean(error) && <ProblemBox error={error} />}
      {preview && (
        <>
          <Rendition preview={preview} soundOnly={soundOnly} />
          <Warnings list={[...otherWarnings(preview.warnings, preview.reading), ...preview.estimate.warnings]} />
        </>
      )}
    </article>
  )
}
