import { Stack, Text } from '@mantine/core'
import type { Announcement } from '../../../../../http/schemas.ts'
import { useRecording } from '../../api/recordings.ts'
import { boardsWords } from '../../i18n/boards.ts'
import { useWords } from '../../i18n/context.tsx'
import { readingWords } from '../../i18n/reading.ts'
import { useRecordingWords } from '../../i18n/recordings.ts'
import { useOwn } from '../../i18n/useOwn.ts'
import { BoardMediaPanel } from '../../parts/BoardMediaPanel.tsx'
import { Panel } from '../../parts/Panel.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import { ReadingDiff } from '../../parts/ReadingDiff.tsx'
import { RecordingFacts } from '../../parts/RecordingFacts.tsx'
import css from './Announcement.module.css'

/** The words as they were written and signed, with the versions written for single channels. */
export function ContentView({ announcement }: { announcement: Announcement }) {
  const { t, language } = useWords()
  const { content } = announcement
  const { recording } = content.variants
  const own: [string, string | undefined][] = [
    [t.compose.variantSms, content.variants.sms?.text],
    [t.compose.variantSpeech, content.variants.speech?.text],
    [t.compose.variantBoard, content.variants.board?.text],
  ]
  return (
    <Stack gap="md">
      <Panel>
        <div className={css.text} lang="vi">
          {content.body || '–'}
        </div>
      </Panel>
      {own.map(
        ([name, text]) =>
          text && (
            <Panel key={name} title={name} lead={t.announcement.ownText}>
              <Text className={css.text ?? ''} lang="vi">
                {text}
              </Text>
            </Panel>
          ),
      )}
      <BoardShowing announcement={announcement} />
      {/* The approver has pictures and reading on the desk above. */}
      {!announcement.allowedActions.includes('approve') && (
        <BoardMediaPanel media={content.variants.board?.media ?? []} />
      )}
      {announcement.reading && !announcement.allowedActions.includes('approve') && (
        <Panel title={readingWords[language].title} lead={readingWords[language].lead}>
          <ReadingDiff reading={announcement.reading} maxHeight={600} />
        </Panel>
      )}
      {recording && <RecordingPanel recording={recording} />}
    </Stack>
  )
}

/** How boards show it, where the writer decided that: part of what is signed. */
function BoardShowing({ announcement }: { announcement: Announcement }) {
  const w = useOwn(boardsWords)
  const { content } = announcement
  const { takeover, pinned, weight } = content.variants.board ?? {}
  const lines = [
    content.priority === 'emergency' && w.takeover[takeover ?? 'full'],
    pinned && w.showingPinned,
    weight !== undefined && w.showingWeight(String(weight)),
  ].filter(line => typeof line === 'string')
  if (!content.channels.includes('board') || lines.length === 0) return null
  return (
    <Panel title={w.boardShowing}>
      {lines.map(line => (
        <Text key={line}>{line}</Text>
      ))}
    </Panel>
  )
}

interface RecordingPanelProps {
  recording: NonNullable<Announcement['content']['variants']['recording']>
}

/** What the loudspeakers play, and the words that were signed with it. */
function RecordingPanel({ recording }: RecordingPanelProps) {
  const w = useRecordingWords()
  const known = useRecording(recording.recordingId)
  return (
    <Panel title={w.badge} lead={w.instead}>
      {known.data && <RecordingFacts recording={{ ...known.data, language: recording.language }} />}
      {known.error && <ProblemBox error={known.error} />}
      <Text className={css.text ?? ''} mt="sm">
        {recording.transcript}
      </Text>
    </Panel>
  )
}
