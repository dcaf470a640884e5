import { Button, Code, CopyButton, Group, Modal, Stack, Text } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import type { AccountPassword } from '../../../../../http/schemas-registry.ts'
import { accountsWords } from '../../i18n/accounts.ts'
import { useOwn } from '../../i18n/useOwn.ts'

/** A password, once. It closes by its button alone: a click beside it must not lose what cannot be seen again. */
export function PasswordDialog({ made, onClose }: { made: AccountPassword; onClose: () => void }) {
  const w = useOwn(accountsWords)
  return (
    <Modal
      opened
      onClose={onClose}
      title={w.passwordTitle}
      closeOnClickOutside={false}
      closeOnEscape={false}
      withCloseButton={false}
    >
      <Stack>
        <Text>{w.passwordText(made.account.email)}</Text>
        <Code block fz="lg" ta="center" py="md">
          {made.password}
        </Code>
        <Group justify="space-between">
          <CopyButton value={made.password}>
            {({ copied, copy }) => (
              <Button
                variant="default"
                leftSection={copied ? <IconCheck size={18} /> : <IconCopy size={18} />}
                onClick={copy}
              >
                {copied ? w.copied : w.copy}
              </Button>
            )}
          </CopyButton>
          <Button onClick={onClose}>{w.passwordDone}</Button>
        </Group>
      </Stack>
    </Modal>
  )
}
