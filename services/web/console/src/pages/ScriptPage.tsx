import { Button, Group, Text, Title } from '@mantine/core'
import { IconArrowLeft, IconPrinter } from '@tabler/icons-react'
import { Link, useParams } from 'react-router'
import { useOperatorItems } from '../api/queries.ts'
import { useWords } from '../i18n/context.tsx'
import { formatDateTime, formatDuration } from '../lib/format.ts'
import { Busy } from '../parts/Busy.tsx'
import { PriorityBadge } from '../parts/badges.tsx'
import { Panel } from '../parts/Panel.tsx'
import { ProblemBox } from '../parts/problem.tsx'
import css from './ScriptPage.module.css'

/** The reading script in large type, to read aloud at the microphone or to print. */
export function ScriptPage() {
  const { t } = useWords()
  const { id } = useParams()
  const items = useOperatorItems()
  if (items.isPending) return <Busy />
  if (items.isError) return <ProblemBox error={items.error} onRetry={() => void items.refetch()} />
  const item = items.data.find(one => one.id === id)
  return (
    <div className={css.page}>
      <Group justify="space-between" mb="md" className="no-print">
        <Button component={Link} to="/operator" variant="subtle" leftSection={<IconArrowLeft size={18} />}>
          {t.common.back}
        </Button>
        {item && !item.withdrawnAt && (
          <Button leftSection={<IconPrinter size={18} />} onClick={() => window.print()}>
            {t.operator.print}
          </Button>
        )}
      </Group>
      {!item && <Text>{t.operator.notFound}</Text>}
      {item && (
        <Panel>
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
            {item.stationName} · {t.operator.received(formatDateTime(item.putAt))} ·{' '}
            {formatDuration(item.durationSeconds)}
          </Text>
          <Text fs="italic" mt="lg" className={css.note}>
            {t.operator.scriptNote}
          </Text>
          <div className={css.script} lang="vi">
            {item.script.split(/\n+/).map((paragraph, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: paragraphs have no identity and never move
              <p key={index}>{paragraph}</p>
            ))}
          </div>
        </Panel>
      )}
    </div>
  )
}
