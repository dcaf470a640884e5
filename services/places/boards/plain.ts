import type { BoardTokens } from '../../domain/board.ts'
import { isAppError } from '../../domain/errors.ts'
import type { Sql } from '../../store/db.ts'
import { hashOfToken } from '../device-tokens.ts'
import type { PairingContext } from './pairing.ts'
import { refreshBoardSession } from './sessions.ts'

/*
 * Boards that run no script. Their cookie is the refresh token of a session like any other; it comes with every reload, so it
 * changes seldom, and its coming at all is the proof that the answer before has arrived.
 */

/** A copy of the cookie is noticed after this long at the latest. */
const rotateMs = 6 * 3_600_000

/**
 * The board that comes with this cookie.
 * @param stillThere see refreshBoardSession
 * @returns `next`: the cookie from now on, when it changes; undefined when the cookie is not good
 */
export async function plainBoard(
  ctx: PairingContext,
  token: string,
  now: Date,
  stillThere: () => boolean,
): Promise<{ boardId: string; next?: string } | undefined> {
  const { rows } = await ctx.db.query<{ boardId: string }>(
    `update board_sessions s set proven_at = coalesce(s.proven_at, $2) from boards b
     where s.refresh_hash = $1 and s.kind = 'plain' and s.revoked_at is null and s.expires_at > $2
       and s.refreshed_at > $3 and b.id = s.board_id and b.retired_at is null
     returning s.board_id as "boardId"`,
    [hashOfToken(token), now, new Date(now.getTime() - rotateMs)],
  )
  const [row] = rows
  if (row) return row
  const tokens = await refreshBoardSession(ctx.db, ctx.links, token, now, stillThere).catch(refused)
  const boardId = tokens && ctx.links.readBoardAccess(tokens.accessToken, now)?.boardId
  return boardId ? { boardId, next: tokens.refreshToken } : undefined
}

function refused(error: unknown): BoardTokens | undefined {
  if (isAppError(error) && error.code === 'board.unpaired') return undefined
  throw error
}

/** What a plain page was given. The server knows that it was fetched; nobody knows whether it was on screen. */
export interface PlainFetch {
  version: string
  mode: 'idle' | 'items' | 'emergency' | 'banner' | 'night'
  /** Null when idle. */
  item: { dispatchId: string; revision: number; contentHash: string; page: number; pages: number } | null
}

/**
 * Notes that a plain board lives and what it fetched: a sign of life, and once all pages of an item were fetched its evidence
 * `fetched`. Never a display: no receipt comes of it.
 */
export async function notePlainFetch(sql: Sql, boardId: string, fetched: PlainFetch, now: Date): Promise<void> {
  const { version, mode, item } = fetched
  const seen = {
    version,
    mode,
    player: 'plain',
    fetched: item && { ...item, at: now.toISOString() },
  }
  await sql.query('update boards set last_seen_at = $2, last_seen = $3 where id = $1', [
    boardId,
    now,
    JSON.stringify(seen),
  ])
  if (!item || item.page < item.pages) return
  await sql.query(
    `update shelf_items set fetched_at = $3
     where kind = 'boards' and place_id = $1 and dispatch_id = $2 and fetched_at is null`,
    [boardId, item.dispatchId, now],
  )
}
