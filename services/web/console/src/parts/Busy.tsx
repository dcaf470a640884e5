import { Center, Loader } from '@mantine/core'
import { useWords } from '../i18n/context.tsx'

/** A page that is on its way. */
export function Busy() {
  const { t } = useWords()
  return (
    <Center mih="40vh" role="status" aria-label={t.app.loading}>
      <Loader type="dots" />
    </Center>
  )
}
