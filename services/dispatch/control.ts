import { jobVersion } from '../../config/queues.ts'
import { type Actor, requirePermission } from '../domain/accounts.ts'
import type { DeliveryCounts } from '../domain/delivery.ts'
import { noDeliveries } from '../domain/delivery.ts'
import { AppError } from '../domain/errors.ts'
import type { Progress } from '../http/schemas.ts'
import { findAnnouncement, recordEvent, updateState } from '../store/announcements.ts'
import { transaction } from '../store/db.ts'
import type { DispatchRow } from '../store/dispatches.ts'
import { dispatchesOf, findDispatch, settleDispatch } from '../store/dispatches.ts'
import { endWaiting } from '../store/ledger.ts'
import type { addToOutbox } from '../store/outbox.ts'
import { countsOfDispatches } from '../store/progress.ts'
import { withdrawFromShelves } from '../store/shelf.ts'
import type { AnnouncementRecord } from './announcements.ts'
import { act, getAnnouncement } from './announcements.ts'
import type { DispatchContext } from './context.ts'
import { progressOf } from './progress.ts'

/**
 * Cancels an announcement on every channel: who is still waiting will not be sent to, boards and stations take it
 * down, and what is in flight keeps its own outcome. The record says how many had not left yet.
 */
export async function cancel(
  ctx: DispatchContext,
  actor: Actor,
  id: string,
  reason: string,
): Promise<AnnouncementRecord> {
  const cancelled = await act(ctx, actor, id, 'cancel', async sql => {
    const now = ctx.now()
    // First of all: dispatches that settle below must not make it complete.
    const row = await updateState(sql, id, { state: 'cancelled', cancelledAt: now, cancelReason: reason }, now)
    const dispatches = await dispatchesOf(sql, id)
    const ids = dispatches.map(d => d.id)
    for (const dispatchId of ids) {
      await sql.query('update dispatches set cancelled_at = $2 where id = $1 and cancelled_at is null', [
        dispatchId,
        now,
      ])
    }
    const waiting = await endWaiting(sql, ids, 'cancelled')
    for (const dispatchId of ids) await settleDispatch(sql, dispatchId, now)
    await withdrawFromShelves(sql, ids, now, { kind: 'cancelled', by: actor.name, text: reason })
    const counts = await countsOfDispatches(sql, ids)
    return { row, detail: { reason, ...whatHadLeft(dispatches, waiting, counts) } }
  })
  return await getAnnouncement(ctx, actor, cancelled.id)
}

/**
 * Per channel, at the moment of the cancel: who was stopped, whom a vendor has or may have, and who was being handed over
 * (each of those keeps an outcome of its own, which the progress shows a moment later).
 */
function whatHadLeft(
  dispatches: DispatchRow[],
  waiting: Map<string, number>,
  counts: Map<string, DeliveryCounts>,
): { stopped: Record<string, number>; left: Record<string, number>; inFlight: Record<string, number> } {
  const sums = { stopped: {}, left: {}, inFlight: {} } as Record<
    'stopped' | 'left' | 'inFlight',
    Record<string, number>
  >
  const add = (sum: Record<string, number>, channel: string, n: number) => {
    sum[channel] = (sum[channel] ?? 0) + n
  }
  for (const { id, channel } of dispatches) {
    const c = counts.get(id) ?? noDeliveries()
    add(sums.stopped, channel, waiting.get(id) ?? 0)
    add(sums.left, channel, c.accepted + c.confirmed + c.unknown)
    add(sums.inFlight, channel, c.sending)
  }
  return sums
}

async function setPaused(ctx: DispatchContext, actor: Actor, dispatchId: string, paused: boolean): Promise<Progress> {
  requirePermission(actor, 'announcement.control')
  const announcementId = await transaction(ctx.db, async sql => {
    const found = /^\d{1,18}$/.test(dispatchId) ? await findDispatch(sql, dispatchId) : undefined
    if (found) await findAnnouncement(sql, found.announcementId, true)
    const dispatch = found && (await findDispatch(sql, dispatchId, true))
    if (!dispatch) {
      throw new AppError('not-found', { vi: 'Không tìm thấy đợt phát hành này.', en: 'There is no such dispatch.' })
    }
    if (dispatch.settledAt || dispatch.cancelledAt || dispatch.expiredAt) {
      throw new AppError('dispatch.wrong-state', {
        vi: 'Đợt phát hành này đã kết thúc nên không thể tạm dừng hay tiếp tục.',
        en: 'This dispatch has ended; it can be neither paused nor resumed.',
      })
    }
    if ((dispatch.pausedAt !== null) === paused) return dispatch.announcementId
    await sql.query('update dispatches set paused_at = $2 where id = $1', [dispatchId, paused ? ctx.now() : null])
    await recordEvent(
      sql,
      {
        announcementId: dispatch.announcementId,
        actor,
        action: paused ? 'pause' : 'resume',
        revision: dispatch.revision,
        at: ctx.now(),
      },
      { channel: dispatch.channel },
    )
    if (!paused) await ringForOpenChunks(sql, dispatchId)
    return dispatch.announcementId
  })
  return await progressOf(ctx, announcementId)
}

/**
 * Asks the queue for every open chunk of a dispatch. The n-th chunk of any dispatch goes before the n+1-th of another, so
 * that a notice to one commune does not wait behind a province.
 */
export async function ringForOpenChunks(sql: Parameters<typeof addToOutbox>[0], dispatchId: string): Promise<void> {
  await sql.query(
    `insert into outbox (job, payload, priority, not_before, turn)
     select 'deliver',
       jsonb_build_object('v', $2::int, 'dispatchId', d.id::text, 'chunkId', c.id::text, 'channel', d.channel),
       d.priority, greatest(c.not_before, now()), row_number() over (order by c.id)
     from chunks c join dispatches d on d.id = c.dispatch_id
     where d.id = $1 and c.closed_at is null order by c.id`,
    [dispatchId, jobVersion],
  )
  await sql.query(`select pg_notify('loa_outbox', '')`)
}

/** Stops a dispatch after the flush that is under way; nobody is lost. */
export async function pauseDispatch(ctx: DispatchContext, actor: Actor, dispatchId: string): Promise<Progress> {
  return await setPaused(ctx, actor, dispatchId, true)
}

/** Goes on where a paused dispatch stopped. */
export async function resumeDispatch(ctx: DispatchContext, actor: Actor, dispatchId: string): Promise<Progress> {
  return await setPaused(ctx, actor, dispatchId, false)
}
