import { Button, Modal, Select, Stack, TextInput } from '@mantine/core'
import { useState } from 'react'
import { type NewDevice, useAddDevice } from '../../api/devices.ts'
import { useStations } from '../../api/queries.ts'
import { useWords } from '../../i18n/context.tsx'
import { foldedFilter } from '../../lib/areaOptions.ts'
import { ProblemBox } from '../../parts/problem.tsx'

/** A new player at a station. */
export function AddDevice({ onClose, onMade }: { onClose: () => void; onMade: (made: NewDevice) => void }) {
  const { t } = useWords()
  const stations = useStations()
  const add = useAddDevice()
  const [stationId, setStationId] = useState<string | null>(null)
  const [name, setName] = useState('')
  const ready = stationId !== null && name.trim() !== ''
  return (
    <Modal opened onClose={onClose} title={t.devices.addTitle} closeButtonProps={{ 'aria-label': t.common.close }}>
      <Stack>
        <Select
          label={t.devices.station}
          placeholder={t.places.search}
          searchable
          required
          value={stationId}
          onChange={setStationId}
          data={(stations.data ?? []).map(one => ({ value: one.id, label: `${one.name} – ${one.areaName}` }))}
          filter={foldedFilter}
          nothingFoundMessage={t.places.none}
        />
        <TextInput
          label={t.devices.name}
          placeholder={t.devices.namePlaceholder}
          required
          maxLength={100}
          value={name}
          onChange={event => setName(event.currentTarget.value)}
        />
        {stations.isError && <ProblemBox error={stations.error} onRetry={() => void stations.refetch()} />}
        {add.isError && <ProblemBox error={add.error} />}
        <Button
          loading={add.isPending}
          disabled={!ready}
          onClick={() => stationId && add.mutate({ stationId, name: name.trim() }, { onSuccess: onMade })}
        >
          {t.devices.create}
        </Button>
      </Stack>
    </Modal>
  )
}
