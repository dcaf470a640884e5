import { Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { useWords } from '../i18n/context.tsx'
import { ProblemBox } from './problem.tsx'

interface AskProps {
  title: string
  text?: ReactNode
  /** Something of its own shape under the text. */
  note?: ReactNode
  /** Present when a reason has to be given. */
  reason?: { label: string; hint?: string }
  confirm: string
  color?: string
  busy: boolean
  error: unknown
  onClose: () => void
  onConfirm: (reason: string) => void
}

/** One question before something that cannot simply be undone. The error of the attempt stays in the dialog. */
export function Ask({ title, text, note, reason, confirm, color, busy, error, onClose, onConfirm }: AskProps) {
  const { t } = useWords()
  const [words, setWords] = useState('')
  const [missing, setMissing] = useState(false)
  const go = () => {
    if (reason && words.trim() === '') setMissing(true)
    else onConfirm(words.trim())
  }
  return (
    <Modal opened onClose={onClose} title={title} size="md" closeButtonProps={{ 'aria-label': t.common.close }}>
      <Stack>
        {text && <Text>{text}</Text>}
        {note}
        {reason && (
          <Textarea
            label={reason.label}
            description={reason.hint}
            required
            autosize
            minRows={3}
            maxLength={1000}
            data-autofocus
            value={words}
            onChange={event => setWords(event.currentTarget.value)}
            error={missing && words.trim() === '' && t.announcement.reasonNeeded}
          />
        )}
        {error !== null && error !== undefined && <ProblemBox error={error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t.common.cancel}
          </Button>
          <Button loading={busy} onClick={go} {...(color ? { color } : {})}>
            {confirm}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
