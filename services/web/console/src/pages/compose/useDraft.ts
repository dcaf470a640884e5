import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import type { AnnouncementContent } from '../../../../../domain/announcement.ts'
import type { Announcement } from '../../../../../http/schemas.ts'
import { ApiError, newKey } from '../../api/client.ts'
import { acceptAnnouncement, createDraft, saveDraft } from '../../api/queries.ts'
import { type Backup, backupKey, parseBackup } from '../../lib/backup.ts'
import { emptyContent, isBlank, sameContent } from '../../lib/content.ts'

const autosaveMs = 1_500
const retryMs = 10_000

/** What the server has of this draft. `content` is what we sent, so that tidying by the server is not taken for an edit. */
interface Saved {
  id: string
  revision: number
  content: AnnouncementContent
}

export type SaveStatus = 'idle' | 'saving' | 'saved' | 'failed'

/** A draft on the screen: every change is kept in this browser at once and on the server soon after. */
export interface Draft {
  content: AnnouncementContent
  change: (patch: Partial<AnnouncementContent>) => void
  replace: (content: AnnouncementContent) => void
  /** True while the server does not have what is on the screen. */
  dirty: boolean
  status: SaveStatus
  savedAt: Date | null
  /** Why the last save failed. */
  error: unknown
  /** Set when somebody else has saved this draft meanwhile: their version. */
  conflict: Announcement | null
  keepMine: () => void
  takeTheirs: () => void
  /** Work from before, found in this browser. */
  found: Backup | null
  forgetFound: () => void
  keepFound: (backup: Backup) => void
  /** Saves now and resolves to what the server has. @throws ApiError */
  flush: () => Promise<Saved>
}

interface Options {
  personId: string
  start: Announcement | null
  /** Called once a new draft has an id. */
  onCreated: (announcement: Announcement) => void
  /** Reads the present version after a conflict. */
  fetchCurrent: (id: string) => Promise<Announcement>
}

export function useDraft({ personId, start, onCreated, fetchCurrent }: Options): Draft {
  const client = useQueryClient()
  const [content, setContent] = useState<AnnouncementContent>(() => start?.content ?? emptyContent())
  const latest = useRef(content)
  const saved = useRef<Saved | null>(start && { id: start.id, revision: start.revision, content: start.content })
  // A creation without an answer: it is repeated with the same key and words, so that it cannot become two drafts.
  const inDoubt = useRef<{ key: string; content: AnnouncementContent } | null>(null)
  const running = useRef<Promise<Saved> | null>(null)
  const [status, setStatus] = useState<SaveStatus>('idle')
  const [savedAt, setSavedAt] = useState<Date | null>(null)
  const [error, setError] = useState<unknown>(null)
  const [conflict, setConflict] = useState<Announcement | null>(null)
  const [savedContent, setSavedContent] = useState(start?.content ?? null)
  const [found, setFound] = useState<Backup | null>(() => {
    const backup = parseBackup(read(backupKey(personId, start?.id)))
    const worthKeeping = backup && !isBlank(backup.content) && !(start && sameContent(backup.content, start.content))
    return worthKeeping ? backup : null
  })

  const dirty = savedContent ? !sameContent(content, savedContent) : !isBlank(content)

  const replace = useCallback((next: AnnouncementContent) => {
    latest.current = next
    setContent(next)
  }, [])
  const change = useCallback(
    (patch: Partial<AnnouncementContent>) => replace({ ...latest.current, ...patch }),
    [replace],
  )

  const saveOnce = useCallback(async (): Promise<Saved> => {
    const now = saved.current
    if (now) {
      const sent = latest.current
      const answer = await saveDraft(now.id, now.revision, sent)
      acceptAnnouncement(client, answer)
      return { id: answer.id, revision: answer.revision, content: sent }
    }
    const attempt = inDoubt.current ?? { key: newKey(), content: latest.current }
    inDoubt.current = attempt
    try {
      const answer = await createDraft(attempt.content, attempt.key)
      inDoubt.current = null
      acceptAnnouncement(client, answer)
      forget(backupKey(personId, undefined))
      saved.current = { id: answer.id, revision: answer.revision, content: attempt.content }
      onCreated(answer)
      return saved.current
    } catch (problem) {
      // A refusal is an answer: nothing was created.
      if (problem instanceof ApiError && problem.status >= 400 && problem.status < 500) inDoubt.current = null
      throw problem
    }
  }, [client, onCreated, personId])

  const flush = useCallback((): Promise<Saved> => {
    running.current ??= (async () => {
      setStatus('saving')
      try {
        while (!saved.current || !sameContent(saved.current.content, latest.current)) {
          saved.current = await saveOnce()
          setSavedContent(saved.current.content)
        }
        setStatus('saved')
        setSavedAt(new Date())
        setError(null)
        forget(backupKey(personId, saved.current.id))
        return saved.current
      } catch (problem) {
        setStatus('failed')
        setError(problem)
        const lost = problem instanceof ApiError && problem.problem?.code === 'conflict.version'
        if (lost && saved.current) setConflict(await fetchCurrent(saved.current.id).catch(() => null))
        throw problem
      } finally {
        running.current = null
      }
    })()
    return running.current
  }, [saveOnce, personId, fetchCurrent])

  // Kept in this browser at every change: a closed lid or a lost connection takes nothing away.
  useEffect(() => {
    if (dirty) keep(backupKey(personId, saved.current?.id), content)
  }, [content, dirty, personId])

  const canSave = dirty && conflict === null && content.title.trim() !== ''
  // biome-ignore lint/correctness/useExhaustiveDependencies: each change starts the wait anew
  useEffect(() => {
    if (!canSave) return
    const timer = setTimeout(() => void flush().catch(() => undefined), autosaveMs)
    return () => clearTimeout(timer)
  }, [content, canSave, flush])
  useEffect(() => {
    const refused = error instanceof ApiError && error.status >= 400 && error.status < 500
    if (status !== 'failed' || !canSave || refused) return
    const timer = setInterval(() => void flush().catch(() => undefined), retryMs)
    return () => clearInterval(timer)
  }, [status, error, canSave, flush])

  const settle = useCallback((theirs: Announcement) => {
    saved.current = { id: theirs.id, revision: theirs.revision, content: theirs.content }
    setSavedContent(theirs.content)
    setConflict(null)
    setError(null)
    setStatus('idle')
  }, [])

  return {
    content,
    change,
    replace,
    dirty,
    status,
    savedAt,
    error,
    conflict,
    keepMine: () => conflict && settle(conflict),
    takeTheirs: () => {
      if (!conflict) return
      settle(conflict)
      replace(conflict.content)
    },
    found,
    forgetFound: () => {
      forget(backupKey(personId, start?.id))
      setFound(null)
    },
    keepFound: setFound,
    flush,
  }
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

function keep(key: string, content: AnnouncementContent): void {
  try {
    localStorage.setItem(key, JSON.stringify({ content, at: new Date().toISOString() } satisfies Backup))
  } catch {
    // Full or forbidden storage: the server still gets the draft.
  }
}

function forget(key: string): void {
  try {
    localStorage.removeItem(key)
  } catch {
    // See keep().
  }
}
