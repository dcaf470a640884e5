import { Button, Checkbox, Group, Skeleton, Text } from '@mantine/core'
import { useState } from 'react'
import { allBoardIds, type BoardFilter, type useBoardPages } from '../../api/boards.ts'
import { boardsWords } from '../../i18n/boards.ts'
import { useWords } from '../../i18n/context.tsx'
import { useOwn } from '../../i18n/useOwn.ts'
import { formatNumber } from '../../lib/format.ts'
import { useNow } from '../../lib/useNow.ts'
import { ProblemBox, tell, tellProblem } from '../../parts/problem.tsx'
import { BoardRow } from './BoardRow.tsx'
import css from './boards.module.css'
import { GroupActions } from './GroupActions.tsx'

/** What one request changes at most; see services/places/boards/settings.ts. */
const mostChosen = 5_000

interface BoardListProps {
  list: ReturnType<typeof useBoardPages>
  filter: BoardFilter
  mayManage: boolean
}

/** Boards by the page, with ticks for those who may change them. A new filter begins with nothing chosen. */
export function BoardList({ list, filter, mayManage }: BoardListProps) {
  const { t, language } = useWords()
  const w = useOwn(boardsWords)
  const now = useNow()
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [choosing, setChoosing] = useState(false)
  if (list.isPending) return <Skeleton height={300} radius={8} />
  if (list.isError) return <ProblemBox error={list.error} onRetry={() => void list.refetch()} />
  const boards = list.data.pages.flatMap(page => page.items)
  if (boards.length === 0) return <Text c="dimmed">{w.none}</Text>
  const usable = boards.filter(board => board.state !== 'retired').map(board => board.id)
  const allShown = usable.length > 0 && usable.every(id => chosen.has(id))
  const choose = (ids: string[], on: boolean) =>
    setChosen(old => new Set(on ? [...old, ...ids] : [...old].filter(id => !ids.includes(id))))
  const chooseAll = async () => {
    setChoosing(true)
    try {
      const { ids, more } = await allBoardIds(filter, mostChosen)
      setChosen(new Set(ids))
      if (more) tell(w.chooseMost(formatNumber(mostChosen, language)))
    } catch (error) {
      tellProblem(error, t, language)
    } finally {
      setChoosing(false)
    }
  }
  return (
    <>
      {mayManage && usable.length > 0 && (
        <Group gap="sm" mb="xs">
          <Checkbox
            label={w.chooseShown}
            checked={allShown}
            indeterminate={!allShown && usable.some(id => chosen.has(id))}
            onChange={event => choose(usable, event.currentTarget.checked)}
          />
          {allShown && list.hasNextPage && (
            <Button size="compact-sm" variant="subtle" loading={choosing} onClick={() => void chooseAll()}>
              {w.chooseAll}
            </Button>
          )}
        </Group>
      )}
      <ul className={css.list}>
        {boards.map(board => (
          <BoardRow
            key={board.id}
            board={board}
            now={now}
            chosen={mayManage && board.state !== 'retired' ? chosen.has(board.id) : undefined}
            onChoose={on => choose([board.id], on)}
          />
        ))}
      </ul>
      {list.hasNextPage && (
        <Group justify="center" mt="md">
          <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {t.common.more}
          </Button>
        </Group>
      )}
      {chosen.size > 0 && <GroupActions ids={[...chosen]} onDone={() => setChosen(new Set())} />}
    </>
  )
}
