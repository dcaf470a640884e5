import { demoAnnouncement } from '../../../config/demo/announcement.ts'
import { listAccounts } from '../../accounts/accounts.ts'
import { approve, createDraft, getAnnouncement, listAnnouncements, submit } from '../../dispatch/announcements.ts'
import type { DispatchContext } from '../../dispatch/context.ts'
import { progressOf } from '../../dispatch/progress.ts'
import type { Actor, Role } from '../../domain/accounts.ts'
import { AppError } from '../../domain/errors.ts'
import type { Progress } from '../../http/schemas.ts'
import type { Db } from '../../store/db.ts'
import { dispatchesOf } from '../../store/dispatches.ts'

async function demoActor(db: Db, role: Role): Promise<Actor> {
  const account = (await listAccounts(db)).find(a => a.role === role)
  if (!account) {
    throw new AppError('not-found', {
      vi: `Hệ thống diễn tập không có tài khoản vai trò "${role}".`,
      en: `This demo instance has no account with the role "${role}".`,
    })
  }
  return { id: account.id, name: account.name, role: account.role, areas: account.areas }
}

/** The refusal of everything that only a demo may do. */
export function notADemo(): AppError {
  return new AppError('setup.demo-provider', {
    vi: 'Đây là hệ thống đang dùng thật nên không phát hành thông báo diễn tập. Ông/Bà vui lòng chọn thư mục dữ liệu hoặc cơ sở dữ liệu khác.',
    en: 'This is a real instance, so the demo announcement is not issued in it. Choose another data folder or database.',
  })
}

/** True while the demo instance has never had an announcement. */
export async function neverCarried(ctx: DispatchContext): Promise<boolean> {
  const officer = await demoActor(ctx.db, 'officer')
  return (await listAnnouncements(ctx, officer, { limit: 1 })).items.length === 0
}

/**
 * Writes, submits and approves an announcement as the demo's officer and approver: the same use cases, rules and
 * checks as in the console.
 * @param overrides what differs from the demo announcement
 * @returns the announcement's id; the workers carry it from here
 * @throws AppError setup.demo-provider in a real instance: its citizens must not be sent an exercise, and nobody's
 *   account may approve by itself
 */
export async function issueDemoAnnouncement(
  ctx: DispatchContext,
  overrides: Record<string, unknown> = {},
): Promise<string> {
  if (!ctx.demo) throw notADemo()
  const officer = await demoActor(ctx.db, 'officer')
  const approver = await demoActor(ctx.db, 'approver')
  const channels = demoAnnouncement.channels.filter(id => ctx.channels.has(id))
  const draft = await createDraft(ctx, officer, { ...demoAnnouncement, channels, ...overrides })
  await submit(ctx, officer, draft.id, draft.revision)
  const { hash } = await getAnnouncement(ctx, approver, draft.id)
  await approve(ctx, approver, draft.id, hash)
  return draft.id
}

const pollMs = 200
/** How long receipts may trickle in after the last send before the picture is taken as final. */
const receiptsMs = 20_000

/** True when a dispatch has ended, or nothing of it moves before the quiet hours are over. */
function atRest({ phase, settledAt, counts }: Progress['dispatches'][number]): boolean {
  return settledAt !== null || (phase === 'quiet' && counts.sending === 0)
}

/** True while a channel that gets receipts lacks some. */
function receiptsMissing(progress: Progress, withReceipts: Set<string>): boolean {
  return progress.dispatches.some(d => withReceipts.has(d.channel) && d.counts.accepted > 0)
}

/** True when what is still to be sent has been rendered: what waits for the morning can be looked at before. */
async function rendered(ctx: DispatchContext, announcementId: string): Promise<boolean> {
  const dispatches = await dispatchesOf(ctx.db, announcementId)
  return dispatches.every(d => d.settledAt !== null || d.renditionId !== null)
}

/**
 * Watches an announcement until it has ended, or until all that is left of it waits for the end of the quiet hours, which
 * may be the next morning.
 * @param onProgress called with every picture, for bars
 * @param signal ends the watching (not the dispatch)
 */
export async function watchToEnd(
  ctx: DispatchContext,
  announcementId: string,
  onProgress: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<Progress> {
  const withReceipts = new Set(
    [...ctx.channels.values()]
      .filter(({ channel }) => channel.traits.bestEvidence === 'delivered-to-handset')
      .map(({ channel }) => channel.id),
  )
  let atRestSince: number | undefined
  for (;;) {
    const progress = await progressOf(ctx, announcementId)
    onProgress(progress)
    if (signal.aborted) return progress
    const resting = progress.dispatches.length > 0 && progress.dispatches.every(atRest)
    if (resting && (await rendered(ctx, announcementId))) {
      if (!receiptsMissing(progress, withReceipts)) return progress
      atRestSince ??= Date.now()
      if (Date.now() - atRestSince > receiptsMs) return progress
    }
    await new Promise(resolve => setTimeout(resolve, pollMs))
  }
}
