import { Button, Stack, Text, Title } from '@mantine/core'
import { Link } from 'react-router'
import { useWords } from '../i18n/context.tsx'

/** An address that leads nowhere. */
export function NotFoundPage() {
  const { t } = useWords()
  return (
    <Stack align="flex-start" py={60}>
      <Title order={1}>{t.errors.notFound}</Title>
      <Text>{t.errors.notFoundText}</Text>
      <Button component={Link} to="/">
        {t.errors.home}
      </Button>
    </Stack>
  )
}
