import { jobVersion } from '../../config/queues.ts'
import { findAnnouncement, recordEvent, updateState } from '../store/announcements.ts'
import { transaction } from '../store/db.ts'
import { endAnnouncement, settleDispatch } from '../store/dispatches.ts'
import { endWaiting, settleAbandonedWindow } from '../store/ledger.ts'
import { addToOutbox } from '../store/outbox.ts'
import { withdrawFromShelves } from '../store/shelf.ts'
import {
  abandonedWindows,
  endedWithWaiting,
  expiredUnapproved,
  idleChunks,
  overdue,
  unended,
  unplanned,
  unrendered,
  unsettled,
} from '../store/sweep.ts'
import type { DispatchContext } from './context.ts'
import { applyReceipts } from './receipts.ts'

const system = { id: 'system', name: 'Loa' }
/** More open chunks than this are asked for in later rounds; workers take them from the front in any case. */
const chunksPerSweep = 5_000

const steps = {
  expired: endOverdue,
  unapproved: endUnapproved,
  stragglers: endStragglers,
  settledWindows: settleAbandoned,
  receipts: applyReceipts,
  jobs: ringForIdleWork,
  settled: settleEnded,
} satisfies Record<string, (ctx: DispatchContext) => Promise<number>>

/**
 * Finds work that nobody holds and asks the queue for it again; ends what is over; settles what a dead worker left.
 * Driven by the state of the database alone, so an empty Redis or an hour without sweeps loses nothing. Running it in
 * several processes at once is harmless; one at a time is enough. A step that fails does not keep the others from
 * their work.
 * @returns what was found, for the log
 * @throws AggregateError when steps failed, after all have had their turn
 */
export async function sweep(ctx: DispatchContext): Promise<Record<string, number>> {
  const found: Record<string, number> = {}
  await eachInTurn(Object.entries(steps), async ([name, step]) => {
    found[name] = await step(ctx)
  })
  return found
}

/** Does all of them, one after the other, whatever becomes of each. @throws AggregateError when some failed */
async function eachInTurn<T>(items: T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const errors: unknown[] = []
  for (const item of items) await work(item).catch(error => errors.push(error))
  if (errors.length > 0) throw new AggregateError(errors, errors.map(String).join('; '))
}

async function endOverdue(ctx: DispatchContext): Promise<number> {
  const dispatches = await overdue(ctx.db)
  await eachInTurn(dispatches, ({ id, announcementId }) =>
    transaction(ctx.db, async sql => {
      const announcement = await findAnnouncement(sql, announcementId, true)
      const { rows } = await sql.query(
        `update dispatches set expired_at = $2
         where id = $1 and settled_at is null and cancelled_at is null and expired_at is null returning channel`,
        [id, ctx.now()],
      )
      if (!announcement || rows[0] === undefined) return
      const stopped = await endWaiting(sql, [id], 'expired')
      await recordEvent(
        sql,
        { announcementId, actor: system, action: 'expire', revision: announcement.revision, at: ctx.now() },
        { channel: rows[0].channel, stopped: stopped.get(id) ?? 0 },
      )
      await withdrawFromShelves(sql, id, ctx.now(), { kind: 'expired' })
      await settleDispatch(sql, id, ctx.now())
    }),
  )
  return dispatches.length
}

async function endUnapproved(ctx: DispatchContext): Promise<number> {
  const unapproved = await expiredUnapproved(ctx.db)
  await eachInTurn(unapproved, id =>
    transaction(ctx.db, async sql => {
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
    }),
  )
  return unapproved.length
}

/** Nobody waits in a dispatch that was cancelled or is over. */
async function endStragglers(ctx: DispatchContext): Promise<number> {
  const dispatches = await endedWithWaiting(ctx.db)
  await eachInTurn(dispatches, ({ id, announcementId, state }) =>
    transaction(ctx.db, async sql => {
      await findAnnouncement(sql, announcementId, true)
      await endWaiting(sql, [id], state)
      await settleDispatch(sql, id, ctx.now())
    }),
  )
  return dispatches.length
}

/** Windows whose worker is gone, on chunks that no claim will visit again (paused, cancelled, expired). */
async function settleAbandoned(ctx: DispatchContext): Promise<number> {
  const windows = await abandonedWindows(ctx.db)
  await eachInTurn(windows, ({ id, channel }) => {
    // Of a channel that is switched off nobody can say whether a repeat would do harm.
    const unsafe = (ctx.channels.get(channel)?.channel.traits.repeat ?? 'unsafe') === 'unsafe'
    return settleAbandonedWindow(ctx.db, id, unsafe)
  })
  return windows.length
}

/** Dispatches without any work left, and announcements without any dispatch left. Comes last: the others make them. */
async function settleEnded(ctx: DispatchContext): Promise<number> {
  const dispatches = await unsettled(ctx.db)
  await eachInTurn(dispatches, id => transaction(ctx.db, sql => settleDispatch(sql, id, ctx.now())))
  const announcements = await unended(ctx.db)
  await eachInTurn(announcements, id => transaction(ctx.db, sql => endAnnouncement(sql, id, ctx.now())))
  return dispatches.length + announcements.length
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
    ...chunks.map(({ id, dispatchId, channel, priority, turn }) => ({
      job: 'deliver',
      payload: { v: jobVersion, dispatchId, chunkId: id, channel },
      priority,
      turn,
    })),
  ]
  await addToOutbox(ctx.db, messages)
  return messages.length
}
