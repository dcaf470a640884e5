import { Alert, List } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import type { Sentence } from '../../../../domain/errors.ts'
import { useWords } from '../i18n/context.tsx'

/** Sentences for the officer about one rendition. */
export function Warnings({ list }: { list: Sentence[] }) {
  const { t, say } = useWords()
  if (list.length === 0) return null
  return (
    <Alert color="gold" variant="light" icon={<IconAlertTriangle />} title={t.preview.warnings} mt="md">
      <List size="sm" spacing={4}>
        {list.map(sentence => (
          <List.Item key={sentence.en}>{say(sentence)}</List.Item>
        ))}
      </List>
    </Alert>
  )
}
