import { Button, Group, Progress, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import type { ImportWatch } from '../../api/imports.ts'
import { useWords } from '../../i18n/context.tsx'
import { formatBytes, formatNumber } from '../../lib/format.ts'
import { Panel } from '../../parts/Panel.tsx'

interface Props {
  title: string
  watch: ImportWatch | undefined
  onStop: () => void
}

/** Share of the work that is behind, of the upload or of the reading, whichever is told. */
function percent(watch: ImportWatch | undefined): number {
  if (!watch) return 0
  const { job, sentBytes, fileBytes } = watch
  if (job?.phase === 'merging' || job?.phase === 'done') return 100
  if (job && job.bytesTotal > 0 && job.rows > 0) return Math.min(100, (100 * job.bytes) / job.bytesTotal)
  return fileBytes > 0 ? Math.min(100, (100 * sentBytes) / fileBytes) : 0
}

/** How far a check or an import is, with a button that stops it. */
export function ImportProgress({ title, watch, onStop }: Props) {
  const { t, language } = useWords()
  const [stopping, setStopping] = useState(false)
  const n = (value: number) => formatNumber(value, language)
  const job = watch?.job
  const sending = watch !== undefined && watch.sentBytes < watch.fileBytes
  const writing = job?.phase === 'merging'
  const done = percent(watch)
  return (
    <Panel>
      <Stack gap="sm">
        <Group justify="space-between" gap="sm">
          <Text fw={600}>{title}</Text>
          <Text className="numbers" c="dimmed">
            {writing ? t.citizens.writing : `${Math.floor(done)} %`}
          </Text>
        </Group>
        <Progress value={done} size="lg" animated={writing} striped={writing} aria-label={title} />
        <Group justify="space-between" gap="sm">
          <Text size="sm" c="dimmed">
            {sending && t.citizens.sent(formatBytes(watch.sentBytes, language), formatBytes(watch.fileBytes, language))}
            {sending && job && job.rows > 0 && ' · '}
            {job && job.rows > 0 && t.citizens.read(n(job.rows), n(job.rejected))}
          </Text>
          <Button
            variant="default"
            size="xs"
            loading={stopping}
            onClick={() => {
              setStopping(true)
              onStop()
            }}
          >
            {t.citizens.stop}
          </Button>
        </Group>
      </Stack>
    </Panel>
  )
}
