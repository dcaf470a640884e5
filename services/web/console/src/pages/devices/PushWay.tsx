import { Button, Group, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useState } from 'react'
import type { PushKind } from '../../../../../domain/station-push.ts'
import type { LoggedStation, StationPush } from '../../../../../http/schemas-devices.ts'
import { useRemovePush } from '../../api/pushes.ts'
import { wordFor } from '../../i18n/dictionary.ts'
import { pushWords } from '../../i18n/pushes.ts'
import { useOwn } from '../../i18n/useOwn.ts'
import { formatNear } from '../../lib/format.ts'
import { standingOf } from '../../lib/pushes.ts'
import { useNow } from '../../lib/useNow.ts'
import { Ask } from '../../parts/Ask.tsx'
import { tell } from '../../parts/problem.tsx'
import css from './devices.module.css'
import { PushForm } from './PushForm.tsx'

interface PushWayProps {
  kind: PushKind
  station: LoggedStation
  /** Absent: the station is not served in this way. */
  push: StationPush | undefined
  mayWrite: boolean
}

const dots = { well: 'online', failing: 'offline', waiting: 'late' } as const

/** One way: what it is for, where it goes, how the last try went. */
export function PushWay({ kind, station, push, mayWrite }: PushWayProps) {
  const w = useOwn(pushWords)
  const remove = useRemovePush(station.id)
  const [asking, setAsking] = useState<'set' | 'remove' | null>(null)
  const close = () => setAsking(null)
  return (
    <li className={css.device}>
      <span className={css.dot} data-state={push && dots[standingOf(push)]} aria-hidden="true" />
      <div className={css.body}>
        <Text fw={600}>{w.kinds[kind].name}</Text>
        <Text size="sm" c="dimmed">
          {w.kinds[kind].what}
        </Text>
        {push ? <Standing push={push} /> : <Text size="sm">{w.off}</Text>}
      </div>
      {mayWrite && (
        <Group gap="xs" className={css.ways}>
          {(!push || kind !== 'mqtt') && (
            <Button
              variant={push ? 'default' : 'light'}
              onClick={() => setAsking('set')}
              aria-label={`${push ? w.edit : w.add}: ${w.kinds[kind].name}`}
            >
              {push ? w.edit : w.add}
            </Button>
          )}
          {push && (
            <Button
              variant="subtle"
              color="alarm"
              onClick={() => setAsking('remove')}
              aria-label={`${w.remove}: ${w.kinds[kind].name}`}
            >
              {w.remove}
            </Button>
          )}
        </Group>
      )}
      {asking === 'set' && <PushForm kind={kind} station={station} push={push} onClose={close} />}
      {asking === 'remove' && (
        <Ask
          title={w.removeTitle(w.kinds[kind].name)}
          text={w.removeText}
          confirm={w.remove}
          color="alarm"
          busy={remove.isPending}
          error={remove.error}
          onClose={close}
          onConfirm={() =>
            remove.mutate(kind, {
              onSuccess: () => {
                close()
                tell(w.removed)
              },
            })
          }
        />
      )}
    </li>
  )
}

function Standing({ push }: { push: StationPush }) {
  const w = useOwn(pushWords)
  const now = useNow()
  const standing = standingOf(push)
  const { url, user } = push.settings
  const facts = [
    typeof url === 'string' && url,
    typeof user === 'string' && w.account(user),
    push.kind !== 'mqtt' && (push.hasPassword ? w.hasPassword : w.noPassword),
  ].filter(fact => typeof fact === 'string')
  return (
    <div>
      {facts.length > 0 && (
        <Text size="sm" className={css.code}>
          {facts.join(' · ')}
        </Text>
      )}
      <Text size="sm">
        <strong>{w.standing[standing]}</strong>
        {standing !== 'waiting' && push.triedAt !== null && ` ${w.triedAt(formatNear(push.triedAt, now))}`}
        {` · ${w.setBy(push.updatedBy, formatNear(push.updatedAt, now))}`}
      </Text>
      {push.problem !== null && (
        <Text size="sm" className={css.attention}>
          <IconAlertTriangle size={17} aria-hidden="true" />
          <span>{problemWords(w, push.problem)}</span>
        </Text>
      )}
    </div>
  )
}

function problemWords(w: (typeof pushWords)['vi'], code: string): string {
  return code.startsWith('http-') ? w.problemHttp(code.slice('http-'.length)) : wordFor(w.problems, code)
}
