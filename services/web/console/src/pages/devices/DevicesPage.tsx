import { Button, Skeleton, Switch, Text, TextInput } from '@mantine/core'
import { IconDeviceSpeaker, IconPlus, IconSearch } from '@tabler/icons-react'
import { useState } from 'react'
import { may } from '../../../../../domain/accounts.ts'
import type { StationDevice } from '../../../../../http/schemas-airtime.ts'
import { type NewDevice, useDevices } from '../../api/devices.ts'
import { useMe } from '../../api/queries.ts'
import { useWords } from '../../i18n/context.tsx'
import { matches } from '../../lib/fold.ts'
import { formatNumber } from '../../lib/format.ts'
import { useNow } from '../../lib/useNow.ts'
import { PageHead, Panel } from '../../parts/Panel.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import { AddDevice } from './AddDevice.tsx'
import { DeviceCard } from './DeviceCard.tsx'
import { DeviceLink } from './DeviceLink.tsx'
import css from './devices.module.css'
import { PushPanel } from './PushPanel.tsx'

/** What needs a look comes first: attention, then silence, then the rest by station. */
export function byNeed(a: StationDevice, b: StationDevice): number {
  const order = { offline: 0, late: 1, never: 2, online: 3, revoked: 4 }
  const attention = (d: StationDevice) => (d.state !== 'revoked' && d.attention.length > 0 ? 0 : 1)
  return (
    attention(a) - attention(b) ||
    order[a.state] - order[b.state] ||
    a.stationName.localeCompare(b.stationName, 'vi') ||
    a.name.localeCompare(b.name, 'vi')
  )
}

/** The players at the stations: which are there, what they play, whether they have the newest schedule. */
export function DevicesPage() {
  const { t, language } = useWords()
  const me = useMe()
  const devices = useDevices()
  const now = useNow()
  const [search, setSearch] = useState('')
  const [onlyAttention, setOnlyAttention] = useState(false)
  const [adding, setAdding] = useState(false)
  const [fresh, setFresh] = useState<NewDevice | null>(null)
  const mayWrite = me.data ? may(me.data.role, 'device.write') : false
  const all = devices.data ?? []
  const live = all.filter(d => d.state !== 'revoked')
  const shown = all
    .filter(d => matches(`${d.stationName} ${d.areaName} ${d.name}`, search))
    .filter(d => !onlyAttention || (d.state !== 'revoked' && d.attention.length > 0))
    .sort(byNeed)
  return (
    <>
      <PageHead
        title={t.devices.title}
        lead={t.devices.lead}
        actions={
          mayWrite && (
            <Button leftSection={<IconPlus size={18} />} onClick={() => setAdding(true)}>
              {t.devices.add}
            </Button>
          )
        }
      />
      <Panel>
        {devices.isPending && <Skeleton height={240} radius={8} />}
        {devices.isError && <ProblemBox error={devices.error} onRetry={() => void devices.refetch()} />}
        {devices.isSuccess && all.length === 0 && (
          <div className={css.empty}>
            <IconDeviceSpeaker size={44} stroke={1.4} aria-hidden="true" />
            <Text>{t.devices.none}</Text>
          </div>
        )}
        {all.length > 0 && (
          <>
            <div className={css.tools}>
              <TextInput
                aria-label={t.common.search}
                placeholder={t.devices.search}
                leftSection={<IconSearch size={18} />}
                value={search}
                onChange={event => setSearch(event.currentTarget.value)}
              />
              <Switch
                label={t.devices.attentionOnly}
                checked={onlyAttention}
                onChange={event => setOnlyAttention(event.currentTarget.checked)}
              />
              <Text size="sm" c="dimmed" className="numbers">
                {t.devices.count(
                  formatNumber(live.filter(d => d.state === 'online').length, language),
                  formatNumber(live.length, language),
                )}
              </Text>
            </div>
            {shown.length === 0 && <Text c="dimmed">{t.devices.noMatch}</Text>}
            <ul className={css.list}>
              {shown.map(device => (
                <DeviceCard key={device.id} device={device} mayWrite={mayWrite} now={now} onFresh={setFresh} />
              ))}
            </ul>
          </>
        )}
      </Panel>
      <PushPanel mayWrite={mayWrite} />
      {adding && (
        <AddDevice
          onClose={() => setAdding(false)}
          onMade={made => {
            setAdding(false)
            setFresh(made)
          }}
        />
      )}
      {fresh && <DeviceLink made={fresh} onClose={() => setFresh(null)} />}
    </>
  )
}
