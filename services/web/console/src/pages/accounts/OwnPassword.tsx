import { Button, Group, Modal, PasswordInput, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { useOwnPassword } from '../../api/accounts.ts'
import { accountsWords } from '../../i18n/accounts.ts'
import { useWords } from '../../i18n/context.tsx'
import { useOwn } from '../../i18n/useOwn.ts'
import { ProblemBox, tell } from '../../parts/problem.tsx'

/** As the server asks for (services/accounts/auth.ts); it has the last word. */
const least = 12

/** One's own password: whoever handed over the first one should not know it any more. */
export function OwnPassword({ onClose }: { onClose: () => void }) {
  const { t } = useWords()
  const w = useOwn(accountsWords)
  const change = useOwnPassword()
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const [again, setAgain] = useState('')
  const differs = again !== '' && again !== next
  const ready = current !== '' && [...next].length >= least && next === again
  return (
    <Modal opened onClose={onClose} title={w.ownTitle} closeButtonProps={{ 'aria-label': t.common.close }}>
      <form
        onSubmit={event => {
          event.preventDefault()
          if (ready) change.mutate({ current, next }, { onSuccess: () => tell(w.ownDone) })
        }}
      >
        <Stack>
          <Text size="sm">{w.ownText}</Text>
          <PasswordInput
            label={w.ownCurrent}
            autoComplete="current-password"
            required
            data-autofocus
            value={current}
            onChange={event => setCurrent(event.currentTarget.value)}
          />
          <PasswordInput
            label={w.ownNext}
            description={w.ownNextHint(String(least))}
            autoComplete="new-password"
            required
            value={next}
            onChange={event => setNext(event.currentTarget.value)}
          />
          <PasswordInput
            label={w.ownAgain}
            autoComplete="new-password"
            required
            value={again}
            onChange={event => setAgain(event.currentTarget.value)}
            error={differs && w.ownDiffers}
          />
          {change.isError && <ProblemBox error={change.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t.common.cancel}
            </Button>
            <Button type="submit" loading={change.isPending} disabled={!ready}>
              {w.ownDo}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
