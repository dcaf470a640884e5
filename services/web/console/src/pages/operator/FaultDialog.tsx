import { Button, Modal, Radio, Select, Stack, Textarea } from '@mantine/core'
import { useState } from 'react'
import { type FaultKind, useReportFault } from '../../api/airtime.ts'
import { useWords } from '../../i18n/context.tsx'
import { ProblemBox, tell } from '../../parts/problem.tsx'

const kinds: FaultKind[] = ['no-sound', 'bad-sound', 'no-power', 'no-network', 'device', 'wrong-content', 'other']

interface FaultDialogProps {
  stations: { id: string; name: string }[]
  slotId: string | null
  onClose: () => void
}

/** What went wrong at the station, in two taps and as many words as there is time for. */
export function FaultDialog({ stations, slotId, onClose }: FaultDialogProps) {
  const { t } = useWords()
  const words = t.airtime.operator
  const report = useReportFault()
  const [kind, setKind] = useState<FaultKind>('no-sound')
  const [text, setText] = useState('')
  const [station, setStation] = useState<string | null>(stations[0]?.id ?? null)
  const send = () => {
    if (station === null) return
    report.mutate(
      { stationId: station, slotId, kind, text: text.trim() },
      {
        onSuccess: () => {
          onClose()
          tell(words.faultSent)
        },
      },
    )
  }
  return (
    <Modal opened onClose={onClose} title={words.faultTitle} closeButtonProps={{ 'aria-label': t.common.close }}>
      <Stack>
        {stations.length > 1 && (
          <Select
            label={words.which}
            data={stations.map(one => ({ value: one.id, label: one.name }))}
            value={station}
            onChange={setStation}
            allowDeselect={false}
            size="md"
          />
        )}
        <Radio.Group value={kind} onChange={value => setKind(value as FaultKind)} aria-label={words.faultTitle}>
          <Stack gap="xs">
            {kinds.map(one => (
              <Radio key={one} value={one} label={words.faultKind[one]} size="md" />
            ))}
          </Stack>
        </Radio.Group>
        <Textarea
          label={words.faultText}
          description={t.common.optional}
          value={text}
          maxLength={500}
          autosize
          minRows={2}
          size="md"
          onChange={event => setText(event.currentTarget.value)}
        />
        {report.isError && <ProblemBox error={report.error} />}
        <Button size="md" loading={report.isPending} onClick={send}>
          {words.faultSend}
        </Button>
      </Stack>
    </Modal>
  )
}
