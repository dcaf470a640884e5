import { AppError } from '../../domain/errors.ts'
import type { Db } from '../../store/db.ts'

/**
 * Limits on codes that no board shows. Only signed-in officers can type one, so a guess is somebody with an account who hopes
 * to catch another's board. There are 30^6 = 729 million codes. With 20 boards waiting, an account that guesses as fast as it
 * may (60 an hour) has a chance of 1.6 in a million an hour, all accounts together 8 in a million; with the table of open
 * codes full (5,000) it is 4 in 10,000 and 2 in 1,000. Whoever hits sees "paired" in the record with the account's name.
 */
export const guessLimits = {
  windowMinutes: 10,
  /** Wrong codes of one account within the window: more than anybody mistypes. */
  account: 10,
  overallMinutes: 60,
  /** Wrong codes of everybody within the hour: five accounts that guess all the time. */
  overall: 300,
} as const

/**
 * Notes that somebody is about to try a code, before it is looked at: a burst of simultaneous guesses counts itself, in all
 * processes. Those refused do not count, so that nobody is kept out for longer than the window.
 * @returns forgets it again, for a code that was right
 * @throws AppError request.too-many
 */
export async function beginGuess(db: Db, actorId: string, now: Date): Promise<{ right(): Promise<void> }> {
  await db.query(`delete from board_code_guesses where at <= $1::timestamptz - $2 * interval '1 minute'`, [
    now,
    guessLimits.overallMinutes,
  ])
  const inserted = await db.query<{ id: string }>(
    'insert into board_code_guesses (actor_id, at) values ($1, $2) returning id',
    [actorId, now],
  )
  const id = inserted.rows[0]?.id
  const forget = async () => {
    await db.query('delete from board_code_guesses where id = $1', [id])
  }
  const { rows } = await db.query<{ account: number; accountSince: Date; overall: number; overallSince: Date }>(
    `select count(*) filter (where mine)::int as account, min(at) filter (where mine) as "accountSince",
       count(*)::int as overall, min(at) as "overallSince"
     from (select at, actor_id = $1 and at > $2::timestamptz - $3 * interval '1 minute' as mine from board_code_guesses) g`,
    [actorId, now, guessLimits.windowMinutes],
  )
  const count = rows[0]
  if (count && count.account > guessLimits.account) {
    await forget()
    throw tooMany(
      {
        vi: 'Ông/Bà đã nhập sai mã ghép nối quá nhiều lần.',
        en: 'You have typed too many wrong pairing codes.',
      },
      waitSeconds(count.accountSince, guessLimits.windowMinutes, now),
    )
  }
  if (count && count.overall > guessLimits.overall) {
    await forget()
    throw tooMany(
      {
        vi: 'Toàn hệ thống đang có quá nhiều mã ghép nối bị nhập sai nên việc ghép nối tạm dừng.',
        en: 'Too many wrong pairing codes were typed in the whole system, so pairing pauses.',
      },
      waitSeconds(count.overallSince, guessLimits.overallMinutes, now),
    )
  }
  return { right: forget }
}

/** Until the oldest counted guess leaves the window. */
function waitSeconds(since: Date, minutes: number, now: Date): number {
  return Math.max(1, Math.ceil((since.getTime() + minutes * 60_000 - now.getTime()) / 1000))
}

function tooMany(what: { vi: string; en: string }, retryAfterSeconds: number): AppError {
  const minutes = Math.ceil(retryAfterSeconds / 60)
  return new AppError(
    'request.too-many',
    {
      vi: `${what.vi} Vui lòng thử lại sau ${minutes} phút.`,
      en: `${what.en} Please try again in ${minutes} min.`,
    },
    { details: { retryAfterSeconds } },
  )
}
