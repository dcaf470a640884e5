import { createHmac, hkdfSync } from 'node:crypto'
import { AppError } from '../domain/errors.ts'
import type { Sql } from '../store/db.ts'

/**
 * Limits on failed sign-ins. An attempt is written *before* the password is looked at, so that a burst of
 * simultaneous guesses counts itself; all API processes share the count. Refused attempts do not count, otherwise an
 * attacker could keep an officer out for ever.
 */
export const attemptLimits = {
  windowMinutes: 15,
  /** Failures for one account from one address since its last success there. */
  accountAndAddress: 8,
  /** Failures for one account from everywhere: slows a distributed guess, hard to reach by accident. */
  account: 50,
  /** Failures from one address for all accounts: an office behind one address mistypes too. */
  address: 60,
} as const

/** Keyed hash of an email address as typed. */
export function accountKey(secret: string, email: string): string {
  const key = Buffer.from(hkdfSync('sha256', secret, 'loa', 'account-events', 32))
  return createHmac('sha256', key).update(email.trim().toLowerCase()).digest('base64url')
}

function tooMany(): AppError {
  return new AppError(
    'request.too-many',
    {
      vi: `Đã nhập sai quá nhiều lần. Ông/Bà vui lòng thử lại sau ${attemptLimits.windowMinutes} phút.`,
      en: `Too many failed attempts. Please try again in ${attemptLimits.windowMinutes} minutes.`,
    },
    { details: { retryAfterSeconds: attemptLimits.windowMinutes * 60 } },
  )
}

/**
 * Notes that somebody is about to try a password.
 * @returns the id of the attempt, to be closed by {@link endAttempt}
 * @throws AppError request.too-many
 */
export async function beginAttempt(db: Sql, accountKey: string, ip: string): Promise<string> {
  const inserted = await db.query<{ id: string }>(
    `insert into account_events (kind, account_key, ip) values ('sign-in-started', $1, $2) returning id`,
    [accountKey, ip],
  )
  const id = inserted.rows[0]?.id ?? ''
  // Served by account_events_account and account_events_ip. A started attempt that never ended counts as failed.
  const { rows } = await db.query<{ both: number; account: number; address: number }>(
    `with recent as (
       select account_key, ip, kind, at from account_events
       where account_key = $1 and at > now() - make_interval(mins => $3)
       union all
       select account_key, ip, kind, at from account_events
       where ip = $2 and account_key <> $1 and at > now() - make_interval(mins => $3)
     ), failed as (select * from recent where kind in ('sign-in-started', 'sign-in-failed'))
     select
       count(*) filter (where account_key = $1 and ip = $2 and at > coalesce(
         (select max(at) from recent where account_key = $1 and ip = $2 and kind = 'sign-in'), '-infinity'))::int as both,
       count(*) filter (where account_key = $1)::int as account,
       count(*) filter (where ip = $2)::int as address
     from failed`,
    [accountKey, ip, attemptLimits.windowMinutes],
  )
  const count = rows[0]
  if (
    count &&
    (count.both > attemptLimits.accountAndAddress ||
      count.account > attemptLimits.account ||
      count.address > attemptLimits.address)
  ) {
    await db.query(`update account_events set kind = 'sign-in-refused' where id = $1`, [id])
    throw tooMany()
  }
  return id
}

/** Writes how the attempt ended. `userId` is absent when the address is nobody's. */
export async function endAttempt(
  db: Sql,
  id: string,
  kind: 'sign-in' | 'sign-in-failed',
  userId?: string,
): Promise<void> {
  await db.query('update account_events set kind = $2, user_id = $3 where id = $1', [id, kind, userId ?? null])
}
