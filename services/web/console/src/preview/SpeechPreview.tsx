import { Spoiler, Text } from '@mantine/core'
import type { Preview } from '../../../../http/schemas.ts'
import { useWords } from '../i18n/context.tsx'
import { ownAddress } from '../lib/address.ts'
import { formatBytes, formatDuration } from '../lib/format.ts'
import type { SpeechView } from '../lib/rendition.ts'
import { Measure, Measures } from '../parts/Measures.tsx'
import { ReadingDiff } from '../parts/ReadingDiff.tsx'
import css from './preview.module.css'

interface SpeechPreviewProps {
  speech: SpeechView
  preview: Preview
  /** Leaves the words out where they stand on the same page. */
  soundOnly?: boolean
}

/** The recording as the stations get it, what was measured on it, and the words as they are spoken. */
export function SpeechPreview({ speech, preview, soundOnly = false }: SpeechPreviewProps) {
  const { t, language } = useWords()
  const file =
    preview.files.find(one => one.name === 'speech.mp3') ?? preview.files.find(one => one.mime === 'audio/mpeg')
  const decimal = (n: number) =>
    new Intl.NumberFormat(language === 'vi' ? 'vi-VN' : 'en-GB', { maximumFractionDigits: 1 }).format(n)
  const seconds = speech.durationSeconds ?? preview.estimate.airSeconds
  return (
    <div>
      {file && (
        // biome-ignore lint/a11y/useMediaCaption: the spoken text stands right below
        <audio
          className={css.audio}
          controls
          preload="metadata"
          src={ownAddress(file.url)}
          aria-label={t.preview.listen}
        />
      )}
      <Measures>
        {seconds !== undefined && <Measure name={t.preview.duration} value={formatDuration(seconds)} />}
        {speech.lufs !== undefined && (
          <Measure name={t.preview.loudness} value={`${decimal(speech.lufs)} LUFS`} note={t.preview.loudnessTarget} />
        )}
        {speech.dbtp !== undefined && (
          <Measure name={t.preview.peak} value={`${decimal(speech.dbtp)} dBTP`} note={t.preview.peakTarget} />
        )}
        {file && <Measure name={t.preview.size} value={formatBytes(file.sizeBytes, language)} />}
      </Measures>
      {!soundOnly && (
        <>
          <Text fw={600} size="sm" mb={4}>
            {t.preview.spoken}
          </Text>
          {preview.reading ? (
            <ReadingDiff reading={preview.reading} maxHeight={420} />
          ) : (
            <Spoiler maxHeight={220} showLabel={t.common.more} hideLabel={t.common.hide}>
              <div className={css.script} lang="vi">
                {speech.spoken || speech.script}
              </div>
            </Spoiler>
          )}
        </>
      )}
    </div>
  )
}
