import { randomInt } from 'node:crypto'
import { z } from 'zod'
import type { pairingPollSchema, pairingStartedSchema } from '../../domain/board.ts'
import { pairingAlphabet, pairingCodeLength, pairingMinutes } from '../../domain/board.ts'
import { AppError } from '../../domain/errors.ts'
import type { Links } from '../../runtime/links.ts'
import { type Db, type Transaction, transaction } from '../../store/db.ts'
import { qrOf } from '../../text/qr.ts'
import { hashOfToken, newDeviceToken } from '../device-tokens.ts'
import { createBoardSession } from './sessions.ts'

/*
 * The board's side of pairing: it shows a code and asks, with a secret that never leaves it, whether an officer has typed it.
 * The officer's side is services/places/boards/pair.ts.
 *
 * The credential is handed out once. The answer with it may get lost, so the same secret may ask again, for a day, until what
 * it was given is used for the first time. Each time it gets a session of its own and the one before is over: of two devices
 * that know the secret at most one holds a credential, and none gets one after the first has used it.
 */

export interface PairingContext {
  db: Db
  links: Links
}

/** What a board says of itself before it is anybody's; stored and shown to the officer. */
export const boardAboutSchema = z.object({
  /** Pixels of the screen, `1920x1080`. */
  screen: z.string().max(32).default(''),
  /** Build of the player. */
  player: z.string().max(64).default(''),
  /** User-Agent; set by the server. */
  browser: z.string().max(300).default(''),
})
export type BoardAbout = z.infer<typeof boardAboutSchema>

/** A page that waits asks this often. */
export const pairingPollSeconds = 3

/**
 * Open codes at one time, so that nobody fills the table or makes codes easy to guess. Boards of an office or of a whole
 * province's network come from one address; a roll-out larger than that waits some minutes.
 */
export const openPairings = { address: 300, overall: 5_000 } as const

const minuteMs = 60_000
/** How long a credential that nobody used can be fetched again. */
const fetchAgainMs = 24 * 60 * minuteMs

/** Serialises starts: codes stay unique and the caps exact. Any constant will do. */
const pairingLock = 7_310_526

/** Six characters that nobody takes for others, from the system's random source. */
export function newPairingCode(): string {
  return Array.from({ length: pairingCodeLength }, () => pairingAlphabet[randomInt(pairingAlphabet.length)]).join('')
}

/** A code as it was typed: in small letters, with spaces or a hyphen. Undefined when no board can show it. */
export function readPairingCode(typed: string): string | undefined {
  const code = typed.toUpperCase().replace(/[\s.-]/g, '')
  return code.length === pairingCodeLength && [...code].every(c => pairingAlphabet.includes(c)) ? code : undefined
}

/**
 * Opens a pairing: a code for the screen and a secret for the board, good for ten minutes.
 * @param address of the caller, as services/http/rate.ts groups them
 * @throws AppError request.too-many when too many codes are open
 */
export async function startPairing(
  ctx: PairingContext,
  kind: 'player' | 'plain',
  about: BoardAbout,
  address: string,
  now: Date,
): Promise<z.infer<typeof pairingStartedSchema>> {
  const secret = newDeviceToken()
  const expiresAt = new Date(now.getTime() + pairingMinutes * minuteMs)
  const code = await transaction(ctx.db, async sql => {
    await sql.query('select pg_advisory_xact_lock($1)', [pairingLock])
    await sql.query(
      'delete from board_pairings where expires_at <= $1 and (paired_at is null or paired_at <= $2::timestamptz)',
      [now, new Date(now.getTime() - fetchAgainMs)],
    )
    await refuseMany(sql, address)
    for (;;) {
      const { rows } = await sql.query<{ code: string }>(
        `insert into board_pairings (code, secret_hash, kind, about, address, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (code) where paired_at is null do nothing returning code`,
        [newPairingCode(), hashOfToken(secret), kind, JSON.stringify(about), address, now, expiresAt],
      )
      if (rows[0]) return rows[0].code
    }
  })
  const url = `${ctx.links.publicUrl}/boards/pair?code=${code}`
  return { code, secret, expiresAt: expiresAt.toISOString(), pollSeconds: pairingPollSeconds, url, qr: qrOf(url) }
}

async function refuseMany(sql: Transaction, address: string): Promise<void> {
  const { rows } = await sql.query<{ overall: number; here: number }>(
    `select count(*)::int as overall, count(*) filter (where address = $1)::int as here
     from board_pairings where paired_at is null`,
    [address],
  )
  if ((rows[0]?.overall ?? 0) < openPairings.overall && (rows[0]?.here ?? 0) < openPairings.address) return
  throw new AppError(
    'request.too-many',
    {
      vi: 'Đang có quá nhiều bảng tin chờ ghép nối. Bảng tin này sẽ tự thử lại sau ít phút.',
      en: 'Too many boards wait to be paired. This board tries again by itself in a few minutes.',
    },
    { details: { retryAfterSeconds: 60 } },
  )
}

interface PairingRow {
  id: string
  kind: 'player' | 'plain'
  expiresAt: Date
  boardId: string | null
  pairedAt: Date | null
  sessionId: string | null
  name: string | null
  commune: string | null
}

/**
 * What became of a pairing; hands out the credential where there is one to be had.
 * @param stillThere asked before anything is handed out: a request that its sender has given up must not end what a later
 *   one was given
 */
export async function pollPairing(
  ctx: PairingContext,
  secret: string,
  now: Date,
  stillThere: () => boolean = () => true,
): Promise<z.infer<typeof pairingPollSchema>> {
  return await transaction(ctx.db, async sql => {
    const hash = hashOfToken(secret)
    // Locked by a statement of its own: one that waits for the officer's yes would go on with the board as it was before it.
    await sql.query('select from board_pairings where secret_hash = $1 for update', [hash])
    const { rows } = await sql.query<PairingRow>(
      `select p.id, p.kind, p.expires_at as "expiresAt", p.board_id as "boardId", p.paired_at as "pairedAt",
         p.session_id as "sessionId", b.name, a.name as commune
       from board_pairings p
         left join boards b on b.id = p.board_id and b.retired_at is null
         left join areas a on a.code = b.area_code
       where p.secret_hash = $1`,
      [hash],
    )
    const pairing = rows[0]
    if (!pairing) return { state: 'expired' }
    if (!pairing.pairedAt) return { state: pairing.expiresAt > now ? 'waiting' : 'expired' }
    const { boardId, name, commune } = pairing
    if (!boardId || name === null || commune === null) return { state: 'expired' }
    if (pairing.pairedAt.getTime() + fetchAgainMs <= now.getTime()) return { state: 'expired' }
    if (!stillThere()) return { state: 'waiting' }
    if (pairing.sessionId && !(await endUnused(sql, pairing.sessionId, now))) return { state: 'expired' }
    const { sessionId, ...tokens } = await createBoardSession(sql, ctx.links, boardId, pairing.kind, now)
    await sql.query('update board_pairings set taken_at = coalesce(taken_at, $2), session_id = $3 where id = $1', [
      pairing.id,
      now,
      sessionId,
    ])
    return { state: 'paired', tokens, board: { id: boardId, name, commune } }
  })
}

/** Ends a session that nobody has used yet. @returns false when it was used, or has ended otherwise */
async function endUnused(sql: Transaction, sessionId: string, now: Date): Promise<boolean> {
  const { rowCount } = await sql.query(
    `update board_sessions set revoked_at = $2, revoked_why = 're-paired'
     where id = $1 and proven_at is null and previous_hash is null and revoked_at is null`,
    [sessionId, now],
  )
  return rowCount === 1
}

/** The code that goes with a secret, while it can be typed: a page without memory asks for it at each reload. */
export async function openCode(
  ctx: PairingContext,
  secret: string,
  now: Date,
): Promise<{ code: string; expiresAt: Date } | undefined> {
  const { rows } = await ctx.db.query<{ code: string; expiresAt: Date }>(
    `select code, expires_at as "expiresAt" from board_pairings
     where secret_hash = $1 and paired_at is null and expires_at > $2`,
    [hashOfToken(secret), now],
  )
  return rows[0]
}
