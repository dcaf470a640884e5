import { Alert, Loader, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import type { AnnouncementContent } from '../../../../domain/announcement.ts'
import type { ChannelInfo, Preview } from '../../../../http/schemas.ts'
import { usePreview } from '../api/queries.ts'
import { useWords } from '../i18n/context.tsx'
import { previewKey } from '../lib/previewKey.ts'
import { otherWarnings } from '../lib/reading.ts'
import { readBoard, readEmail, readSms, readSpeech } from '../lib/rendition.ts'
import { errorText } from '../parts/problem.tsx'
import { BoardPreview } from './BoardPreview.tsx'
import { EmailPreview } from './EmailPreview.tsx'
import css from './preview.module.css'
import { SmsPhone } from './SmsPreview.tsx'
import { SpeechPreview } from './SpeechPreview.tsx'
import { Warnings } from './Warnings.tsx'

/** The preview of one channel, fetched and drawn. */
export function ChannelPreview({ channel, content }: { channel: ChannelInfo; content: AnnouncementContent }) {
  const { t, language } = useWords()
  const preview = usePreview(channel.id, content, previewKey(channel, content), true)
  const slow = channel.audience === 'stations'
  if (preview.isPending) {
    return (
      <div className={css.waiting} role="status">
        <Loader size="sm" />
        <Text size="sm">{slow ? t.preview.makingAudio : t.preview.making}</Text>
      </div>
    )
  }
  if (preview.isError) {
    return (
      <Alert color="alarm" title={t.preview.failed} icon={<IconAlertTriangle />}>
        {errorText(preview.error, t, language)}
      </Alert>
    )
  }
  return (
    <div className={css.preview} data-stale={preview.isPlaceholderData || undefined}>
      {preview.isPlaceholderData && (
        <div className={css.stale} role="status">
          <Loader size="xs" /> {slow ? t.preview.makingAudio : t.preview.stale}
        </div>
      )}
      <Rendition preview={preview.data} />
      <Warnings
        list={[...otherWarnings(preview.data.warnings, preview.data.reading), ...preview.data.estimate.warnings]}
      />
    </div>
  )
}

/** A rendition drawn by what it holds, not by the channel's name: a second SMS vendor looks like an SMS at once. */
export function Rendition({ preview, soundOnly = false }: { preview: Preview; soundOnly?: boolean }) {
  const { t } = useWords()
  const speech = readSpeech(preview.content)
  if (speech) return <SpeechPreview speech={speech} preview={preview} soundOnly={soundOnly} />
  const email = readEmail(preview.content)
  if (email) return <EmailPreview email={email} />
  const board = readBoard(preview.content)
  if (board) return <BoardPreview board={board} content={preview.content} />
  const sms = readSms(preview.content)
  if (sms) return <SmsPhone sms={sms} estimate={preview.estimate} />
  return (
    <>
      <Text size="sm" fw={600}>
        {t.preview.raw}
      </Text>
      <pre className={css.plain}>{JSON.stringify(preview.content, null, 2)}</pre>
    </>
  )
}
