import type { DispatchContext } from '../dispatch/context.ts'
import { type AsRunNews, appendAsRunOfMany } from '../store/as-run.ts'
import { type Sql, transaction } from '../store/db.ts'

/** Slots told in one transaction: enough that finding them costs little beside telling. */
const slotsAtOnce = 400
const daysBack = 8

interface LoggedSlot {
  id: string
  areaCode: string
  startsAt: Date
  state: 'locked' | 'void'
  voidReason: string | null
  relay: boolean
  /** The file told before this one, after a withdrawal. */
  before: string | null
  key: string | null
  sha256: string | null
  durationMs: number | null
  lufs: number | null
  dbtp: number | null
}

/**
 * Tells the as-run log of every station what its locked slots will air: who wrote and approved it, the hash that was
 * approved, the voice, the file and how it measures. Once per file: a file made anew after a withdrawal is told again, and so
 * is a slot that was taken off. In the transaction in which it is noted as told.
 * @returns how many slots were told
 */
export async function logLockedSlots(ctx: DispatchContext): Promise<number> {
  let told = 0
  for (;;) {
    const count = await transaction(ctx.db, async sql => {
      const now = ctx.now()
      const slots = await untold(sql, now)
      const items = await itemsOf(
        sql,
        slots.map(s => s.id),
      )
      const stations = await stationsOf(sql, [...new Set(slots.map(s => s.areaCode))])
      await sql.query(
        `update slots set logged_key = case when state = 'void' then 'void' else file_key end where id = any($1::bigint[])`,
        [slots.map(s => s.id)],
      )
      // Last of all: it takes the rows of the stations.
      await appendAsRunOfMany(
        sql,
        new Map(
          stations.map(({ id, areaCode }) => [
            id,
            slots.filter(s => s.areaCode === areaCode).map(slot => entryOf(slot, items.get(slot.id) ?? [], now)),
          ]),
        ),
      )
      return slots.length
    })
    told += count
    if (count < slotsAtOnce) return told
  }
}

async function untold(sql: Sql, now: Date): Promise<LoggedSlot[]> {
  const { rows } = await sql.query<LoggedSlot>(
    `select s.id, s.area_code as "areaCode", s.starts_at as "startsAt", s.state, s.void_reason as "voidReason", s.relay,
       s.logged_key as before, f.key, f.sha256, f.duration_ms as "durationMs", f.lufs, f.dbtp
     from slots s left join slot_files f on f.key = s.file_key
     where s.starts_at > $1::timestamptz - $2 * interval '1 day' and (
       (s.state = 'locked' and s.file_for = s.content_at and s.logged_key is distinct from s.file_key)
       or (s.state = 'void' and s.logged_key <> 'void'))
     order by s.starts_at, s.id limit ${slotsAtOnce} for update of s skip locked`,
    [now, daysBack],
  )
  return rows
}

interface LoggedItem {
  slotId: string
  [detail: string]: unknown
}

async function itemsOf(sql: Sql, slotIds: string[]): Promise<Map<string, LoggedItem[]>> {
  const { rows } = await sql.query<LoggedItem>(
    `select i.slot_id as "slotId", i.dispatch_id as dispatch, d.announcement_id as announcement, d.revision,
       a.content->>'title' as title, a.author_name as "draftedBy", a.approved_by_name as "approvedBy",
       a.approved_at as "approvedAt", a.approved_hash as "contentHash", r.content->>'voice' as voice,
       i.plays, i.seconds
     from slot_items i join dispatches d on d.id = i.dispatch_id join announcements a on a.id = d.announcement_id
       join renditions r on r.id = i.rendition_id
     where i.slot_id = any($1::bigint[]) and i.withdrawn_at is null order by i.slot_id, i.position`,
    [slotIds],
  )
  const bySlot = new Map<string, LoggedItem[]>()
  for (const row of rows) bySlot.set(row.slotId, [...(bySlot.get(row.slotId) ?? []), row])
  return bySlot
}

async function stationsOf(sql: Sql, areaCodes: string[]): Promise<{ id: string; areaCode: string }[]> {
  const { rows } = await sql.query(
    `select id, area_code as "areaCode" from stations where area_code = any($1::text[]) and retired_at is null order by id`,
    [areaCodes],
  )
  return rows
}

function entryOf(slot: LoggedSlot, items: LoggedItem[], at: Date): AsRunNews {
  const head = { slot: slot.id, startsAt: slot.startsAt.toISOString() }
  if (slot.state === 'void') return { at, kind: 'slot-void', body: { ...head, reason: slot.voidReason } }
  return {
    at,
    kind: 'slot-locked',
    body: {
      ...head,
      relay: slot.relay,
      file: { sha256: slot.sha256, durationMs: slot.durationMs, lufs: slot.lufs, dbtp: slot.dbtp },
      items: items.map(({ slotId: _slotId, approvedAt, ...item }) => ({
        ...item,
        approvedAt: approvedAt instanceof Date ? approvedAt.toISOString() : null,
      })),
      ...(slot.before !== null && { replaces: slot.before }),
    },
  }
}
