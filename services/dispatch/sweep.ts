import { requireChannel } from '../../channels/registry.ts'
import { jobVersion } from '../../config/queues.ts'
import { findAnnouncement, recordEvent, updateState } from '../store/announcements.ts'
import { transaction } from '../store/db.ts'
import { settleDispatch } from '../store/dispatches.ts'
import { endWaiting, settleWindow } from '../store/ledger.ts'
import { addToOutbox } from '../store/outbox.ts'
import { withdrawFromShelves } from '../store/shelf.ts'
import {
  abandonedWindows,
  expiredUnapproved,
  idleChunks,
  overdue,
  unplanned,
  unrendered,
  unsettled,
} from '../store/sweep.ts'
import type { DispatchContext } from './context.ts'
import { applyReceipts } from './receipts.ts'

const system = { id: 'system', name: 'Loa' }
/** More open chunks than this are asked for in later rounds; workers take them from the front in any case. */
const chunksPerSweep = 5_000

/**
 * Finds work that nobody holds and asks the queue for it again; ends what is over; settles what a dead worker left.
 * Driven by the state of the database alone, so an empty Redis or an hour without sweeps loses nothing. Running it in
 * several processes at once is harmless; one at a time is enough.
 * @returns what was found, for the log
 */
export async function sweep(ctx: DispatchContext): Promise<Record<string, number>> {
  const found: Record<string, number> = {}
  found.expired = await endOverdue(ctx)
  found.settledWindows = await settleAbandoned(ctx)
  found.receipts = await applyReceipts(ctx)
  found.jobs = await ringForIdleWork(ctx)
  const open = await unsettled(ctx.db)
  for (const id of open) await transaction(ctx.db, sql => settleDispatch(sql, id, ctx.now()))
  found.settled = open.length
  return found
}

async function endOverdue(ctx: DispatchContext): Promise<number> {
  const dispatches = await overdue(ctx.db)
  for (const { id, announcementId } of dispatches) {
    await transaction(ctx.db, async sql => {
      const announcement = await findAnnouncement(sql, announcementId, true)
      await sql.query('update dispatches set expired_at = $2 where id = $1 and settled_at is null', [id, ctx.now()])
      const stopped = await endWaiting(sql, id, 'expired', 'expired')
      await withdrawFromShelves(sql, id, ctx.now())
      await settleDispatch(sql, id, ctx.now())
      if (announcement) {
        const event = {
          announcementId,
          actor: system,
          action: 'expire',
          revision: announcement.revision,
          at: ctx.now(),
        }
        await recordEvent(sql, event, { stopped })
      }
    })
  }
  const unapproved = await expiredUnapproved(ctx.db)
  for (const id of unapproved) {
    await transaction(ctx.db, async sql => {
      const row = await findAnnouncement(sql, id, true)
      if (row?.state !== 'submitted') return
      await updateState(sql, id, { state: 'expired' }, ctx.now())
      await recordEvent(sql, {
        announcementId: id,
        actor: system,
        action: 'expire',
        revision: row.revision,
        at: ctx.now(),
      })
    })
  }
  return dispatches.length + unapproved.length
}

/** Windows whose worker is gone, on chunks that no claim will visit again (paused, cancelled, expired). */
async function settleAbandoned(ctx: DispatchContext): Promise<number> {
  const windows = await abandonedWindows(ctx.db)
  for (const { id, dispatchId, channel } of windows) {
    const unsafe = requireChannel(ctx.channels, channel).channel.traits.repeat === 'unsafe'
    await transaction(ctx.db, async sql => {
      const { rows } = await sql.query(
        `select 1 from chunks where id = $1 and up_to > done_to and (lease_until is null or lease_until < now())
         for update skip locked`,
        [id],
      )
      if (rows.length === 0) return
      await settleWindow(sql, id, unsafe)
      await settleDispatch(sql, dispatchId, ctx.now())
    })
  }
  return windows.length
}

async function ringForIdleWork(ctx: DispatchContext): Promise<number> {
  const plans = (await unplanned(ctx.db)).map(d => ({ ...d, job: 'plan' }))
  const renders = (await unrendered(ctx.db)).map(d => ({ ...d, job: 'render' }))
  const chunks = await idleChunks(ctx.db, chunksPerSweep)
  const messages = [
    ...[...plans, ...renders].map(({ job, id, priority }) => ({
      job,
      payload: { v: jobVersion, dispatchId: id },
      priority,
    })),
    ...chunks.map(({ id, dispatchId, channel, priority }) => ({
      job: 'deliver',
      payload: { v: jobVersion, dispatchId, chunkId: id, channel },
      priority,
    })),
  ]
  await addToOutbox(ctx.db, messages)
  return messages.length
}
