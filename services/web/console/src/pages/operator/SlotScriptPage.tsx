import { Button, Group, Text, Title } from '@mantine/core'
import { IconArrowLeft, IconPrinter } from '@tabler/icons-react'
import { Link, useParams, useSearchParams } from 'react-router'
import { useOperatorSlots } from '../../api/airtime.ts'
import { useWords } from '../../i18n/context.tsx'
import { dayOf, formatDateTime, formatDuration } from '../../lib/format.ts'
import { Busy } from '../../parts/Busy.tsx'
import { Panel } from '../../parts/Panel.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import css from '../ScriptPage.module.css'

/** The script of a whole slot in large type: what the operator reads at the microphone when there is no sound. */
export function SlotScriptPage() {
  const { t } = useWords()
  const { id } = useParams()
  const [params] = useSearchParams()
  const slots = useOperatorSlots(dayOf(params.get('at') ?? new Date()))
  if (slots.isPending) return <Busy />
  if (slots.isError) return <ProblemBox error={slots.error} onRetry={() => void slots.refetch()} />
  const slot = slots.data.find(one => one.id === id)
  return (
    <div className={css.page}>
      <Group justify="space-between" mb="md" className="no-print">
        <Button component={Link} to="/operator" variant="subtle" leftSection={<IconArrowLeft size={18} />}>
          {t.common.back}
        </Button>
        {slot && (
          <Button leftSection={<IconPrinter size={18} />} onClick={() => window.print()}>
            {t.operator.print}
          </Button>
        )}
      </Group>
      {!slot && <Text>{t.operator.notFound}</Text>}
      {slot && (
        <Panel>
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
          <Text fs="italic" mt="lg" className={css.note}>
            {t.operator.scriptNote}
          </Text>
          <div className={css.script} lang="vi">
            {slot.script.split(/\n+/).map((paragraph, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: paragraphs have no identity and never move
              <p key={index}>{paragraph}</p>
            ))}
          </div>
        </Panel>
      )}
    </div>
  )
}
