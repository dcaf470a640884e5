import { z } from 'zod'
import type { ShelfPort } from '../../channels/contract.ts'
import type { Priority } from '../domain/announcement.ts'
import { priorities } from '../domain/announcement.ts'
import { boardContentSchema, type StoredBoardContent } from '../domain/board.ts'
import { emergencyHoursWithoutEnd } from '../domain/station.ts'
import type { Db, Sql } from '../store/db.ts'
import type { StoredFile } from '../store/renditions.ts'

/**
 * The shelf: what each station or board should have now. Writing is idempotent by (place, dispatch) and every change
 * is announced to all API processes on the Postgres channel below, in the same statement, so that a change and its
 * poke cannot part. The poke carries place ids, or nothing when any place may be meant (a withdrawal, see
 * services/store/shelf.ts); whoever hears it reads the shelf.
 */
export const shelfNotifyChannel = 'loa_shelf'

/** An item without an end date leaves the shelf after so many days: a board must not show last year's notice. */
export const shelfDaysWithoutEnd = 30

/** Postgres refuses payloads of 8,000 bytes; 200 ids are at most 4,600. */
const placesPerNotify = 200

/**
 * The port through which channels fill the shelf.
 * Putting the same item again changes nothing, also after it was withdrawn; an item of a dispatch that was cancelled
 * in the meantime is kept as withdrawn, so it never comes up.
 */
export function createShelf(db: Db, now: () => Date): ShelfPort {
  return {
    async put(kind, placeIds, item) {
      await db.query(
        `with changed as (
           insert into shelf_items (kind, place_id, dispatch_id, rendition_id, put_at, withdrawn_at)
           select $1, place_id, d.id, $4, $5, d.cancelled_at
           from dispatches d, unnest($2::bigint[]) as place_id where d.id = $3
           on conflict (kind, place_id, dispatch_id) do nothing
           returning kind, place_id
         )
         select pg_notify('${shelfNotifyChannel}',
           json_build_object('kind', kind, 'placeIds', array_agg(place_id::text))::text)
         from (
           select kind, place_id, (row_number() over (order by place_id) - 1) / ${placesPerNotify} as part from changed
         ) numbered group by kind, part`,
        [kind, placeIds, item.dispatchId, item.renditionId, now()],
      )
    },
  }
}

/** What every current item has, whatever the kind of place. */
export interface ShelfEntry {
  itemId: string
  placeId: string
  dispatchId: string
  announcementId: string
  revision: number
  renditionId: string
  priority: Priority
  title: string
  putAt: Date
  /** Always set: see {@link shelfDaysWithoutEnd}. */
  expiresAt: Date
  /** False when the announcement itself names no end. */
  endGiven: boolean
  files: StoredFile[]
}

/** The part of the loudspeaker channel's rendition that feeds and the operator page need. */
export const speechContentSchema = z.object({
  script: z.string(),
  durationSeconds: z.number(),
  /** Of the voice track alone, by which slots are planned; older renditions have none. */
  trackSeconds: z.number().optional(),
  /** Name for a saved copy, plain ASCII: FM desks and USB sticks take no other. */
  fileName: z.string(),
  /** Measured on the decoded file. */
  lufs: z.number().optional(),
})

export type BoardItem = ShelfEntry & { content: StoredBoardContent }
export type StationItem = ShelfEntry & z.infer<typeof speechContentSchema>

/** Until when an item is for the air: an emergency that names no end is over long before it leaves the shelf. */
export function heardUntil(item: Pick<ShelfEntry, 'priority' | 'putAt' | 'expiresAt' | 'endGiven'>): Date {
  if (item.priority !== 'emergency' || item.endGiven) return item.expiresAt
  return new Date(item.putAt.getTime() + emergencyHoursWithoutEnd * 3_600_000)
}

/** Emergency before priority before routine, newest first within each. */
export function byPriority(a: ShelfEntry, b: ShelfEntry): number {
  return (
    priorities.indexOf(b.priority) - priorities.indexOf(a.priority) ||
    b.putAt.getTime() - a.putAt.getTime() ||
    (BigInt(a.itemId) < BigInt(b.itemId) ? 1 : -1)
  )
}

/**
 * Current items of some places: not withdrawn, dispatch neither cancelled nor over, announcement not superseded, and
 * of each announcement the latest revision only. Index: shelf_items_place.
 */
async function currentEntries(
  sql: Sql,
  kind: 'stations' | 'boards',
  placeIds: string[],
  now: Date,
): Promise<ShelfEntry[]> {
  const { rows } = await sql.query(
    `select distinct on (s.place_id, d.announcement_id) s.id as "itemId", s.place_id as "placeId",
       d.id as "dispatchId", d.announcement_id as "announcementId", d.revision, s.rendition_id as "renditionId",
       d.priority, a.content->>'title' as title, s.put_at as "putAt",
       coalesce(d.expires_at, s.put_at + $4 * interval '1 day') as "expiresAt",
       d.expires_at is not null as "endGiven", r.files
     from shelf_items s
       join dispatches d on d.id = s.dispatch_id
       join announcements a on a.id = d.announcement_id
       join renditions r on r.id = s.rendition_id
     where s.kind = $1 and s.place_id = any($2::bigint[]) and s.withdrawn_at is null
       and d.cancelled_at is null and d.expired_at is null and a.state not in ('cancelled', 'superseded')
       and coalesce(d.expires_at, s.put_at + $4 * interval '1 day') > $3
     order by s.place_id, d.announcement_id, d.revision desc, d.id desc`,
    [kind, placeIds, now, shelfDaysWithoutEnd],
  )
  return rows
}

/** Contents of these renditions, each read once however many places show it. */
async function contentsOf<S extends z.ZodType>(
  sql: Sql,
  entries: ShelfEntry[],
  schema: S,
): Promise<Map<string, z.output<S>>> {
  const ids = [...new Set(entries.map(e => e.renditionId))]
  const { rows } = await sql.query<{ id: string; content: unknown }>(
    'select id, content from renditions where id = any($1::text[])',
    [ids],
  )
  const contents = new Map<string, z.output<S>>()
  for (const { id, content } of rows) {
    const parsed = schema.safeParse(content)
    // A rendition that this version cannot read is left out: one bad item must not blank a board.
    if (parsed.success) contents.set(id, parsed.data)
  }
  return contents
}

/**
 * Current items of many boards at once, in the order in which they are shown. Boards without any item have an empty
 * list.
 */
export async function itemsOfBoards(sql: Sql, boardIds: string[], now: Date): Promise<Map<string, BoardItem[]>> {
  const entries = await currentEntries(sql, 'boards', boardIds, now)
  const contents = await contentsOf(sql, entries, boardContentSchema)
  const byBoard = new Map<string, BoardItem[]>(boardIds.map(id => [id, []]))
  for (const entry of entries.sort(byPriority)) {
    const content = contents.get(entry.renditionId)
    if (content) byBoard.get(entry.placeId)?.push({ ...entry, content })
  }
  return byBoard
}

/** Current items of many stations at once: emergency first, then priority, then routine; newest first within each. */
export async function itemsOfStations(sql: Sql, stationIds: string[], now: Date): Promise<Map<string, StationItem[]>> {
  const entries = await currentEntries(sql, 'stations', stationIds, now)
  const contents = await contentsOf(sql, entries, speechContentSchema)
  const byStation = new Map<string, StationItem[]>(stationIds.map(id => [id, []]))
  for (const entry of entries.sort(byPriority)) {
    const content = contents.get(entry.renditionId)
    if (content) byStation.get(entry.placeId)?.push({ ...entry, ...content })
  }
  return byStation
}

/**
 * When the station's list last changed: something was put, taken down, cancelled or ran out. Undefined for a station
 * that never had anything. For the Last-Modified of its feed.
 */
export async function stationChangedAt(sql: Sql, stationId: string, now: Date): Promise<Date | undefined> {
  const { rows } = await sql.query<{ at: Date | null }>(
    `select max(greatest(s.put_at, s.withdrawn_at, d.cancelled_at, d.expired_at,
       case when coalesce(d.expires_at, s.put_at + $3 * interval '1 day') <= $2
         then coalesce(d.expires_at, s.put_at + $3 * interval '1 day') end)) as at
     from shelf_items s join dispatches d on d.id = s.dispatch_id where s.kind = 'stations' and s.place_id = $1`,
    [stationId, now, shelfDaysWithoutEnd],
  )
  return rows[0]?.at ?? undefined
}

/** Notes that a station has downloaded all of an item's file; the first time counts. */
export async function markFetched(sql: Sql, itemId: string, now: Date): Promise<void> {
  await sql.query('update shelf_items set fetched_at = $2 where id = $1 and fetched_at is null', [itemId, now])
}

/**
 * The station's current item that this file belongs to; undefined when it was withdrawn or is over, so that a link
 * handed out earlier no longer serves it.
 */
export async function stationItemOfFile(
  sql: Sql,
  stationId: string,
  sha256: string,
  now: Date,
): Promise<ShelfEntry | undefined> {
  const entries = await currentEntries(sql, 'stations', [stationId], now)
  return entries.find(e => e.files.some(f => f.sha256 === sha256))
}
