import type { DispatchContext } from '../dispatch/context.ts'
import { plannedSeconds } from '../domain/airtime/plan.ts'
import { missedByAll, playbackOf } from '../domain/airtime/playback.ts'
import { overheadSeconds } from '../domain/airtime/timing.ts'
import type { Slot } from '../http/schemas-airtime.ts'
import type { Links } from '../runtime/links.ts'
import { type SlotView, viewSlots } from '../store/airtime/views.ts'
import { slotFileUrls } from './links.ts'

/** What views of airtime are given: addresses in them are signed. */
export interface AirtimeDeps extends DispatchContext {
  links: Links
}

/** Seconds of air of a slot: measured once it is rendered, else estimated; 0 for one that is not on air. */
export function secondsOfSlot(view: SlotView): number {
  if (view.state === 'void') return 0
  if (view.file) return Math.round(view.file.durationMs / 100) / 10
  return plannedSeconds(
    view.items.filter(i => !i.withdrawn),
    overheadSeconds(view.sound),
  )
}

/** True when the slot's time is over. */
export function isOver(view: SlotView, now: Date): boolean {
  return view.startsAt.getTime() + view.maxSeconds * 1000 <= now.getTime()
}

/** What the devices reported of a slot. */
export function playbackOfSlot(view: SlotView) {
  return playbackOf(view.devices, view.reports, view.file?.plays ?? 0)
}

/** A slot as the API shows it. */
export function presentSlot(deps: AirtimeDeps, view: SlotView): Slot {
  const { devices, played, partly, missed, silent } = playbackOfSlot(view)
  const tick = view.ticks.at(-1)
  const { file } = view
  return {
    id: view.id,
    areaCode: view.areaCode,
    areaName: view.areaName,
    startsAt: view.startsAt.toISOString(),
    maxSeconds: view.maxSeconds,
    seconds: secondsOfSlot(view),
    relay: view.relay,
    state: view.state,
    voidReason: view.voidReason,
    problem: view.state === 'void' ? null : view.problem,
    items: view.items.map(({ renditionId: _renditionId, ...item }) => item),
    file: file && {
      ...slotFileUrls(deps.links, view, file.sha256),
      sizeBytes: file.sizeBytes,
      durationSeconds: file.durationMs / 1000,
      lufs: file.lufs,
      dbtp: file.dbtp,
    },
    playback: {
      devices,
      played,
      partly,
      missed,
      silent: isOver(view, deps.now()) && view.state !== 'void' ? silent : 0,
      tickedAt: tick?.at.toISOString() ?? null,
      tickedBy: tick?.by ?? null,
    },
  }
}

/** Seconds of air of slots, for lists. */
export async function secondsOfSlots(ctx: DispatchContext, ids: string[]): Promise<Map<string, number>> {
  return new Map((await viewSlots(ctx.db, { ids }, ctx.now())).map(v => [v.id, secondsOfSlot(v)]))
}

/** True when a slot may be said not to have been on air: nobody reported or ticked that it was. */
export function mayBeReleased(view: SlotView, now: Date): boolean {
  if (view.state !== 'locked' || !isOver(view, now) || view.ticks.length > 0) return false
  const playback = playbackOfSlot(view)
  return missedByAll(playback) || playback.played + playback.partly === 0
}
