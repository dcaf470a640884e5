import { Button, Chip, CloseButton, Group, Paper, Skeleton, Stack, Text, TextInput, Title } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconPencilPlus, IconSearch } from '@tabler/icons-react'
import { useState } from 'react'
import { Link, useSearchParams } from 'react-router'
import { may } from '../../../../domain/accounts.ts'
import type { AnnouncementState } from '../../../../domain/announcement.ts'
import type { AnnouncementSummary } from '../../../../http/schemas.ts'
import { useAnnouncements, useInstance, useMe } from '../api/queries.ts'
import { useWords } from '../i18n/context.tsx'
import { formatDateTime, formatNumber } from '../lib/format.ts'
import { PriorityBadge, StateBadge } from '../parts/badges.tsx'
import { ChannelIcon } from '../parts/ChannelIcon.tsx'
import { EquationBar } from '../parts/Equation.tsx'
import { PageHead } from '../parts/Panel.tsx'
import { ProblemBox } from '../parts/problem.tsx'
import css from './ListPage.module.css'

const filters: AnnouncementState[] = [
  'draft',
  'submitted',
  'approved',
  'dispatching',
  'completed',
  'cancelled',
  'expired',
]

/** All announcements with their state and progress. Filter and search live in the address, so they can be shared. */
export function ListPage() {
  const { t } = useWords()
  const me = useMe()
  const [params, setParams] = useSearchParams()
  const state = params.get('state') ?? ''
  const q = params.get('q') ?? ''
  const [typed, setTyped] = useState(q)
  const list = useAnnouncements({ state, q })
  const items = list.data?.pages.flatMap(page => page.items) ?? []
  const canWrite = me.data ? may(me.data.role, 'announcement.write') : false

  const put = (key: string, value: string) =>
    setParams(
      old => {
        const next = new URLSearchParams(old)
        if (value) next.set(key, value)
        else next.delete(key)
        return next
      },
      { replace: true },
    )
  const search = useDebouncedCallback((value: string) => put('q', value.trim()), 300)
  const type = (value: string) => {
    setTyped(value)
    search(value)
  }
  const clear = () => {
    setTyped('')
    setParams({}, { replace: true })
  }

  return (
    <>
      <PageHead
        title={t.list.title}
        lead={t.list.lead}
        actions={
          canWrite && (
            <Button component={Link} to="/compose" leftSection={<IconPencilPlus size={18} />}>
              {t.list.new}
            </Button>
          )
        }
      />
      <Group gap="md" mb="md" align="center" className={css.filters}>
        <TextInput
          className={css.search}
          aria-label={t.list.searchLabel}
          placeholder={t.list.searchHint}
          leftSection={<IconSearch size={18} />}
          rightSection={typed && <CloseButton aria-label={t.common.clear} onClick={() => type('')} />}
          value={typed}
          onChange={event => type(event.currentTarget.value)}
        />
        <div className={css.chips}>
          <Chip.Group value={state} onChange={value => put('state', typeof value === 'string' ? value : '')}>
            <Group gap={6} className={css.chipRow ?? ''}>
              <Chip value="" size="sm" variant="outline">
                {t.common.all}
              </Chip>
              {filters.map(filter => (
                <Chip key={filter} value={filter} size="sm" variant="outline">
                  {t.state[filter]}
                </Chip>
              ))}
            </Group>
          </Chip.Group>
        </div>
      </Group>

      {list.isError && <ProblemBox error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && (
        <Stack gap="sm">
          {[0, 1, 2].map(i => (
            <Skeleton key={i} height={96} radius={8} />
          ))}
        </Stack>
      )}
      {list.isSuccess && items.length === 0 && (
        <Empty filtered={state !== '' || q !== ''} canWrite={canWrite} onClear={clear} />
      )}
      <ul className={css.list}>
        {items.map(item => (
          <Row key={item.id} item={item} />
        ))}
      </ul>
      {list.hasNextPage && (
        <Group justify="center" mt="lg">
          <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {t.common.more}
          </Button>
        </Group>
      )}
    </>
  )
}

function Empty({ filtered, canWrite, onClear }: { filtered: boolean; canWrite: boolean; onClear: () => void }) {
  const { t } = useWords()
  return (
    <Paper className={css.empty}>
      <Title order={2}>{filtered ? t.list.noMatchTitle : t.list.emptyTitle}</Title>
      <Text c="dimmed" maw={520} ta="center">
        {filtered ? t.list.noMatchText : canWrite ? t.list.emptyText : t.list.emptyApprover}
      </Text>
      {filtered ? (
        <Button variant="default" onClick={onClear}>
          {t.list.clearFilter}
        </Button>
      ) : (
        canWrite && (
          <Button component={Link} to="/compose">
            {t.list.new}
          </Button>
        )
      )}
    </Paper>
  )
}

function Row({ item }: { item: AnnouncementSummary }) {
  const { t } = useWords()
  return (
    <li>
      <Link to={`/announcements/${item.id}`} className={css.row} data-priority={item.priority}>
        <div className={css.words}>
          <Group gap={8} mb={6}>
            <StateBadge state={item.state} />
            <PriorityBadge priority={item.priority} />
            <Channels channels={item.channels} />
          </Group>
          <div className={css.title}>{item.title || t.list.untitled}</div>
          <div className={css.meta}>
            <span>{t.list.by(item.authorName)}</span>
            {item.approvedByName && <span>{t.list.approvedBy(item.approvedByName)}</span>}
            {item.state === 'approved' && item.scheduleAt && (
              <span>{t.list.scheduled(formatDateTime(item.scheduleAt))}</span>
            )}
            <span>{t.list.updated(formatDateTime(item.updatedAt))}</span>
          </div>
        </div>
        {item.counts && item.counts.audience > 0 && <MiniProgress counts={item.counts} />}
      </Link>
    </li>
  )
}

function Channels({ channels }: { channels: string[] }) {
  const { t, say } = useWords()
  const instance = useInstance()
  if (channels.length === 0) return <span className={css.channels}>{t.list.noChannels}</span>
  const names = channels.map(id => {
    const known = instance.data?.channels.find(channel => channel.id === id)
    return known ? say(known.name) : id
  })
  return (
    <span className={css.channels} title={names.join(', ')} role="img" aria-label={names.join(', ')}>
      {channels.map(id => (
        <ChannelIcon key={id} channel={id} />
      ))}
    </span>
  )
}

function MiniProgress({ counts }: { counts: NonNullable<AnnouncementSummary['counts']> }) {
  const { t, language } = useWords()
  const n = (value: number) => formatNumber(value, language)
  const others = (['unknown', 'rejected', 'skipped'] as const)
    .filter(state => counts[state] > 0)
    .map(state => `, ${t.delivery[state].toLowerCase()} ${n(counts[state])}`)
  return (
    <div className={css.progress}>
      <EquationBar counts={counts} height={10} />
      <Text size="xs" c="dimmed" mt={6} className="numbers">
        {t.list.progressOf(n(counts.confirmed), n(counts.accepted), others.join(''), n(counts.audience))}
      </Text>
    </div>
  )
}
