import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import type { BoardMedia } from '../../../../../domain/board-content.ts'
import { type MediaPart, type MediaProgress, uploadBoardMedia } from '../../api/boardMedia.ts'
import { UploadStopped } from '../../api/upload.ts'
import { withBoard } from '../../lib/boardShowing.ts'
import type { SectionProps } from './section.ts'

/** One upload under way, or one that was refused. */
export interface MediaUpload {
  key: number
  file: File
  part: MediaPart
  /** Media that the result takes the place of. */
  replaces: string | undefined
  progress: MediaProgress
  /** Why it was not taken; null while it is under way. */
  error: unknown
}

/** The pictures and videos of a draft, with the uploads under way. */
export interface MediaUploads {
  uploads: MediaUpload[]
  /** @param replaces media id: the result takes its place and keeps its caption */
  start: (file: File, part: MediaPart, replaces?: string) => void
  retry: (key: number) => void
  /** Stops an upload, or forgets a refused one. */
  drop: (key: number) => void
  /** The file that media were made of, while this page is open: another part of it can be taken. */
  fileOf: (mediaId: string) => File | undefined
  /** Changes the list. @returns puts the former back */
  set: (next: (media: BoardMedia[]) => BoardMedia[]) => () => void
}

/** Lives beside the form, not inside the folding section: closing the section must not break an upload off. */
export function useMediaUploads({ content, change }: Omit<SectionProps, 'gaps'>): MediaUploads {
  const client = useQueryClient()
  const latest = useRef(content)
  latest.current = content
  const nextKey = useRef(0)
  const stoppers = useRef(new Map<number, AbortController>())
  const files = useRef(new Map<string, File>())
  const [uploads, setUploads] = useState<MediaUpload[]>([])
  useEffect(() => {
    const running = stoppers.current
    return () => {
      for (const stop of running.values()) stop.abort()
    }
  }, [])

  const set = useCallback(
    (next: (media: BoardMedia[]) => BoardMedia[]) => {
      const put = (media: BoardMedia[]) => {
        const variants = withBoard(latest.current.variants, { media })
        // Two changes may come before the page is drawn again.
        latest.current = { ...latest.current, variants }
        change({ variants })
      }
      const before = latest.current.variants.board?.media ?? []
      put(next(before))
      return () => put(before)
    },
    [change],
  )

  const patch = (key: number, part: Partial<MediaUpload>) =>
    setUploads(all => all.map(one => (one.key === key ? { ...one, ...part } : one)))
  const forget = (key: number) => setUploads(all => all.filter(one => one.key !== key))

  const run = (upload: MediaUpload) => {
    const { key, file, part, replaces } = upload
    const stop = new AbortController()
    stoppers.current.set(key, stop)
    uploadBoardMedia(file, part, progress => patch(key, { progress }), stop.signal)
      .then(done => {
        client.setQueryData(['board-media', done.media.mediaId], done)
        files.current.set(done.media.mediaId, file)
        set(media => {
          const former = media.find(one => one.mediaId === replaces)
          const added = { ...done.media, caption: former?.caption ?? '' }
          return former ? media.map(one => (one === former ? added : one)) : [...media, added]
        })
        forget(key)
      })
      .catch(error => (error instanceof UploadStopped ? forget(key) : patch(key, { error })))
      .finally(() => stoppers.current.delete(key))
  }

  return {
    uploads,
    start: (file, part, replaces) => {
      const key = nextKey.current++
      const upload = { key, file, part, replaces, progress: { phase: 'sending', share: 0 }, error: null } as const
      setUploads(all => [...all, upload])
      run(upload)
    },
    retry: key => {
      const upload = uploads.find(one => one.key === key)
      if (!upload) return
      patch(key, { error: null, progress: { phase: 'sending', share: 0 } })
      run(upload)
    },
    drop: key => {
      const running = stoppers.current.get(key)
      if (running) running.abort()
      else forget(key)
    },
    fileOf: mediaId => files.current.get(mediaId),
    set,
  }
}
