import {
  ActionIcon,
  Badge,
  Button,
  CloseButton,
  Group,
  Select,
  Skeleton,
  Text,
  TextInput,
  Tooltip,
} from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconEar, IconPencil, IconPlus, IconSearch, IconTrash } from '@tabler/icons-react'
import { useMemo, useState } from 'react'
import type { Pronunciation } from '../../../../../http/schemas-pronunciations.ts'
import { usePronunciations, useRemovePronunciation } from '../../api/pronunciations.ts'
import { useWords } from '../../i18n/context.tsx'
import { pronunciationWords } from '../../i18n/pronunciation.ts'
import { formatNumber } from '../../lib/format.ts'
import { entryKinds } from '../../lib/pronunciation.ts'
import { useSound } from '../../lib/useSound.ts'
import { Panel } from '../../parts/Panel.tsx'
import { ProblemBox, tell, tellProblem, tellUndo } from '../../parts/problem.tsx'
import { AreaSelect } from './AreaSelect.tsx'
import { ListenButton } from './ListenButton.tsx'
import css from './Pronunciations.module.css'

interface EntryListProps {
  canWrite: boolean
  onAdd: () => void
  onEdit: (entry: Pronunciation) => void
}

/** The entries with search, filters and what can be done to each. A removal can be undone. */
export function EntryList({ canWrite, onAdd, onEdit }: EntryListProps) {
  const { t, language } = useWords()
  const words = pronunciationWords[language]
  const [q, setQ] = useState('')
  const [area, setArea] = useState('')
  const [kind, setKind] = useState('')
  const [settled] = useDebouncedValue(q.trim(), 250)
  const list = usePronunciations({ q: settled, area, kind })
  const remove = useRemovePronunciation()
  const problem = (error: unknown) => tellProblem(error, t, language)
  const sound = useSound(problem)
  const items = list.data?.pages.flatMap(page => page.items) ?? []
  const total = list.data?.pages[0]?.total ?? 0
  const filtered = settled !== '' || area !== '' || kind !== ''
  const firstAreas = useMemo(
    () => [
      { value: '', label: words.areaAny },
      { value: 'none', label: words.areaWhole },
    ],
    [words],
  )

  const bringBack = ({ id, written }: Pronunciation) =>
    remove.mutate({ id, back: true }, { onSuccess: () => tell(words.restored(written)), onError: problem })
  const takeAway = (entry: Pronunciation) =>
    remove.mutate(
      { id: entry.id, back: false },
      { onSuccess: () => tellUndo(words.removed(entry.written), t, () => bringBack(entry)), onError: problem },
    )
  const clear = () => {
    setQ('')
    setArea('')
    setKind('')
  }

  if (list.isSuccess && items.length === 0 && !filtered) return <Empty canWrite={canWrite} onAdd={onAdd} />
  return (
    <Panel>
      <div className={css.filters}>
        <TextInput
          className={css.search}
          aria-label={words.search}
          placeholder={words.search}
          leftSection={<IconSearch size={18} />}
          rightSection={q && <CloseButton aria-label={t.common.clear} onClick={() => setQ('')} />}
          value={q}
          onChange={event => setQ(event.currentTarget.value)}
        />
        <AreaSelect aria-label={words.area} value={area} onChange={setArea} first={firstAreas} />
        <Select
          aria-label={words.kind}
          allowDeselect={false}
          value={kind}
          onChange={value => setKind(value ?? '')}
          data={[
            { value: '', label: words.kindAny },
            ...entryKinds.map(value => ({ value, label: words.kinds[value] })),
          ]}
        />
      </div>
      {list.isError && <ProblemBox error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Skeleton height={260} radius={8} />}
      {list.isSuccess && (
        <Text size="sm" c="dimmed" mb={4} aria-live="polite">
          {words.total(formatNumber(total, language))}
        </Text>
      )}
      {list.isSuccess && items.length === 0 && (
        <Group py="lg" gap="sm">
          <Text>{words.nothing}</Text>
          <Button size="xs" variant="default" onClick={clear}>
            {words.clear}
          </Button>
        </Group>
      )}
      <ul className={css.entries}>
        {items.map(entry => (
          <li key={entry.id}>
            <div className={css.forms} lang="vi">
              <b>{entry.written}</b>
              <span>{entry.spoken}</span>
            </div>
            <div className={css.about}>
              <Badge size="md" color={entry.areaCode === null ? 'slate' : 'ink'}>
                {entry.areaCode === null ? words.areaWhole : (entry.areaName ?? entry.areaCode)}
              </Badge>
              <span>{words.kinds[entry.kind]}</span>
              {entry.caseSensitive && <span>{words.caseShort}</span>}
              {entry.note && <span lang="vi">{entry.note}</span>}
            </div>
            <div className={css.actions}>
              <ListenButton
                label={words.listenTo(entry.written)}
                state={sound.waiting === entry.id ? 'waiting' : sound.playing === entry.id ? 'playing' : 'idle'}
                onClick={() => sound.toggle(entry.id, { text: entry.written, entry: inputOf(entry) })}
              />
              {canWrite && (
                <>
                  <Tooltip label={words.editTitle}>
                    <ActionIcon
                      size="lg"
                      variant="subtle"
                      aria-label={words.edit(entry.written)}
                      onClick={() => onEdit(entry)}
                    >
                      <IconPencil size={20} />
                    </ActionIcon>
                  </Tooltip>
                  <ActionIcon
                    size="lg"
                    variant="subtle"
                    color="alarm"
                    aria-label={words.remove(entry.written)}
                    onClick={() => takeAway(entry)}
                  >
                    <IconTrash size={20} />
                  </ActionIcon>
                </>
              )}
            </div>
          </li>
        ))}
      </ul>
      {list.hasNextPage && (
        <Group justify="center" mt="md">
          <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {t.common.more}
          </Button>
        </Group>
      )}
    </Panel>
  )
}

/** Heard as its own area hears it, whatever other places say. */
function inputOf({ id, areaCode, kind, written, spoken, caseSensitive, note }: Pronunciation) {
  return { id, areaCode, kind, written, spoken, caseSensitive, note }
}

function Empty({ canWrite, onAdd }: { canWrite: boolean; onAdd: () => void }) {
  const { language } = useWords()
  const words = pronunciationWords[language]
  return (
    <div className={css.empty}>
      <IconEar size={44} stroke={1.4} aria-hidden="true" />
      <Text fw={600}>{words.emptyTitle}</Text>
      <Text c="dimmed" maw={460}>
        {words.emptyText}
      </Text>
      {canWrite && (
        <Button leftSection={<IconPlus size={18} />} onClick={onAdd}>
          {words.add}
        </Button>
      )}
    </div>
  )
}
