import { Anchor, Button, Group, Skeleton, Table, Tabs, Text, TextInput } from '@mantine/core'
import { IconExternalLink, IconSearch } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import { useSearchParams } from 'react-router'
import type { Board, Station } from '../../../../http/schemas.ts'
import { useBoards, useStations } from '../api/queries.ts'
import { useWords } from '../i18n/context.tsx'
import { matches } from '../lib/fold.ts'
import { formatDateTime, formatNumber } from '../lib/format.ts'
import { presence } from '../lib/lastSeen.ts'
import { useNow } from '../lib/useNow.ts'
import { PageHead, Panel } from '../parts/Panel.tsx'
import { ProblemBox } from '../parts/problem.tsx'
import { FeedsNote, PlaceFeeds } from './PlaceFeeds.tsx'
import css from './PlacesPage.module.css'

/** Stations with their feeds, boards with their player pages and last sign of life. */
export function PlacesPage() {
  const { t, language } = useWords()
  const [params, setParams] = useSearchParams()
  const [search, setSearch] = useState('')
  const stations = useStations()
  const boards = useBoards()
  const tab = params.get('tab') === 'boards' ? 'boards' : 'stations'
  const shown = <T extends Station | Board>(places: T[]) =>
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
            <Tabs.Tab value="boards">{`${t.places.boards}${count(boards.data?.length)}`}</Tabs.Tab>
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
            {boards.isError && <ProblemBox error={boards.error} onRetry={() => void boards.refetch()} />}
            {boards.isPending && <Skeleton height={300} />}
            {boards.data && <Pages rows={shown(boards.data)} key={search} of={rows => <Boards rows={rows} />} />}
          </Tabs.Panel>
        </Tabs>
      </Panel>
    </>
  )
}

/** As in a Vietnamese register: by commune, then by name. */
function byArea(a: Station | Board, b: Station | Board): number {
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

const presenceColor = { never: 'cancelled', online: 'confirmed', late: 'sending', offline: 'rejected' } as const

function Boards({ rows }: { rows: Board[] }) {
  const { t } = useWords()
  const now = useNow()
  return (
    <Table className={css.table} verticalSpacing="sm">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t.places.name}</Table.Th>
          <Table.Th>{t.places.area}</Table.Th>
          <Table.Th>{t.places.lastSeen}</Table.Th>
          <Table.Th>{t.places.player}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map(board => {
          const state = presence(board.lastSeenAt, now)
          return (
            <Table.Tr key={board.id}>
              <Table.Td fw={500}>{board.name}</Table.Td>
              <Table.Td data-label={t.places.area}>{board.areaName}</Table.Td>
              <Table.Td data-label={t.places.lastSeen}>
                <Group gap={8} wrap="nowrap">
                  <span
                    className={css.dot}
                    style={{ background: `var(--state-${presenceColor[state]})` }}
                    aria-hidden="true"
                  />
                  <span>
                    {t.places.presence[state]}
                    {board.lastSeenAt && (
                      <Text span size="sm" c="dimmed" ml={6} className="numbers">
                        {formatDateTime(board.lastSeenAt)}
                      </Text>
                    )}
                  </span>
                </Group>
              </Table.Td>
              <Table.Td data-label={t.places.player}>
                <Anchor
                  href={board.playerUrl}
                  target="_blank"
                  rel="noreferrer"
                  aria-label={t.places.openPlayerLabel(board.name)}
                >
                  <Group gap={6} wrap="nowrap" display="inline-flex">
                    {t.places.openPlayer}
                    <IconExternalLink size={16} aria-hidden="true" />
                  </Group>
                </Anchor>
              </Table.Td>
            </Table.Tr>
          )
        })}
      </Table.Tbody>
    </Table>
  )
}
