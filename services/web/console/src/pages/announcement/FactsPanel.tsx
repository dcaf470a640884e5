import { Code, CopyButton, Tooltip, UnstyledButton } from '@mantine/core'
import { planTopics } from '../../../../../domain/plan.ts'
import type { Announcement } from '../../../../../http/schemas.ts'
import { useAreas, useInstance } from '../../api/queries.ts'
import { useWords } from '../../i18n/context.tsx'
import { describeAreas } from '../../lib/areas.ts'
import { reachesCitizens } from '../../lib/consent.ts'
import { formatDateTime } from '../../lib/format.ts'
import { Facts } from '../../parts/Facts.tsx'
import { Panel } from '../../parts/Panel.tsx'

/** Issuer, people, times, places: the head of the file. */
export function FactsPanel({ announcement }: { announcement: Announcement }) {
  const { t, say } = useWords()
  const areas = useAreas()
  const instance = useInstance()
  const { content } = announcement
  const channels = (instance.data?.channels ?? []).filter(channel => content.channels.includes(channel.id))
  const channelName = (id: string) => {
    const channel = instance.data?.channels.find(one => one.id === id)
    return channel ? say(channel.name) : id
  }
  return (
    <Panel title={t.announcement.facts}>
      <Facts
        rows={[
          [t.announcement.issuer, content.issuer],
          [t.announcement.number, content.documentNumber],
          [t.announcement.areas, areas.data ? describeAreas(content.audience.areas, areas.data) : '…'],
          ...(reachesCitizens(channels)
            ? ([[t.announcement.tags, content.audience.tags.join(', ') || t.announcement.everyone]] as const)
            : []),
          [t.announcement.channels, content.channels.map(channelName).join(', ')],
          [t.announcement.topics, content.topics.map(topic => say(planTopics[topic])).join('; ')],
          [t.announcement.start, content.scheduleAt ? formatDateTime(content.scheduleAt) : t.compose.startNow],
          [t.announcement.expires, content.expiresAt ? formatDateTime(content.expiresAt) : t.compose.noExpiry],
          [t.announcement.author, announcement.authorName],
          ...(announcement.submittedAt
            ? ([[t.announcement.submittedAt, formatDateTime(announcement.submittedAt)]] as const)
            : []),
          ...(announcement.approvedByName ? ([[t.announcement.approvedBy, announcement.approvedByName]] as const) : []),
          ...(announcement.approvedAt
            ? ([[t.announcement.approvedAt, formatDateTime(announcement.approvedAt)]] as const)
            : []),
          ...(content.urgencyReason ? ([[t.compose.urgencyReason, content.urgencyReason]] as const) : []),
          [t.announcement.revision, String(announcement.revision)],
          [t.announcement.hash, <Hash key="hash" hash={announcement.hash} />],
        ]}
      />
    </Panel>
  )
}

function Hash({ hash }: { hash: string }) {
  const { t } = useWords()
  return (
    <CopyButton value={hash}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? t.common.copied : t.announcement.hashHelp}>
          <UnstyledButton onClick={copy} aria-label={`${t.announcement.hash}: ${hash}. ${t.common.copy}`}>
            <Code>{hash.slice(0, 16)}…</Code>
          </UnstyledButton>
        </Tooltip>
      )}
    </CopyButton>
  )
}
