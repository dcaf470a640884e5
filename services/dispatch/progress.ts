import type { AudienceKind } from '../../channels/contract.ts'
import { requireChannel } from '../../channels/registry.ts'
import type { DeliveryState } from '../domain/delivery.ts'
import { deliveryStates, noDeliveries } from '../domain/delivery.ts'
import { AppError } from '../domain/errors.ts'
import type { AreaResult, DispatchProgress, Progress, TargetResult } from '../http/schemas.ts'
import { findAnnouncement } from '../store/announcements.ts'
import type { DispatchRow } from '../store/dispatches.ts'
import { dispatchesOf } from '../store/dispatches.ts'
import { countsByArea, countsOfDispatches, listTargets, reasonsOf } from '../store/progress.ts'
import type { DispatchContext } from './context.ts'

/** Where a dispatch stands, from its own columns only. */
function phaseOf(d: DispatchRow): DispatchProgress['phase'] {
  if (d.cancelledAt) return 'cancelled'
  if (d.expiredAt) return 'expired'
  if (d.settledAt) return 'settled'
  // Somebody's own decision before a trouble: what is paused is not being tried, and can be resumed.
  if (d.pausedAt) return 'paused'
  if (d.problem) return 'problem'
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
  const dispatches = await dispatchesOf(ctx.db, announcementId)
  const counts = await countsOfDispatches(
    ctx.db,
    dispatches.map(d => d.id),
  )
  const reasons = await Promise.all(dispatches.map(d => reasonsOf(ctx.db, d.id)))
  return {
    announcementId,
    state: announcement.state,
    dispatches: dispatches.map((d, i) => ({
      id: d.id,
      channel: d.channel,
      method: d.method,
      phase: phaseOf(d),
      problem: d.problem,
      counts: counts.get(d.id) ?? noDeliveries(),
      reasons: reasons[i] ?? {},
      startedAt: d.frozenAt?.toISOString() ?? null,
      settledAt: d.settledAt?.toISOString() ?? null,
    })),
  }
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
  const results = new Map<string, AreaResult>()
  for (const dispatch of await dispatchesOf(ctx.db, announcementId)) {
    for (const row of await countsByArea(ctx.db, dispatch.id, kindOf(ctx, dispatch.channel).kind)) {
      const key = `${row.areaCode} ${dispatch.channel}`
      const result = results.get(key) ?? {
        areaCode: row.areaCode,
        areaName: row.areaName,
        channel: dispatch.channel,
        counts: noDeliveries(),
      }
      result.counts[row.state] += row.n
      result.counts.audience += row.n
      results.set(key, result)
    }
  }
  return [...results.values()]
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
  query: { channel: string; state?: string | undefined; cursor?: string | undefined },
): Promise<{ items: TargetResult[]; nextCursor: string | null }> {
  const { kind, address } = kindOf(ctx, query.channel)
  const dispatch = (await dispatchesOf(ctx.db, announcementId)).find(d => d.channel === query.channel)
  if (!dispatch) return { items: [], nextCursor: null }
  const state = deliveryStates.find(s => s === query.state) as DeliveryState | undefined
  const rows = await listTargets(ctx.db, dispatch.id, kind, {
    limit: pageSize + 1,
    ...(address && { address }),
    ...(state && { state }),
    ...(/^\d{1,18}$/.test(query.cursor ?? '') && { afterId: query.cursor as string }),
  })
  const page = rows.slice(0, pageSize)
  return {
    items: page.map(row => ({
      ...row,
      label: kind === 'citizens' ? maskAddress(row.label) : row.label,
      at: row.at?.toISOString() ?? null,
    })),
    nextCursor: rows.length > pageSize ? (page.at(-1)?.targetId ?? null) : null,
  }
}
