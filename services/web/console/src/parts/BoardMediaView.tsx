import { List, Text } from '@mantine/core'
import { useEffect, useState } from 'react'
import type { BoardMedia } from '../../../../domain/board-content.ts'
import type { BoardUpload } from '../../../../http/schemas-board-media.ts'
import { formatCaptions } from '../../../../text/captions.ts'
import { boardMediaWords } from '../i18n/boardMedia.ts'
import { useWords } from '../i18n/context.tsx'
import { useOwn } from '../i18n/useOwn.ts'
import { formatBytes, formatDateTime, formatDuration } from '../lib/format.ts'
import { Warnings } from '../preview/Warnings.tsx'
import css from './BoardMediaView.module.css'

/** What an upload is in a few words: `Trang 2/5 của PDF`. */
export function mediaName(
  { media, original }: BoardUpload,
  w: { picture: string; video: (length: string) => string; pdf: (page: string, pages: string) => string },
): string {
  if (media.kind === 'video') return w.video(formatDuration(media.durationMs / 1000))
  return original.page === null ? w.picture : w.pdf(String(original.page), String(original.pages))
}

/** The picture, or the video with its captions, as boards are given it. @param media as the announcement has it */
export function BoardMediaView({ upload, media }: { upload: BoardUpload; media: BoardMedia }) {
  const track = useTrack(media)
  if (media.kind === 'picture') return <img className={css.shown} src={upload.url} alt={media.caption} />
  return (
    // biome-ignore lint/a11y/useMediaCaption: it is silent; captions are there as soon as somebody has written them
    <video
      className={css.shown}
      src={upload.url}
      {...(upload.posterUrl !== null && { poster: upload.posterUrl })}
      controls
      muted
      playsInline
      preload="none"
      aria-label={media.caption}
    >
      {track && <track key={track} kind="captions" src={track} srcLang="vi" default />}
    </video>
  )
}

/** An address of the captions within this page; undefined without captions. */
function useTrack(media: BoardMedia): string | undefined {
  const text = media.kind === 'video' && media.cues.length > 0 ? formatCaptions(media.cues) : ''
  const [address, setAddress] = useState<string>()
  useEffect(() => {
    if (text === '') return setAddress(undefined)
    const made = URL.createObjectURL(new Blob([text], { type: 'text/vtt' }))
    setAddress(made)
    return () => URL.revokeObjectURL(made)
  }, [text])
  return address
}

/** What file it was, what was done to it, and what to mind. */
export function BoardMediaFacts({ upload }: { upload: BoardUpload }) {
  const { language, say } = useWords()
  const w = useOwn(boardMediaWords)
  const { original } = upload
  return (
    <div>
      <Text size="xs" c="dimmed" className={css.file ?? ''}>
        {w.original(original.name, original.format)}, {formatBytes(original.bytes, language)} ·{' '}
        {w.uploaded(upload.uploadedByName, formatDateTime(upload.uploadedAt))}
      </Text>
      <details className={css.done}>
        <summary>{w.done}</summary>
        <List size="xs">
          {upload.done.map(sentence => (
            <List.Item key={sentence.en}>{say(sentence)}</List.Item>
          ))}
        </List>
      </details>
      <Warnings list={upload.warnings} />
    </div>
  )
}
