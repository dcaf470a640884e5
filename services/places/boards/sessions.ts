import type { BoardTokens } from '../../domain/board.ts'
import { accessMinutes, refreshDays } from '../../domain/board.ts'
import { AppError } from '../../domain/errors.ts'
import type { BoardAccess, Links } from '../../runtime/links.ts'
import { type Db, type Sql, type Transaction, transaction } from '../../store/db.ts'
import { pokeBoards } from '../../store/shelf.ts'
import { hashOfToken, newDeviceToken } from '../device-tokens.ts'
import { openBoardAlerts } from './alerts-store.ts'

/*
 * Credentials of boards' players. A refresh token is good for one use and gives the next one; an access token lives a
 * quarter of an hour and is checked without the database. An answer may get lost on the way, so the token before the present
 * one is good once more as long as nothing that replaced it was used. Used after that, two players have one credential: the
 * session ends, and the board is to be paired anew. What it shows it goes on showing until its end.
 */

const dayMs = 86_400_000

/** What a board is told whose credential is no longer good; it keeps what it shows. */
export function boardUnpaired(): AppError {
  return new AppError('board.unpaired', {
    vi: 'Bảng tin chưa được ghép nối hoặc đã bị ngắt. Vui lòng ghép nối lại bằng mã hiện trên bảng.',
    en: 'The board is not paired, or its pairing was ended. Pair it again with the code it shows.',
  })
}

/**
 * Ends every open session of some boards: their players are asked for a new pairing at their next request.
 * @returns how many there were
 */
export async function revokeBoardSessions(
  sql: Sql,
  boardIds: string[],
  why: 're-paired' | 'unpaired' | 'reused' | 'retired',
  now: Date,
): Promise<number> {
  const { rowCount } = await sql.query(
    `update board_sessions set revoked_at = $2, revoked_why = $3
     where board_id = any($1::bigint[]) and revoked_at is null`,
    [boardIds, now, why],
  )
  // Whoever serves boards cuts them off at once.
  await pokeBoards(sql, boardIds)
  return rowCount ?? 0
}

/** A new session for a board. Earlier ones are not ended here; see {@link revokeBoardSessions}. */
export async function createBoardSession(
  sql: Sql,
  links: Links,
  boardId: string,
  kind: 'player' | 'plain',
  now: Date,
): Promise<BoardTokens & { sessionId: string }> {
  const refreshToken = newDeviceToken()
  const { rows } = await sql.query<{ id: string }>(
    `insert into board_sessions (board_id, kind, refresh_hash, created_at, refreshed_at, expires_at)
     values ($1, $2, $3, $4, $4, $5) returning id`,
    [boardId, kind, hashOfToken(refreshToken), now, new Date(now.getTime() + refreshDays * dayMs)],
  )
  const sessionId = rows[0]?.id ?? ''
  return { sessionId, ...tokensOf(links, { boardId, sessionId }, refreshToken, now) }
}

function tokensOf(links: Links, who: BoardAccess, refreshToken: string, now: Date): BoardTokens {
  const expiresAt = new Date(now.getTime() + accessMinutes * 60_000)
  return { accessToken: links.boardAccess(who, expiresAt), accessExpiresAt: expiresAt.toISOString(), refreshToken }
}

interface SessionRow {
  id: string
  boardId: string
  present: boolean
  proven: boolean
  gone: boolean
}

/**
 * Exchanges a refresh token for the next one and an access token.
 * @param stillThere asked before anything changes: a request that its sender has given up and repeated must not be taken for
 *   a second player
 * @throws AppError board.unpaired for a token that is unknown, over, revoked, or used by two
 */
export async function refreshBoardSession(
  db: Db,
  links: Links,
  token: string,
  now: Date,
  stillThere: () => boolean = () => true,
): Promise<BoardTokens> {
  const tokens = await transaction(db, sql => refresh(sql, links, token, now, stillThere))
  if (!tokens) throw boardUnpaired()
  return tokens
}

/** Undefined when the token is not good; what that means for the session is committed all the same. */
async function refresh(
  sql: Transaction,
  links: Links,
  token: string,
  now: Date,
  stillThere: () => boolean,
): Promise<BoardTokens | undefined> {
  const hash = hashOfToken(token)
  const { rows } = await sql.query<SessionRow>(
    `select s.id, s.board_id as "boardId", s.refresh_hash = $1 as present, s.proven_at is not null as proven,
       s.revoked_at is not null or s.expires_at <= $2 or b.retired_at is not null as gone
     from board_sessions s join boards b on b.id = s.board_id
     where s.refresh_hash = $1 or s.previous_hash = $1 for update of s`,
    [hash, now],
  )
  const session = rows[0]
  if (!session || session.gone || !stillThere()) return undefined
  if (!session.present && session.proven) {
    await revokeBoardSessions(sql, [session.boardId], 'reused', now)
    await openBoardAlerts(sql, [{ boardId: session.boardId, kind: 'reused', at: now, detail: {} }])
    return undefined
  }
  const next = newDeviceToken()
  // After a lost answer the token that the board has stays the one before, and the lost one was never anybody's.
  await sql.query(
    `update board_sessions set refresh_hash = $2, previous_hash = $3, proven_at = null, refreshed_at = $4, expires_at = $5
     where id = $1`,
    [session.id, hashOfToken(next), hash, now, new Date(now.getTime() + refreshDays * dayMs)],
  )
  return tokensOf(links, { boardId: session.boardId, sessionId: session.id }, next, now)
}

/** An access token that a board came with: its session, and the end by which it is told from the session's others. */
export interface UsedAccess {
  sessionId: string
  expiresAt: Date
}

/**
 * Notes that these access tokens were used. Where it is the one that came with the present refresh token, the board has that
 * answer: from now on the refresh token before it betrays a second player. An access token from before says nothing of the
 * sort: a board whose answer got lost goes on with the old one until its end. Cheap when it is known already. Locked by id:
 * after a restart the same boards come to two processes within a moment.
 */
export async function proveBoardSessions(sql: Sql, used: UsedAccess[], now: Date): Promise<void> {
  await sql.query(
    `with held as (
       select s.id from board_sessions s join unnest($1::bigint[], $2::timestamptz[]) as used (id, expires_at) on used.id = s.id
       where s.refreshed_at + $4 * interval '1 minute' = used.expires_at and s.proven_at is null and s.revoked_at is null
       order by s.id for no key update of s
     )
     update board_sessions s set proven_at = $3 from held where s.id = held.id`,
    [used.map(u => u.sessionId), used.map(u => u.expiresAt), now, accessMinutes],
  )
}

/** Those of these sessions that are still good, with their boards. Served by the primary key. */
export async function boardSessionsStillIn(sql: Sql, sessionIds: string[], now: Date): Promise<Map<string, string>> {
  const { rows } = await sql.query<{ id: string; boardId: string }>(
    `select s.id, s.board_id as "boardId" from board_sessions s join boards b on b.id = s.board_id
     where s.id = any($1::bigint[]) and s.revoked_at is null and s.expires_at > $2 and b.retired_at is null`,
    [sessionIds, now],
  )
  return new Map(rows.map(row => [row.id, row.boardId]))
}
