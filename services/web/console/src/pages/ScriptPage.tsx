import { Text, Title } from '@mantine/core'
import { useParams } from 'react-router'
import { useOperatorItems } from '../api/queries.ts'
import { useWords } from '../i18n/context.tsx'
import { formatDateTime, formatDuration } from '../lib/format.ts'
import { Busy } from '../parts/Busy.tsx'
import { PriorityBadge } from '../parts/badges.tsx'
import { ProblemBox } from '../parts/problem.tsx'
import { NoScript, ScriptSheet } from '../parts/ScriptSheet.tsx'

/** The reading script in large type, to read aloud at the microphone or to print. */
export function ScriptPage() {
  const { t } = useWords()
  const { id } = useParams()
  const items = useOperatorItems()
  if (items.isPending) return <Busy />
  if (items.isError) return <ProblemBox error={items.error} onRetry={() => void items.refetch()} />
  const item = items.data.find(one => one.id === id)
  if (!item) return <NoScript />
  const head = (
    <>
      {item.withdrawnAt && (
        <Text c="red" fw={700} size="lg" mb="sm" role="alert">
          {t.operator.withdrawn}
        </Text>
      )}
      <PriorityBadge priority={item.priority} />
      <Title order={1} mt={6}>
        {item.title}
      </Title>
      <Text c="dimmed" mt={6}>
        {item.stationName} · {t.operator.received(formatDateTime(item.putAt))} · {formatDuration(item.durationSeconds)}
      </Text>
    </>
  )
  return <ScriptSheet mayPrint={!item.withdrawnAt} head={head} script={item.script} />
}
