import type { DispatchContext } from '../dispatch/context.ts'
import type { Sentence } from '../domain/errors.ts'
import type { Evidence } from '../domain/evidence.ts'
import { vietNamTime } from './device-state.ts'

/** What is known of one announcement's playing at one station, by its devices and by its operator. */
export interface StationPlayback {
  stationId: string
  stationName: string
  areaName: string
  fetchedAt: Date | null
  withdrawnAt: Date | null
  /** Plays that a device reported as played to their end; those after the withdrawal are by a device that had not heard of it. */
  plays: number
  playsAfterWithdrawal: number
  lastPlayedAt: Date | null
  /** The last play that was stopped in the middle. */
  interruptedAt: Date | null
  interruptedBy: string | null
  missed: number
  airedAt: Date | null
  airedBy: string | null
  /** Firmest that is known; null: only that the item was put on the station's shelf. */
  evidence: Evidence | null
  summary: Sentence
}

interface Row extends Omit<StationPlayback, 'plays' | 'evidence' | 'summary'> {
  playsBefore: number
  devices: number
}

/**
 * Per station what was played of an announcement, before and after it was withdrawn. Stations are those that got it, by
 * area and name. An operator ticks an item or a whole slot with it; both are the same word.
 * Indexes: shelf_items by dispatch (few dispatches), device_events_dispatch, slot_items_dispatch.
 */
export async function playbackOf(ctx: DispatchContext, announcementId: string): Promise<StationPlayback[]> {
  const { rows } = await ctx.db.query<Row>(
    `with items as (
       select s.place_id as station_id, min(s.fetched_at) as fetched_at, max(coalesce(s.withdrawn_at, d.cancelled_at)) as gone,
         max(s.aired_at) as aired_at, max(s.aired_by) as aired_by, array_agg(d.id) as dispatches
       from dispatches d join shelf_items s on s.dispatch_id = d.id and s.kind = 'stations'
       where d.announcement_id = $1 group by 1
     )
     select st.id as "stationId", st.name as "stationName", a.name as "areaName", i.fetched_at as "fetchedAt",
       i.gone as "withdrawnAt", greatest(i.aired_at, k.at) as "airedAt",
       case when k.at >= i.aired_at or i.aired_at is null then k.by else i.aired_by end as "airedBy",
       (select count(*)::int from station_devices v where v.station_id = st.id) as devices,
       coalesce(e.before, 0) as "playsBefore", coalesce(e.after, 0) as "playsAfterWithdrawal",
       e.last_played as "lastPlayedAt", e.interrupted_at as "interruptedAt", e.interrupted_by as "interruptedBy",
       coalesce(e.missed, 0) as missed
     from items i
       join stations st on st.id = i.station_id
       join areas a on a.code = st.area_code
       left join lateral (
         select count(*) filter (where kind = 'ended' and (i.gone is null or at <= i.gone))::int as before,
           count(*) filter (where kind = 'ended' and at > i.gone)::int as after,
           max(at) filter (where kind = 'ended') as last_played,
           max(at) filter (where kind = 'interrupted') as interrupted_at,
           (array_agg(body->>'reason' order by at desc) filter (where kind = 'interrupted'))[1] as interrupted_by,
           count(*) filter (where kind = 'missed')::int as missed
         from device_events v where v.station_id = st.id and v.dispatch_id = any(i.dispatches)
       ) e on true
       left join lateral (
         select max(t.aired_at) as at, (array_agg(t.aired_by order by t.aired_at desc))[1] as by
         from slot_items c join slot_ticks t on t.slot_id = c.slot_id and t.station_id = st.id
         where c.dispatch_id = any(i.dispatches) and c.withdrawn_at is null
       ) k on true
     order by st.area_code, st.name, st.id`,
    [announcementId],
  )
  return rows.map(({ playsBefore, devices, ...row }) => {
    const known = { ...row, plays: playsBefore + row.playsAfterWithdrawal }
    return { ...known, evidence: evidenceOf(known), summary: summaryOf(known, devices) }
  })
}

type Known = Omit<StationPlayback, 'evidence' | 'summary'>

/** A person's word that it was heard on air is firmer than a device's that it sent the sound to its output. */
function evidenceOf({ airedAt, plays, fetchedAt }: Known): Evidence | null {
  if (airedAt !== null) return 'attested-by-operator'
  if (plays > 0) return 'played-by-device'
  return fetchedAt === null ? null : 'fetched'
}

function summaryOf(known: Known, devices: number): Sentence {
  const { plays, playsAfterWithdrawal: late, lastPlayedAt, interruptedAt, interruptedBy, airedAt, airedBy } = known
  const parts: Sentence[] = []
  if (plays > 0 && lastPlayedAt) {
    const at = vietNamTime(lastPlayedAt)
    parts.push({
      vi:
        plays === 1 ? `thiết bị báo đã phát 1 lần lúc ${at}` : `thiết bị báo đã phát ${plays} lần, lần cuối lúc ${at}`,
      en: plays === 1 ? `played once at ${at} by the device` : `played ${plays} times by devices, last at ${at}`,
    })
  }
  if (interruptedAt && (!lastPlayedAt || interruptedAt > lastPlayedAt)) {
    const at = vietNamTime(interruptedAt)
    const [vi, en] = interruptedBy === 'withdrawn' ? [' do thu hồi', ' as it was withdrawn'] : ['', '']
    parts.push({ vi: `đã dừng giữa chừng lúc ${at}${vi}`, en: `stopped in the middle at ${at}${en}` })
  }
  if (late > 0) {
    parts.push({
      vi: `trong đó ${late} lần sau khi thu hồi, thiết bị chưa nhận được lệnh`,
      en: `${late} of them after the withdrawal, which the device had not heard of`,
    })
  }
  if (airedAt) {
    const at = vietNamTime(airedAt)
    parts.push({
      vi: `người vận hành xác nhận đã phát lúc ${at}${airedBy ? ` (${airedBy})` : ''}`,
      en: `ticked as aired at ${at}${airedBy ? ` by ${airedBy}` : ''}`,
    })
  }
  if (parts.length === 0) return nothingPlayed(known, devices)
  return { vi: `${sentence(parts.map(p => p.vi))}.`, en: `${sentence(parts.map(p => p.en))}.` }
}

function nothingPlayed({ withdrawnAt, missed }: Known, devices: number): Sentence {
  if (devices === 0) {
    return {
      vi: 'Đài không có thiết bị báo cáo và người vận hành chưa xác nhận: không rõ đã phát hay chưa.',
      en: 'The station has no reporting device and nobody ticked it: whether it was aired is not known.',
    }
  }
  if (missed > 0) return { vi: 'Thiết bị báo không phát được.', en: 'The device reports that it could not play it.' }
  return withdrawnAt
    ? { vi: 'Chưa có báo cáo phát nào; đã thu hồi.', en: 'No play has been reported; it was withdrawn.' }
    : { vi: 'Chưa có báo cáo phát nào.', en: 'No play has been reported yet.' }
}

function sentence(parts: string[]): string {
  const text = parts.join(', ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}
