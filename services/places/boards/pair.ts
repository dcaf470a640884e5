import { type Actor, requirePermission } from '../../domain/accounts.ts'
import type { BoardKind } from '../../domain/board.ts'
import { AppError } from '../../domain/errors.ts'
import { type Transaction, transaction } from '../../store/db.ts'
import { recordRegistryEvent } from '../../store/registry-events.ts'
import { beginGuess } from './code-guesses.ts'
import { type BoardAbout, boardAboutSchema, type PairingContext, readPairingCode } from './pairing.ts'
import { revokeBoardSessions } from './sessions.ts'

/*
 * The officer's side of pairing: which screen shows this code, it is to be this board, and it is nobody's any more.
 */

/** A screen that waits for an officer, as it describes itself. */
export interface WaitingBoard extends BoardAbout {
  kind: 'player' | 'plain'
  /** Address it asked from. */
  address: string
  /** Since when it shows the code, and until when. */
  since: Date
  expiresAt: Date
}

/** A board after pairing. */
export interface PairedBoard {
  id: string
  name: string
  commune: string
  pairedAt: Date | null
}

function badCode(): AppError {
  return new AppError('board.bad-code', {
    vi: 'Không có bảng tin nào đang hiện mã này. Ông/Bà vui lòng xem lại mã trên bảng: mã gồm 6 ký tự, chỉ dùng được một lần và đổi sau 10 phút.',
    en: 'No board shows this code now. Please read it again: six characters, good once, and another one after 10 minutes.',
  })
}

/** Runs `work` with a code that could be one, counting it as a wrong guess unless it returns something. */
async function withCode<T>(
  ctx: PairingContext,
  actor: Actor,
  typed: string,
  now: Date,
  work: (code: string) => Promise<T | undefined>,
): Promise<T> {
  requirePermission(actor, 'board.manage')
  const code = readPairingCode(typed)
  // Nobody gets anywhere with these, so they are no guesses.
  if (!code) throw badCode()
  const guess = await beginGuess(ctx.db, actor.id, now)
  // Any other failure is none of the code's.
  const found = await work(code).catch(async error => {
    await guess.right()
    throw error
  })
  if (found === undefined) throw badCode()
  await guess.right()
  return found
}

/**
 * What the screen with this code says of itself, so that the officer sees which one it is before the yes.
 * @throws AppError auth.forbidden | board.bad-code | request.too-many
 */
export function lookAtCode(ctx: PairingContext, actor: Actor, typed: string, now: Date): Promise<WaitingBoard> {
  return withCode(ctx, actor, typed, now, async code => {
    const { rows } = await ctx.db.query<Omit<WaitingBoard, keyof BoardAbout> & { about: unknown }>(
      `select kind, about, address, created_at as since, expires_at as "expiresAt" from board_pairings
       where code = $1 and paired_at is null and expires_at > $2`,
      [code, now],
    )
    const [row] = rows
    if (!row) return undefined
    const { about, ...rest } = row
    return { ...rest, ...boardAboutSchema.parse(about) }
  })
}

/**
 * Makes the screen with this code this board's player. Name, group, settings and history stay; a player that it had before is
 * shut out, keeps what it shows until its end, and shows a code of its own.
 * @throws AppError auth.forbidden | not-found | board.wrong-kind (paper) | board.bad-code | request.too-many
 */
export function pairBoard(
  ctx: PairingContext,
  actor: Actor,
  boardId: string,
  typed: string,
  now: Date,
): Promise<PairedBoard> {
  return withCode(ctx, actor, typed, now, code =>
    transaction(ctx.db, async sql => {
      const board = await lockBoard(sql, boardId)
      const { rows } = await sql.query<{ id: string; kind: string }>(
        `update board_pairings set board_id = $2, paired_at = $3, paired_by = $4
         where code = $1 and paired_at is null and expires_at > $3 returning id, kind`,
        [code, boardId, now, actor.name],
      )
      const pairing = rows[0]
      if (!pairing) return undefined
      const before = await endPairing(sql, boardId, pairing.id, 're-paired', now)
      await sql.query('update boards set paired_at = $2 where id = $1', [boardId, now])
      const detail = { name: board.name, player: pairing.kind, again: before }
      await recordRegistryEvent(sql, actor, 'boards', 'paired', boardId, detail)
      return { id: boardId, name: board.name, commune: board.commune, pairedAt: now }
    }),
  )
}

/**
 * Shuts a board's player out. What it shows it goes on showing until its end; the board keeps its name, settings and history.
 * Changes nothing where nothing is paired.
 * @throws AppError auth.forbidden | not-found | board.wrong-kind
 */
export async function unpairBoard(ctx: PairingContext, actor: Actor, boardId: string, now: Date): Promise<PairedBoard> {
  requirePermission(actor, 'board.manage')
  return await transaction(ctx.db, async sql => {
    const board = await lockBoard(sql, boardId)
    const before = await endPairing(sql, boardId, null, 'unpaired', now)
    if (before || board.pairedAt) {
      await recordRegistryEvent(sql, actor, 'boards', 'unpaired', boardId, { name: board.name })
    }
    return { id: boardId, name: board.name, commune: board.commune, pairedAt: null }
  })
}

/** Locked against a second officer, not against foreign keys to it. */
async function lockBoard(sql: Transaction, boardId: string): Promise<Omit<PairedBoard, 'id'>> {
  const { rows } = await sql.query<Omit<PairedBoard, 'id'> & { kind: BoardKind }>(
    `select b.name, a.name as commune, b.kind, b.paired_at as "pairedAt" from boards b join areas a on a.code = b.area_code
     where b.id = $1 and b.retired_at is null for no key update of b`,
    [boardId],
  )
  const board = rows[0]
  if (!board) throw new AppError('not-found', { vi: 'Không tìm thấy bảng tin này.', en: 'There is no such board.' })
  if (board.kind === 'paper') {
    throw new AppError('board.wrong-kind', {
      vi: 'Bảng niêm yết giấy không có thiết bị để ghép nối. Ông/Bà vui lòng chọn bảng điện tử.',
      en: 'A paper board has no device to pair. Please choose an electronic board.',
    })
  }
  return board
}

/**
 * Ends what a board was paired with: open sessions, credentials not fetched yet, alerts of a shared credential. Streams that
 * are open end with the poke.
 * @param kept the pairing that replaces it
 * @returns whether there was anything
 */
export async function endPairing(
  sql: Transaction,
  boardId: string,
  kept: string | null,
  why: 're-paired' | 'unpaired' | 'retired',
  now: Date,
): Promise<boolean> {
  // First the pairings: a poll that is handing one out is waited for, and what it handed out is revoked next.
  const pairings = await sql.query('delete from board_pairings where board_id = $1 and id is distinct from $2', [
    boardId,
    kept,
  ])
  const sessions = await revokeBoardSessions(sql, [boardId], why, now)
  await sql.query(
    `update board_alerts set ended_at = $2 where board_id = $1 and kind in ('reused', 'two-players') and ended_at is null`,
    [boardId, now],
  )
  await sql.query(`update boards set paired_at = null, boots = '[]' where id = $1`, [boardId])
  return sessions > 0 || (pairings.rowCount ?? 0) > 0
}
