import type { DispatchContext } from '../dispatch/context.ts'
import { airtimeSettings } from '../domain/airtime/timing.ts'
import { holdAreas, markStale } from '../store/airtime/plans.ts'
import { lockSlots } from '../store/airtime/slots.ts'
import { type Sql, transaction } from '../store/db.ts'
import { pokeStationsOf } from '../store/shelf.ts'

/** What people read about a slot that is not on air. */
const reasons = {
  empty: 'Phiên không có nội dung để phát.',
  noFile: 'Chưa dựng được tệp trước giờ phát nên phiên không phát; nội dung được xếp vào phiên sau.',
  withdrawn: 'Mọi nội dung của phiên đã bị thu hồi.',
}

/** How long back the loop looks for what it has not dealt with: a machine may have been off over a long holiday. */
const daysBack = 8

/** A device plays by its last manifest for up to so many days without a contact. */
const daysBelieved = 8

/** An item of a slot is aired only as long as this holds. Tables: d dispatches, a announcements. */
export const isLive = `d.cancelled_at is null and d.expired_at is null and a.state not in ('cancelled', 'superseded')`

/**
 * Locks the slots whose time is near, so that devices can fetch what will surely be on air; takes off those that are empty
 * or whose file was not ready when they began. Driven by what is due, with an open start: an hour without it leaves slots
 * behind, which are settled then (rendered ones may have been played, so they count; others were not heard).
 * @returns how many were locked and taken off
 */
export async function lockDueSlots(ctx: DispatchContext): Promise<{ locked: number; void: number }> {
  const now = ctx.now()
  const due = new Date(now.getTime() + airtimeSettings.lockAheadMs)
  const { rows } = await ctx.db.query<{ code: string }>(`select distinct area_code as code from slots where ${isDue}`, [
    due,
    now,
  ])
  const codes = rows.map(r => r.code)
  const sum = { locked: 0, void: 0 }
  if (codes.length === 0) return sum
  await transaction(ctx.db, async sql => {
    await holdAreas(sql, codes, true)
    await lockSlots(sql, await dueIds(sql, due, now))
    const locked = await sql.query<{ areaCode: string }>(
      `update slots s set state = 'locked', locked_at = $2
       where state = 'planned' and starts_at <= $1 and (starts_at > $2 or file_key is not null)
         and exists (select from slot_items i where i.slot_id = s.id)
       returning area_code as "areaCode"`,
      [due, now],
    )
    const empty = await sql.query(
      `update slots s set state = 'void', void_reason = $2
       where state = 'planned' and starts_at <= $1 and not exists (select from slot_items i where i.slot_id = s.id)`,
      [due, reasons.empty],
    )
    const unready = await sql.query<{ areaCode: string }>(
      `update slots set state = 'void', void_reason = $2
       where state in ('planned', 'locked') and file_key is null and starts_at <= $1 returning area_code as "areaCode"`,
      [now, reasons.noFile],
    )
    await markStale(sql, areasOf(unready.rows))
    await pokeStationsOf(sql, areasOf([...locked.rows, ...unready.rows]))
    sum.locked = locked.rows.length
    sum.void = (empty.rowCount ?? 0) + unready.rows.length
  })
  return sum
}

/** Index: slots_open. */
const isDue = `state <> 'void' and starts_at <= $1
  and (state = 'planned' or (state = 'locked' and file_key is null and starts_at <= $2))`

async function dueIds(sql: Sql, due: Date, now: Date): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(`select id from slots where ${isDue}`, [due, now])
  return rows.map(r => r.id)
}

/**
 * Takes what was cancelled, superseded or is over out of locked slots that have not begun: a file without it is made, until
 * then the manifest tells players to leave it out. A slot that is empty by it is taken off. What was cancelled before a slot
 * began that has begun by now was left out by players as well: its file stays, but nothing may say that it was aired.
 * @returns how many items were taken out
 */
export async function withdrawFromSlots(ctx: DispatchContext): Promise<number> {
  const now = ctx.now()
  return transaction(ctx.db, async sql => {
    const { rows } = await sql.query<{ slotId: string; areaCode: string }>(
      `with gone as (
         select i.slot_id, i.dispatch_id from slots s join slot_items i on i.slot_id = s.id
           join dispatches d on d.id = i.dispatch_id join announcements a on a.id = d.announcement_id
         where s.state = 'locked' and i.withdrawn_at is null and not (${isLive})
           and (s.starts_at > $1 or (d.cancelled_at < s.starts_at and s.starts_at > $1 - $2 * interval '1 day'))
       )
       update slot_items i set withdrawn_at = $1 from gone, slots s
       where i.slot_id = gone.slot_id and i.dispatch_id = gone.dispatch_id and s.id = i.slot_id and i.withdrawn_at is null
       returning i.slot_id as "slotId", s.area_code as "areaCode"`,
      [now, daysBack],
    )
    const slotIds = [...new Set(rows.map(r => r.slotId))].sort()
    if (slotIds.length === 0) return 0
    await sql.query(
      `update slots s set content_at = case when starts_at > $2 then $2 else content_at end, render_failures = 0,
         render_after = null,
         state = case when kept.any then state else 'void' end, void_reason = case when kept.any then null else $3 end
       from (select id, exists (select from slot_items i where i.slot_id = id and i.withdrawn_at is null) as any
         from unnest($1::bigint[]) as id) kept
       where s.id = kept.id and s.state = 'locked'`,
      [slotIds, now, reasons.withdrawn],
    )
    await pokeStationsOf(sql, areasOf(rows))
    return rows.length
  })
}

/**
 * A slot that every device of the commune has missed was not heard: what it held is planned again. A slot that nobody
 * reported on stays unknown, and so does one on which a device is silent that may have played it offline; a person may
 * decide about it. A device that was not heard of for as long as a manifest is believed plays nothing.
 * Indexes: slots_open, device_events_slot.
 * @returns how many were released
 */
export async function releaseMissedSlots(ctx: DispatchContext): Promise<number> {
  const now = ctx.now()
  return transaction(ctx.db, async sql => {
    const { rows } = await sql.query<{ areaCode: string }>(
      `update slots s set released_at = $1, released_by = 'Loa', release_reason = 'missed'
       where s.state = 'locked' and s.released_at is null
         and s.starts_at between $1::timestamptz - $3 * interval '1 day' and $1::timestamptz - $2 * interval '1 ms'
         and exists (select from device_events e where e.slot_id = s.id and e.kind = 'missed')
         and not exists (select from device_events e where e.slot_id = s.id and e.kind in ('started', 'ended', 'interrupted'))
         and not exists (select from slot_ticks t where t.slot_id = s.id)
         and not exists (
           select from stations st join station_devices v on v.station_id = st.id
           where st.area_code = s.area_code and st.retired_at is null
             and v.created_at <= s.starts_at and (v.revoked_at is null or v.revoked_at > s.starts_at)
             and v.last_seen_at > s.starts_at - $4 * interval '1 day'
             and not exists (
               select from device_events e where e.slot_id = s.id and e.device_id = v.id and e.kind = 'missed'))
       returning s.area_code as "areaCode"`,
      [now, airtimeSettings.startGraceMs, daysBack, daysBelieved],
    )
    await markStale(sql, areasOf(rows))
    return rows.length
  })
}

/** Forgets sessions that were empty; nothing refers to them. */
export async function forgetEmptySlots(ctx: DispatchContext): Promise<number> {
  const { rowCount } = await ctx.db.query(
    `delete from slots s where state = 'void' and starts_at < $1::timestamptz - $2 * interval '1 day'
       and not exists (select from slot_items i where i.slot_id = s.id)
       and not exists (select from slot_ticks t where t.slot_id = s.id)`,
    [ctx.now(), daysBack],
  )
  return rowCount ?? 0
}

function areasOf(rows: { areaCode: string }[]): string[] {
  return [...new Set(rows.map(r => r.areaCode))].sort()
}
