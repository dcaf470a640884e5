import { Anchor, Button, Text } from '@mantine/core'
import { IconEye } from '@tabler/icons-react'
import type { TargetResult } from '../../../../../http/schemas.ts'
import { useTargetAddress } from '../../api/queries.ts'
import { useWords } from '../../i18n/context.tsx'
import { errorText } from '../../parts/problem.tsx'

interface ShowAddressProps {
  dispatchId: string
  target: TargetResult
  kind: 'phone' | 'email'
}

/** The masked address of somebody who is to be asked, and a button that shows it in full, which the server records. */
export function ShowAddress({ dispatchId, target, kind }: ShowAddressProps) {
  const { t, language } = useWords()
  const look = useTargetAddress()
  if (look.isSuccess) {
    const { address } = look.data
    return (
      <div role="status">
        <Anchor href={`${kind === 'phone' ? 'tel' : 'mailto'}:${address}`} fw={500}>
          {address}
        </Anchor>
        <Text size="xs" c="dimmed" fw={400} maw={260}>
          {t.results.showNote}
        </Text>
      </div>
    )
  }
  return (
    <div>
      {target.label}{' '}
      <Button
        size="compact-xs"
        variant="default"
        leftSection={<IconEye size={14} />}
        aria-label={`${t.results.show[kind]}: ${target.label}`}
        loading={look.isPending}
        onClick={() => look.mutate({ dispatchId, targetId: target.targetId })}
      >
        {t.results.show[kind]}
      </Button>
      {look.isError && (
        <Text size="xs" c="alarm" fw={400} role="alert">
          {errorText(look.error, t, language)}
        </Text>
      )}
    </div>
  )
}
