import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import type { AnnouncementContent } from '../../../../../domain/announcement.ts'
import { uploadRecording } from '../../api/recordings.ts'
import { UploadStopped } from '../../api/upload.ts'
import type { SectionProps } from './section.ts'

export type RecordingVariant = NonNullable<AnnouncementContent['variants']['recording']>

/** The recording of a draft, with an upload under way, if there is one. */
export interface RecordingUpload {
  /** Share of the file that has left; null when nothing is under way. */
  sent: number | null
  /** Why the last file was not taken. */
  error: unknown
  start: (file: File, language: string) => void
  stop: () => void
  /** Replaces what the draft says of its recording; undefined removes it. @returns puts the former back */
  set: (recording: RecordingVariant | undefined) => () => void
}

/**
 * Lives beside the form, not inside the folding section: closing the section must not break the upload off, and whatever is
 * written meanwhile must not be lost when the answer comes.
 * @param onReplaced called when an upload took the place of a former recording
 */
export function useRecordingUpload(
  { content, change }: Omit<SectionProps, 'gaps'>,
  onReplaced: (putBack: () => void) => void,
): RecordingUpload {
  const client = useQueryClient()
  const latest = useRef(content)
  latest.current = content
  const stopper = useRef<AbortController>(undefined)
  const [sent, setSent] = useState<number | null>(null)
  const [error, setError] = useState<unknown>(null)
  useEffect(() => () => stopper.current?.abort(), [])

  const set = useCallback(
    (recording: RecordingVariant | undefined) => {
      const put = (next: RecordingVariant | undefined) => {
        const { recording: _former, ...rest } = latest.current.variants
        change({ variants: next ? { ...rest, recording: next } : rest })
      }
      const before = latest.current.variants.recording
      put(recording)
      return () => put(before)
    },
    [change],
  )

  const start = (file: File, language: string) => {
    stopper.current?.abort()
    const stop = new AbortController()
    stopper.current = stop
    setError(null)
    setSent(0)
    uploadRecording(file, { language, title: latest.current.title.slice(0, 200) }, setSent, stop.signal)
      .then(recording => {
        client.setQueryData(['recording', recording.id], recording)
        const former = latest.current.variants.recording
        const transcript = former?.transcript ?? ''
        const putBack = set({ recordingId: recording.id, sha256: recording.sha256, language, transcript })
        if (former) onReplaced(putBack)
      })
      .catch(problem => {
        if (!(problem instanceof UploadStopped)) setError(problem)
      })
      .finally(() => {
        if (stopper.current === stop) setSent(null)
      })
  }
  return { sent, error, start, stop: () => stopper.current?.abort(), set }
}
