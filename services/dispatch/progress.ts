import type { AudienceKind } from '../../channels/contract.ts'
import { requireChannel } from '../../channels/registry.ts'
import type { DeliveryState } from '../domain/delivery.ts'
import { deliveryStates, noDeliveries } from '../domain/delivery.ts'
import { AppError } from '../domain/errors.ts'
import { quietUntil } from '../domain/quiet-hours.ts'
import type { AreaResult, DispatchProgress, Progress, TargetResult } from '../http/schemas.ts'
import { findAnnouncement } from '../store/announcements.ts'
import { snapshotTransaction } from '../store/db.ts'
import type { DispatchRow } from '../store/dispatches.ts'
import { dispatchesOf } from '../store/dispatches.ts'
import { costOf, countsByArea, countsOfDispatches, reasonsOf } from '../store/progress.ts'
import { listTargets } from '../store/target-states.ts'
import type { DispatchContext } from './context.ts'

/** When a dispatch that waits for the morning goes on; null when it does not wait for it. */
function quietEnd(ctx: DispatchContext, d: DispatchRow): Date | null {
  const respects = ctx.channels.get(d.channel)?.channel.traits.quietHours && d.priority === 'routine'
  return respects && d.frozenAt && !d.settledAt ? quietUntil(ctx.quietHours, ctx.now()) : null
}

/** Where a dispatch stands, from its own columns and the hour only. */
function phaseOf(d: DispatchRow, quiet: boolean): DispatchProgress['phase'] {
  if (d.cancelledAt) return 'cancelled'
  if (d.expiredAt) return 'expired'
  if (d.settledAt) return 'settled'
  // Somebody's own decision before a trouble: what is paused is not being tried, and can be resumed.
  if (d.pausedAt) return 'paused'
  if (d.problem) return 'problem'
  if (quiet) return 'quiet'
  if (!d.frozenAt) return 'planned'
  return d.renditionId ? 'delivering' : 'rendering'
}

/**
 * The equation of every channel at this moment.
 * @throws AppError not-found
 */
export async function progressOf(ctx: DispatchContext, announcementId: string): Promise<Progress> {
  const announcement = await findAnnouncement(ctx.db, announcementId)
  if (!announcement) {
    throw new AppError('not-found', { vi: 'Không tìm thấy thông báo này.', en: 'There is no such announcement.' })
  }
  // One picture of all of it: counts and reasons that disagree for a moment would look like people lost.
  const { dispatches, counts, reasons, costs } = await snapshotTransaction(ctx.db, async sql => {
    const found = await dispatchesOf(sql, announcementId)
    return {
      dispatches: found,
      counts: await countsOfDispatches(
        sql,
        found.map(d => d.id),
      ),
      reasons: await inTurn(found, d => reasonsOf(sql, d.id)),
      costs: await inTurn(found, d => costOf(sql, d.id)),
    }
  })
  const quiet = dispatches.map(d => quietEnd(ctx, d))
  return {
    announcementId,
    state: announcement.state,
    dispatches: dispatches.map((d, i) => ({
      id: d.id,
      channel: d.channel,
      method: d.method,
      round: d.round,
      resendStates: d.resendStates,
      possibleRepeats: d.possibleRepeats,
      phase: phaseOf(d, quiet[i] !== null),
      quietUntil: quiet[i]?.toISOString() ?? null,
      problem: d.problem,
      counts: counts.get(d.id) ?? noDeliveries(),
      reasons: reasons[i] ?? {},
      costDong: costs[i] ?? 0,
      startedAt: d.frozenAt?.toISOString() ?? null,
      settledAt: d.settledAt?.toISOString() ?? null,
    })),
  }
}

/** One after the other: they share a connection. */
async function inTurn<T, R>(items: T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (const item of items) results.push(await work(item))
  return results
}

function kindOf(
  ctx: DispatchContext,
  channelId: string,
): { kind: AudienceKind; address: 'phone' | 'email' | undefined } {
  const { channel } = requireChannel(ctx.channels, channelId)
  return { kind: channel.audience, address: channel.address }
}

/** The same equation per commune and channel. */
export async function areaResults(ctx: DispatchContext, announcementId: string): Promise<AreaResult[]> {
  const results: AreaResult[] = []
  for (const dispatch of await dispatchesOf(ctx.db, announcementId)) {
    for (const row of await countsByArea(ctx.db, dispatch.id)) {
      results.push({ ...row, channel: dispatch.channel, round: dispatch.round })
    }
  }
  return results
}

/** Hides the middle of a phone number or mail address; names of places are shown as they are. */
export function maskAddress(label: string): string {
  if (/^\+\d+$/.test(label)) return `${label.slice(0, 5)}*** ***${label.slice(-2)}`
  const at = label.indexOf('@')
  return at > 0 ? `${label.slice(0, 1)}***${label.slice(at)}` : label
}

const pageSize = 50

/** Targets of one channel and what became of each, in pages; addresses are masked. */
export async function targetResults(
  ctx: DispatchContext,
  announcementId: string,
  query: { channel: string; round?: number | undefined; state?: string | undefined; cursor?: string | undefined },
): Promise<{ items: TargetResult[]; nextCursor: string | null }> {
  const { kind, address } = kindOf(ctx, query.channel)
  const ofChannel = (await dispatchesOf(ctx.db, announcementId)).filter(d => d.channel === query.channel)
  const dispatch = ofChannel.find(d => d.round === (query.round ?? 1))
  if (!dispatch) return { items: [], nextCursor: null }
  const state = deliveryStates.find(s => s === query.state) as DeliveryState | undefined
  const { rows, nextCursor } = await listTargets(ctx.db, dispatch.id, kind, {
    limit: pageSize,
    cursor: query.cursor,
    ...(address && { address }),
    ...(state && { state }),
  })
  return {
    items: rows.map(row => ({
      ...row,
      label: kind === 'citizens' ? maskAddress(row.label) : row.label,
      at: row.at?.toISOString() ?? null,
    })),
    nextCursor,
  }
}
