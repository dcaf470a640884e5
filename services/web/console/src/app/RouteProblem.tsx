import { Button, Container, Stack, Text, Title } from '@mantine/core'
import { useWords } from '../i18n/context.tsx'

/** Shown when a page breaks or its chunk cannot be loaded (a new version was installed): reloading mends both. */
export function RouteProblem() {
  const { t } = useWords()
  return (
    <Container size="xs" py={80}>
      <Stack gap="md" role="alert">
        <Title order={1}>{t.errors.title}</Title>
        <Text>{t.errors.page}</Text>
        <div>
          <Button onClick={() => window.location.reload()}>{t.errors.reload}</Button>
        </div>
      </Stack>
    </Container>
  )
}
