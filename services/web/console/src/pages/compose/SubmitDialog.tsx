import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { IconSend } from '@tabler/icons-react'
import { useQueries } from '@tanstack/react-query'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import type { AnnouncementContent } from '../../../../../domain/announcement.ts'
import type { Preview } from '../../../../../http/schemas.ts'
import { call, newKey } from '../../api/client.ts'
import { useAction, useAreas, useAudienceCount, useInstance } from '../../api/queries.ts'
import { useWords } from '../../i18n/context.tsx'
import { describeAreas } from '../../lib/areas.ts'
import { reachesCitizens } from '../../lib/consent.ts'
import { formatDateTime } from '../../lib/format.ts'
import { previewKey } from '../../lib/previewKey.ts'
import { PriorityBadge } from '../../parts/badges.tsx'
import { Expected, type ExpectedChannel } from '../../parts/Expected.tsx'
import { Facts } from '../../parts/Facts.tsx'
import { ProblemBox, tell } from '../../parts/problem.tsx'
import { QuietNote } from '../../parts/QuietNote.tsx'
import css from './Compose.module.css'

interface SubmitDialogProps {
  id: string
  revision: number
  content: AnnouncementContent
  onClose: () => void
}

/** The last look before it goes to the approver. One key per opening: a repeated click submits once. */
export function SubmitDialog({ id, revision, content, onClose }: SubmitDialogProps) {
  const { t } = useWords()
  const navigate = useNavigate()
  const [key] = useState(newKey)
  const action = useAction(id)
  const areas = useAreas()
  const instance = useInstance()
  const count = useAudienceCount(content.audience)
  const channels = (instance.data?.channels ?? []).filter(channel => content.channels.includes(channel.id))
  // What costs money is quick to count; sound is left to the approver's page.
  const priced = channels.filter(channel => channel.address !== null)
  const previews = useQueries({
    queries: priced.map(channel => ({
      queryKey: ['preview', channel.id, previewKey(channel, content)],
      staleTime: 5 * 60_000,
      retry: false,
      queryFn: () => call<Preview>(`/api/preview/${channel.id}`, { method: 'POST', body: { content } }),
    })),
  })
  const expected = channels.map((channel): ExpectedChannel => {
    const preview = previews[priced.indexOf(channel)]
    return {
      channel,
      audience: count.data && (count.data.byChannel[channel.id] ?? 0),
      preview: preview?.data,
      state: !preview ? 'none' : preview.data ? 'ready' : preview.isError ? 'failed' : 'waiting',
    }
  })

  const submit = () =>
    action.mutate(
      { action: { name: 'submit', body: { revision } }, key },
      {
        onSuccess: () => {
          tell(t.compose.submitted)
          void navigate(`/announcements/${id}`)
        },
      },
    )

  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t.compose.confirmTitle}
      closeButtonProps={{ 'aria-label': t.common.close }}
    >
      <Stack>
        <Text fw={600} size="lg" lang="vi">
          {content.title}
        </Text>
        <Facts
          rows={[
            [t.compose.priority, <PriorityBadge key="p" priority={content.priority} always />],
            ...(content.priority === 'emergency' ? ([[t.compose.urgencyReason, content.urgencyReason]] as const) : []),
            [t.compose.areas, describeAreas(content.audience.areas, areas.data ?? [])],
            ...(reachesCitizens(channels)
              ? ([[t.compose.tags, content.audience.tags.join(', ') || t.announcement.everyone]] as const)
              : []),
            [t.compose.scheduleAt, content.scheduleAt ? formatDateTime(content.scheduleAt) : t.compose.startNow],
            [t.compose.expiresAt, content.expiresAt ? formatDateTime(content.expiresAt) : t.compose.noExpiry],
          ]}
        />
        <Expected channels={expected} />
        <QuietNote content={content} />
        <Text size="sm" c="dimmed">
          {t.compose.confirmText}
        </Text>
        {action.isError && <ProblemBox error={action.error} />}
        {/* Stays in sight while what stands above scrolls: on a phone the list is longer than the screen. */}
        <Group justify="flex-end" className={css.dialogFoot ?? ''}>
          <Button variant="default" onClick={onClose}>
            {t.common.cancel}
          </Button>
          <Button leftSection={<IconSend size={18} />} loading={action.isPending} onClick={submit}>
            {t.compose.submit}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
