import { Alert, Button, Group, Text } from '@mantine/core'
import { IconFileSpreadsheet } from '@tabler/icons-react'
import { ImportStopped } from '../../api/imports.ts'
import { useWords } from '../../i18n/context.tsx'
import { formatBytes } from '../../lib/format.ts'
import { Panel } from '../../parts/Panel.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import css from './Citizens.module.css'

interface ChosenProps {
  file: File
  /** It has been imported. */
  again: boolean
  busy: boolean
  onOther: () => void
}

/** The file at hand, with a way to take another. */
export function ChosenFile({ file, again, busy, onOther }: ChosenProps) {
  const { t, language } = useWords()
  return (
    <Panel>
      <Group gap="sm" wrap="nowrap">
        <IconFileSpreadsheet size={28} stroke={1.5} aria-hidden="true" />
        <div className={css.file}>
          <Text fw={600}>{file.name}</Text>
          <Text size="sm" c="dimmed">
            {formatBytes(file.size, language)}
          </Text>
        </div>
        <Button variant="default" onClick={onOther} disabled={busy}>
          {again ? t.citizens.again : t.citizens.other}
        </Button>
      </Group>
    </Panel>
  )
}

/** Why a list was not imported: an error, or somebody pressed stop. */
export function Failure({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useWords()
  if (error instanceof ImportStopped) return <Alert color="gold">{t.citizens.stopped}</Alert>
  return <ProblemBox error={error} {...(onRetry && { onRetry })} />
}
