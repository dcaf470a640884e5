import { Alert, Badge, Button, Checkbox, Group, Skeleton, Table, Text, TextInput } from '@mantine/core'
import { IconPlus, IconSearch } from '@tabler/icons-react'
import { useState } from 'react'
import type { PlaceList } from '../../../../../domain/places.ts'
import type { ManagedPlace } from '../../../../../http/schemas-registry.ts'
import { useAreas } from '../../api/queries.ts'
import { useManagedPlaces, useRetirePlace } from '../../api/registry.ts'
import { useWords } from '../../i18n/context.tsx'
import { registryWords } from '../../i18n/registry.ts'
import { useOwn } from '../../i18n/useOwn.ts'
import { matches } from '../../lib/fold.ts'
import { formatNumber } from '../../lib/format.ts'
import { Ask } from '../../parts/Ask.tsx'
import { ProblemBox, tell, tellProblem } from '../../parts/problem.tsx'
import css from '../PlacesPage.module.css'
import { PlaceDialog } from './PlaceDialog.tsx'

const pageSize = 60

/** All stations or boards with what can be done to each. */
export function Places({ list }: { list: PlaceList }) {
  const { t, language } = useWords()
  const w = useOwn(registryWords)
  const places = useManagedPlaces(list)
  const areas = useAreas()
  const [search, setSearch] = useState('')
  const [withRetired, setWithRetired] = useState(false)
  const [limit, setLimit] = useState(pageSize)
  const [editing, setEditing] = useState<ManagedPlace | 'new'>()
  if (places.isPending) return <Skeleton height={200} />
  if (places.isError) return <ProblemBox error={places.error} onRetry={() => void places.refetch()} />
  const retired = places.data.filter(place => place.retiredAt !== null).length
  const rows = places.data
    .filter(place => withRetired || place.retiredAt === null)
    .filter(place => matches([place.name, place.areaName, place.areaCode, ...place.aliases].join(' '), search))
    .sort((a, b) => a.areaName.localeCompare(b.areaName, 'vi') || a.name.localeCompare(b.name, 'vi'))
  const noAreas = areas.data?.length === 0
  return (
    <>
      <Group justify="space-between" mb="md" gap="sm">
        <TextInput
          className={css.search}
          aria-label={w.search}
          placeholder={w.search}
          leftSection={<IconSearch size={18} />}
          value={search}
          onChange={event => setSearch(event.currentTarget.value)}
        />
        <Button leftSection={<IconPlus size={18} />} disabled={noAreas} onClick={() => setEditing('new')}>
          {w.add[list]}
        </Button>
      </Group>
      {noAreas && (
        <Alert color="gold" mb="md">
          {w.needAreas}
        </Alert>
      )}
      {retired > 0 && (
        <Checkbox
          mb="md"
          label={w.showRetired(formatNumber(retired, language))}
          checked={withRetired}
          onChange={event => setWithRetired(event.currentTarget.checked)}
        />
      )}
      {rows.length === 0 ? (
        <Text c="dimmed">{places.data.length === 0 ? w.none : w.noMatch}</Text>
      ) : (
        <PlaceTable list={list} rows={rows.slice(0, limit)} onEdit={setEditing} />
      )}
      {rows.length > limit && (
        <Group justify="center" mt="md">
          <Button variant="default" onClick={() => setLimit(limit + pageSize)}>
            {t.common.more}
          </Button>
        </Group>
      )}
      {editing && (
        <PlaceDialog
          list={list}
          {...(editing === 'new' ? {} : { place: editing })}
          onClose={() => setEditing(undefined)}
        />
      )}
    </>
  )
}

interface TableProps {
  list: PlaceList
  rows: ManagedPlace[]
  onEdit: (place: ManagedPlace) => void
}

function PlaceTable({ list, rows, onEdit }: TableProps) {
  const w = useOwn(registryWords)
  const stations = list === 'stations'
  return (
    <Table className={css.table} verticalSpacing="sm">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{w.name}</Table.Th>
          <Table.Th>{w.area}</Table.Th>
          <Table.Th>{stations ? w.operator : w.keeper}</Table.Th>
          <Table.Th>{w.kind}</Table.Th>
          <Table.Th />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map(place => (
          <Table.Tr key={place.id}>
            <Table.Td>
              <div>
                <Text fw={500}>{place.name}</Text>
                {place.aliases.length > 0 && (
                  <Text size="sm" c="dimmed">
                    {w.formerly(place.aliases.join(', '))}
                  </Text>
                )}
                {place.retiredAt && (
                  <Badge color="slate" variant="light" mt={4}>
                    {w.retired}
                  </Badge>
                )}
              </div>
            </Table.Td>
            <Table.Td data-label={w.area}>{place.areaName}</Table.Td>
            <Table.Td data-label={stations ? w.operator : w.keeper}>
              {(stations ? place.operatorEmail : place.board?.keeperEmail) ?? '–'}
            </Table.Td>
            <Table.Td data-label={w.kind}>{kindWords(w, place)}</Table.Td>
            <Table.Td>
              <PlaceActions list={list} place={place} onEdit={() => onEdit(place)} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}

function kindWords(w: (typeof registryWords)['vi'], place: ManagedPlace): string {
  if (place.board === null) return place.kind ? w.kinds[place.kind] : '–'
  const { kind, led } = place.board
  return led ? `${w.boardKinds[kind]} ${led.width}×${led.height}` : w.boardKinds[kind]
}

function PlaceActions({ list, place, onEdit }: { list: PlaceList; place: ManagedPlace; onEdit: () => void }) {
  const { t, language } = useWords()
  const w = useOwn(registryWords)
  const retire = useRetirePlace(list)
  const [asking, setAsking] = useState(false)
  const label = (action: string) => `${action}: ${place.name}`
  if (place.retiredAt !== null) {
    const restore = () =>
      retire.mutate(
        { id: place.id, inUse: true },
        { onSuccess: () => tell(w.restoredNote(place.name)), onError: error => tellProblem(error, t, language) },
      )
    return (
      <Button
        size="compact-sm"
        variant="default"
        loading={retire.isPending}
        aria-label={label(w.restore)}
        onClick={restore}
      >
        {w.restore}
      </Button>
    )
  }
  return (
    <Group gap={8} wrap="nowrap">
      <Button size="compact-sm" variant="default" aria-label={label(w.edit)} onClick={onEdit}>
        {w.edit}
      </Button>
      <Button size="compact-sm" variant="default" aria-label={label(w.retire)} onClick={() => setAsking(true)}>
        {w.retire}
      </Button>
      {asking && (
        <Ask
          title={w.retire}
          text={w.retireAsk(place.name)}
          confirm={w.retire}
          color="alarm"
          busy={retire.isPending}
          error={retire.error}
          onClose={() => setAsking(false)}
          onConfirm={() =>
            retire.mutate(
              { id: place.id, inUse: false },
              {
                onSuccess: () => {
                  setAsking(false)
                  tell(w.retiredNote(place.name))
                },
              },
            )
          }
        />
      )}
    </Group>
  )
}
