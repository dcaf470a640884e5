import { type Actor, requirePermission } from '../../domain/accounts.ts'
import { type BoardKind, type BoardSettings, boardSettingsSchema } from '../../domain/board.ts'
import {
  type BoardState,
  boardStateOf,
  type ManifestStanding,
  manifestStanding,
  withinHours,
} from '../../domain/board-state.ts'
import { lateAfterMs, offlineAfterMs } from '../../domain/reach.ts'
import type { Sql } from '../../store/db.ts'
import { foldName } from '../../text/fold.ts'
import { shelfDaysWithoutEnd } from '../shelf.ts'
import { boardManifests, type ManifestContext } from './manifest.ts'
import { type BoardReport, readBoardReport } from './report.ts'
import { boardScope, boardsOfScope } from './scope.ts'

/** What the list is made of: manifests are built to compare them with what boards report. */
export interface BoardListContext extends ManifestContext {
  now: () => Date
}

export const boardAlertKinds = ['never', 'offline', 'reused', 'two-players', 'problems'] as const
export type BoardAlertKind = (typeof boardAlertKinds)[number]

export interface OpenBoardAlert {
  kind: BoardAlertKind
  beganAt: string
}

/** A board as those see it who look after boards. */
export interface ListedBoard {
  id: string
  name: string
  kind: BoardKind
  group: string
  areaCode: string
  areaName: string
  provinceName: string
  state: BoardState
  /** False outside its operating hours, when silence is no fault. */
  withinHours: boolean
  lastSeenAt: Date | null
  pairedAt: Date | null
  retiredAt: Date | null
  /** Served by the page without a script: shows nothing without the network. */
  onlineOnly: boolean
  settings: BoardSettings
  /** Its own last report; null when there has been none. */
  report: (BoardReport & { title: string | null; announcementId: string | null }) | null
  /** Null for paper, and for boards out of use. */
  manifest: { standing: ManifestStanding; changedAt: Date | null } | null
  alerts: OpenBoardAlert[]
}

export interface BoardFilter {
  /** Commune or province. */
  area?: string | undefined
  state?: BoardState | undefined
  group?: string | undefined
  kind?: BoardKind | undefined
  /** Words of the board's or the commune's name, without diacritics if need be. */
  text?: string | undefined
  /** Only those with an open alert. */
  alerts?: boolean | undefined
  /** One board. */
  id?: string | undefined
  cursor?: string | undefined
  limit?: number | undefined
}

interface BoardRow {
  id: string
  name: string
  kind: BoardKind
  group: string
  areaCode: string
  areaName: string
  provinceName: string | null
  lastSeenAt: Date | null
  lastSeen: unknown
  pairedAt: Date | null
  retiredAt: Date | null
  settings: unknown
  onlineOnly: boolean
  alerts: OpenBoardAlert[]
}

/** The state as {@link boardStateOf} tells it. Parameters: `$2` now, `$3` and `$4` milliseconds until late and offline. */
export const stateSql = `case when b.retired_at is not null then 'retired' when b.kind = 'paper' then 'paper'
  when b.last_seen_at is null then 'never'
  when b.last_seen_at < $2::timestamptz - $4::int * interval '1 millisecond' then 'offline'
  when b.last_seen_at < $2::timestamptz - $3::int * interval '1 millisecond' then 'late' else 'online' end`
/** What {@link stateSql} and {@link boardsOfScope} are given first. */
export function stateParams(actor: Actor, now: Date): unknown[] {
  return [boardScope(actor), now, lateAfterMs, offlineAfterMs]
}

const pageSize = 60

/**
 * Boards by area and name, a page at a time. Those out of use are listed only when asked for. Indexes: boards_listed,
 * board_sessions_board, board_alerts_open.
 * @throws AppError auth.forbidden
 */
export async function listBoardsFully(
  ctx: BoardListContext,
  actor: Actor,
  filter: BoardFilter,
): Promise<{ items: ListedBoard[]; nextCursor: string | null }> {
  requirePermission(actor, 'board.read')
  const now = ctx.now()
  const limit = filter.limit ?? pageSize
  const after = readCursor(filter.cursor)
  const words = foldName(filter.text ?? '')
    .split(' ')
    .filter(Boolean)
  const { rows } = await ctx.db.query<BoardRow>(
    `select b.id, b.name, b.kind, b.group_name as "group", b.area_code as "areaCode", a.name as "areaName",
       p.name as "provinceName", b.last_seen_at as "lastSeenAt", b.last_seen as "lastSeen", b.paired_at as "pairedAt",
       b.retired_at as "retiredAt", b.settings, coalesce(s.kind = 'plain', false) as "onlineOnly",
       coalesce(x.alerts, '[]') as alerts
     from boards b
       join areas a on a.code = b.area_code
       left join areas p on p.code = a.parent_code
       left join lateral (
         select kind from board_sessions where board_id = b.id and revoked_at is null and expires_at > $2
         order by id desc limit 1
       ) s on true
       left join lateral (
         select jsonb_agg(jsonb_build_object('kind', kind, 'beganAt', began_at) order by began_at desc) as alerts
         from board_alerts where board_id = b.id and ended_at is null
       ) x on true
     where ${boardsOfScope}
       and ($5::bigint is not null or case when $6::text = 'retired' then b.retired_at is not null else b.retired_at is null end)
       and ($5::bigint is null or b.id = $5)
       and ($6::text is null or ${stateSql} = $6)
       and ($7::text is null or b.area_code = $7 or a.parent_code = $7)
       and ($8::text is null or b.group_name = $8)
       and ($9::text is null or b.kind = $9)
       and not exists (
         select from unnest($10::text[]) as word where strpos(b.search_text || ' ' || a.search_text, word) = 0
       )
       and (not $11::boolean or x.alerts is not null)
       and ($12::text is null or (b.area_code, b.name, b.id) > ($12, $13, $14::bigint))
     order by b.area_code, b.name, b.id limit $15`,
    [
      ...stateParams(actor, now),
      filter.id ?? null,
      filter.state ?? null,
      filter.area ?? null,
      filter.group ?? null,
      filter.kind ?? null,
      words,
      filter.alerts ?? false,
      ...after,
      limit + 1,
    ],
  )
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  const items = await present(ctx, page, now)
  return { items, nextCursor: rows.length > limit && last ? writeCursor(last) : null }
}

async function present(ctx: BoardListContext, rows: BoardRow[], now: Date): Promise<ListedBoard[]> {
  const ids = rows.map(row => row.id)
  const reports = new Map(rows.map(row => [row.id, readBoardReport(row.lastSeen)]))
  const manifests = await boardManifests(ctx, ids, now)
  const stale = rows.filter(
    row => manifests.has(row.id) && manifests.get(row.id)?.version !== reports.get(row.id)?.version,
  )
  const changes = await changesOf(
    ctx.db,
    stale.map(row => row.id),
    now,
  )
  const shown = [...reports.values()].flatMap(report => itemOf(report)?.dispatchId ?? [])
  const titles = await titlesOf(ctx.db, [...new Set(shown)])
  return rows.map(({ lastSeen: _, provinceName, ...row }) => {
    const settings = boardSettingsSchema.parse(row.settings)
    const report = reports.get(row.id)
    const wanted = manifests.get(row.id)
    const changedAt = changes.get(row.id) ?? null
    const seen =
      report?.version !== undefined && row.lastSeenAt ? { version: report.version, at: row.lastSeenAt } : null
    const told = titles.get(itemOf(report)?.dispatchId ?? '')
    return {
      ...row,
      provinceName: provinceName ?? '',
      settings,
      state: boardStateOf(row, now),
      withinHours: withinHours(settings.hours, now),
      report: report ? { ...report, title: told?.title ?? null, announcementId: told?.announcementId ?? null } : null,
      manifest: wanted ? { standing: manifestStanding(seen, wanted.version, changedAt), changedAt } : null,
    }
  })
}

/** What a report is about: shown by the player, or handed to the page without a script. */
export function itemOf(report: BoardReport | undefined): { dispatchId: string; page: number; pages: number } | null {
  return report?.now ?? report?.fetched ?? null
}

/**
 * When what each of these boards should show last changed: something was put, withdrawn, cancelled or ran out, or a person
 * changed its settings. Index: shelf_items_place.
 */
async function changesOf(sql: Sql, boardIds: string[], now: Date): Promise<Map<string, Date>> {
  if (boardIds.length === 0) return new Map()
  const { rows } = await sql.query<{ id: string; at: Date | null }>(
    `select b.id, greatest(b.settings_at, max(greatest(s.put_at, s.withdrawn_at, d.cancelled_at, d.expired_at,
       case when coalesce(d.expires_at, s.put_at + $3 * interval '1 day') <= $2
         then coalesce(d.expires_at, s.put_at + $3 * interval '1 day') end))) as at
     from boards b
       left join shelf_items s on s.kind = 'boards' and s.place_id = b.id
       left join dispatches d on d.id = s.dispatch_id
     where b.id = any($1::bigint[]) group by b.id`,
    [boardIds, now, shelfDaysWithoutEnd],
  )
  return new Map(rows.flatMap(row => (row.at ? [[row.id, row.at] as const] : [])))
}

async function titlesOf(
  sql: Sql,
  dispatchIds: string[],
): Promise<Map<string, { title: string; announcementId: string }>> {
  if (dispatchIds.length === 0) return new Map()
  const { rows } = await sql.query<{ id: string; title: string; announcementId: string }>(
    `select d.id, a.content->>'title' as title, a.id as "announcementId"
     from dispatches d join announcements a on a.id = d.announcement_id where d.id = any($1::bigint[])`,
    [dispatchIds],
  )
  return new Map(rows.map(row => [row.id, row]))
}

function writeCursor(row: BoardRow): string {
  return Buffer.from(JSON.stringify([row.areaCode, row.name, row.id])).toString('base64url')
}

/** A cursor that is none begins at the beginning. */
function readCursor(cursor: string | undefined): [string | null, string | null, string | null] {
  try {
    const [areaCode, name, id] = JSON.parse(Buffer.from(cursor ?? '', 'base64url').toString()) as unknown[]
    if (typeof areaCode === 'string' && typeof name === 'string' && /^\d{1,18}$/.test(String(id))) {
      return [areaCode, name, String(id)]
    }
  } catch {
    // Falls through.
  }
  return [null, null, null]
}
