import { createHash } from 'node:crypto'
import type { AnnouncementContent, AnnouncementState } from './announcement.ts'
import { nextState } from './announcement.ts'
import { AppError } from './errors.ts'
import type { ScriptReading } from './reading.ts'

/** JSON with sorted keys and no undefined, so that equal content has one spelling. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value)
      .filter(([, v]) => v !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
    return `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${canonicalJson(v)}`).join(',')}}`
  }
  return JSON.stringify(value) ?? 'null'
}

/**
 * The hash that an approver signs: content, audience, channels and schedule together (design promise 4), and the reading
 * of the script where a channel speaks. The order of areas, tags and channels carries no meaning and is left out of it.
 * Without a reading (a draft, no channel that speaks, a submission from before readings were kept) it is the hash of the
 * content alone. Hex, 64 characters.
 */
export function approvalHash(content: AnnouncementContent, reading: ScriptReading | null = null): string {
  const sorted = {
    ...content,
    topics: [...content.topics].sort(),
    channels: [...content.channels].sort(),
    audience: { areas: [...content.audience.areas].sort(), tags: [...content.audience.tags].sort() },
  }
  const signed = reading === null ? sorted : { ...sorted, reading }
  return createHash('sha256').update(canonicalJson(signed)).digest('hex')
}

export interface ApprovalCase {
  state: AnnouncementState
  content: AnnouncementContent
  /** As it was pinned at the submission. */
  reading: ScriptReading | null
  authorId: string
  submittedBy: string | null
}

/**
 * May `approverId` approve this, having seen the content and the reading whose hash is `seenHash`?
 * @throws AppError announcement.wrong-state | announcement.same-person | announcement.hash-mismatch
 */
export function checkApproval(item: ApprovalCase, approverId: string, seenHash: string): void {
  if (nextState(item.state, 'approve') === undefined) {
    throw new AppError('announcement.wrong-state', {
      vi: 'Chỉ phê duyệt được thông báo đang trình duyệt. Ông/Bà vui lòng tải lại trang để xem trạng thái mới nhất.',
      en: 'Only a submitted announcement can be approved. Reload the page to see its present state.',
    })
  }
  if (approverId === item.submittedBy || approverId === item.authorId) {
    throw new AppError('announcement.same-person', {
      vi: 'Người soạn hoặc trình duyệt không được tự phê duyệt. Cần một người khác có quyền phê duyệt.',
      en: 'The person who wrote or submitted an announcement cannot approve it. Somebody else must.',
    })
  }
  if (approvalHash(item.content, item.reading) !== seenHash) {
    throw new AppError('announcement.hash-mismatch', {
      vi: 'Nội dung hoặc bản đọc đã thay đổi so với bản Ông/Bà đã xem. Vui lòng xem lại bản mới rồi phê duyệt.',
      en: 'The content or its reading has changed since you looked at it. Please read the present version, then approve.',
    })
  }
}
