import { Anchor, Badge, Button, Skeleton, Text } from '@mantine/core'
import { IconBan } from '@tabler/icons-react'
import { useState } from 'react'
import { Link } from 'react-router'
import type { BoardEmergency } from '../../../../../http/schemas-boards.ts'
import { useBoardEmergencies } from '../../api/boards.ts'
import { newKey } from '../../api/client.ts'
import { useAction, useAreas } from '../../api/queries.ts'
import { emergencyWords } from '../../i18n/emergencies.ts'
import { useOwn } from '../../i18n/useOwn.ts'
import { describeAreas } from '../../lib/areas.ts'
import { emergencyFacts, emergencyStanding } from '../../lib/emergency.ts'
import { Ask } from '../../parts/Ask.tsx'
import { Panel } from '../../parts/Panel.tsx'
import { ProblemBox, tell } from '../../parts/problem.tsx'
import css from './boards.module.css'

/** What stands on boards as an emergency, or waits for it, with the way to take it off. */
export function EmergencyList({ now }: { now: Date }) {
  const w = useOwn(emergencyWords)
  const emergencies = useBoardEmergencies()
  return (
    <Panel title={w.title}>
      {emergencies.isPending && <Skeleton height={48} />}
      {emergencies.isError && <ProblemBox error={emergencies.error} onRetry={() => void emergencies.refetch()} />}
      {emergencies.data?.length === 0 && <Text c="dimmed">{w.none}</Text>}
      <ul className={css.plain}>
        {emergencies.data?.map(one => (
          <Line key={one.id} one={one} now={now} />
        ))}
      </ul>
    </Panel>
  )
}

const colours = { waiting: 'gold', ahead: 'ink', on: 'alarm' } as const

function Line({ one, now }: { one: BoardEmergency; now: Date }) {
  const w = useOwn(emergencyWords)
  const areas = useAreas()
  const standing = emergencyStanding(one, now)
  return (
    <li className={css.onBoards}>
      <div>
        <Anchor component={Link} to={`/announcements/${one.id}`} fw={600} lang="vi">
          {one.title}
        </Anchor>
        <Text size="sm">
          <Badge color={colours[standing]} mr={8}>
            {w.state[standing]}
          </Badge>
          {describeAreas(one.areas, areas.data ?? [])}
        </Text>
        <Text size="sm" c="dimmed">
          {emergencyFacts(one, w, now).join(' · ')}
        </Text>
      </div>
      {standing !== 'waiting' && one.allowedActions.includes('cancel') && <TakeOff one={one} />}
    </li>
  )
}

function TakeOff({ one }: { one: BoardEmergency }) {
  const w = useOwn(emergencyWords)
  const action = useAction(one.id)
  /** One key per opening: a repeated click takes it off once. */
  const [key, setKey] = useState<string | null>(null)
  const close = () => setKey(null)
  const open = () => {
    action.reset()
    setKey(newKey())
  }
  return (
    <>
      <Button
        variant="outline"
        color="alarm"
        leftSection={<IconBan size={18} />}
        aria-label={w.takeLabel(one.title)}
        onClick={open}
      >
        {w.take}
      </Button>
      {key !== null && (
        <Ask
          title={w.takeTitle}
          text={w.takeText}
          note={
            <Text fw={600} lang="vi">
              {one.title}
            </Text>
          }
          reason={{ label: w.takeReason }}
          confirm={w.take}
          color="alarm"
          busy={action.isPending}
          error={action.error}
          onClose={close}
          onConfirm={reason =>
            action.mutate(
              { action: { name: 'cancel', body: { reason } }, key },
              {
                onSuccess: () => {
                  close()
                  tell(w.taken)
                },
              },
            )
          }
        />
      )}
    </>
  )
}
