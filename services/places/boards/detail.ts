import { type Actor, may, requirePermission } from '../../domain/accounts.ts'
import type { Sql } from '../../store/db.ts'
import { type BoardAlertKind, type BoardListContext, type ListedBoard, listBoardsFully } from './list.ts'
import { boardScope, boardsOfScope, noSuchBoard } from './scope.ts'

/** A credential of a board's player: one at a time is good. */
export interface BoardSessionRow {
  kind: 'player' | 'plain'
  createdAt: Date
  refreshedAt: Date
  expiresAt: Date
  revokedAt: Date | null
  revokedWhy: string | null
}

export interface BoardAlertRow {
  id: string
  boardId: string
  boardName: string
  areaCode: string
  areaName: string
  kind: BoardAlertKind
  beganAt: Date
  endedAt: Date | null
  toldAt: Date | null
  detail: Record<string, unknown>
}

/** How long one announcement stood on a board, by the board's own reports. */
export interface BoardDisplay {
  announcementId: string
  title: string
  revision: number
  firstAt: Date
  lastAt: Date
  shownMs: number
  /** Drawn, but behind something else. */
  hiddenMs: number
  times: number
  /** All of it has been on screen. */
  complete: boolean
  /** Hours (UTC) in which it was on screen, oldest first. */
  hours: { hour: string; shownMs: number }[]
}

export interface BoardDetail extends ListedBoard {
  /** Null as well for those who may not change it. */
  keeperEmail: string | null
  sessions: BoardSessionRow[]
  alertHistory: BoardAlertRow[]
  displays: BoardDisplay[]
}

/** How far back displays are listed. */
export const displayDays = 7

/**
 * One board with what is known of it.
 * @throws AppError auth.forbidden | not-found, also for other people's boards
 */
export async function boardDetail(ctx: BoardListContext, actor: Actor, id: string): Promise<BoardDetail> {
  const { items } = await listBoardsFully(ctx, actor, { id, limit: 1 })
  const board = items[0]
  if (!board) throw noSuchBoard()
  const keeper = await ctx.db.query<{ email: string | null }>(
    'select keeper_email as email from boards where id = $1',
    [id],
  )
  const sessions = await ctx.db.query<BoardSessionRow>(
    `select kind, created_at as "createdAt", refreshed_at as "refreshedAt", expires_at as "expiresAt",
       revoked_at as "revokedAt", revoked_why as "revokedWhy"
     from board_sessions where board_id = $1 order by id desc limit 20`,
    [id],
  )
  return {
    ...board,
    keeperEmail: may(actor.role, 'board.manage') ? (keeper.rows[0]?.email ?? null) : null,
    sessions: sessions.rows,
    alertHistory: await listBoardAlerts(ctx.db, actor, { boardId: id }),
    displays: await displaysOf(ctx.db, id, ctx.now()),
  }
}

/** Two players with one credential are one board: no hour holds more than an hour. Index: primary key of board_displays. */
async function displaysOf(sql: Sql, boardId: string, now: Date): Promise<BoardDisplay[]> {
  const { rows } = await sql.query<BoardDisplay>(
    `with hourly as (
       select dispatch_id, revision, hour, least(sum(shown_ms), 3600000)::float8 as shown,
         least(sum(hidden_ms), 3600000)::float8 as hidden, sum(times)::int as times,
         bool_or(complete) as complete, min(first_at) as first_at, max(last_at) as last_at
       from board_displays where board_id = $1 and hour > $2::timestamptz - $3 * interval '1 day'
       group by dispatch_id, revision, hour
     )
     select d.announcement_id as "announcementId", a.content->>'title' as title, h.revision,
       min(h.first_at) as "firstAt", max(h.last_at) as "lastAt", sum(h.shown) as "shownMs", sum(h.hidden) as "hiddenMs",
       sum(h.times)::int as times, bool_or(h.complete) as complete,
       jsonb_agg(jsonb_build_object('hour', h.hour, 'shownMs', h.shown) order by h.hour) as hours
     from hourly h join dispatches d on d.id = h.dispatch_id join announcements a on a.id = d.announcement_id
     group by d.announcement_id, a.content->>'title', h.revision order by max(h.last_at) desc limit 200`,
    [boardId, now, displayDays],
  )
  return rows
}

/**
 * Alerts, open ones first, newest first within each; of one board, or of all boards of a person. Indexes: board_alerts_open,
 * board_alerts_recent.
 * @throws AppError auth.forbidden
 */
export async function listBoardAlerts(
  sql: Sql,
  actor: Actor,
  filter: { boardId?: string; open?: boolean } = {},
): Promise<BoardAlertRow[]> {
  requirePermission(actor, 'board.read')
  const { rows } = await sql.query<BoardAlertRow>(
    `select l.id, l.board_id as "boardId", b.name as "boardName", b.area_code as "areaCode", a.name as "areaName",
       l.kind, l.began_at as "beganAt", l.ended_at as "endedAt", l.told_at as "toldAt", l.detail
     from board_alerts l join boards b on b.id = l.board_id join areas a on a.code = b.area_code
     where ${boardsOfScope} and ($2::bigint is null or l.board_id = $2)
       and (l.ended_at is null or not $3::boolean)
       and (b.retired_at is null or $2::bigint is not null)
     order by l.ended_at is not null, l.began_at desc limit $4`,
    [boardScope(actor), filter.boardId ?? null, filter.open ?? false, filter.boardId ? 50 : 500],
  )
  return rows
}
