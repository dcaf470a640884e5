import { Alert, Button, Group, Select, Skeleton, Text } from '@mantine/core'
import { MonthPickerInput } from '@mantine/dates'
import { IconDownload, IconShieldCheck, IconShieldX } from '@tabler/icons-react'
import { useSearchParams } from 'react-router'
import type { LoggedStation } from '../../../../../http/schemas-devices.ts'
import { asRunExport, type AsRunPage as Page, useAsRun } from '../../api/devices.ts'
import { useLoggedStations } from '../../api/pushes.ts'
import { DateWords } from '../../app/DateWords.tsx'
import { useWords } from '../../i18n/context.tsx'
import { pushWords } from '../../i18n/pushes.ts'
import { useOwn } from '../../i18n/useOwn.ts'
import { foldedFilter } from '../../lib/areaOptions.ts'
import { dayOf, formatNumber } from '../../lib/format.ts'
import { useNow } from '../../lib/useNow.ts'
import { PageHead, Panel } from '../../parts/Panel.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import { AsRunLines } from './AsRunLines.tsx'
import css from './asrun.module.css'

/** What really happened at a station in a month, and whether the chain of lines is whole. */
export function AsRunPage() {
  const { t } = useWords()
  const [params, setParams] = useSearchParams()
  const now = useNow()
  const month = params.get('month') ?? dayOf(now).slice(0, 7)
  const station = params.get('station')
  const page = useAsRun(station, month)
  const set = (key: string, value: string | null) =>
    setParams(
      old => {
        const next = new URLSearchParams(old)
        if (value) next.set(key, value)
        return next
      },
      { replace: true },
    )
  return (
    <DateWords>
      <PageHead title={t.asRun.title} lead={t.asRun.lead} />
      <Panel>
        <div className={css.tools}>
          <StationChoice station={station} onChoose={id => set('station', id)} />
          <MonthPickerInput
            label={t.asRun.month}
            value={`${month}-01`}
            onChange={value => set('month', value?.slice(0, 7) ?? null)}
            valueFormat="MM/YYYY"
            maxDate={`${dayOf(now).slice(0, 7)}-28`}
            w={150}
          />
          {station && (
            <Group gap="sm">
              <Export href={asRunExport(station, month, 'csv')} label={t.asRun.exportCsv} />
              <Export href={asRunExport(station, month, 'jsonl')} label={t.asRun.exportJsonl} />
              <Export href="/api/as-run/key" name="loa-as-run-key.json" label={t.asRun.publicKey} />
            </Group>
          )}
        </div>
        {station === null && <Text c="dimmed">{t.asRun.chooseStation}</Text>}
        {page.isError && <ProblemBox error={page.error} onRetry={() => void page.refetch()} />}
        {station !== null && page.isPending && <Skeleton height={320} radius={8} />}
        {page.data && (
          <>
            <Chain verified={page.data.verified} />
            {page.data.lines.length === 0 && <Text c="dimmed">{t.asRun.empty}</Text>}
            {page.data.lines.length > 0 && <AsRunLines lines={page.data.lines} />}
            <Text size="sm" c="dimmed" mt="md">
              {t.asRun.exportNote}
            </Text>
          </>
        )}
      </Panel>
    </DateWords>
  )
}

function Export({ href, label, name }: { href: string; label: string; name?: string }) {
  return (
    <Button
      component="a"
      href={href}
      download={name ?? true}
      variant="default"
      leftSection={<IconDownload size={18} />}
    >
      {label}
    </Button>
  )
}

/** The stations of the person's areas; one that is no longer in use keeps its log and says so. */
function StationChoice({ station, onChoose }: { station: string | null; onChoose: (id: string | null) => void }) {
  const { t } = useWords()
  const words = useOwn(pushWords)
  const stations = useLoggedStations()
  const label = (one: LoggedStation) => `${one.name} – ${one.areaName}${one.retired ? ` (${words.retired})` : ''}`
  return (
    <Select
      label={t.asRun.station}
      placeholder={t.places.search}
      searchable
      allowDeselect={false}
      value={station}
      onChange={onChoose}
      data={(stations.data ?? []).map(one => ({ value: one.id, label: label(one) }))}
      filter={foldedFilter}
      nothingFoundMessage={t.places.none}
      w={{ base: '100%', xs: 440 }}
    />
  )
}

function Chain({ verified }: { verified: Page['verified'] }) {
  const { t, language } = useWords()
  return verified.ok ? (
    <Alert color="leaf" icon={<IconShieldCheck />} mb="md">
      {t.asRun.verified(formatNumber(verified.lines, language))}
    </Alert>
  ) : (
    <Alert color="alarm" icon={<IconShieldX />} mb="md" role="alert">
      {t.asRun.broken(formatNumber(verified.brokenAt ?? 0, language))}
    </Alert>
  )
}
