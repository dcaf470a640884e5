import { Alert, Button, Group, List, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconAlertTriangle } from '@tabler/icons-react'
import { ApiError } from '../api/client.ts'
import { useWords } from '../i18n/context.tsx'
import type { Dictionary } from '../i18n/dictionary.ts'
import type { Language } from '../i18n/language.ts'

/** The sentence of an error in the language of the screen. */
export function errorText(error: unknown, t: Dictionary, language: Language): string {
  if (!(error instanceof ApiError)) return t.errors.title
  if (error.problem) return language === 'vi' ? error.problem.detailVi : error.problem.detail
  return error.status === 0 ? t.errors.unreachable : t.errors.unexpected(String(error.status))
}

/** An error in the place where the answer would have been. */
export function ProblemBox({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t, language } = useWords()
  const fields = error instanceof ApiError ? (error.problem?.errors ?? []) : []
  return (
    <Alert color="alarm" variant="light" icon={<IconAlertTriangle />} title={t.errors.refused} role="alert">
      <Text size="sm">{errorText(error, t, language)}</Text>
      {fields.length > 0 && (
        <List size="sm" mt="xs">
          {fields.map(field => (
            <List.Item key={`${field.path} ${field.message}`}>
              {field.path}: {field.message}
            </List.Item>
          ))}
        </List>
      )}
      {onRetry && (
        <Group mt="sm">
          <Button size="xs" variant="light" color="alarm" onClick={onRetry}>
            {t.common.retry}
          </Button>
        </Group>
      )}
    </Alert>
  )
}

/** A short note that something worked. */
export function tell(message: string): void {
  notifications.show({ message, color: 'leaf', withBorder: true })
}

/** A note that something failed; it stays until it is closed. */
export function tellProblem(error: unknown, t: Dictionary, language: Language): void {
  notifications.show({ message: errorText(error, t, language), color: 'alarm', autoClose: false, withBorder: true })
}

/** A note with a way back. */
export function tellUndo(message: string, t: Dictionary, undo: () => void): void {
  const id = notifications.show({
    autoClose: 12_000,
    withBorder: true,
    color: 'slate',
    message: (
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm">{message}</Text>
        <Button
          size="compact-sm"
          variant="light"
          onClick={() => {
            undo()
            notifications.hide(id)
          }}
        >
          {t.common.undo}
        </Button>
      </Group>
    ),
  })
}
