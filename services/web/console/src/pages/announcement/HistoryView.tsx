import { Skeleton, Text } from '@mantine/core'
import type { AnnouncementEvent } from '../../../../../http/schemas.ts'
import { useHistory, useInstance } from '../../api/queries.ts'
import { useWords } from '../../i18n/context.tsx'
import { stateList, wordFor } from '../../i18n/dictionary.ts'
import { formatDateTime, formatNumber } from '../../lib/format.ts'
import { readResent, readStopped } from '../../lib/history.ts'
import { ProblemBox } from '../../parts/problem.tsx'
import css from './Announcement.module.css'

/** Who did what and when, newest first. */
export function HistoryView({ id }: { id: string }) {
  const { t } = useWords()
  const history = useHistory(id)
  if (history.isPending) return <Skeleton height={200} />
  if (history.isError) return <ProblemBox error={history.error} onRetry={() => void history.refetch()} />
  if (history.data.length === 0) return <Text c="dimmed">{t.history.empty}</Text>
  return (
    <ol className={css.history}>
      {[...history.data].reverse().map(event => (
        <li key={`${event.at} ${event.action} ${JSON.stringify(event.detail)}`}>
          <div className={css.historyHead}>
            <b>{wordFor(t.history.actions, event.action)}</b>
            <span>{t.history.revision(String(event.revision))}</span>
          </div>
          <div className={css.historyMeta}>
            {event.actorName} · {formatDateTime(event.at)}
          </div>
          <Detail event={event} />
        </li>
      ))}
    </ol>
  )
}

/** The parts of the detail that mean something to a reader. */
function Detail({ event }: { event: AnnouncementEvent }) {
  const { t, say, language } = useWords()
  const instance = useInstance()
  const { reason, channel, stationName, round, state } = event.detail
  const n = (value: number) => formatNumber(value, language)
  const nameOf = (id: string) => {
    const known = instance.data?.channels.find(one => one.id === id)
    return known ? say(known.name) : id
  }
  const which = [
    typeof channel === 'string' ? nameOf(channel) : '',
    typeof round === 'number' ? t.history.round(String(round)) : '',
  ]
  const resent = event.action === 'resend' ? readResent(event.detail) : undefined
  const lines = [
    typeof reason === 'string' && reason !== '' ? `${t.history.reason}: ${reason}` : '',
    [...which, resent ? t.history.resent(n(resent.audience), stateList(t, resent.states)) : '']
      .filter(Boolean)
      .join(' · '),
    resent && resent.possibleRepeats > 0 ? t.history.repeats(n(resent.possibleRepeats)) : '',
    event.action === 'settle' ? (state === 'confirmed' ? t.history.saidReached : t.history.saidNotReached) : '',
    typeof stationName === 'string' ? stationName : '',
    ...readStopped(event.detail).map(one =>
      t.history.stopped(nameOf(one.channel), n(one.stopped), n(one.left), n(one.inFlight)),
    ),
  ].filter(Boolean)
  return lines.map(line => (
    <div key={line} className={css.historyDetail}>
      {line}
    </div>
  ))
}
