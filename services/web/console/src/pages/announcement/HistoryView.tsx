import { Skeleton, Text } from '@mantine/core'
import type { AnnouncementEvent } from '../../../../../http/schemas.ts'
import { useHistory, useInstance } from '../../api/queries.ts'
import { useWords } from '../../i18n/context.tsx'
import { wordFor } from '../../i18n/dictionary.ts'
import { formatDateTime } from '../../lib/format.ts'
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
  const { t, say } = useWords()
  const instance = useInstance()
  const { reason, channel, stationName } = event.detail
  const known = instance.data?.channels.find(one => one.id === channel)
  const lines = [
    typeof reason === 'string' && reason !== '' ? `${t.history.reason}: ${reason}` : '',
    typeof channel === 'string' ? (known ? say(known.name) : channel) : '',
    typeof stationName === 'string' ? stationName : '',
  ].filter(Boolean)
  return lines.map(line => (
    <div key={line} className={css.historyDetail}>
      {line}
    </div>
  ))
}
