import { Alert, Button, Group } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useState } from 'react'
import { Link, useLocation, useNavigate, useParams } from 'react-router'
import type { Announcement, Me } from '../../../../../http/schemas.ts'
import { call } from '../../api/client.ts'
import { useAnnouncement, useMe } from '../../api/queries.ts'
import { DateWords } from '../../app/DateWords.tsx'
import { useWords } from '../../i18n/context.tsx'
import { Busy } from '../../parts/Busy.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import { Composer } from './Composer.tsx'

/** Marks the address of a draft that was begun on this very page, so that getting an id does not start the page anew. */
export interface ComposeState {
  composer: string
}

/** Writing a new announcement (`/compose`) or a draft (`/compose/:id`). */
export function ComposePage() {
  const { t } = useWords()
  const { id } = useParams()
  const location = useLocation()
  const me = useMe()
  const announcement = useAnnouncement(id)
  // One piece of work per address. A jump within the page (#...) keeps it; a draft that gets its own address takes it along.
  const own = (location.state as ComposeState | null)?.composer
  const [work, setWork] = useState({ path: location.pathname, key: own ?? location.key })
  if (work.path !== location.pathname) setWork({ path: location.pathname, key: own ?? location.key })

  if (!me.data) return <Busy />
  if (id !== undefined && !announcement.data) {
    if (announcement.isError) {
      return <ProblemBox error={announcement.error} onRetry={() => void announcement.refetch()} />
    }
    return <Busy />
  }
  const start = id === undefined ? null : (announcement.data ?? null)
  if (start && !start.allowedActions.includes('edit')) {
    return (
      <Alert color="gold" title={t.compose.locked}>
        <Group>
          <Button component={Link} to={`/announcements/${start.id}`} variant="default">
            {t.compose.view}
          </Button>
        </Group>
      </Alert>
    )
  }
  return <Started key={work.key} composerKey={work.key} me={me.data} start={start} />
}

function Started({ composerKey, me, start }: { composerKey: string; me: Me; start: Announcement | null }) {
  const navigate = useNavigate()
  const client = useQueryClient()
  const onCreated = useCallback(
    (created: Announcement) =>
      void navigate(`/compose/${created.id}`, {
        replace: true,
        state: { composer: composerKey } satisfies ComposeState,
        preventScrollReset: true,
      }),
    [navigate, composerKey],
  )
  const fetchCurrent = useCallback(
    (id: string) =>
      client.fetchQuery({
        queryKey: ['announcement', id],
        staleTime: 0,
        queryFn: () => call<Announcement>(`/api/announcements/${encodeURIComponent(id)}`),
      }),
    [client],
  )
  return (
    <DateWords>
      <Composer me={me} start={start} composerKey={composerKey} onCreated={onCreated} fetchCurrent={fetchCurrent} />
    </DateWords>
  )
}
