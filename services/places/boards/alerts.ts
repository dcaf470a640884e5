import type { Log, MailPort } from '../../../channels/contract.ts'
import { type BoardSettings, boardSettingsSchema } from '../../domain/board.ts'
import { hoursBeganAt } from '../../domain/board-hours.ts'
import { offlineAfterMs } from '../../domain/reach.ts'
import type { Db, Sql } from '../../store/db.ts'
import { tellKeepers } from './alerts-mail.ts'

/*
 * What somebody should see to at a board. Silence opens an alert within the board's own hours only; what heartbeats show is
 * opened where they are taken (heartbeat.ts), and a credential used by two where it is refused (sessions.ts). Here all
 * of them are closed, and keepers are written to.
 */

export interface AlertContext {
  db: Db
  now: () => Date
  log: Log
  demo: boolean
}

/** A board that was added is given a day to be set up. */
const setUpMs = 86_400_000

/**
 * What is wrong with a board that is not heard of: nothing outside its hours, and nothing in the first ten minutes of them,
 * since many are switched on and off with their power. A board that never came up is told of after a day: that is exactly the
 * fault to report. Pure.
 */
export function silenceOf(
  board: { addedAt: Date; lastSeenAt: Date | null; hours: BoardSettings['hours'] },
  now: Date,
): 'never' | 'offline' | undefined {
  const began = hoursBeganAt(board.hours, now)
  if (!began) return undefined
  const since = (at: Date) => now.getTime() - Math.max(at.getTime(), began.getTime())
  if (board.lastSeenAt === null) {
    return now.getTime() - board.addedAt.getTime() > setUpMs && since(board.addedAt) > offlineAfterMs
      ? 'never'
      : undefined
  }
  return since(board.lastSeenAt) > offlineAfterMs ? 'offline' : undefined
}

/** One round, once a minute by one process. @returns what was done, for the log */
export async function boardAlertsPass(
  ctx: AlertContext,
  mail: MailPort | undefined,
  stopping: AbortSignal,
): Promise<{ closed: number; opened: number; told: number }> {
  const closed = await closeAlerts(ctx.db, ctx.now())
  const opened = await openSilence(ctx.db, ctx.now())
  const told = mail ? await tellKeepers(ctx, mail, stopping) : 0
  return { closed, opened, told }
}

/**
 * Silence ends with a sign of life; two players, and a credential used twice, with a new pairing, and two players also after
 * an hour without turns; problems after ten minutes of heartbeats without any. Out of use, or of paper by now, nothing is
 * wrong any more.
 */
async function closeAlerts(sql: Sql, now: Date): Promise<number> {
  const { rowCount } = await sql.query(
    `with held as (
       select a.id from board_alerts a join boards b on b.id = a.board_id
       where a.ended_at is null and (
         b.retired_at is not null or b.kind = 'paper'
         or a.kind in ('never', 'offline') and b.last_seen_at > a.began_at
         or a.kind in ('two-players', 'reused') and b.paired_at > a.began_at
         or a.kind = 'two-players' and b.last_seen_at > (a.detail->>'lastAt')::timestamptz + interval '1 hour'
         or a.kind = 'problems' and b.last_seen_at >= (a.detail->>'lastAt')::timestamptz + interval '10 minutes'
           and jsonb_array_length(coalesce(b.last_seen->'problems', '[]')) = 0
       ) order by a.board_id, a.kind for no key update of a
     )
     update board_alerts a set ended_at = $1 from held where a.id = held.id`,
    [now],
  )
  return rowCount ?? 0
}

async function openSilence(sql: Sql, now: Date): Promise<number> {
  const { rows } = await sql.query<{ id: string; addedAt: Date; lastSeenAt: Date | null; settings: unknown }>(
    `select b.id, b.created_at as "addedAt", b.last_seen_at as "lastSeenAt", b.settings from boards b
     where b.retired_at is null and b.kind <> 'paper' and (b.last_seen_at is null or b.last_seen_at < $1)
       and not exists (select from board_alerts a
         where a.board_id = b.id and a.ended_at is null and a.kind in ('never', 'offline'))`,
    [new Date(now.getTime() - offlineAfterMs)],
  )
  const silent = rows.flatMap(row => {
    const kind = silenceOf({ ...row, hours: boardSettingsSchema.parse(row.settings).hours }, now)
    return kind
      ? [{ id: row.id, kind, detail: JSON.stringify({ lastSeenAt: row.lastSeenAt?.toISOString() ?? null }) }]
      : []
  })
  if (silent.length === 0) return 0
  const { rowCount } = await sql.query(
    `insert into board_alerts (board_id, kind, began_at, detail)
     select id, kind, $3, detail from unnest($1::bigint[], $2::text[], $4::jsonb[]) as x (id, kind, detail)
     on conflict (board_id, kind) where ended_at is null do nothing`,
    [silent.map(s => s.id), silent.map(s => s.kind), now, silent.map(s => s.detail)],
  )
  return rowCount ?? 0
}
