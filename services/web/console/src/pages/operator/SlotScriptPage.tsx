import { Text, Title } from '@mantine/core'
import { useParams, useSearchParams } from 'react-router'
import { useOperatorSlots } from '../../api/airtime.ts'
import { useWords } from '../../i18n/context.tsx'
import { dayOf, formatDateTime, formatDuration } from '../../lib/format.ts'
import { Busy } from '../../parts/Busy.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import { NoScript, ScriptSheet } from '../../parts/ScriptSheet.tsx'

/** The script of a whole slot in large type: what the operator reads at the microphone when there is no sound. */
export function SlotScriptPage() {
  const { t } = useWords()
  const { id } = useParams()
  const [params] = useSearchParams()
  const slots = useOperatorSlots(dayOf(params.get('at') ?? new Date()))
  if (slots.isPending) return <Busy />
  if (slots.isError) return <ProblemBox error={slots.error} onRetry={() => void slots.refetch()} />
  const slot = slots.data.find(one => one.id === id)
  if (!slot) return <NoScript />
  const head = (
    <>
      <Title order={1}>{t.airtime.operator.scriptTitle(formatDateTime(slot.startsAt))}</Title>
      <Text c="dimmed" mt={6}>
        {slot.areaName} · {slot.stations.map(one => one.name).join(', ')} · {formatDuration(slot.seconds)}
      </Text>
      <ol>
        {slot.items
          .filter(item => !item.withdrawn)
          .map(item => (
            <li key={item.dispatchId}>
              {item.title} ({formatDuration(item.seconds)}
              {item.plays > 1 && `, ${t.airtime.times(String(item.plays))}`})
            </li>
          ))}
      </ol>
    </>
  )
  return <ScriptSheet mayPrint head={head} script={slot.script} />
}
