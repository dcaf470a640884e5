import { Button, Group, SegmentedControl, Select, Skeleton, Stack, Text, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconAlertOctagon, IconPlugConnected, IconSearch } from '@tabler/icons-react'
import { useMemo, useState } from 'react'
import { Link, useSearchParams } from 'react-router'
import { may } from '../../../../../domain/accounts.ts'
import { boardKinds } from '../../../../../domain/board.ts'
import { type BoardFilter, noFilter, useBoardPages, useBoardSummary } from '../../api/boards.ts'
import { useAreas, useMe } from '../../api/queries.ts'
import { DateWords } from '../../app/DateWords.tsx'
import { boardsWords } from '../../i18n/boards.ts'
import { useWords } from '../../i18n/context.tsx'
import { useOwn } from '../../i18n/useOwn.ts'
import { areaOptions, foldedFilter, shownOptions } from '../../lib/areaOptions.ts'
import { formatNumber } from '../../lib/format.ts'
import { PageHead, Panel } from '../../parts/Panel.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import { AlertsBanner } from './Alerts.tsx'
import { BoardList } from './BoardList.tsx'
import css from './boards.module.css'
import { Counts } from './Counts.tsx'
import { EmptyBoards } from './EmptyBoards.tsx'
import { TileMap } from './TileMap.tsx'

/** All boards. What the list is narrowed to lives in the address, so that it can be shared. */
export function BoardsPage() {
  const { language } = useWords()
  const w = useOwn(boardsWords)
  const me = useMe()
  const [params, setParams] = useSearchParams()
  const filter = Object.fromEntries(
    Object.keys(noFilter).map(key => [key, params.get(key) ?? '']),
  ) as unknown as BoardFilter
  const tiles = params.get('view') === 'tiles'
  const summary = useBoardSummary({ group: filter.group, kind: filter.kind })
  const list = useBoardPages(filter, !tiles)
  const role = me.data?.role
  const put = (patch: Record<string, string>) =>
    setParams(
      old => {
        const next = new URLSearchParams(old)
        for (const [key, value] of Object.entries(patch)) value ? next.set(key, value) : next.delete(key)
        return next
      },
      { replace: true },
    )
  const narrowed = Object.values(filter).some(Boolean)
  const none = summary.data && summary.data.boards === 0 && summary.data.byState.retired === 0 && !narrowed
  return (
    <DateWords>
      <PageHead
        title={w.title}
        lead={w.lead}
        actions={
          <>
            {role && may(role, 'board.manage') && (
              <Button
                component={Link}
                to="/boards/pair"
                variant="default"
                leftSection={<IconPlugConnected size={18} />}
              >
                {w.pair}
              </Button>
            )}
            {role && may(role, 'announcement.control') && (
              <Button
                component={Link}
                to="/boards/emergency"
                color="alarm.7"
                leftSection={<IconAlertOctagon size={18} />}
              >
                {w.emergency}
              </Button>
            )}
          </>
        }
      />
      {summary.isPending && <Skeleton height={280} radius={8} />}
      {summary.isError && <ProblemBox error={summary.error} onRetry={() => void summary.refetch()} />}
      {none && <EmptyBoards keeper={role ? may(role, 'place.manage') : false} />}
      {summary.data && !none && (
        <Stack gap="md">
          <div>
            <Counts summary={summary.data} state={filter.state} onState={state => put({ state, view: '' })} />
            {summary.data.resting > 0 && (
              <Text size="sm" c="dimmed" mt={6}>
                {w.restingCount(formatNumber(summary.data.resting, language))}
              </Text>
            )}
          </div>
          <AlertsBanner
            count={summary.data.openAlerts}
            only={filter.alerts === '1'}
            onOnly={only => put({ alerts: only ? '1' : '', view: '' })}
          />
          <Panel>
            <Tools filter={filter} groups={summary.data.groups} tiles={tiles} put={put} narrowed={narrowed} />
            {tiles ? (
              <TileMap
                tiles={summary.data.tiles}
                onArea={area => put({ area, view: '', state: '', alerts: '', text: '' })}
              />
            ) : (
              <BoardList
                key={JSON.stringify(filter)}
                list={list}
                filter={filter}
                mayManage={role ? may(role, 'board.manage') : false}
              />
            )}
          </Panel>
        </Stack>
      )}
    </DateWords>
  )
}

interface ToolsProps {
  filter: BoardFilter
  groups: string[]
  tiles: boolean
  put: (patch: Record<string, string>) => void
  narrowed: boolean
}

function Tools({ filter, groups, tiles, put, narrowed }: ToolsProps) {
  const w = useOwn(boardsWords)
  const areas = useAreas()
  const options = useMemo(() => areaOptions(areas.data ?? []), [areas.data])
  const [typed, setTyped] = useState(filter.text)
  const search = useDebouncedCallback((text: string) => put({ text: text.trim() }), 300)
  return (
    <div className={css.tools}>
      <SegmentedControl
        aria-label={w.view}
        value={tiles ? 'tiles' : 'list'}
        onChange={view => put({ view: view === 'tiles' ? 'tiles' : '' })}
        data={[
          { value: 'list', label: w.viewList },
          { value: 'tiles', label: w.viewTiles },
        ]}
      />
      {!tiles && (
        <>
          <TextInput
            className={css.search ?? ''}
            aria-label={w.search}
            placeholder={w.searchHint}
            leftSection={<IconSearch size={18} />}
            value={typed}
            onChange={event => {
              setTyped(event.currentTarget.value)
              search(event.currentTarget.value)
            }}
          />
          <Select
            className={css.areaFilter ?? ''}
            aria-label={w.area}
            placeholder={w.allAreas}
            data={options}
            value={filter.area || null}
            onChange={area => put({ area: area ?? '' })}
            searchable
            clearable
            limit={shownOptions}
            filter={foldedFilter}
          />
        </>
      )}
      {groups.length > 0 && (
        <Select
          className={css.choiceFilter ?? ''}
          aria-label={w.group}
          placeholder={w.allGroups}
          data={groups}
          value={filter.group || null}
          onChange={group => put({ group: group ?? '' })}
          clearable
          searchable
          filter={foldedFilter}
        />
      )}
      <Select
        className={css.choiceFilter ?? ''}
        aria-label={w.kindLabel}
        placeholder={w.allKinds}
        data={boardKinds.map(kind => ({ value: kind, label: w.kind[kind] }))}
        value={filter.kind || null}
        onChange={kind => put({ kind: kind ?? '' })}
        clearable
      />
      {narrowed && (
        <Group gap={0}>
          <Button
            variant="subtle"
            onClick={() => {
              setTyped('')
              put(Object.fromEntries(Object.keys(noFilter).map(key => [key, ''])))
            }}
          >
            {w.clearFilters}
          </Button>
        </Group>
      )}
    </div>
  )
}
