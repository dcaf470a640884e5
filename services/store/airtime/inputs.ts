import type { PlanChoice, PlanItem, PlannedItem } from '../../domain/airtime/plan-input.ts'
import type { SlotFrameSound } from '../../domain/airtime/timing.ts'
import type { Sql } from '../db.ts'
import { onShelf } from './plans.ts'

/** How long back slots are read: as long as an item without an end is on a shelf, and a day. */
const daysBack = 31

type ShelfRow = Omit<PlanItem, 'seconds'> & { areaCode: string }

const itemColumns = `d.id as "dispatchId", d.announcement_id || ':' || d.revision as content,
  s.rendition_id as "renditionId", d.priority, coalesce(a.approved_at, d.created_at) as "approvedAt",
  d.not_before as "notBefore", coalesce(d.expires_at, s.put_at + interval '30 days') as "expiresAt"`

/**
 * What the communes' stations may air, by area: of each announcement the newest revision, and of that the newest round.
 * Renditions are read once each and not once per station. Indexes: stations_area, shelf_items_place.
 */
export async function itemsOfCommunes(sql: Sql, areaCodes: string[], now: Date): Promise<Map<string, PlanItem[]>> {
  const { rows } = await sql.query<ShelfRow>(
    `select distinct on (st.area_code, d.announcement_id) st.area_code as "areaCode", ${itemColumns},
       min(s.aired_at) over (partition by st.area_code, d.announcement_id, d.revision) as "tickedAt"
     from stations st join shelf_items s on s.place_id = st.id join dispatches d on d.id = s.dispatch_id
       join announcements a on a.id = d.announcement_id
     where st.area_code = any($2::text[]) and st.retired_at is null and ${onShelf}
     order by st.area_code, d.announcement_id, d.revision desc, d.id desc`,
    [now, areaCodes],
  )
  return withSeconds(sql, rows)
}

/**
 * What provinces air in their own slots: announcements for the whole province. Whether one has reached a commune is looked
 * at where the commune relays it.
 */
export async function itemsOfProvinces(sql: Sql, areaCodes: string[], now: Date): Promise<Map<string, PlanItem[]>> {
  const { rows } = await sql.query<ShelfRow>(
    `select distinct on (p.code, d.announcement_id) p.code as "areaCode", d.id as "dispatchId",
       d.announcement_id || ':' || d.revision as content, d.rendition_id as "renditionId", d.priority,
       coalesce(a.approved_at, d.created_at) as "approvedAt", d.not_before as "notBefore",
       coalesce(d.expires_at, d.not_before + interval '30 days') as "expiresAt", null::timestamptz as "tickedAt"
     from unnest($2::text[]) as p (code) cross join dispatches d join announcements a on a.id = d.announcement_id
     where d.channel = 'loudspeaker' and d.rendition_id is not null and d.cancelled_at is null and d.expired_at is null
       and d.priority <> 'emergency' and coalesce(d.expires_at, d.not_before + interval '30 days') > $1
       and a.state not in ('cancelled', 'superseded') and a.content->'audience'->'areas' ? p.code
     order by p.code, d.announcement_id, d.revision desc, d.id desc`,
    [now, areaCodes],
  )
  return withSeconds(sql, rows)
}

/** The length of the voice track where the rendition tells it, else that of the whole broadcast file, which is longer. */
async function withSeconds(sql: Sql, rows: ShelfRow[]): Promise<Map<string, PlanItem[]>> {
  const { rows: lengths } = await sql.query<{ id: string; seconds: number | null }>(
    `select id, coalesce(content->>'trackSeconds', content->>'durationSeconds')::float8 as seconds from renditions where id = any($1::text[])`,
    [[...new Set(rows.map(r => r.renditionId))]],
  )
  const secondsOf = new Map(lengths.map(l => [l.id, l.seconds]))
  const items = new Map<string, PlanItem[]>()
  for (const { areaCode, ...row } of rows) {
    const seconds = secondsOf.get(row.renditionId)
    // A rendition without sound (another version's) cannot be aired.
    if (!seconds) continue
    const list = items.get(areaCode) ?? []
    list.push({ ...row, seconds })
    items.set(areaCode, list)
  }
  return items
}

/** A slot as planning meets it. */
export interface KnownSlot {
  id: string
  areaCode: string
  startsAt: Date
  maxSeconds: number
  relay: boolean
  state: 'planned' | 'locked' | 'void'
  sound: SlotFrameSound
  overSeconds: number
  /** It was not on air and nobody says that it was, also not a device that was offline until now, so what it holds is planned again. */
  released: boolean
  items: (PlannedItem & { content: string; withdrawn: boolean })[]
}

/** Slots of areas from a month back on, in the order of time, with what they hold. */
export async function slotsOf(sql: Sql, areaCodes: string[], now: Date): Promise<KnownSlot[]> {
  const { rows: slots } = await sql.query<Omit<KnownSlot, 'items'>>(
    `select s.id, s.area_code as "areaCode", s.starts_at as "startsAt", s.max_seconds as "maxSeconds", s.relay, s.state,
       s.sound, s.over_seconds::float8 as "overSeconds", s.released_at is not null
         and not exists (select from slot_ticks t where t.slot_id = s.id and t.ticked_at > s.released_at)
         and not exists (select from device_events e where e.slot_id = s.id and e.kind in ('started', 'ended')) as released
     from slots s where s.area_code = any($1::text[]) and s.starts_at > $2::timestamptz - $3 * interval '1 day'
       and (s.state <> 'void' or s.starts_at > $2)
     order by s.area_code, s.starts_at`,
    [areaCodes, now, daysBack],
  )
  const { rows: items } = await sql.query(
    `select i.slot_id as "slotId", i.dispatch_id as "dispatchId", i.rendition_id as "renditionId", i.plays, i.seconds,
       i.pinned, d.announcement_id || ':' || d.revision as content, i.withdrawn_at is not null as withdrawn
     from slot_items i join dispatches d on d.id = i.dispatch_id
     where i.slot_id = any($1::bigint[]) order by i.slot_id, i.position`,
    [slots.map(s => s.id)],
  )
  const bySlot = new Map<string, KnownSlot['items']>(slots.map(s => [s.id, []]))
  for (const { slotId, ...item } of items) bySlot.get(slotId)?.push(item)
  return slots.map(slot => ({ ...slot, items: bySlot.get(slot.id) ?? [] }))
}

/**
 * What operators decided about items of areas. A choice is about the words: it holds for every round that carries them, and
 * of several the newest.
 */
export async function choicesOf(sql: Sql, areaCodes: string[]): Promise<(PlanChoice & { areaCode: string })[]> {
  const { rows } = await sql.query(
    `select distinct on (c.area_code, d.id) c.area_code as "areaCode", d.id as "dispatchId", c.kind, c.slot_at as "slotAt"
     from slot_choices c join dispatches o on o.id = c.dispatch_id
       join dispatches d on d.announcement_id = o.announcement_id and d.revision = o.revision and d.channel = o.channel
     where c.area_code = any($1::text[]) order by c.area_code, d.id, c.made_at desc`,
    [areaCodes],
  )
  return rows
}

/**
 * Starts of sessions (HH:MM) that communes of these provinces relay: a province makes a slot for those only.
 */
export async function relayedStarts(sql: Sql, provinceCodes: string[]): Promise<Map<string, Set<string>>> {
  const { rows } = await sql.query<{ code: string; start: string }>(
    `select distinct a.parent_code as code, s->>'start' as start
     from areas a join stations st on st.area_code = a.code and st.retired_at is null
       left join programmes own on own.area_code = a.code left join programmes up on up.area_code = a.parent_code
       cross join jsonb_array_elements(coalesce(own.body, up.body)->'sessions') s
     where a.parent_code = any($1::text[]) and s->>'source' = 'relay'`,
    [provinceCodes],
  )
  const starts = new Map<string, Set<string>>()
  for (const { code, start } of rows) starts.set(code, (starts.get(code) ?? new Set()).add(start))
  return starts
}
