import type { PlannedItem, PlannedSlot } from '../../domain/airtime/plan-input.ts'
import type { SlotFrameSound } from '../../domain/airtime/timing.ts'
import type { Sql } from '../db.ts'

/** A planned slot that is new or differs from what is stored. */
export interface SlotWrite extends PlannedSlot {
  areaCode: string
  sound: SlotFrameSound
}

/**
 * Stores planned slots; a file that was made for what a slot held before no longer belongs to it. Slots that were locked
 * meanwhile are left alone.
 */
export async function writeSlots(sql: Sql, slots: SlotWrite[], now: Date): Promise<void> {
  if (slots.length === 0) return
  const { rows } = await sql.query<{ id: string; areaCode: string; startsAt: Date }>(
    `insert into slots (area_code, starts_at, max_seconds, relay, sound, content_at)
     select "areaCode", "startsAt", "maxSeconds", relay, sound, $2
     from jsonb_to_recordset($1::jsonb)
       as s ("areaCode" text, "startsAt" timestamptz, "maxSeconds" int, relay boolean, sound jsonb)
     order by "areaCode", "startsAt"
     on conflict (area_code, starts_at) do update set max_seconds = excluded.max_seconds, relay = excluded.relay,
       sound = excluded.sound, content_at = excluded.content_at, file_key = null, file_for = null, problem = null,
       render_failures = 0, render_after = null
     where slots.state = 'planned'
     returning id, area_code as "areaCode", starts_at as "startsAt"`,
    [JSON.stringify(slots.map(({ items: _items, ...slot }) => slot)), now],
  )
  const ids = new Map(rows.map(r => [`${r.areaCode} ${r.startsAt.getTime()}`, r.id]))
  await sql.query('delete from slot_items where slot_id = any($1::bigint[])', [rows.map(r => r.id)])
  const items = slots.flatMap(slot => {
    const slotId = ids.get(`${slot.areaCode} ${slot.startsAt.getTime()}`)
    return slotId === undefined ? [] : slot.items.map((item, i) => ({ ...item, slotId, position: i + 1 }))
  })
  await insertItems(sql, items)
}

async function insertItems(sql: Sql, items: (PlannedItem & { slotId: string; position: number })[]): Promise<void> {
  if (items.length === 0) return
  await sql.query(
    `insert into slot_items (slot_id, dispatch_id, rendition_id, position, plays, seconds, pinned)
     select "slotId", "dispatchId", "renditionId", position, plays, seconds, pinned from jsonb_to_recordset($1::jsonb)
       as i ("slotId" bigint, "dispatchId" bigint, "renditionId" text, position int, plays int, seconds real, pinned boolean)`,
    [JSON.stringify(items)],
  )
}

/** Removes slots that the programme no longer has; what was locked stays. */
export async function deleteSlots(sql: Sql, ids: string[]): Promise<void> {
  if (ids.length === 0) return
  await sql.query(`delete from slots where id = any($1::bigint[]) and state = 'planned'`, [ids])
}

/** Takes slots until the transaction ends; everywhere in the order in which planning writes them. */
export async function lockSlots(sql: Sql, ids: string[]): Promise<void> {
  await sql.query('select 1 from slots where id = any($1::bigint[]) order by area_code, starts_at for update', [ids])
}
