import { Button, Modal, Select, Stack } from '@mantine/core'
import { DateTimePicker } from '@mantine/dates'
import { useState } from 'react'
import { useWords } from '../../i18n/context.tsx'
import { fromPicker, toPicker } from '../../lib/format.ts'

interface AskTimeProps {
  title: string
  /** Offered when there is more than one to choose from. */
  stations?: { id: string; name: string }[]
  /** What the picker begins with. */
  begin: Date
  busy: boolean
  onClose: () => void
  onSave: (at: string, stationId: string | undefined) => void
}

/** When was it on air, and at which station? */
export function AskTime({ title, stations = [], begin, busy, onClose, onSave }: AskTimeProps) {
  const { t } = useWords()
  const [value, setValue] = useState<string | null>(() => toPicker(begin.toISOString()))
  const [station, setStation] = useState<string | null>(stations[0]?.id ?? null)
  const at = fromPicker(value)
  const future = at !== null && new Date(at).getTime() > Date.now()
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ 'aria-label': t.common.close }}>
      <Stack>
        {stations.length > 1 && (
          <Select
            label={t.airtime.operator.which}
            data={stations.map(one => ({ value: one.id, label: one.name }))}
            value={station}
            onChange={setStation}
            allowDeselect={false}
            size="md"
          />
        )}
        <DateTimePicker
          label={t.operator.airedTime}
          description={t.common.zone}
          value={value}
          onChange={setValue}
          valueFormat="HH:mm DD/MM/YYYY"
          error={future && t.operator.airedFuture}
          size="md"
        />
        <Button
          size="md"
          color="leaf"
          loading={busy}
          disabled={at === null || future}
          onClick={() => at !== null && onSave(at, station ?? undefined)}
        >
          {t.operator.airedSave}
        </Button>
      </Stack>
    </Modal>
  )
}
