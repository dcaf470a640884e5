import { ActionIcon, Group, Skeleton, Text, Title } from '@mantine/core'
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react'
import { useState } from 'react'
import { useOperatorSlots } from '../../api/airtime.ts'
import { useWords } from '../../i18n/context.tsx'
import { addDays, longDay, nextSlot, weekday } from '../../lib/airtime.ts'
import { dayOf } from '../../lib/format.ts'
import { ProblemBox } from '../../parts/problem.tsx'
import css from './operator.module.css'
import { SlotOfDay } from './SlotOfDay.tsx'

/** The slots of a day at the person's stations, the next one first to the eye. */
export function SlotsSection({ now }: { now: Date }) {
  const { t } = useWords()
  const [date, setDate] = useState(() => dayOf(now))
  const slots = useOperatorSlots(date)
  const today = dayOf(now) === date
  const next = slots.data && nextSlot(slots.data, now)
  return (
    <section className={css.group}>
      <Group justify="space-between" mb="sm" wrap="nowrap">
        <Title order={2}>
          {today ? t.airtime.today : t.airtime.weekdays[`d${weekday(date)}`]}{' '}
          <Text span c="dimmed" className="numbers">
            {longDay(date)}
          </Text>
        </Title>
        <Group gap={4} wrap="nowrap">
          <ActionIcon
            size={44}
            variant="default"
            aria-label={t.airtime.operator.previousDay}
            onClick={() => setDate(addDays(date, -1))}
          >
            <IconChevronLeft size={22} />
          </ActionIcon>
          <ActionIcon
            size={44}
            variant="default"
            aria-label={t.airtime.operator.nextDay}
            onClick={() => setDate(addDays(date, 1))}
          >
            <IconChevronRight size={22} />
          </ActionIcon>
        </Group>
      </Group>
      {slots.isPending && <Skeleton height={220} radius={8} />}
      {slots.isError && <ProblemBox error={slots.error} onRetry={() => void slots.refetch()} />}
      {slots.data?.length === 0 && <Text c="dimmed">{t.airtime.operator.noSlots}</Text>}
      <div className={css.slots}>
        {slots.data?.map(slot => (
          <SlotOfDay key={slot.id} slot={slot} now={now} next={slot.id === next?.id} />
        ))}
      </div>
    </section>
  )
}
