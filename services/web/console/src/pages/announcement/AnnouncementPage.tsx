import { Alert, Button, CopyButton, Group, Tabs, Text, Title } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import {
  IconArrowBackUp,
  IconArrowLeft,
  IconBan,
  IconCheck,
  IconClock,
  IconLink,
  IconUserCheck,
} from '@tabler/icons-react'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import type { Announcement } from '../../../../../http/schemas.ts'
import { useAnnouncement, useProgress } from '../../api/queries.ts'
import { useLiveProgress } from '../../api/stream.ts'
import { useWords } from '../../i18n/context.tsx'
import { postingWords } from '../../i18n/postings.ts'
import { useOwn } from '../../i18n/useOwn.ts'
import { formatDateTime } from '../../lib/format.ts'
import { isPublic } from '../../lib/publicPage.ts'
import { Busy } from '../../parts/Busy.tsx'
import { PriorityBadge, StateBadge } from '../../parts/badges.tsx'
import { Panel } from '../../parts/Panel.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import { Actions } from './Actions.tsx'
import css from './Announcement.module.css'
import { ApprovePanel } from './ApprovePanel.tsx'
import { ContentView } from './ContentView.tsx'
import { FactsPanel } from './FactsPanel.tsx'
import { HistoryView } from './HistoryView.tsx'
import { PostingView } from './PostingView.tsx'
import { ProgressView } from './ProgressView.tsx'
import { ResultsView } from './ResultsView.tsx'
import { StateSteps } from './StateSteps.tsx'
import { WhereToLook } from './WhereToLook.tsx'

/** States in which something has been, or is being, sent. */
const sentStates = ['approved', 'dispatching', 'completed', 'cancelled', 'expired', 'superseded']

/** Everything about one announcement: where it stands, what it says, what became of it, who did what. */
export function AnnouncementPage() {
  const { id = '' } = useParams()
  const announcement = useAnnouncement(id)
  if (announcement.isError) {
    return <ProblemBox error={announcement.error} onRetry={() => void announcement.refetch()} />
  }
  if (!announcement.data) return <Busy />
  return <Loaded key={id} announcement={announcement.data} />
}

function Loaded({ announcement }: { announcement: Announcement }) {
  const { t } = useWords()
  const paper = useOwn(postingWords)
  const { id, state } = announcement
  useDocumentTitle(`${announcement.title || t.list.untitled} – Loa`)
  const sent = sentStates.includes(state) && announcement.approvedAt !== null
  const moving = state === 'approved' || state === 'dispatching'
  const progress = useProgress(id, sent)
  const open = progress.data?.dispatches.some(d => d.counts.waiting + d.counts.sending > 0) ?? false
  const liveness = useLiveProgress(id, sent && (moving || open))
  const [tab, setTab] = useState<string | null>(null)
  const shownTab = tab ?? (sent ? 'progress' : 'content')

  return (
    <>
      <Button
        component={Link}
        to="/announcements"
        variant="subtle"
        size="compact-sm"
        leftSection={<IconArrowLeft size={16} />}
        mb="sm"
        className="no-print"
      >
        {t.nav.announcements}
      </Button>
      <Group gap={8} mb={8}>
        <StateBadge state={state} />
        <PriorityBadge priority={announcement.priority} always />
      </Group>
      <Group justify="space-between" align="flex-start" gap="md" mb="md">
        <Title order={1} className={css.title ?? ''} lang="vi">
          {announcement.title || t.list.untitled}
        </Title>
        <Actions announcement={announcement} />
      </Group>
      <StateSteps announcement={announcement} />
      <Situation announcement={announcement} />
      {announcement.allowedActions.includes('approve') && <ApprovePanel announcement={announcement} />}

      <div className={css.columns} data-wide={shownTab === 'results' || undefined}>
        <Tabs value={shownTab} onChange={setTab} keepMounted={false} className={css.main ?? ''}>
          <Tabs.List mb="md" className={css.tabs ?? ''}>
            {sent && <Tabs.Tab value="progress">{t.announcement.progress}</Tabs.Tab>}
            {sent && <Tabs.Tab value="results">{t.announcement.results}</Tabs.Tab>}
            <Tabs.Tab value="content">{t.announcement.content}</Tabs.Tab>
            {announcement.channels.includes('board') && <Tabs.Tab value="postings">{paper.tab}</Tabs.Tab>}
            <Tabs.Tab value="history">{t.announcement.history}</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="progress">
            {progress.isError && <ProblemBox error={progress.error} onRetry={() => void progress.refetch()} />}
            {progress.data && <ProgressView announcement={announcement} progress={progress.data} liveness={liveness} />}
          </Tabs.Panel>
          <Tabs.Panel value="results">
            <ResultsView announcement={announcement} live={moving || open} />
          </Tabs.Panel>
          <Tabs.Panel value="content">
            <ContentView announcement={announcement} />
          </Tabs.Panel>
          <Tabs.Panel value="postings">
            <PostingView announcement={announcement} />
          </Tabs.Panel>
          <Tabs.Panel value="history">
            <Panel>
              <HistoryView id={id} />
            </Panel>
          </Tabs.Panel>
        </Tabs>
        <div className={css.aside}>
          <FactsPanel announcement={announcement} />
          {sent && (
            <WhereToLook
              announcement={announcement}
              published={isPublic(announcement, progress.data?.dispatches ?? [])}
            />
          )}
        </div>
      </div>
    </>
  )
}

/** What the reader should know first: returned, cancelled, waiting for somebody else, waiting for its time. */
function Situation({ announcement }: { announcement: Announcement }) {
  const { t } = useWords()
  const { state } = announcement
  if (state === 'draft' && announcement.returnReason) {
    return (
      <Alert color="gold" icon={<IconArrowBackUp />} title={t.announcement.returnedTitle} mb="md">
        <Text lang="vi">{announcement.returnReason}</Text>
      </Alert>
    )
  }
  if (state === 'cancelled') {
    return (
      <Alert color="slate" icon={<IconBan />} title={t.announcement.cancelledTitle} mb="md">
        {announcement.cancelledAt && <Text size="sm">{formatDateTime(announcement.cancelledAt)}</Text>}
        {announcement.cancelReason && <Text lang="vi">{announcement.cancelReason}</Text>}
      </Alert>
    )
  }
  if (state === 'submitted' && !announcement.allowedActions.includes('approve')) {
    return (
      <Alert color="ink" icon={<IconUserCheck />} title={t.announcement.awaitTitle} mb="md">
        <Text mb="sm">{t.announcement.awaitText}</Text>
        <CopyButton value={window.location.href}>
          {({ copied, copy }) => (
            <Button
              size="xs"
              variant="default"
              onClick={copy}
              leftSection={copied ? <IconCheck size={16} /> : <IconLink size={16} />}
            >
              {copied ? t.common.copied : t.announcement.awaitCopy}
            </Button>
          )}
        </CopyButton>
      </Alert>
    )
  }
  if (state === 'approved' && announcement.scheduleAt) {
    return (
      <Alert color="ink" icon={<IconClock />} title={t.announcement.approvedTitle} mb="md">
        {t.announcement.approvedText(formatDateTime(announcement.scheduleAt))}
      </Alert>
    )
  }
  return null
}
