import { Alert, Button, Code, CopyButton, Modal, Stack, Text } from '@mantine/core'
import { IconCheck, IconCopy, IconKey } from '@tabler/icons-react'
import type { NewDevice } from '../../api/devices.ts'
import { useWords } from '../../i18n/context.tsx'
import css from './devices.module.css'

/** The link of a player, which is its key: shown this once. A click beside the dialog does not lose it. */
export function DeviceLink({ made, onClose }: { made: NewDevice; onClose: () => void }) {
  const { t } = useWords()
  const command = `npx loa station --link '${made.link}'`
  return (
    <Modal
      opened
      onClose={onClose}
      title={`${t.devices.linkTitle}: ${made.device.name}`}
      size="lg"
      closeOnClickOutside={false}
      closeOnEscape={false}
      withCloseButton={false}
    >
      <Stack>
        <Alert color="gold" icon={<IconKey />}>
          {t.devices.linkText}
        </Alert>
        <Copied label={t.devices.linkTitle} value={made.link} />
        <Copied label={t.devices.linkCommand} value={command} />
        <Text size="sm" c="dimmed" className={css.code}>
          {t.devices.linkKey(made.keyId)}
        </Text>
        <Button onClick={onClose}>{t.devices.linkDone}</Button>
      </Stack>
    </Modal>
  )
}

function Copied({ label, value }: { label: string; value: string }) {
  const { t } = useWords()
  return (
    <div>
      <Text size="sm" fw={500} mb={4}>
        {label}
      </Text>
      <Code block className={css.code ?? ''}>
        {value}
      </Code>
      <CopyButton value={value} timeout={3_000}>
        {({ copied, copy }) => (
          <Button
            mt={6}
            variant="light"
            color={copied ? 'leaf' : 'ink'}
            leftSection={copied ? <IconCheck size={18} /> : <IconCopy size={18} />}
            onClick={copy}
          >
            {copied ? t.common.copied : t.common.copy}
          </Button>
        )}
      </CopyButton>
    </div>
  )
}
