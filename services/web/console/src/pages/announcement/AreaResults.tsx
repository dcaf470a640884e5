import {
  Button,
  Group,
  NativeSelect,
  ScrollArea,
  Skeleton,
  Table,
  Text,
  TextInput,
  UnstyledButton,
} from '@mantine/core'
import { IconArrowDown, IconArrowsSort, IconArrowUp, IconDownload, IconSearch } from '@tabler/icons-react'
import { useMemo, useState } from 'react'
import type { DeliveryState } from '../../../../../domain/delivery.ts'
import type { Announcement } from '../../../../../http/schemas.ts'
import { useAreaResults, useInstance } from '../../api/queries.ts'
import { useWords } from '../../i18n/context.tsx'
import { toCsv } from '../../lib/csv.ts'
import { segmentOrder, sumCounts } from '../../lib/equation.ts'
import { formatNumber, wholePercent } from '../../lib/format.ts'
import { type AreaRow, areaRows, arrangeRows, roundsOf, type SortKey } from '../../lib/results.ts'
import { EquationBar } from '../../parts/Equation.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import { saveFile } from '../../parts/saveFile.ts'
import css from './Announcement.module.css'

const pageSize = 100
/** Shown even when empty, because they are what one looks for. */
const alwaysShown: readonly DeliveryState[] = ['confirmed', 'accepted', 'rejected', 'unknown']

/** Results per commune: sortable, per channel, found without diacritics. */
export function AreaResults({ announcement, live }: { announcement: Announcement; live: boolean }) {
  const { t, say, language } = useWords()
  const instance = useInstance()
  const results = useAreaResults(announcement.id, live)
  const [channel, setChannel] = useState('')
  const [search, setSearch] = useState('')
  const [sort, setSort] = useState<{ key: SortKey; descending: boolean }>({ key: 'areaName', descending: false })
  const [limit, setLimit] = useState(pageSize)
  const [chosenRound, setRound] = useState(1)
  const rounds = useMemo(() => roundsOf(results.data ?? [], channel), [results.data, channel])
  // Another channel may have fewer rounds.
  const round = rounds.includes(chosenRound) ? chosenRound : 1
  const all = useMemo(() => areaRows(results.data ?? [], channel, round), [results.data, channel, round])
  const rows = useMemo(() => arrangeRows(all, search, sort.key, sort.descending), [all, search, sort])
  const sum = sumCounts(rows.map(row => row.counts))
  const columns = segmentOrder.filter(
    state => alwaysShown.includes(state) || sumCounts(all.map(r => r.counts))[state] > 0,
  )

  if (results.isPending) return <Skeleton height={300} />
  if (results.isError) return <ProblemBox error={results.error} onRetry={() => void results.refetch()} />
  const n = (value: number) => formatNumber(value, language)
  const names = (instance.data?.channels ?? []).filter(one => announcement.channels.includes(one.id))
  const by = (key: SortKey) =>
    setSort(old => ({ key, descending: old.key === key ? !old.descending : key !== 'areaName' }))
  const download = () =>
    saveFile(
      round === 1 ? 'loa-ket-qua-theo-dia-ban.csv' : `loa-ket-qua-theo-dia-ban-lan-${round}.csv`,
      'text/csv;charset=utf-8',
      toCsv([
        [t.results.area, t.delivery.audience, ...columns.map(state => t.delivery[state])],
        ...rows.map(row => [row.areaName, row.counts.audience, ...columns.map(state => row.counts[state])]),
      ]),
    )

  return (
    <>
      <Group gap="sm" mb="md">
        <TextInput
          className={css.grow ?? ''}
          aria-label={t.results.filter}
          placeholder={t.results.filter}
          leftSection={<IconSearch size={18} />}
          value={search}
          onChange={event => setSearch(event.currentTarget.value)}
        />
        <NativeSelect
          aria-label={t.results.channel}
          value={channel}
          onChange={event => setChannel(event.currentTarget.value)}
          data={[
            { value: '', label: t.results.allChannels },
            ...names.map(one => ({ value: one.id, label: say(one.name) })),
          ]}
        />
        {rounds.length > 1 && (
          <NativeSelect
            aria-label={t.results.round}
            value={String(round)}
            onChange={event => setRound(Number(event.currentTarget.value))}
            data={rounds.map(one => ({ value: String(one), label: t.results.roundName(String(one)) }))}
          />
        )}
        <Button
          variant="default"
          leftSection={<IconDownload size={16} />}
          onClick={download}
          disabled={rows.length === 0}
        >
          {t.results.download}
        </Button>
      </Group>
      {rows.length === 0 ? (
        <Text c="dimmed">{all.length === 0 ? t.results.none : t.results.noMatch}</Text>
      ) : (
        <ScrollArea type="auto">
          <Table verticalSpacing={8} className={css.results ?? ''} stickyHeader={false}>
            <Table.Thead>
              <Table.Tr>
                <Head name={t.results.area} id="areaName" sort={sort} onSort={by} />
                <Head name={t.results.reached} id="reached" sort={sort} onSort={by} />
                <Head name={t.delivery.audience} id="audience" sort={sort} onSort={by} right />
                {columns.map(state => (
                  <Head key={state} name={t.delivery[state]} id={state} sort={sort} onSort={by} right />
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.slice(0, limit).map(row => (
                <Row key={row.areaCode} row={row} columns={columns} />
              ))}
            </Table.Tbody>
            <Table.Tfoot>
              <Table.Tr>
                <Table.Th>{t.results.total}</Table.Th>
                <Table.Th />
                <Table.Th className={css.number ?? ''}>{n(sum.audience)}</Table.Th>
                {columns.map(state => (
                  <Table.Th key={state} className={css.number ?? ''}>
                    {n(sum[state])}
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Tfoot>
          </Table>
        </ScrollArea>
      )}
      {rows.length > limit && (
        <Group justify="center" mt="md">
          <Text size="sm" c="dimmed">
            {t.results.shown(n(limit))}
          </Text>
          <Button variant="default" size="xs" onClick={() => setLimit(limit + pageSize)}>
            {t.common.more}
          </Button>
        </Group>
      )}
      <Text size="sm" c="dimmed" mt="md">
        {t.results.reached}: {t.results.reachedHelp}. {rounds.length > 1 && t.results.roundNote}
      </Text>
    </>
  )
}

interface HeadProps {
  name: string
  id: SortKey
  sort: { key: SortKey; descending: boolean }
  onSort: (key: SortKey) => void
  right?: boolean
}

function Head({ name, id, sort, onSort, right = false }: HeadProps) {
  const { t } = useWords()
  const active = sort.key === id
  const Icon = active ? (sort.descending ? IconArrowDown : IconArrowUp) : IconArrowsSort
  return (
    <Table.Th aria-sort={active ? (sort.descending ? 'descending' : 'ascending') : 'none'}>
      <UnstyledButton
        className={css.sort ?? ''}
        data-right={right || undefined}
        onClick={() => onSort(id)}
        aria-label={t.results.sort(name)}
      >
        {name}
        <Icon size={14} aria-hidden="true" opacity={active ? 1 : 0.4} />
      </UnstyledButton>
    </Table.Th>
  )
}

function Row({ row, columns }: { row: AreaRow; columns: readonly DeliveryState[] }) {
  const { language } = useWords()
  const { counts } = row
  return (
    <Table.Tr>
      <Table.Td className={css.areaName ?? ''}>{row.areaName}</Table.Td>
      <Table.Td className={css.share ?? ''}>
        <EquationBar counts={counts} height={8} />
        <span className="numbers">{wholePercent(counts.accepted + counts.confirmed, counts.audience)}%</span>
      </Table.Td>
      <Table.Td className={css.number ?? ''}>{formatNumber(counts.audience, language)}</Table.Td>
      {columns.map(state => (
        <Table.Td key={state} className={css.number ?? ''} data-zero={counts[state] === 0 || undefined}>
          {formatNumber(counts[state], language)}
        </Table.Td>
      ))}
    </Table.Tr>
  )
}
