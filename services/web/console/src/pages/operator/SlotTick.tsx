import { Button } from '@mantine/core'
import { IconCheck } from '@tabler/icons-react'
import { useState } from 'react'
import type { OperatorSlot } from '../../../../../http/schemas-airtime.ts'
import { useSlotAired } from '../../api/airtime.ts'
import { useWords } from '../../i18n/context.tsx'
import { tellProblem, tellUndo } from '../../parts/problem.tsx'
import { AskTime } from './AskTime.tsx'
import css from './operator.module.css'

/** The operator's word that a slot was on air, for stations whose device cannot say it. */
export function SlotTick({ slot, now }: { slot: OperatorSlot; now: Date }) {
  const { t, language } = useWords()
  const aired = useSlotAired()
  const [asking, setAsking] = useState(false)
  const begun = new Date(slot.startsAt) <= now
  if (!begun || slot.items.length === 0) return null

  const untick = (stationId: string) =>
    aired.mutate({ slotId: slot.id, stationId, at: null }, { onError: error => tellProblem(error, t, language) })
  const tick = (at: string, stationId: string | undefined) => {
    const station = stationId ?? slot.stations[0]?.id
    if (station === undefined) return
    aired.mutate(
      { slotId: slot.id, stationId: station, at },
      {
        onSuccess: () => {
          setAsking(false)
          tellUndo(t.airtime.operator.ticked, t, () => untick(station))
        },
        onError: error => tellProblem(error, t, language),
      },
    )
  }

  return (
    <div className={css.buttons}>
      <Button size="lg" color="leaf" leftSection={<IconCheck size={22} />} onClick={() => setAsking(true)}>
        {t.airtime.operator.tick}
      </Button>
      {slot.playback.tickedAt !== null && slot.stations.length === 1 && (
        <Button
          size="lg"
          variant="default"
          loading={aired.isPending}
          onClick={() => untick(slot.stations[0]?.id ?? '')}
        >
          {t.operator.undo}
        </Button>
      )}
      {asking && (
        <AskTime
          title={t.operator.airedTitle}
          stations={slot.stations}
          begin={new Date(slot.startsAt)}
          busy={aired.isPending}
          onClose={() => setAsking(false)}
          onSave={tick}
        />
      )}
    </div>
  )
}
