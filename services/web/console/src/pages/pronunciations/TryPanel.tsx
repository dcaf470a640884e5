import { Button, Group, Stack, Textarea } from '@mantine/core'
import { IconPlayerStop, IconVolume } from '@tabler/icons-react'
import { useMemo, useState } from 'react'
import { useTryReading } from '../../api/pronunciations.ts'
import { useWords } from '../../i18n/context.tsx'
import { pronunciationWords } from '../../i18n/pronunciation.ts'
import { useSound } from '../../lib/useSound.ts'
import { Panel } from '../../parts/Panel.tsx'
import { ProblemBox, tellProblem } from '../../parts/problem.tsx'
import { ReadingDiff } from '../../parts/ReadingDiff.tsx'
import { AreaSelect } from './AreaSelect.tsx'
import css from './Pronunciations.module.css'

const nowhere = 'none'

/** A sentence as the loudspeakers of an area would read it, to see and to hear. */
export function TryPanel() {
  const { t, language } = useWords()
  const words = pronunciationWords[language]
  const [text, setText] = useState(words.tryExample)
  const [area, setArea] = useState(nowhere)
  const reading = useTryReading()
  const sound = useSound(error => tellProblem(error, t, language))
  const trial = { text, areas: area === nowhere ? [] : [area] }
  const empty = text.trim() === ''
  const firstAreas = useMemo(() => [{ value: nowhere, label: words.areaWhole }], [words])
  const playing = sound.playing !== null

  return (
    <div className={css.try}>
      <Panel title={words.tryTitle} lead={words.tryLead}>
        <Stack gap="sm">
          <Textarea
            aria-label={words.tryLabel}
            autosize
            minRows={3}
            maxRows={10}
            maxLength={2000}
            lang="vi"
            value={text}
            onChange={event => setText(event.currentTarget.value)}
          />
          <AreaSelect aria-label={words.area} value={area} onChange={setArea} first={firstAreas} />
          <Group gap="sm">
            <Button disabled={empty} loading={reading.isPending} onClick={() => reading.mutate(trial)}>
              {words.tryRead}
            </Button>
            <Button
              variant="default"
              disabled={empty}
              loading={sound.waiting !== null}
              leftSection={playing ? <IconPlayerStop size={18} /> : <IconVolume size={18} />}
              onClick={() => {
                sound.toggle('try', trial)
                if (!playing) reading.mutate(trial)
              }}
            >
              {playing ? words.stop : words.tryListen}
            </Button>
          </Group>
          <div aria-live="polite">
            {reading.isError && <ProblemBox error={reading.error} />}
            {reading.data && <ReadingDiff reading={reading.data.reading} />}
          </div>
        </Stack>
      </Panel>
    </div>
  )
}
