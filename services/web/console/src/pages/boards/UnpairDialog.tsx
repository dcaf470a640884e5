import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { foldName } from '../../../../../text/fold.ts'
import { useUnpair } from '../../api/boards.ts'
import { boardsWords } from '../../i18n/boards.ts'
import { useWords } from '../../i18n/context.tsx'
import { useOwn } from '../../i18n/useOwn.ts'
import { formatNumber } from '../../lib/format.ts'
import { ProblemBox, tell } from '../../parts/problem.tsx'

interface UnpairDialogProps {
  ids: string[]
  onClose: () => void
  onDone?: () => void
}

/** Asked twice, by a word to be typed: an unpaired screen gets no emergency until somebody stands before it again. */
export function UnpairDialog({ ids, onClose, onDone }: UnpairDialogProps) {
  const { t, language } = useWords()
  const w = useOwn(boardsWords)
  const unpair = useUnpair()
  const [word, setWord] = useState('')
  const n = formatNumber(ids.length, language)
  const sure = foldName(word) === foldName(w.unpairWord)
  const go = () =>
    unpair.mutate(ids, {
      onSuccess: done => {
        tell(ids.length === 1 ? w.unpaired1 : w.unpairedMany(formatNumber(done, language), n))
        onClose()
        onDone?.()
      },
    })
  return (
    <Modal opened onClose={onClose} title={w.unpairTitle(n)} closeButtonProps={{ 'aria-label': t.common.close }}>
      <Stack>
        <Text>{w.unpairText}</Text>
        <TextInput
          label={w.unpairSure(w.unpairWord)}
          autoComplete="off"
          data-autofocus
          value={word}
          onChange={event => setWord(event.currentTarget.value)}
        />
        {unpair.isError && <ProblemBox error={unpair.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t.common.cancel}
          </Button>
          <Button color="alarm.7" disabled={!sure} loading={unpair.isPending} onClick={go}>
            {w.unpair}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
