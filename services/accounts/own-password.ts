import { verifyPassword } from 'better-auth/crypto'
import type { Actor } from '../domain/accounts.ts'
import { AppError } from '../domain/errors.ts'
import { findAccount, setPassword } from './accounts.ts'
import { accountKey, beginAttempt, endAttempt } from './attempts.ts'
import type { Auth } from './auth.ts'
import { checkPassword } from './passwords.ts'

/**
 * A person chooses a password, so that whoever handed over the first one does not know it any more: the rule of two people
 * would mean little if an administrator could sign in as the approver. All sessions end. Wrong guesses count like those at sign-in.
 * @param ip address of the caller
 * @throws AppError account.wrong-password | request.invalid | request.too-many
 */
export async function changeOwnPassword(
  { settings: { db, secret } }: Auth,
  actor: Actor,
  { current, next }: { current: string; next: string },
  ip: string,
): Promise<void> {
  const account = await findAccount(db, actor.id)
  const { rows } = await db.query<{ password: string }>(
    `select password from user_credentials where user_id = $1 and provider_id = 'credential'`,
    [actor.id],
  )
  const hash = rows[0]?.password
  if (!account || !hash) throw new Error('a signed-in account has no password')
  checkPassword(next)
  const attempt = await beginAttempt(db, accountKey(secret, account.email), ip)
  const right = await verifyPassword({ hash, password: current })
  await endAttempt(db, attempt, right ? 'sign-in' : 'sign-in-failed', actor.id)
  if (!right) {
    // Not the code of signing in: the session goes on, and a console must not think it has ended.
    throw new AppError('account.wrong-password', {
      vi: 'Mật khẩu hiện tại không đúng.',
      en: 'The present password is not right.',
    })
  }
  if (current === next) {
    throw new AppError('request.invalid', {
      vi: 'Mật khẩu mới phải khác mật khẩu hiện tại.',
      en: 'The new password must differ from the present one.',
    })
  }
  await setPassword(db, account.email, { password: next, actor })
}
