import { Button, Group, NativeSelect, Skeleton, Table, Text } from '@mantine/core'
import { useState } from 'react'
import { may } from '../../../../../domain/accounts.ts'
import { deliveryStates } from '../../../../../domain/delivery.ts'
import type { Announcement, TargetResult } from '../../../../../http/schemas.ts'
import { useInstance, useMe, useProgress, useTargets } from '../../api/queries.ts'
import { useWords } from '../../i18n/context.tsx'
import { reasonWords } from '../../i18n/dictionary.ts'
import { formatDateTime } from '../../lib/format.ts'
import { roundsOf } from '../../lib/results.ts'
import { StateSwatch } from '../../parts/Equation.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import css from './Announcement.module.css'
import { Settle } from './Settle.tsx'
import { ShowAddress } from './ShowAddress.tsx'

/** One by one, of one channel and round, addresses masked by the server. */
export function TargetResults({ announcement }: { announcement: Announcement }) {
  const { t, say } = useWords()
  const instance = useInstance()
  const progress = useProgress(announcement.id, true)
  const [channel, setChannel] = useState(announcement.channels[0] ?? '')
  const [state, setState] = useState('')
  const [chosenRound, setRound] = useState(1)
  const dispatches = progress.data?.dispatches ?? []
  const rounds = roundsOf(dispatches, channel)
  const round = rounds.includes(chosenRound) ? chosenRound : 1
  const dispatch = dispatches.find(d => d.channel === channel && d.round === round)
  const targets = useTargets(announcement.id, { channel, round: String(round), state })
  const rows = targets.data?.pages.flatMap(page => page.items) ?? []
  const names = (instance.data?.channels ?? []).filter(one => announcement.channels.includes(one.id))
  // While another round is being fetched the rows are still those of the last one.
  const fresh = !targets.isPlaceholderData
  // The permission announcement.control, which cancelling needs too; a message stays unknown after a cancel as well.
  const mayAsk = announcement.allowedActions.includes('cancel')
  const me = useMe()
  const mayLook = me.data ? may(me.data.role, 'citizen.history') : false
  // Stations and boards go by their names: they have no address to show.
  const kind = names.find(one => one.id === channel)?.address ?? null
  return (
    <>
      <Group gap="sm" mb="sm">
        <NativeSelect
          aria-label={t.results.channel}
          value={channel}
          onChange={event => setChannel(event.currentTarget.value)}
          data={names.map(one => ({ value: one.id, label: say(one.name) }))}
        />
        {rounds.length > 1 && (
          <NativeSelect
            aria-label={t.results.round}
            value={String(round)}
            onChange={event => setRound(Number(event.currentTarget.value))}
            data={rounds.map(one => ({ value: String(one), label: t.results.roundName(String(one)) }))}
          />
        )}
        <NativeSelect
          aria-label={t.results.state}
          value={state}
          onChange={event => setState(event.currentTarget.value)}
          data={[
            { value: '', label: t.results.allStates },
            ...deliveryStates.map(one => ({ value: one, label: t.delivery[one] })),
          ]}
        />
      </Group>
      <Text size="sm" c="dimmed" mb="sm">
        {t.results.masked}
      </Text>
      {targets.isError && <ProblemBox error={targets.error} onRetry={() => void targets.refetch()} />}
      {targets.isPending && <Skeleton height={240} />}
      {targets.isSuccess && rows.length === 0 && <Text c="dimmed">{t.results.none}</Text>}
      {rows.length > 0 && (
        <Table verticalSpacing={8} className={css.targets ?? ''}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t.results.target}</Table.Th>
              <Table.Th>{t.results.area}</Table.Th>
              <Table.Th>{t.results.state}</Table.Th>
              <Table.Th>{t.results.reason}</Table.Th>
              <Table.Th>{t.results.at}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map(row => (
              <Row
                key={row.targetId}
                row={row}
                address={
                  dispatch && kind && mayLook && fresh && row.state === 'unknown' ? (
                    // The same person has another address on another channel.
                    <ShowAddress key={dispatch.id} dispatchId={dispatch.id} target={row} kind={kind} />
                  ) : null
                }
                settle={
                  dispatch && mayAsk && fresh && row.state === 'unknown' ? (
                    <Settle announcementId={announcement.id} dispatchId={dispatch.id} target={row} />
                  ) : null
                }
              />
            ))}
          </Table.Tbody>
        </Table>
      )}
      {targets.hasNextPage && (
        <Group justify="center" mt="md">
          <Button variant="default" loading={targets.isFetchingNextPage} onClick={() => void targets.fetchNextPage()}>
            {t.common.more}
          </Button>
        </Group>
      )}
    </>
  )
}

interface RowProps {
  row: TargetResult
  address: React.ReactNode
  settle: React.ReactNode
}

function Row({ row, address, settle }: RowProps) {
  const { t } = useWords()
  return (
    <Table.Tr>
      <Table.Td className={css.targetLabel ?? ''}>{address ?? row.label}</Table.Td>
      <Table.Td data-label={t.results.area}>{row.areaName}</Table.Td>
      <Table.Td data-label={t.results.state}>
        <Group gap={8} wrap="nowrap" className={css.targetState ?? ''}>
          <StateSwatch state={row.state} />
          {t.delivery[row.state]}
        </Group>
      </Table.Td>
      <Table.Td data-label={t.results.reason}>
        <div>
          {row.code ? reasonWords(t, row.code) : '–'}
          {settle}
        </div>
      </Table.Td>
      <Table.Td data-label={t.results.at} className="numbers">
        {formatDateTime(row.at)}
      </Table.Td>
    </Table.Tr>
  )
}
