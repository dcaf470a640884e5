import { Button, Group, Modal, NumberInput, Select, Stack, TextInput } from '@mantine/core'
import { useMemo, useState } from 'react'
import { type BoardKind, boardKinds } from '../../../../../domain/board.ts'
import { type PlaceList, type StationKind, stationKinds } from '../../../../../domain/places.ts'
import type { ManagedPlace } from '../../../../../http/schemas-registry.ts'
import { useAreas } from '../../api/queries.ts'
import { useSavePlace } from '../../api/registry.ts'
import { useWords } from '../../i18n/context.tsx'
import { registryWords } from '../../i18n/registry.ts'
import { useOwn } from '../../i18n/useOwn.ts'
import { communeOptions, foldedFilter, shownOptions } from '../../lib/areaOptions.ts'
import { ProblemBox, tell } from '../../parts/problem.tsx'

interface Props {
  list: PlaceList
  /** Absent: a new one. */
  place?: ManagedPlace
  onClose: () => void
}

/** One station or board, filled in by hand. */
export function PlaceDialog({ list, place, onClose }: Props) {
  const { t } = useWords()
  const w = useOwn(registryWords)
  const areas = useAreas()
  const save = useSavePlace(list)
  const options = useMemo(() => communeOptions(areas.data ?? []), [areas.data])
  const [areaCode, setAreaCode] = useState<string | null>(place?.areaCode ?? null)
  const [name, setName] = useState(place?.name ?? '')
  const [operatorEmail, setOperatorEmail] = useState(place?.operatorEmail ?? '')
  const [kind, setKind] = useState<StationKind | null>(place?.kind ?? null)
  const [boardKind, setBoardKind] = useState<BoardKind>(place?.board?.kind ?? 'screen')
  const [keeperEmail, setKeeperEmail] = useState(place?.board?.keeperEmail ?? '')
  const [ledWidth, setLedWidth] = useState<number | string>(place?.board?.led?.width ?? 192)
  const [ledHeight, setLedHeight] = useState<number | string>(place?.board?.led?.height ?? 32)
  const led = boardKind === 'led' ? { width: Number(ledWidth), height: Number(ledHeight) } : null
  const own =
    list === 'stations'
      ? { operatorEmail: operatorEmail.trim() || null, kind }
      : { board: { kind: boardKind, keeperEmail: keeperEmail.trim() || null, led } }
  const go = () =>
    areaCode &&
    save.mutate(
      {
        id: place?.id,
        place: { areaCode, name, ...own },
      },
      {
        onSuccess: () => {
          tell(w.saved)
          onClose()
        },
      },
    )
  return (
    <Modal
      opened
      onClose={onClose}
      title={place ? w.editTitle(place.name) : w.add[list]}
      closeButtonProps={{ 'aria-label': t.common.close }}
    >
      <form
        onSubmit={event => {
          event.preventDefault()
          go()
        }}
      >
        <Stack>
          <TextInput
            label={w.nameOf[list]}
            required
            data-autofocus
            maxLength={200}
            value={name}
            onChange={event => setName(event.currentTarget.value)}
          />
          <Select
            label={w.area}
            placeholder={areas.isPending ? t.app.loading : w.areaPick}
            description={w.areaSearch}
            required
            searchable
            data={options}
            filter={foldedFilter}
            limit={shownOptions}
            nothingFoundMessage={w.areaNone}
            value={areaCode}
            onChange={setAreaCode}
          />
          {list === 'stations' && (
            <>
              <TextInput
                label={w.operator}
                description={w.operatorHint}
                type="email"
                maxLength={254}
                value={operatorEmail}
                onChange={event => setOperatorEmail(event.currentTarget.value)}
              />
              <Select
                label={w.kind}
                placeholder={w.kindUnknown}
                clearable
                data={stationKinds.map(value => ({ value, label: w.kinds[value] }))}
                value={kind}
                onChange={value => setKind(stationKinds.find(one => one === value) ?? null)}
              />
            </>
          )}
          {list === 'boards' && (
            <>
              <Select
                label={w.kind}
                allowDeselect={false}
                data={boardKinds.map(value => ({ value, label: w.boardKinds[value] }))}
                value={boardKind}
                onChange={value => setBoardKind(boardKinds.find(one => one === value) ?? 'screen')}
              />
              {boardKind === 'led' && (
                <Group grow>
                  <NumberInput
                    label={w.ledWidth}
                    required
                    min={32}
                    max={4096}
                    allowDecimal={false}
                    value={ledWidth}
                    onChange={setLedWidth}
                  />
                  <NumberInput
                    label={w.ledHeight}
                    required
                    min={16}
                    max={512}
                    allowDecimal={false}
                    value={ledHeight}
                    onChange={setLedHeight}
                  />
                </Group>
              )}
              <TextInput
                label={w.keeper}
                description={w.keeperHint}
                type="email"
                maxLength={254}
                value={keeperEmail}
                onChange={event => setKeeperEmail(event.currentTarget.value)}
              />
            </>
          )}
          {save.isError && <ProblemBox error={save.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t.common.cancel}
            </Button>
            <Button type="submit" loading={save.isPending} disabled={!areaCode || name.trim() === ''}>
              {w.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
