import type { DeviceReport } from '../../domain/airtime/playback.ts'
import type { SlotFrameSound } from '../../domain/airtime/timing.ts'
import type { Priority } from '../../domain/announcement.ts'
import { emergencyHoursWithoutEnd } from '../../domain/station.ts'
import type { Sql } from '../db.ts'

/** A slot with everything that a page shows of it. */
export interface SlotView {
  id: string
  areaCode: string
  areaName: string
  provinceCode: string | null
  startsAt: Date
  maxSeconds: number
  relay: boolean
  state: 'planned' | 'locked' | 'void'
  voidReason: string | null
  problem: string | null
  sound: SlotFrameSound
  releasedAt: Date | null
  items: SlotItemView[]
  /** The file of what is in it now. */
  file: { sha256: string; durationMs: number; lufs: number; dbtp: number; sizeBytes: number; plays: number } | null
  devices: number
  reports: DeviceReport[]
  ticks: { stationId: string; at: Date; by: string; recordedAt: Date | null }[]
}

export interface SlotItemView {
  dispatchId: string
  announcementId: string
  renditionId: string
  title: string
  priority: Priority
  plays: number
  seconds: number
  pinned: boolean
  /** Taken out after the lock, or no longer to be aired in a slot that has not begun. */
  withdrawn: boolean
}

/** Which slots: by id, or those of areas between two moments. */
export type SlotFilter = { ids: string[] } | { areaCodes: string[] | null; from: Date; to: Date }

/**
 * Slots in the order of time. Everything is read in some statements however many slots there are.
 * Indexes: slots_time, the slots of an area, device_events_slot.
 */
export async function viewSlots(sql: Sql, filter: SlotFilter, now: Date): Promise<SlotView[]> {
  const byId = 'ids' in filter
  const { rows } = await sql.query(
    `select s.id, s.area_code as "areaCode", a.name as "areaName", a.parent_code as "provinceCode",
       s.starts_at as "startsAt", s.max_seconds as "maxSeconds", s.relay, s.state, s.void_reason as "voidReason",
       s.problem, s.sound, s.released_at as "releasedAt", f.sha256, f.duration_ms as "durationMs", f.lufs, f.dbtp,
       f.size_bytes::float8 as "sizeBytes", jsonb_array_length(f.parts) as "filePlays"
     from slots s join areas a on a.code = s.area_code
       left join slot_files f on f.key = s.file_key and s.file_for = s.content_at and s.state <> 'void'
     where ${byId ? 's.id = any($1::bigint[])' : '($1::text[] is null or s.area_code = any($1)) and s.starts_at >= $2 and s.starts_at < $3'}
     order by s.starts_at, s.area_code`,
    byId ? [filter.ids] : [filter.areaCodes, filter.from, filter.to],
  )
  const ids = rows.map(r => r.id)
  const items = await itemsOf(sql, ids, now)
  const devices = await devicesOf(sql, ids)
  const reports = await reportsOf(sql, ids)
  const ticks = await ticksOf(sql, ids)
  return rows.map(({ sha256, durationMs, lufs, dbtp, sizeBytes, filePlays, ...row }) => ({
    ...row,
    items: items.get(row.id) ?? [],
    file: sha256 === null ? null : { sha256, durationMs, lufs, dbtp, sizeBytes, plays: filePlays },
    devices: devices.get(row.id)?.[0]?.count ?? 0,
    reports: reports.get(row.id) ?? [],
    ticks: ticks.get(row.id) ?? [],
  }))
}

function bySlot<T extends { slotId: string }>(rows: T[]): Map<string, Omit<T, 'slotId'>[]> {
  const groups = new Map<string, Omit<T, 'slotId'>[]>()
  for (const { slotId, ...row } of rows) {
    const group = groups.get(slotId)
    if (group) group.push(row)
    else groups.set(slotId, [row])
  }
  return groups
}

async function itemsOf(sql: Sql, ids: string[], now: Date): Promise<Map<string, SlotItemView[]>> {
  const { rows } = await sql.query<SlotItemView & { slotId: string }>(
    `select i.slot_id as "slotId", i.dispatch_id as "dispatchId", d.announcement_id as "announcementId",
       i.rendition_id as "renditionId", a.content->>'title' as title, d.priority, i.plays, i.seconds, i.pinned,
       i.withdrawn_at is not null or (s.starts_at > $2 and (d.cancelled_at is not null or d.expired_at is not null
         or a.state in ('cancelled', 'superseded'))) as withdrawn
     from slot_items i join slots s on s.id = i.slot_id join dispatches d on d.id = i.dispatch_id
       join announcements a on a.id = d.announcement_id
     where i.slot_id = any($1::bigint[]) order by i.slot_id, i.position`,
    [ids, now],
  )
  return bySlot(rows) as Map<string, SlotItemView[]>
}

/** Devices that were in use when the slot began. */
async function devicesOf(sql: Sql, ids: string[]): Promise<Map<string, { count: number }[]>> {
  const { rows } = await sql.query<{ slotId: string; count: number }>(
    `select s.id as "slotId", count(*)::int as count from slots s join stations st on st.area_code = s.area_code
       join station_devices v on v.station_id = st.id
     where s.id = any($1::bigint[]) and v.created_at <= s.starts_at and (v.revoked_at is null or v.revoked_at > s.starts_at)
     group by s.id`,
    [ids],
  )
  return bySlot(rows)
}

async function reportsOf(sql: Sql, ids: string[]): Promise<Map<string, DeviceReport[]>> {
  const { rows } = await sql.query<DeviceReport & { slotId: string }>(
    `select slot_id as "slotId",
       (count(distinct (dispatch_id, play)) filter (where kind in ('ended', 'skipped') and dispatch_id is not null))::int as done,
       bool_or(kind in ('started', 'ended', 'interrupted')) as heard, bool_or(kind = 'missed') as missed
     from device_events where slot_id = any($1::bigint[]) group by slot_id, device_id`,
    [ids],
  )
  return bySlot(rows)
}

async function ticksOf(sql: Sql, ids: string[]): Promise<Map<string, SlotView['ticks']>> {
  const { rows } = await sql.query<SlotView['ticks'][number] & { slotId: string }>(
    `select slot_id as "slotId", station_id as "stationId", aired_at as at, aired_by as by, recorded_at as "recordedAt"
     from slot_ticks where slot_id = any($1::bigint[]) order by ticked_at`,
    [ids],
  )
  return bySlot(rows)
}

/** What waits in an area without a slot. */
export interface WaitingView extends Omit<SlotItemView, 'withdrawn' | 'plays'> {
  reason: string
  note: string | null
  expiresAt: Date | null
}

/** Items without a slot, as they were planned last, by rank. */
export async function viewWaiting(sql: Sql, areaCode: string): Promise<WaitingView[]> {
  const { rows } = await sql.query(
    `select d.id as "dispatchId", d.announcement_id as "announcementId", d.rendition_id as "renditionId",
       a.content->>'title' as title, d.priority, coalesce((r.content->>'durationSeconds')::float8, 0) as seconds,
       false as pinned, w.reason, nullif(c.reason, '') as note, d.expires_at as "expiresAt"
     from airtime_plans p
       cross join jsonb_to_recordset(p.waiting) as w ("dispatchId" bigint, reason text)
       join dispatches d on d.id = w."dispatchId" join announcements a on a.id = d.announcement_id
       left join renditions r on r.id = d.rendition_id
       left join lateral (
         select c.reason from slot_choices c join dispatches o on o.id = c.dispatch_id
         where c.area_code = p.area_code and o.announcement_id = d.announcement_id and o.revision = d.revision
         order by c.made_at desc limit 1
       ) c on true
     where p.area_code = $1 and d.cancelled_at is null and a.state not in ('cancelled', 'superseded')
     order by d.priority, a.approved_at, d.id`,
    [areaCode],
  )
  return rows
}

export interface EmergencyView {
  dispatchId: string
  announcementId: string
  title: string
  issuedAt: Date
  expiresAt: Date
  seconds: number
}

/** Emergencies on the shelves of an area's stations: they are in no slot and play at once. Index: shelf_items_dispatch. */
export async function viewEmergencies(sql: Sql, areaCode: string, now: Date): Promise<EmergencyView[]> {
  const { rows } = await sql.query(
    `select distinct on (d.announcement_id) d.id as "dispatchId", d.announcement_id as "announcementId",
       a.content->>'title' as title, min(s.put_at) over (partition by d.id) as "issuedAt",
       coalesce(d.expires_at, s.put_at + $3 * interval '1 hour') as "expiresAt",
       coalesce((r.content->>'durationSeconds')::float8, 0) as seconds
     from stations st join shelf_items s on s.kind = 'stations' and s.place_id = st.id
       join dispatches d on d.id = s.dispatch_id join announcements a on a.id = d.announcement_id
       join renditions r on r.id = s.rendition_id
     where st.area_code = $1 and st.retired_at is null and d.priority = 'emergency' and s.withdrawn_at is null
       and d.cancelled_at is null and d.expired_at is null and a.state not in ('cancelled', 'superseded')
       and coalesce(d.expires_at, s.put_at + $3 * interval '1 hour') > $2
     order by d.announcement_id, d.revision desc, d.id desc`,
    [areaCode, now, emergencyHoursWithoutEnd],
  )
  return rows
}
