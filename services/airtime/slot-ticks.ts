import type { DispatchContext } from '../dispatch/context.ts'
import { recordReceipts } from '../dispatch/receipts.ts'
import type { Actor } from '../domain/accounts.ts'
import { airtimeSettings } from '../domain/airtime/timing.ts'
import { AppError, type Sentence } from '../domain/errors.ts'
import type { OperatorSlot } from '../http/schemas-airtime.ts'
import { undoMinutes } from '../places/operator.ts'
import { markStale } from '../store/airtime/plans.ts'
import { type SlotView, viewSlots } from '../store/airtime/views.ts'
import { appendAsRun } from '../store/as-run.ts'
import { type Sql, transaction } from '../store/db.ts'
import { presentOperatorSlots } from './operator-slots.ts'
import { noSuchStation, type OwnStation, ownStations, requireStation } from './stations.ts'
import type { AirtimeDeps } from './views.ts'

function wrongState(sentence: Sentence): AppError {
  return new AppError('airtime.wrong-state', sentence)
}

async function requireSlot(deps: AirtimeDeps, sql: Sql, slotId: string): Promise<SlotView> {
  const [view] = await viewSlots(sql, { ids: [slotId] }, deps.now())
  if (view) return view
  throw new AppError('not-found', { vi: 'Không tìm thấy phiên phát này.', en: 'There is no such slot.' })
}

/**
 * The operator says that a slot was on air at a station.
 * @param at when it began; its time in the programme when absent
 * @throws AppError not-found | airtime.wrong-state (not begun, or taken off) | request.invalid
 */
export async function tickSlot(
  deps: AirtimeDeps,
  actor: Actor,
  slotId: string,
  stationId: string,
  at: Date | undefined,
): Promise<OperatorSlot> {
  const stations = await ownStations(deps.db, actor)
  const station = requireStation(stations, stationId)
  await transaction(deps.db, async sql => {
    await sql.query('select 1 from slots where id = $1 for share', [slotId])
    const view = await requireSlot(deps, sql, slotId)
    if (view.areaCode !== station.areaCode) throw noSuchStation()
    const now = deps.now()
    if (view.state === 'void' || view.items.every(i => i.withdrawn)) throw wrongState(takenOff)
    if (view.startsAt > now) throw wrongState(notBegun)
    const airedAt = at ?? view.startsAt
    const earliest = view.startsAt.getTime() - airtimeSettings.lockAheadMs
    if (airedAt.getTime() < earliest || airedAt.getTime() > now.getTime() + 60_000) throw impossibleTime()
    await sql.query(
      `insert into slot_ticks (slot_id, station_id, aired_at, aired_by, ticked_at) values ($1, $2, $3, $4, $5)
       on conflict do nothing`,
      [slotId, stationId, airedAt, actor.name, now],
    )
    // What was to be aired once more because nobody had reported need not be.
    await markStale(sql, [view.areaCode])
  })
  return again(deps, slotId, stations)
}

const takenOff: Sentence = {
  vi: 'Phiên này đã bị bỏ hoặc mọi nội dung đã thu hồi nên không xác nhận được.',
  en: 'This slot was taken off, or all of it was withdrawn; it cannot be confirmed.',
}
const notBegun: Sentence = {
  vi: 'Phiên này chưa tới giờ phát nên chưa xác nhận được.',
  en: 'This slot has not begun; it cannot be confirmed yet.',
}

function impossibleTime(): AppError {
  return new AppError(
    'request.invalid',
    {
      vi: 'Thời điểm phát không được sớm hơn giờ của phiên quá 10 phút và không ở trong tương lai.',
      en: 'The time must not be more than 10 minutes before the slot, and not in the future.',
    },
    { details: { errors: [{ path: 'at', message: 'outside the time in which it could have been aired' }] } },
  )
}

/**
 * Takes a tick back while it has not been recorded yet.
 * @throws AppError dispatch.wrong-state when it is part of the results already
 */
export async function untickSlot(
  deps: AirtimeDeps,
  actor: Actor,
  slotId: string,
  stationId: string,
): Promise<OperatorSlot> {
  const stations = await ownStations(deps.db, actor)
  const station = requireStation(stations, stationId)
  await transaction(deps.db, async sql => {
    const { rows } = await sql.query<{ recordedAt: Date | null }>(
      `select recorded_at as "recordedAt" from slot_ticks where slot_id = $1 and station_id = $2 for update`,
      [slotId, stationId],
    )
    if (rows[0] === undefined) return
    if (rows[0].recordedAt !== null) {
      throw new AppError('dispatch.wrong-state', {
        vi: `Xác nhận đã phát được ghi vào kết quả sau ${undoMinutes} phút và không rút lại được nữa. Ông/Bà vui lòng báo cho cán bộ ban hành thông báo.`,
        en: `A tick becomes part of the results after ${undoMinutes} minutes and can no longer be taken back. Please tell the officer who issued the announcement.`,
      })
    }
    await sql.query('delete from slot_ticks where slot_id = $1 and station_id = $2', [slotId, stationId])
    await markStale(sql, [station.areaCode])
  })
  return again(deps, slotId, stations)
}

async function again(deps: AirtimeDeps, slotId: string, stations: OwnStation[]): Promise<OperatorSlot> {
  const view = await requireSlot(deps, deps.db, slotId)
  const [slot] = await presentOperatorSlots(deps, [view], stations)
  if (!slot) throw new Error(`slot ${slotId} was there a moment ago`)
  return slot
}

/**
 * Passes ticks of slots that can no longer be undone to the ledger, as receipts for every item that was in the slot, and to
 * the as-run log. Like the ticks of items: the rows stay locked until the receipts are stored, and storing them twice after
 * a crash changes nothing. Index: slot_ticks_open.
 * @returns how many were recorded
 */
export async function recordSlotTicks(ctx: DispatchContext): Promise<number> {
  const now = ctx.now()
  return transaction(ctx.db, async sql => {
    const { rows: ticks } = await sql.query<{
      slotId: string
      stationId: string
      at: Date
      by: string
      startsAt: Date
    }>(
      `select t.slot_id as "slotId", t.station_id as "stationId", t.aired_at as at, t.aired_by as by,
         s.starts_at as "startsAt"
       from slot_ticks t join slots s on s.id = t.slot_id
       where t.ticked_at <= $1 and t.recorded_at is null order by t.station_id, t.ticked_at limit 500
       for update of t skip locked`,
      [new Date(now.getTime() - undoMinutes * 60_000)],
    )
    if (ticks.length === 0) return 0
    const { rows: items } = await sql.query<{ slotId: string; dispatchId: string }>(
      `select slot_id as "slotId", dispatch_id as "dispatchId" from slot_items
       where slot_id = any($1::bigint[]) and withdrawn_at is null order by slot_id, position`,
      [ticks.map(t => t.slotId)],
    )
    const dispatchesOf = (slotId: string) => items.filter(i => i.slotId === slotId).map(i => i.dispatchId)
    await recordReceipts(
      ctx,
      'loudspeaker',
      ticks.flatMap(({ slotId, stationId, at }) =>
        dispatchesOf(slotId).map(dispatchId => ({
          ref: `station-${dispatchId}-${stationId}`,
          dispatchId,
          targetId: stationId,
          state: 'confirmed' as const,
          code: 'aired',
          at,
        })),
      ),
    )
    for (const { slotId, stationId, at, by, startsAt } of ticks) {
      const body = { slot: slotId, startsAt: startsAt.toISOString(), dispatches: dispatchesOf(slotId), by }
      await appendAsRun(sql, stationId, [{ at, kind: 'ticked', body }])
      await sql.query('update slot_ticks set recorded_at = $3 where slot_id = $1 and station_id = $2', [
        slotId,
        stationId,
        now,
      ])
    }
    return ticks.length
  })
}
