import { Alert, Anchor, Button, Group, Skeleton, Text } from '@mantine/core'
import { IconAlertOctagon, IconCalendarCog, IconChevronLeft, IconChevronRight } from '@tabler/icons-react'
import { type CSSProperties, useState } from 'react'
import { Link, useSearchParams } from 'react-router'
import type { AirWeek, Slot } from '../../../../../http/schemas-airtime.ts'
import { useAirAreas, useAirWeek } from '../../api/airtime.ts'
import { DateWords } from '../../app/DateWords.tsx'
import { useWords } from '../../i18n/context.tsx'
import { addDays, longDay, mondayOf, shortDay, weekColumns } from '../../lib/airtime.ts'
import { formatNear } from '../../lib/format.ts'
import { useNow } from '../../lib/useNow.ts'
import { PageHead } from '../../parts/Panel.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import { AreaChoice, useChosenArea } from './AreaChoice.tsx'
import css from './airtime.module.css'
import { DayColumn } from './DayColumn.tsx'
import { SlotDrawer } from './SlotDrawer.tsx'
import { WaitingPanel } from './WaitingPanel.tsx'

/** What one area airs in a week: when, for how long, and what became of it. */
export function WeekPage() {
  const { t } = useWords()
  const now = useNow()
  const [area, choose] = useChosenArea()
  const [params, setParams] = useSearchParams()
  const from = params.get('from') ?? mondayOf(now)
  const areas = useAirAreas()
  const week = useAirWeek(area, from)
  const go = (day: string) =>
    setParams(old => {
      const next = new URLSearchParams(old)
      next.set('from', day)
      return next
    })

  return (
    <DateWords>
      <PageHead
        title={t.airtime.title}
        lead={t.airtime.lead}
        actions={
          area && (
            <Button
              component={Link}
              to={`/airtime/programme?area=${encodeURIComponent(area)}`}
              variant="default"
              leftSection={<IconCalendarCog size={18} />}
            >
              {t.airtime.programmeLink}
            </Button>
          )
        }
      />
      <Group justify="space-between" align="flex-end" mb="md" gap="sm">
        <AreaChoice area={area} onChoose={choose} />
        <WeekSwitch from={from} thisWeek={mondayOf(now)} onGo={go} />
      </Group>
      {areas.isError && <ProblemBox error={areas.error} onRetry={() => void areas.refetch()} />}
      {areas.isSuccess && areas.data.length === 0 && <Text c="dimmed">{t.airtime.noAreas}</Text>}
      {week.isError && <ProblemBox error={week.error} onRetry={() => void week.refetch()} />}
      {area !== null && week.isPending && <Skeleton height={420} radius={8} />}
      {week.data && <Week week={week.data} now={now} />}
    </DateWords>
  )
}

function WeekSwitch({ from, thisWeek, onGo }: { from: string; thisWeek: string; onGo: (day: string) => void }) {
  const { t } = useWords()
  return (
    <Group gap={6} wrap="nowrap">
      <Button variant="default" px={10} aria-label={t.airtime.previousWeek} onClick={() => onGo(addDays(from, -7))}>
        <IconChevronLeft size={18} />
      </Button>
      <Text size="sm" fw={600} className="numbers" ta="center" miw={150} aria-live="polite">
        {t.airtime.weekOf(shortDay(from), longDay(addDays(from, 6)))}
      </Text>
      <Button variant="default" px={10} aria-label={t.airtime.nextWeek} onClick={() => onGo(addDays(from, 7))}>
        <IconChevronRight size={18} />
      </Button>
      <Button variant="subtle" px={10} disabled={from === thisWeek} onClick={() => onGo(thisWeek)}>
        {t.airtime.thisWeek}
      </Button>
    </Group>
  )
}

function Week({ week, now }: { week: AirWeek; now: Date }) {
  const { t } = useWords()
  const [opened, setOpened] = useState<string | null>(null)
  const slots = week.days.flatMap(day => day.slots)
  const slot = slots.find(one => one.id === opened)
  return (
    <>
      <Emergencies week={week} now={now} />
      <Text size="sm" c="dimmed" mb="sm">
        {t.airtime.from[week.programme.from]}.{' '}
        <Anchor component={Link} size="sm" to={`/airtime/programme?area=${encodeURIComponent(week.areaCode)}`}>
          {t.airtime.programmeLink}
        </Anchor>
      </Text>
      <div className={css.week} style={{ '--week-columns': weekColumns(week.days) } as CSSProperties}>
        {week.days.map(day => (
          <DayColumn key={day.date} day={day} now={now} onOpen={(one: Slot) => setOpened(one.id)} />
        ))}
      </div>
      <WaitingPanel week={week} now={now} />
      {slot && <SlotDrawer slot={slot} week={week} now={now} onClose={() => setOpened(null)} />}
    </>
  )
}

function Emergencies({ week, now }: { week: AirWeek; now: Date }) {
  const { t } = useWords()
  if (week.emergencies.length === 0) return null
  return (
    <Alert color="alarm" variant="filled" icon={<IconAlertOctagon />} title={t.airtime.emergencies} mb="md">
      {week.emergencies.map(one => (
        <div key={one.dispatchId} className={css.emergency}>
          <Text fw={600}>{one.title}</Text>
          <Text size="sm">
            {t.airtime.emergencyLine(formatNear(one.issuedAt, now), formatNear(one.expiresAt, now))}
          </Text>
        </div>
      ))}
    </Alert>
  )
}
