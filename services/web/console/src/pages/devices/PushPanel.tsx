import { Button, Group, Select, Skeleton, Text } from '@mantine/core'
import { IconRefresh } from '@tabler/icons-react'
import { useState } from 'react'
import { useSearchParams } from 'react-router'
import { pushKinds } from '../../../../../domain/station-push.ts'
import type { LoggedStation } from '../../../../../http/schemas-devices.ts'
import { useLoggedStations, usePushes, useRepublish } from '../../api/pushes.ts'
import { useWords } from '../../i18n/context.tsx'
import { pushWords } from '../../i18n/pushes.ts'
import { useOwn } from '../../i18n/useOwn.ts'
import { matches } from '../../lib/fold.ts'
import { formatNumber } from '../../lib/format.ts'
import { Ask } from '../../parts/Ask.tsx'
import { Panel } from '../../parts/Panel.tsx'
import { ProblemBox, tell } from '../../parts/problem.tsx'
import css from './devices.module.css'
import { PushWay } from './PushWay.tsx'

/** How one station is served beside pull, and how that went last. The station stands in the address, to send it to a colleague. */
export function PushPanel({ mayWrite }: { mayWrite: boolean }) {
  const { t } = useWords()
  const w = useOwn(pushWords)
  const [params, setParams] = useSearchParams()
  const stations = useLoggedStations()
  const inUse = (stations.data ?? []).filter(one => !one.retired)
  const only = inUse.length === 1 ? inUse[0] : undefined
  const station = inUse.find(one => one.id === params.get('station')) ?? only
  return (
    <Panel title={w.title} lead={w.lead} aside={mayWrite && <Republish />} mt="lg">
      <Select
        label={w.station}
        placeholder={t.places.search}
        searchable
        allowDeselect={false}
        value={station?.id ?? null}
        onChange={id => id && setParams({ station: id }, { replace: true })}
        data={inUse.map(one => ({ value: one.id, label: `${one.name} – ${one.areaName}` }))}
        filter={({ options, search }) => options.filter(one => 'label' in one && matches(one.label, search))}
        nothingFoundMessage={t.places.none}
        maw={460}
        mb="sm"
      />
      {stations.isError && <ProblemBox error={stations.error} onRetry={() => void stations.refetch()} />}
      {stations.isSuccess && !station && <Text c="dimmed">{w.choose}</Text>}
      {station && <Ways key={station.id} station={station} mayWrite={mayWrite} />}
    </Panel>
  )
}

function Ways({ station, mayWrite }: { station: LoggedStation; mayWrite: boolean }) {
  const pushes = usePushes(station.id)
  if (pushes.isPending) return <Skeleton height={180} radius={8} />
  if (pushes.isError) return <ProblemBox error={pushes.error} onRetry={() => void pushes.refetch()} />
  return (
    <ul className={css.list}>
      {pushKinds.map(kind => (
        <PushWay
          key={kind}
          kind={kind}
          station={station}
          push={pushes.data.find(one => one.kind === kind)}
          mayWrite={mayWrite}
        />
      ))}
    </ul>
  )
}

function Republish() {
  const { language } = useWords()
  const w = useOwn(pushWords)
  const republish = useRepublish()
  const [asking, setAsking] = useState(false)
  return (
    <Group>
      <Button variant="default" leftSection={<IconRefresh size={18} />} onClick={() => setAsking(true)}>
        {w.republish}
      </Button>
      {asking && (
        <Ask
          title={w.republishTitle}
          text={w.republishText}
          confirm={w.republish}
          busy={republish.isPending}
          error={republish.error}
          onClose={() => setAsking(false)}
          onConfirm={() =>
            republish.mutate(undefined, {
              onSuccess: ({ stations }) => {
                setAsking(false)
                tell(w.republished(formatNumber(stations, language)))
              },
            })
          }
        />
      )}
    </Group>
  )
}
