import { Text } from '@mantine/core'
import type { Recording } from '../../../../http/schemas-recordings.ts'
import { useWords } from '../i18n/context.tsx'
import { useRecordingWords } from '../i18n/recordings.ts'
import { ownAddress } from '../lib/address.ts'
import { formatBytes, formatDateTime, formatDuration } from '../lib/format.ts'
import { languageName } from '../lib/languages.ts'
import { Warnings } from '../preview/Warnings.tsx'
import { Measure, Measures } from './Measures.tsx'
import css from './RecordingFacts.module.css'

/** One recording: listen to it, what file it was, and its loudness before and after levelling. */
export function RecordingFacts({ recording }: { recording: Recording }) {
  const { language } = useWords()
  const w = useRecordingWords()
  const decimal = (n: number) =>
    new Intl.NumberFormat(language === 'vi' ? 'vi-VN' : 'en-GB', {
      minimumFractionDigits: 1,
      maximumFractionDigits: 1,
    }).format(n)
  const { before, after } = recording
  return (
    <div>
      {/* biome-ignore lint/a11y/useMediaCaption: the transcript stands beside it */}
      <audio
        className={css.audio}
        controls
        preload="metadata"
        src={ownAddress(recording.listenUrl)}
        aria-label={w.listen}
      />
      <Text size="sm" className={css.file ?? ''}>
        <strong>{languageName(recording.language, language)}</strong>
        {' · '}
        {w.file(recording.originalName, recording.originalFormat)}, {formatBytes(recording.originalBytes, language)}
      </Text>
      <Text size="xs" c="dimmed">
        {w.uploaded(recording.uploadedByName, formatDateTime(recording.uploadedAt))}
      </Text>
      <Measures>
        <Measure name={w.duration} value={formatDuration(recording.durationSeconds)} />
        <Measure name={w.before} value={`${decimal(before.lufs)} LUFS`} />
        <Measure name={w.after} value={`${decimal(after.lufs)} LUFS`} note={w.target} />
        <Measure name={w.peak} value={`${decimal(after.dbtp)} dBTP`} note={w.peakTarget} />
      </Measures>
      <Warnings list={recording.warnings} />
    </div>
  )
}
