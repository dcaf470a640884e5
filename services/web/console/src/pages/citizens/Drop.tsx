import { Button, FileButton, Group, Text, Title } from '@mantine/core'
import { IconFileSpreadsheet, IconShieldCheck } from '@tabler/icons-react'
import { useWords } from '../../i18n/context.tsx'
import { useDrop } from '../../lib/useDrop.ts'
import { Panel } from '../../parts/Panel.tsx'
import css from './Citizens.module.css'

const tables =
  '.csv,.txt,.tsv,.xlsx,text/csv,text/plain,text/tab-separated-values,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

interface Props {
  /** What the file should hold. */
  format: string
  /** What becomes of it. */
  note: string
  /** JSON is a list too. */
  json?: boolean
  onFile: (file: File | null) => void
}

/** Takes one file, dropped or chosen, and says what it should hold. */
export function Drop({ format, note, json = false, onFile }: Props) {
  const { t } = useWords()
  const { zone, many } = useDrop(onFile)
  return (
    <Panel>
      <div className={css.drop} {...zone}>
        <IconFileSpreadsheet size={48} stroke={1.2} aria-hidden="true" />
        <Title order={2}>{t.citizens.drop}</Title>
        <Text c="dimmed">{t.citizens.or}</Text>
        <FileButton onChange={onFile} accept={json ? `${tables},.json,application/json` : tables}>
          {props => <Button {...props}>{t.citizens.choose}</Button>}
        </FileButton>
        {many && (
          <Text c="alarm" role="alert">
            {t.citizens.tooMany}
          </Text>
        )}
      </div>
      <Text size="sm" c="dimmed" mt="md">
        {format}
      </Text>
      <Group gap={8} mt="xs" wrap="nowrap" align="flex-start">
        <IconShieldCheck size={20} stroke={1.6} aria-hidden="true" className={css.shield} />
        <Text size="sm">{note}</Text>
      </Group>
    </Panel>
  )
}
