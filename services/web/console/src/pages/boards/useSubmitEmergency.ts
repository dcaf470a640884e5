import { useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import type { AnnouncementContent } from '../../../../../domain/announcement.ts'
import type { Announcement } from '../../../../../http/schemas.ts'
import { ApiError, call, newKey } from '../../api/client.ts'
import { acceptAnnouncement, createDraft, saveDraft } from '../../api/queries.ts'
import { sameContent } from '../../lib/content.ts'
import { type EmergencyForm, emergencyContent } from '../../lib/emergency.ts'

interface Draft {
  id: string
  revision: number
  content: AnnouncementContent
}

/**
 * Writes and submits in one action. Whatever fails on the way, a second press goes on where the first one stopped: a draft
 * is made once, and its submission has a key of its own, so that nothing exists twice.
 */
export function useSubmitEmergency() {
  const client = useQueryClient()
  const draft = useRef<Draft | null>(null)
  const inDoubt = useRef<{ key: string; content: AnnouncementContent } | null>(null)
  const keys = useRef(new Map<number, string>())
  const [id, setId] = useState<string | null>(null)
  const [draftId, setDraftId] = useState<string | null>(null)
  const [error, setError] = useState<unknown>(null)
  const [pending, setPending] = useState(false)

  const keep = (answer: Announcement, content: AnnouncementContent): Draft => {
    acceptAnnouncement(client, answer)
    draft.current = { id: answer.id, revision: answer.revision, content }
    setDraftId(answer.id)
    return draft.current
  }

  /** A creation without an answer is repeated with the same key and words. */
  const create = async (content: AnnouncementContent): Promise<Draft> => {
    const attempt = inDoubt.current ?? { key: newKey(), content }
    inDoubt.current = attempt
    try {
      const answer = await createDraft(attempt.content, attempt.key)
      inDoubt.current = null
      return keep(answer, attempt.content)
    } catch (problem) {
      if (problem instanceof ApiError && problem.status >= 400 && problem.status < 500) inDoubt.current = null
      throw problem
    }
  }

  const run = async (form: EmergencyForm) => {
    const content = emergencyContent(form, new Date())
    let now = draft.current ?? (await create(content))
    if (!sameContent(now.content, content)) now = keep(await saveDraft(now.id, now.revision, content), content)
    const key = keys.current.get(now.revision) ?? newKey()
    keys.current.set(now.revision, key)
    const path = `/api/announcements/${encodeURIComponent(now.id)}/submit`
    acceptAnnouncement(
      client,
      await call<Announcement>(path, { method: 'POST', body: { revision: now.revision }, idempotencyKey: key }),
    )
    setId(now.id)
  }

  const go = (form: EmergencyForm) => {
    setPending(true)
    setError(null)
    run(form)
      .catch((problem: unknown) => setError(problem))
      .finally(() => setPending(false))
  }
  return { go, pending, error, id, draftId }
}
