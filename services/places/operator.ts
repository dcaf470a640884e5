import { speechFiles } from '../../channels/contract.ts'
import type { DispatchContext } from '../dispatch/context.ts'
import { recordReceipts } from '../dispatch/receipts.ts'
import type { Actor } from '../domain/accounts.ts'
import { AppError } from '../domain/errors.ts'
import { markStale } from '../store/airtime/plans.ts'
import { recordEvent } from '../store/announcements.ts'
import { appendAsRun } from '../store/as-run.ts'
import { type Sql, transaction } from '../store/db.ts'
import type { StoredFile } from '../store/renditions.ts'
import { byPriority, type ShelfEntry, shelfDaysWithoutEnd, speechContentSchema } from './shelf.ts'

/**
 * The station operator's work: hear of an item, download it, put it on air, tick it. The tick is the operator's word
 * and becomes the evidence `attested-by-operator`. The ledger of deliveries only moves forward, so a tick is held for
 * {@link undoMinutes} in which it can be taken back, and only then recorded; until then progress says `accepted`.
 */
export const undoMinutes = 5

/** How long an item stays on the operator's page after it was put there. */
const listDays = shelfDaysWithoutEnd

/** One item of one station as the operator sees it; also those that are over or were withdrawn, so that nobody airs them. */
export interface OperatorItemRow extends ShelfEntry {
  stationName: string
  areaName: string
  areaCode: string
  feedToken: string
  script: string
  durationSeconds: number
  fileName: string
  withdrawnAt: Date | null
  fetchedAt: Date | null
  airedAt: Date | null
  airedBy: string | null
}

const columns = `s.id as "itemId", s.place_id as "placeId", d.id as "dispatchId", d.announcement_id as "announcementId",
  d.revision, s.rendition_id as "renditionId", d.priority, a.content->>'title' as title, s.put_at as "putAt",
  coalesce(d.expires_at, s.put_at + interval '${shelfDaysWithoutEnd} days') as "expiresAt",
  d.expires_at is not null as "endGiven", r.files, r.content, st.name as "stationName", ar.name as "areaName",
  ar.code as "areaCode", st.feed_token as "feedToken", coalesce(s.withdrawn_at, d.cancelled_at) as "withdrawnAt", s.fetched_at as "fetchedAt",
  s.aired_at as "airedAt", s.aired_by as "airedBy"`

const tables = `stations st
  join areas ar on ar.code = st.area_code
  join shelf_items s on s.kind = 'stations' and s.place_id = st.id
  join dispatches d on d.id = s.dispatch_id
  join announcements a on a.id = d.announcement_id
  join renditions r on r.id = s.rendition_id`

/** Stations whose area, or whose province, is one of the operator's; an administrator works for all. */
const theirs = '(st.retired_at is null and ($1::text[] is null or ar.code = any($1) or ar.parent_code = any($1)))'

function scope(actor: Actor): string[] | null {
  return actor.role === 'admin' ? null : actor.areas
}

/** A rendition that this version cannot read keeps its place in the list, without its text. */
const unreadable = { script: '', durationSeconds: 0, fileName: 'ban-tin.mp3' }

function parseRow(row: OperatorItemRow & { content: unknown }): OperatorItemRow {
  const { content, ...rest } = row
  const speech = speechContentSchema.safeParse(content)
  return { ...rest, ...(speech.success ? speech.data : unreadable) }
}

/**
 * Items of the person's stations of the last month: what can be aired first, by priority and newest first, then what
 * is over or withdrawn. Index: shelf_items_place.
 */
export async function listOperatorItems(ctx: DispatchContext, actor: Actor): Promise<OperatorItemRow[]> {
  const now = ctx.now()
  const { rows } = await ctx.db.query(
    `select ${columns} from ${tables} where ${theirs} and s.put_at > $2::timestamptz - $3 * interval '1 day'
     order by s.put_at desc limit 2000`,
    [scope(actor), now, listDays],
  )
  const over = (i: OperatorItemRow) => (i.withdrawnAt !== null || i.expiresAt <= now ? 1 : 0)
  return rows.map(parseRow).sort((a, b) => over(a) - over(b) || byPriority(a, b))
}

async function findItem(sql: Sql, actor: Actor, itemId: string, lock = false): Promise<OperatorItemRow> {
  const { rows } = await sql.query(
    `select ${columns} from ${tables} where ${theirs} and s.id = $2 ${lock ? 'for update of s' : ''}`,
    [scope(actor), itemId],
  )
  if (rows[0] === undefined) {
    throw new AppError('not-found', {
      vi: 'Không tìm thấy bản tin này trong danh sách của đài Ông/Bà phụ trách.',
      en: 'This item is not in the list of your stations.',
    })
  }
  return parseRow(rows[0])
}

/**
 * The operator says that the item was on air.
 * @param at when it was on air; now when absent
 * @returns the item; a second tick changes nothing
 * @throws AppError not-found for other people's stations; request.invalid for a time that cannot be
 */
export async function markAired(
  ctx: DispatchContext,
  actor: Actor,
  itemId: string,
  at: Date | undefined,
): Promise<OperatorItemRow> {
  const now = ctx.now()
  return transaction(ctx.db, async sql => {
    const item = await findItem(sql, actor, itemId, true)
    if (item.airedAt !== null) return item
    const airedAt = at ?? now
    // Clocks of the operator's computer and ours may differ by a minute.
    if (airedAt.getTime() > now.getTime() + 60_000 || airedAt < item.putAt) {
      throw new AppError(
        'request.invalid',
        {
          vi: 'Thời điểm phát phải sau khi bản tin được giao cho đài và không ở trong tương lai.',
          en: 'The time of airing must be after the item reached the station and not in the future.',
        },
        { details: { errors: [{ path: 'at', message: 'outside the time in which it could have been aired' }] } },
      )
    }
    await sql.query('update shelf_items set aired_at = $2, aired_by = $3, ticked_at = $4 where id = $1', [
      itemId,
      airedAt,
      actor.name,
      now,
    ])
    await noteEvent(sql, actor, item, 'station.aired', now, { airedAt: airedAt.toISOString() })
    // What was aired by hand need not be planned as often.
    await markStale(sql, [item.areaCode])
    return findItem(sql, actor, itemId)
  })
}

/**
 * Takes a tick back while it has not been recorded yet.
 * @throws AppError dispatch.wrong-state when it is part of the results already
 */
export async function unmarkAired(ctx: DispatchContext, actor: Actor, itemId: string): Promise<OperatorItemRow> {
  return transaction(ctx.db, async sql => {
    const item = await findItem(sql, actor, itemId, true)
    if (item.airedAt === null) return item
    const taken = await sql.query(
      `update shelf_items set aired_at = null, aired_by = null, ticked_at = null where id = $1 and recorded_at is null`,
      [itemId],
    )
    if (taken.rowCount === 0) {
      throw new AppError('dispatch.wrong-state', {
        vi: `Xác nhận đã phát được ghi vào kết quả sau ${undoMinutes} phút và không rút lại được nữa. Ông/Bà vui lòng báo cho cán bộ ban hành thông báo.`,
        en: `A tick becomes part of the results after ${undoMinutes} minutes and can no longer be taken back. Please tell the officer who issued the announcement.`,
      })
    }
    await noteEvent(sql, actor, item, 'station.aired-undone', ctx.now(), {})
    await markStale(sql, [item.areaCode])
    return findItem(sql, actor, itemId)
  })
}

async function noteEvent(
  sql: Sql,
  actor: Actor,
  item: OperatorItemRow,
  action: string,
  at: Date,
  detail: Record<string, unknown>,
): Promise<void> {
  await recordEvent(
    sql,
    { announcementId: item.announcementId, actor, action, revision: item.revision, at },
    { stationId: item.placeId, stationName: item.stationName, ...detail },
  )
}

/**
 * Passes ticks that can no longer be undone to the ledger, as receipts of the loudspeaker channel, and to the as-run log. Driven by the
 * database with an open-ended window, so an hour without the sweep loses nothing. The rows stay locked until the
 * receipts are stored: an undo at the same moment waits and is then refused. After a crash in between the receipts
 * are stored again, which changes nothing. Index: shelf_items_ticked.
 * @returns how many were recorded
 */
export async function recordAiredItems(ctx: DispatchContext): Promise<number> {
  const now = ctx.now()
  return transaction(ctx.db, async sql => {
    const { rows } = await sql.query<{ id: string; dispatchId: string; stationId: string; at: Date; by: string }>(
      `select id, dispatch_id as "dispatchId", place_id as "stationId", aired_at as at, aired_by as by from shelf_items
       where ticked_at <= $1 and recorded_at is null order by ticked_at limit 1000 for update skip locked`,
      [new Date(now.getTime() - undoMinutes * 60_000)],
    )
    await recordReceipts(
      ctx,
      'loudspeaker',
      rows.map(({ dispatchId, stationId, at }) => ({
        ref: `station-${dispatchId}-${stationId}`,
        dispatchId,
        targetId: stationId,
        state: 'confirmed',
        code: 'aired',
        at,
      })),
    )
    await sql.query('update shelf_items set recorded_at = $2 where id = any($1::bigint[])', [rows.map(r => r.id), now])
    // Last of all, and in the order of stations: the log takes their rows.
    for (const { dispatchId, stationId, at, by } of rows.sort((a, b) =>
      Number(BigInt(a.stationId) - BigInt(b.stationId)),
    )) {
      await appendAsRun(sql, stationId, [{ at, kind: 'ticked', body: { dispatches: [dispatchId], by } }])
    }
    return rows.length
  })
}

/** What is broadcast among a rendition's files; the voice track beside it is for joining slots, never for the air. */
export function audioOf(files: StoredFile[]): StoredFile | undefined {
  return files.find(f => f.name === speechFiles.broadcast) ?? files.find(f => f.mime === 'audio/mpeg')
}
