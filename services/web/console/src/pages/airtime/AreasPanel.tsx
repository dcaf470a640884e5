import { Badge, Skeleton, Text, TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useState } from 'react'
import { useAirAreas } from '../../api/airtime.ts'
import { useWords } from '../../i18n/context.tsx'
import { matches } from '../../lib/fold.ts'
import { formatDateTime, formatDuration, formatNumber } from '../../lib/format.ts'
import { Panel } from '../../parts/Panel.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import css from './programme.module.css'

/** All areas with whose programme holds, their next slot, and what somebody should look at. */
export function AreasPanel({ onChoose }: { onChoose: (code: string) => void }) {
  const { t, language } = useWords()
  const areas = useAirAreas()
  const [search, setSearch] = useState('')
  const words = t.airtime.programme
  const shown = (areas.data ?? []).filter(one => matches(one.areaName, search))
  return (
    <Panel title={words.areas} mt="md">
      {areas.isPending && <Skeleton height={200} radius={8} />}
      {areas.isError && <ProblemBox error={areas.error} onRetry={() => void areas.refetch()} />}
      <TextInput
        aria-label={t.common.search}
        placeholder={t.airtime.areaPlaceholder}
        leftSection={<IconSearch size={18} />}
        value={search}
        onChange={event => setSearch(event.currentTarget.value)}
        mb="sm"
        maw={420}
      />
      {areas.isSuccess && shown.length === 0 && <Text c="dimmed">{t.places.none}</Text>}
      <ul className={css.areas}>
        {shown.map(one => (
          <li key={one.areaCode}>
            <button
              type="button"
              onClick={() => {
                onChoose(one.areaCode)
                window.scrollTo({ top: 0 })
              }}
            >
              <span className={css.areaName}>
                {one.areaName}
                {one.kind === 'province' && <Badge color="gold">{words.province}</Badge>}
                {one.problems > 0 && (
                  <Badge color="alarm">
                    {words.problems}: {formatNumber(one.problems, language)}
                  </Badge>
                )}
                {one.waiting > 0 && (
                  <Badge color="slate" variant="outline">
                    {words.waiting}: {formatNumber(one.waiting, language)}
                  </Badge>
                )}
              </span>
              <span className={css.areaFacts}>
                {t.airtime.from[one.from]} · {words.stations}: {formatNumber(one.stations, language)}
                {one.nextSlotAt &&
                  ` · ${words.next}: ${words.nextLine(formatDateTime(one.nextSlotAt), formatDuration(one.nextSlotSeconds ?? 0))}`}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
