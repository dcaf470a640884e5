import { Button, Group, Modal, PasswordInput, Stack, Switch, Text, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import type { PushKind } from '../../../../../domain/station-push.ts'
import type { LoggedStation, StationPush } from '../../../../../http/schemas-devices.ts'
import { useSetPush } from '../../api/pushes.ts'
import { useWords } from '../../i18n/context.tsx'
import { pushWords } from '../../i18n/pushes.ts'
import { useOwn } from '../../i18n/useOwn.ts'
import { checkFields, fieldsOf, type PushFields, passwordNeeded, settingsOf } from '../../lib/pushes.ts'
import { ProblemBox, tell } from '../../parts/problem.tsx'

interface PushFormProps {
  kind: PushKind
  station: LoggedStation
  push: StationPush | undefined
  onClose: () => void
}

/** Sets one way. What is wrong is said at its field, once the person has tried to save. */
export function PushForm({ kind, station, push, onClose }: PushFormProps) {
  const { t } = useWords()
  const w = useOwn(pushWords)
  const set = useSetPush(station.id)
  const [fields, setFields] = useState(() => fieldsOf(kind, push))
  const [tried, setTried] = useState(false)
  const problems = checkFields(kind, fields, push)
  const change = (part: Partial<PushFields>) => setFields(old => ({ ...old, ...part }))
  const save = (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    if (Object.keys(problems).length > 0) return
    set.mutate(
      { kind, settings: settingsOf(kind, fields) },
      {
        onSuccess: () => {
          onClose()
          tell(w.saved)
        },
      },
    )
  }
  const wrong = (field: keyof typeof problems) => {
    const problem = problems[field]
    return tried && problem ? w.wrong[problem] : undefined
  }
  return (
    <Modal
      opened
      onClose={onClose}
      title={w.setTitle(w.kinds[kind].name, station.name)}
      closeButtonProps={{ 'aria-label': t.common.close }}
    >
      <form noValidate onSubmit={save}>
        <Stack>
          <Text size="sm">{kind === 'mqtt' ? w.mqttAsk : w.kinds[kind].what}</Text>
          {kind !== 'mqtt' && (
            <>
              <TextInput
                label={w.url}
                description={w.urlHint[kind]}
                required
                type="url"
                autoComplete="off"
                value={fields.url}
                error={wrong('url')}
                data-autofocus
                onChange={event => change({ url: event.currentTarget.value })}
              />
              <TextInput
                label={w.user}
                required
                autoComplete="off"
                value={fields.user}
                error={wrong('user')}
                onChange={event => change({ user: event.currentTarget.value })}
              />
              <PasswordInput
                label={w.password}
                description={passwordHint(w, fields, push)}
                required={passwordNeeded(fields, push)}
                autoComplete="new-password"
                value={fields.password}
                error={wrong('password')}
                onChange={event => change({ password: event.currentTarget.value })}
              />
            </>
          )}
          {kind === 'icecast' && (
            <Switch
              label={w.silence}
              description={w.silenceHint}
              checked={fields.silence}
              onChange={event => change({ silence: event.currentTarget.checked })}
            />
          )}
          {set.isError && <ProblemBox error={set.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t.common.cancel}
            </Button>
            <Button type="submit" loading={set.isPending}>
              {t.common.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}

function passwordHint(w: (typeof pushWords)['vi'], fields: PushFields, push: StationPush | undefined): string {
  if (!push?.hasPassword) return w.passwordNew
  return passwordNeeded(fields, push) ? w.passwordMoved : w.passwordKept
}
