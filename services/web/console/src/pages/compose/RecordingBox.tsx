import { Alert, Button, FileButton, Group, Progress, Select, Stack, Text, Textarea } from '@mantine/core'
import { IconFileUpload, IconInfoCircle, IconMicrophone, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import type { AnnouncementContent } from '../../../../../domain/announcement.ts'
import { speechText } from '../../../../../text/derive.ts'
import { useRecording } from '../../api/recordings.ts'
import { useWords } from '../../i18n/context.tsx'
import { useRecordingWords } from '../../i18n/recordings.ts'
import { languageChoices } from '../../lib/languages.ts'
import { useDrop } from '../../lib/useDrop.ts'
import { ProblemBox, tellUndo } from '../../parts/problem.tsx'
import { RecordingFacts } from '../../parts/RecordingFacts.tsx'
import css from './RecordingBox.module.css'
import type { RecordingUpload, RecordingVariant } from './useRecordingUpload.ts'

const accepted = 'audio/*,.mp3,.wav,.m4a,.ogg,.opus,.flac,.wma,.amr,.aac,.aiff,.webm'

interface Props {
  content: AnnouncementContent
  upload: RecordingUpload
}

/** The recording of the loudspeaker's version: upload, listen, say its language and its words, replace, remove. */
export function RecordingBox({ content, upload }: Props) {
  const w = useRecordingWords()
  const { recording } = content.variants
  const [language, setLanguage] = useState(recording?.language ?? 'vi')
  const choose = (next: string) => {
    setLanguage(next)
    if (recording) upload.set({ ...recording, language: next })
  }
  return (
    <section className={css.box} aria-label={w.title}>
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <IconMicrophone size={22} stroke={1.6} aria-hidden="true" className={css.icon} />
        <div>
          <Text fw={600}>{w.title}</Text>
          <Text size="sm" c="dimmed">
            {recording ? w.instead : w.lead}
          </Text>
        </div>
      </Group>
      <LanguageChoice value={language} onChange={choose} />
      {recording && <Chosen recording={recording} content={content} upload={upload} />}
      {upload.sent !== null ? (
        <Sending sent={upload.sent} onStop={upload.stop} />
      ) : (
        <Take replacing={recording !== undefined} onFile={file => upload.start(file, language)} />
      )}
      {upload.error !== null && (
        <div>
          <ProblemBox error={upload.error} />
          {recording && (
            <Text size="sm" c="dimmed" mt={6}>
              {w.kept}
            </Text>
          )}
        </div>
      )}
    </section>
  )
}

function LanguageChoice({ value, onChange }: { value: string; onChange: (language: string) => void }) {
  const { language } = useWords()
  const w = useRecordingWords()
  const known = languageChoices(language)
  const data = known.some(one => one.value === value) ? known : [...known, { value, label: value }]
  return (
    <Select
      label={w.language}
      data={data}
      value={value}
      onChange={next => next && onChange(next)}
      allowDeselect={false}
      searchable
      maw={320}
    />
  )
}

function Chosen({ recording, content, upload }: Props & { recording: RecordingVariant }) {
  const { t } = useWords()
  const w = useRecordingWords()
  const known = useRecording(recording.recordingId)
  const write = (transcript: string) => upload.set({ ...recording, transcript })
  const missing = recording.transcript.trim() === ''
  const remove = () => tellUndo(w.removed, t, upload.set(undefined))
  return (
    <Stack gap="sm">
      {known.data && <RecordingFacts recording={{ ...known.data, language: recording.language }} />}
      {known.error && <ProblemBox error={known.error} onRetry={() => void known.refetch()} />}
      <Textarea
        label={w.transcript}
        description={w.transcriptHint}
        required
        autosize
        minRows={3}
        maxRows={14}
        value={recording.transcript}
        onChange={event => write(event.currentTarget.value)}
        error={missing && w.transcriptMissing}
      />
      <Group gap="xs">
        {missing && (
          <Button size="xs" variant="default" onClick={() => write(speechText(content).text)}>
            {w.useText}
          </Button>
        )}
        <Button size="xs" variant="subtle" color="alarm" leftSection={<IconTrash size={16} />} onClick={remove}>
          {w.remove}
        </Button>
      </Group>
    </Stack>
  )
}

function Sending({ sent, onStop }: { sent: number; onStop: () => void }) {
  const w = useRecordingWords()
  const percent = Math.floor(sent * 100)
  const said = sent < 1 ? w.sending(String(percent)) : w.checking
  return (
    <Stack gap={6}>
      <Progress value={percent} size="lg" animated={sent >= 1} striped={sent >= 1} aria-label={said} />
      <Group justify="space-between" gap="xs">
        <Text size="sm" c="dimmed" role="status">
          {said}
        </Text>
        <Button size="xs" variant="default" onClick={onStop}>
          {w.cancel}
        </Button>
      </Group>
    </Stack>
  )
}

interface TakeProps {
  replacing: boolean
  onFile: (file: File) => void
}

/** Takes one file, chosen or dropped. */
function Take({ replacing, onFile }: TakeProps) {
  const w = useRecordingWords()
  const { zone, many } = useDrop(onFile)
  return (
    <div className={css.drop} {...zone}>
      <FileButton onChange={file => file && onFile(file)} accept={accepted}>
        {props => (
          <Button size="sm" variant="default" leftSection={<IconFileUpload size={18} />} {...props}>
            {replacing ? w.replace : w.choose}
          </Button>
        )}
      </FileButton>
      <Text size="sm" c="dimmed">
        {w.drop}
      </Text>
      {many && (
        <Alert color="alarm" variant="light" icon={<IconInfoCircle />} role="alert">
          {w.many}
        </Alert>
      )}
    </div>
  )
}
