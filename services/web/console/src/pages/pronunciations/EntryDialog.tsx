import { Button, Checkbox, Group, Modal, Select, Spoiler, Stack, Text, TextInput } from '@mantine/core'
import { useMemo, useState } from 'react'
import type {
  Pronunciation,
  PronunciationChange,
  PronunciationInput,
} from '../../../../../http/schemas-pronunciations.ts'
import { usePronunciationHistory, useSavePronunciation } from '../../api/pronunciations.ts'
import { useWords } from '../../i18n/context.tsx'
import { pronunciationWords } from '../../i18n/pronunciation.ts'
import { formatDateTime } from '../../lib/format.ts'
import { entryKinds } from '../../lib/pronunciation.ts'
import { useSound } from '../../lib/useSound.ts'
import { ProblemBox, tell, tellProblem } from '../../parts/problem.tsx'
import { AreaSelect } from './AreaSelect.tsx'
import { ListenButton } from './ListenButton.tsx'
import css from './Pronunciations.module.css'

const whole = 'whole'
const blank: PronunciationInput = {
  areaCode: null,
  kind: 'place',
  written: '',
  spoken: '',
  caseSensitive: false,
  note: '',
}

/** Writes a new entry or changes one; it can be heard before it is saved. */
export function EntryDialog({ entry: known, onClose }: { entry: Pronunciation | undefined; onClose: () => void }) {
  const { t, language } = useWords()
  const words = pronunciationWords[language]
  const [entry, setEntry] = useState<PronunciationInput>(known ?? blank)
  const [tried, setTried] = useState(false)
  const save = useSavePronunciation()
  const sound = useSound(error => tellProblem(error, t, language))
  const change = (part: Partial<PronunciationInput>) => setEntry(old => ({ ...old, ...part }))
  const missing = (value: string) => tried && value.trim() === '' && words.needed
  const complete = entry.written.trim() !== '' && entry.spoken.trim() !== ''
  const { areaCode, kind, written, spoken, caseSensitive = false, note = '' } = entry
  const input = { areaCode, kind, written, spoken, caseSensitive, note }
  const firstAreas = useMemo(() => [{ value: whole, label: words.areaWhole }], [words])

  const submit = () => {
    setTried(true)
    if (!complete) return
    save.mutate(
      { known, entry: input },
      {
        onSuccess: () => {
          tell(words.saved)
          onClose()
        },
      },
    )
  }

  return (
    <Modal
      opened
      onClose={onClose}
      closeOnClickOutside={false}
      title={known ? words.editTitle : words.newTitle}
      size="lg"
      closeButtonProps={{ 'aria-label': t.common.close }}
    >
      <form
        noValidate
        onSubmit={event => {
          event.preventDefault()
          submit()
        }}
      >
        <Stack gap="md">
          <div className={css.pair}>
            <TextInput
              label={words.written}
              description={words.writtenHint}
              required
              data-autofocus
              lang="vi"
              value={written}
              onChange={event => change({ written: event.currentTarget.value })}
              error={missing(written)}
            />
            <TextInput
              label={words.spoken}
              description={words.spokenHint}
              required
              lang="vi"
              value={spoken}
              onChange={event => change({ spoken: event.currentTarget.value })}
              error={missing(spoken)}
              rightSectionWidth={44}
              rightSection={
                complete && (
                  <ListenButton
                    label={words.listenTo(written)}
                    state={sound.waiting ? 'waiting' : sound.playing ? 'playing' : 'idle'}
                    onClick={() =>
                      sound.toggle('dialog', { text: written, entry: { ...input, ...(known && { id: known.id }) } })
                    }
                  />
                )
              }
            />
          </div>
          <div className={css.pair}>
            <AreaSelect
              label={words.area}
              description={words.areaHint}
              value={areaCode ?? whole}
              onChange={value => change({ areaCode: value === whole ? null : value })}
              first={firstAreas}
            />
            <Select
              className={css.low ?? ''}
              label={words.kind}
              allowDeselect={false}
              value={kind}
              onChange={value => change({ kind: entryKinds.find(k => k === value) ?? 'word' })}
              data={entryKinds.map(value => ({ value, label: words.kinds[value] }))}
            />
          </div>
          <Checkbox
            label={words.caseSensitive}
            description={words.caseHint}
            checked={caseSensitive}
            onChange={event => change({ caseSensitive: event.currentTarget.checked })}
          />
          <TextInput
            label={`${words.note} (${t.common.optional})`}
            lang="vi"
            value={note}
            onChange={event => change({ note: event.currentTarget.value })}
          />
          {save.isError && <ProblemBox error={save.error} />}
          {known && <History id={known.id} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t.common.cancel}
            </Button>
            <Button type="submit" loading={save.isPending}>
              {t.common.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}

function History({ id }: { id: string }) {
  const { t, language } = useWords()
  const words = pronunciationWords[language]
  const history = usePronunciationHistory(id)
  if (!history.data || history.data.length === 0) return null
  return (
    <div>
      <Text size="sm" fw={600} mb={4}>
        {words.history}
      </Text>
      <Spoiler maxHeight={110} showLabel={t.common.more} hideLabel={t.common.hide}>
        <ul className={css.history}>
          {history.data.map(change => (
            <li key={change.at + change.action}>
              <b>{words.actions[change.action]}</b> <Change change={change} />
              <small>{words.historyBy(change.actorName, formatDateTime(change.at))}</small>
            </li>
          ))}
        </ul>
      </Spoiler>
    </div>
  )
}

/** "của việt" → "cửa việt", or the one form that there is. */
function Change({ change: { before, after } }: { change: PronunciationChange }) {
  const form = (entry: PronunciationChange['after']) => entry && `${entry.written}: ${entry.spoken}`
  const [old, now] = [form(before), form(after)]
  return (
    <span lang="vi">
      {old && old !== now && <del>{old}</del>} {now && <ins>{now}</ins>}
    </span>
  )
}
