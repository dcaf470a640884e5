import { jobVersion } from '../../config/queues.ts'
import { type Actor, requirePermission } from '../domain/accounts.ts'
import { nextState } from '../domain/announcement.ts'
import type { ResendableState } from '../domain/delivery.ts'
import { AppError } from '../domain/errors.ts'
import type { Progress } from '../http/schemas.ts'
import { findAnnouncement, recordEvent, updateState } from '../store/announcements.ts'
import type { Transaction } from '../store/db.ts'
import { transaction } from '../store/db.ts'
import type { DispatchRow } from '../store/dispatches.ts'
import { findDispatch } from '../store/dispatches.ts'
import { addToOutbox } from '../store/outbox.ts'
import { hasOpenRound, insertRound, unreachedOf } from '../store/rounds.ts'
import type { DispatchContext } from './context.ts'
import { progressOf } from './progress.ts'

/**
 * Sends once more to those whom a channel did not reach, as a further round of the same revision: what was approved is
 * sent, to people of the approved audience. Nobody whom any round has reached is in it, neither at the freeze nor at the
 * moment of sending. A channel has one open round at a time, so that two people who press the button send once.
 * @param states whom it is for
 */
export async function resendDispatch(
  ctx: DispatchContext,
  actor: Actor,
  dispatchId: string,
  states: ResendableState[],
): Promise<Progress> {
  requirePermission(actor, 'announcement.control')
  const announcementId = await transaction(ctx.db, async sql => {
    const dispatch = /^\d{1,18}$/.test(dispatchId) ? await findDispatch(sql, dispatchId) : undefined
    if (!dispatch) {
      throw new AppError('not-found', { vi: 'Không tìm thấy đợt phát hành này.', en: 'There is no such dispatch.' })
    }
    await findAnnouncement(sql, dispatch.announcementId, true)
    if (await hasOpenRound(sql, dispatchId)) throw stillOpen()
    await addRound(sql, ctx, actor, dispatch, states)
    return dispatch.announcementId
  })
  return await progressOf(ctx, announcementId)
}

/**
 * Writes the round, the event and the message that starts it; the caller holds the announcement.
 * @throws AppError dispatch.wrong-state when the announcement is over or was changed, dispatch.nobody-left
 */
export async function addRound(
  sql: Transaction,
  ctx: DispatchContext,
  actor: Pick<Actor, 'id' | 'name'>,
  dispatch: DispatchRow,
  states: ResendableState[],
): Promise<void> {
  const announcement = await findAnnouncement(sql, dispatch.announcementId)
  const next = announcement && nextState(announcement.state, 'resend')
  if (!next || announcement.revision !== dispatch.revision) throw over()
  if (dispatch.expiresAt && dispatch.expiresAt <= ctx.now()) throw over()
  const added = await insertRound(sql, dispatch.id, states, ctx.now())
  const { total, unknown } = await unreachedOf(sql, added.id, states)
  if (total === 0) throw nobodyLeft()
  if (announcement.state !== next) await updateState(sql, announcement.id, { state: next }, ctx.now())
  await recordEvent(
    sql,
    { announcementId: announcement.id, actor, action: 'resend', revision: announcement.revision, at: ctx.now() },
    { channel: dispatch.channel, round: added.round, states, audience: total, possibleRepeats: unknown },
  )
  await addToOutbox(sql, [
    { job: 'plan', payload: { v: jobVersion, dispatchId: added.id }, priority: dispatch.priority },
  ])
}

function stillOpen(): AppError {
  return new AppError('dispatch.wrong-state', {
    vi: 'Kênh này còn đang phát hành. Ông/Bà vui lòng chờ kết thúc rồi gửi lại cho người chưa nhận được.',
    en: 'This channel is still being dispatched. Please wait for its end before sending again to those not reached.',
  })
}

function over(): AppError {
  return new AppError('dispatch.wrong-state', {
    vi: 'Thông báo đã hủy, hết hạn hoặc đã được thay thế nên không gửi lại được.',
    en: 'The announcement was cancelled or replaced, or is over; it cannot be sent again.',
  })
}

function nobodyLeft(): AppError {
  return new AppError('dispatch.nobody-left', {
    vi: 'Không còn ai thuộc diện gửi lại trên kênh này.',
    en: 'Nobody on this channel is left to be sent to again.',
  })
}
