import { requireChannel } from '../../channels/registry.ts'
import { dispatchSettings, jobVersion } from '../../config/queues.ts'
import { findAnnouncement, recordEvent, updateState } from '../store/announcements.ts'
import { communesOf } from '../store/areas.ts'
import { snapshotTransaction } from '../store/db.ts'
import type { DispatchRow } from '../store/dispatches.ts'
import { findDispatch, settleDispatch } from '../store/dispatches.ts'
import type { AudienceQuery } from '../store/freeze.ts'
import { countMembers, insertChunks } from '../store/freeze.ts'
import { addToOutbox } from '../store/outbox.ts'
import { countPossibleRepeats } from '../store/rounds.ts'
import type { DispatchContext } from './context.ts'
import { ringForOpenChunks } from './control.ts'
import { orNoteFailure } from './failure.ts'

const noFreeze = 'Chưa lập được danh sách nhận cho kênh này; hệ thống đang thử lại.'

/**
 * Freezes the audience of a dispatch: from here on it is never selected again. Everything happens in one
 * transaction on one snapshot, so the counts that are compared come from one and the same picture of the registry,
 * and a crash leaves either nothing or a complete frozen audience.
 * A failure is written on the dispatch, where the officer sees it, and thrown for the queue to try again.
 * @returns false when there was nothing to do (frozen already, cancelled, not due)
 */
export async function freezeDispatch(ctx: DispatchContext, dispatchId: string): Promise<boolean> {
  const known = await findDispatch(ctx.db, dispatchId)
  if (!known || known.frozenAt) return false
  return await orNoteFailure(ctx, dispatchId, noFreeze, () => freeze(ctx, known))
}

async function freeze(ctx: DispatchContext, known: DispatchRow): Promise<boolean> {
  const dispatchId = known.id
  return await snapshotTransaction(ctx.db, async sql => {
    const announcement = await findAnnouncement(sql, known.announcementId, true)
    const dispatch = await findDispatch(sql, dispatchId, true)
    if (!announcement || !dispatch || dispatch.frozenAt || dispatch.cancelledAt || dispatch.expiredAt) return false
    if (dispatch.notBefore > ctx.now()) return false

    const { channel } = requireChannel(ctx.channels, dispatch.channel)
    const query: AudienceQuery = {
      kind: channel.audience,
      address: channel.address,
      channel: channel.id,
      members: dispatch.resendStates
        ? { round: { dispatchId, states: dispatch.resendStates } }
        : {
            communes: await communesOf(sql, announcement.content.audience.areas),
            tags: announcement.content.audience.tags,
          },
    }
    const expected = await countMembers(sql, query)
    const frozen = await insertChunks(sql, dispatchId, query, dispatchSettings.chunkSize)
    if (frozen.audience !== expected) {
      throw new Error(`freeze of dispatch ${dispatchId}: ${frozen.audience} in chunks, ${expected} expected`)
    }
    if (dispatch.round > 1) await countPossibleRepeats(sql, dispatchId)
    await sql.query(
      'update dispatches set audience = $2, frozen_at = $3, problem = null, failures = 0, try_after = null where id = $1',
      [dispatchId, frozen.audience, ctx.now()],
    )
    if (announcement.state === 'approved') {
      await updateState(sql, announcement.id, { state: 'dispatching' }, ctx.now())
    }
    await recordEvent(
      sql,
      {
        announcementId: announcement.id,
        actor: { id: 'system', name: 'Loa' },
        action: 'freeze',
        revision: dispatch.revision,
        at: ctx.now(),
      },
      {
        channel: dispatch.channel,
        audience: frozen.audience,
        excluded: frozen.excluded,
        ...(dispatch.round > 1 && { round: dispatch.round }),
      },
    )
    // With nobody to send to there is nothing to render; a further round has its rendition already.
    if (await settleDispatch(sql, dispatchId, ctx.now())) return true
    if (dispatch.renditionId) await ringForOpenChunks(sql, dispatchId)
    else {
      await addToOutbox(sql, [{ job: 'render', payload: { v: jobVersion, dispatchId }, priority: dispatch.priority }])
    }
    return true
  })
}
