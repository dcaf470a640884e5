import { Alert, Button, Group, Loader, Radio, Select, Stack, Text, TextInput } from '@mantine/core'
import { useMemo, useState } from 'react'
import { may } from '../../../../../domain/accounts.ts'
import type { Board } from '../../../../../http/schemas-boards.ts'
import type { PairedBoardShape as PairedBoard } from '../../../../../http/schemas-pairing.ts'
import { noFilter, useBoard, useBoardPages, usePair } from '../../api/boards.ts'
import { useAreas, useMe } from '../../api/queries.ts'
import { useSavePlace } from '../../api/registry.ts'
import { boardsWords } from '../../i18n/boards.ts'
import { useWords } from '../../i18n/context.tsx'
import { useOwn } from '../../i18n/useOwn.ts'
import { communeOptions, foldedFilter, shownOptions } from '../../lib/areaOptions.ts'
import { Panel } from '../../parts/Panel.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import css from './boards.module.css'

/** Value of the choice that makes a new board. */
const newBoard = 'new'

interface ChooseBoardProps {
  code: string
  /** From the page of a board: only its commune needs no asking. */
  boardId: string | undefined
  onPaired: (board: PairedBoard) => void
}

/** Which board of the register the screen is. Administrators may add one here; officers choose. */
export function ChooseBoard({ code, boardId, onPaired }: ChooseBoardProps) {
  const { t } = useWords()
  const w = useOwn(boardsWords)
  const me = useMe()
  const areas = useAreas()
  const given = useBoard(boardId)
  const options = useMemo(() => communeOptions(areas.data ?? []), [areas.data])
  const [picked, setPicked] = useState<string | null>(null)
  const [choice, setChoice] = useState<string | null>(boardId ?? null)
  const [name, setName] = useState('')
  const pair = usePair()
  const add = useSavePlace('boards')
  const own = me.data?.areas.filter(code => code.length === 5) ?? []
  const area = picked ?? given.data?.areaCode ?? (own.length === 1 ? (own[0] ?? null) : null)
  const list = useBoardPages({ ...noFilter, area: area ?? '' }, area !== null)
  const boards = (list.data?.pages.flatMap(page => page.items) ?? [])
    .filter(board => board.kind !== 'paper' && board.areaCode === area)
    .sort((a, b) => Number(a.pairedAt !== null) - Number(b.pairedAt !== null) || a.name.localeCompare(b.name, 'vi'))
  const chosen = boards.find(board => board.id === choice)
  const mayAdd = me.data ? may(me.data.role, 'place.manage') : false
  const ready = choice === newBoard ? name.trim() !== '' && area !== null : chosen !== undefined
  const go = async () => {
    try {
      const id =
        choice === newBoard && area
          ? (await add.mutateAsync({ id: undefined, place: { areaCode: area, name: name.trim() } })).id
          : (choice ?? '')
      // A second try must not add a second board.
      setChoice(id)
      onPaired(await pair.mutateAsync({ boardId: id, code }))
    } catch {
      // Each has its box below.
    }
  }
  return (
    <Panel title={w.chooseTitle}>
      <Stack>
        <Select
          label={w.chooseArea}
          required
          data={options}
          value={area}
          onChange={code => {
            setPicked(code)
            setChoice(null)
          }}
          searchable
          limit={shownOptions}
          filter={foldedFilter}
        />
        {area !== null && list.isPending && <Loader size="sm" />}
        {list.isError && <ProblemBox error={list.error} onRetry={() => void list.refetch()} />}
        {area !== null && list.data && !list.isPlaceholderData && (
          <Radio.Group label={w.chooseBoard} value={choice} onChange={setChoice}>
            <Stack gap={6} mt={6}>
              {boards.map(board => (
                <Choice key={board.id} board={board} />
              ))}
              {list.hasNextPage && (
                <Button variant="subtle" size="compact-sm" onClick={() => void list.fetchNextPage()}>
                  {t.common.more}
                </Button>
              )}
              {boards.length === 0 && <Text c="dimmed">{w.noBoardsHere}</Text>}
              {mayAdd ? <Radio value={newBoard} label={w.newBoard} /> : <Text size="sm">{w.askAdmin}</Text>}
            </Stack>
          </Radio.Group>
        )}
        {choice === newBoard && (
          <TextInput
            label={w.newBoardName}
            placeholder={w.newBoardPlaceholder}
            required
            maxLength={200}
            value={name}
            onChange={event => setName(event.currentTarget.value)}
          />
        )}
        {chosen && chosen.pairedAt !== null && (
          <Alert color="gold" variant="light">
            {w.replaces}
          </Alert>
        )}
        {add.isError && <ProblemBox error={add.error} />}
        {pair.isError && <ProblemBox error={pair.error} />}
        <Group>
          <Button size="md" disabled={!ready} loading={pair.isPending || add.isPending} onClick={() => void go()}>
            {w.pairNow}
          </Button>
        </Group>
      </Stack>
    </Panel>
  )
}

function Choice({ board }: { board: Board }) {
  const w = useOwn(boardsWords)
  return (
    <Radio
      value={board.id}
      classNames={{ label: css.choice ?? '' }}
      label={board.name}
      description={board.pairedAt === null ? w.free : `${w.paired} · ${w.state[board.state].toLowerCase()}`}
    />
  )
}
