import { createHash } from 'node:crypto'
import type { AnnouncementContent, AnnouncementState } from './announcement.ts'
import { nextState } from './announcement.ts'
import { AppError } from './errors.ts'

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
 * The hash that an approver signs: content, audience, channels and schedule together (design promise 4). The order
 * of areas, tags and channels carries no meaning and is left out of it. Hex, 64 characters.
 */
export function approvalHash(content: AnnouncementContent): string {
  const sorted = {
    ...content,
    topics: [...content.topics].sort(),
    channels: [...content.channels].sort(),
    audience: { areas: [...content.audience.areas].sort(), tags: [...content.audience.tags].sort() },
  }
  return createHash('sha256').update(canonicalJson(sorted)).digest('hex')
}

export interface ApprovalCase {
  state: AnnouncementState
  content: AnnouncementContent
  authorId: string
  submittedBy: string | null
}

/**
 * May `approverId` approve this, having seen the content whose hash is `seenHash`?
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
  if (approvalHash(item.content) !== seenHash) {
    throw new AppError('announcement.hash-mismatch', {
      vi: 'Nội dung đã thay đổi so với bản Ông/Bà đã xem. Vui lòng xem lại bản mới rồi phê duyệt.',
      en: 'The content has changed since you looked at it. Please read the present version, then approve.',
    })
  }
}
