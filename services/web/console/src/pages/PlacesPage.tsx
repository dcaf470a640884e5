import { Anchor, Button, Group, Skeleton, Table, Tabs, Text, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconSearch } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import { Link, useSearchParams } from 'react-router'
import type { Station } from '../../../../http/schemas.ts'
import { noFilter, useBoardPages, useBoardSummary } from '../api/boards.ts'
import { useStations } from '../api/queries.ts'
import { boardsWords } from '../i18n/boards.ts'
import { useWords } from '../i18n/context.tsx'
import { useOwn } from '../i18n/useOwn.ts'
import { matches } from '../lib/fold.ts'
import { formatNear, formatNumber } from '../lib/format.ts'
import { useNow } from '../lib/useNow.ts'
import { PageHead, Panel } from '../parts/Panel.tsx'
import { ProblemBox } from '../parts/problem.tsx'
import { FeedsNote, PlaceFeeds } from './PlaceFeeds.tsx'
import css from './PlacesPage.module.css'

/** Stations with their feeds, boards with their state. */
export function PlacesPage() {
  const { t, language } = useWords()
  const [params, setParams] = useSearchParams()
  const [search, setSearch] = useState('')
  const stations = useStations()
  const boards = useBoardSummary()
  const tab = params.get('tab') === 'boards' ? 'boards' : 'stations'
  const shown = (places: Station[]) =>
    places.filter(place => matches(`${place.name} ${place.areaName}`, search)).sort(byArea)
  const count = (n: number | undefined) => (n === undefined ? '' : ` (${formatNumber(n, language)})`)

  return (
    <>
      <PageHead title={t.places.title} lead={t.places.lead} />
      <Panel>
        <Tabs
          value={tab}
          keepMounted={false}
          onChange={value => setParams(value === 'boards' ? { tab: 'boards' } : {}, { replace: true })}
        >
          <Tabs.List mb="md" className={css.tabs ?? ''}>
            <Tabs.Tab value="stations">{`${t.places.stations}${count(stations.data?.length)}`}</Tabs.Tab>
            <Tabs.Tab value="boards">{`${t.places.boards}${count(boards.data?.boards)}`}</Tabs.Tab>
          </Tabs.List>
          <Group justify="space-between" mb="md" gap="sm">
            <TextInput
              className={css.search}
              aria-label={t.places.search}
              placeholder={t.places.search}
              leftSection={<IconSearch size={18} />}
              value={search}
              onChange={event => setSearch(event.currentTarget.value)}
            />
            <Text size="sm" c="dimmed" maw={420}>
              {t.places.secret}
            </Text>
          </Group>
          <Tabs.Panel value="stations">
            <FeedsNote />
            {stations.isError && <ProblemBox error={stations.error} onRetry={() => void stations.refetch()} />}
            {stations.isPending && <Skeleton height={300} />}
            {stations.data && <Pages rows={shown(stations.data)} key={search} of={rows => <Stations rows={rows} />} />}
          </Tabs.Panel>
          <Tabs.Panel value="boards">
            <Boards search={search} />
          </Tabs.Panel>
        </Tabs>
      </Panel>
    </>
  )
}

/** As in a Vietnamese register: by commune, then by name. */
function byArea(a: Station, b: Station): number {
  return a.areaName.localeCompare(b.areaName, 'vi') || a.name.localeCompare(b.name, 'vi')
}

const pageSize = 60

/** A whole province has thousands of places: they are drawn by the page. */
function Pages<T>({ rows, of }: { rows: T[]; of: (rows: T[]) => ReactNode }) {
  const { t } = useWords()
  const [limit, setLimit] = useState(pageSize)
  if (rows.length === 0) return <Text c="dimmed">{t.places.none}</Text>
  return (
    <>
      {of(rows.slice(0, limit))}
      {rows.length > limit && (
        <Group justify="center" mt="md">
          <Button variant="default" onClick={() => setLimit(limit + pageSize)}>
            {t.common.more}
          </Button>
        </Group>
      )}
    </>
  )
}

function Stations({ rows }: { rows: Station[] }) {
  const { t } = useWords()
  return (
    <Table className={css.table} verticalSpacing="sm">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t.places.name}</Table.Th>
          <Table.Th>{t.places.area}</Table.Th>
          <Table.Th>{t.places.operator}</Table.Th>
          <Table.Th>{t.places.feed}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map(station => (
          <Table.Tr key={station.id}>
            <Table.Td fw={500}>{station.name}</Table.Td>
            <Table.Td data-label={t.places.area}>{station.areaName}</Table.Td>
            <Table.Td data-label={t.places.operator}>{station.operatorEmail ?? '–'}</Table.Td>
            <Table.Td data-label={t.places.feed}>
              <PlaceFeeds station={station} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}

/** Boards with their state; what each shows and its settings are on pages of their own. */
function Boards({ search }: { search: string }) {
  const { t } = useWords()
  const w = useOwn(boardsWords)
  const now = useNow()
  const [text] = useDebouncedValue(search, 300)
  const list = useBoardPages({ ...noFilter, text })
  if (list.isError) return <ProblemBox error={list.error} onRetry={() => void list.refetch()} />
  if (list.isPending) return <Skeleton height={300} />
  const rows = list.data.pages.flatMap(page => page.items)
  if (rows.length === 0) return <Text c="dimmed">{t.places.none}</Text>
  return (
    <>
      <Table className={css.table} verticalSpacing="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t.places.name}</Table.Th>
            <Table.Th>{t.places.area}</Table.Th>
            <Table.Th>{t.places.lastSeen}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(board => (
            <Table.Tr key={board.id}>
              <Table.Td fw={500}>
                <Anchor component={Link} to={`/boards/${board.id}`} fw={500}>
                  {board.name}
                </Anchor>
              </Table.Td>
              <Table.Td data-label={t.places.area}>{board.areaName}</Table.Td>
              <Table.Td data-label={t.places.lastSeen}>
                <span>
                  {w.state[board.state]}
                  {board.lastSeenAt && (
                    <Text span size="sm" c="dimmed" ml={6} className="numbers">
                      {formatNear(board.lastSeenAt, now)}
                    </Text>
                  )}
                </span>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {list.hasNextPage && (
        <Group justify="center" mt="md">
          <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {t.common.more}
          </Button>
        </Group>
      )}
    </>
  )
}
