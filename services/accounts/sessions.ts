import type { IncomingHttpHeaders } from 'node:http'
import { APIError } from 'better-auth'
import { fromNodeHeaders } from 'better-auth/node'
import { z } from 'zod'
import { type Actor, roles } from '../domain/accounts.ts'
import { AppError } from '../domain/errors.ts'
import { recordEvent, revokeSessions } from './accounts.ts'
import { accountKey, beginAttempt, endAttempt } from './attempts.ts'
import { type Auth, clientAddressHeader } from './auth.ts'

/** The part of a request that says who is asking. express' Request fits. */
export interface SessionRequest {
  headers: IncomingHttpHeaders
  /** Address of the caller, as far as it can be trusted. */
  ip?: string | undefined
}

const actorSchema = z.object({
  id: z.string(),
  name: z.string(),
  role: z.enum(roles),
  areas: z.array(z.string()),
})
/** An administrator has switched the account off. Whatever stands there counts: a date in an odd form must not let anybody in. */
const isDisabled = (user: { disabledAt?: unknown }) => (user.disabledAt ?? null) !== null

function libraryHeaders(req: SessionRequest): Headers {
  const headers = fromNodeHeaders(req.headers)
  headers.set(clientAddressHeader, req.ip ?? '')
  return headers
}

/**
 * The signed-in person of a request, read from the database each time, so that a revoked session or a changed role
 * takes effect at once.
 * @returns undefined without a valid session
 */
export async function actorOf(auth: Auth, req: SessionRequest): Promise<Actor | undefined> {
  if (!req.headers.cookie) return undefined
  const found = await auth.library.api.getSession({ headers: libraryHeaders(req) })
  if (!found || isDisabled(found.user)) return undefined
  return actorSchema.parse(found.user)
}

/**
 * Checks a password and opens a session. Success and failure are both written to the account journal; which of
 * address and password was wrong is not told, and that an account is disabled only to whoever has its password.
 * @returns the person and the Set-Cookie headers that carry the session
 * @throws AppError auth.wrong-password | account.disabled | request.too-many
 */
export async function signIn(
  auth: Auth,
  req: SessionRequest,
  email: string,
  password: string,
): Promise<{ actor: Actor; email: string; cookies: string[] }> {
  const { db, secret } = auth.settings
  const attempt = await beginAttempt(db, accountKey(secret, email), req.ip ?? '')
  const headers = libraryHeaders(req)
  // The library would reject a form post of a browser without these; the HTTP layer has checked the origin already.
  headers.delete('cookie')
  try {
    const signedIn = await auth.library.api.signInEmail({
      body: { email: email.trim(), password },
      headers,
      returnHeaders: true,
    })
    const actor = actorSchema.parse(signedIn.response.user)
    if (isDisabled(signedIn.response.user)) {
      await revokeSessions(db, actor.id)
      await endAttempt(db, attempt, 'sign-in-failed', actor.id)
      throw disabled()
    }
    await endAttempt(db, attempt, 'sign-in', actor.id)
    return { actor, email: signedIn.response.user.email, cookies: signedIn.headers.getSetCookie() }
  } catch (error) {
    if (!(error instanceof APIError) || error.statusCode >= 500) throw error
    const { rows } = await db.query<{ id: string }>('select id from users where email = lower($1)', [email.trim()])
    await endAttempt(db, attempt, 'sign-in-failed', rows[0]?.id)
    throw new AppError(
      'auth.wrong-password',
      {
        vi: 'Địa chỉ thư điện tử hoặc mật khẩu không đúng.',
        en: 'The email address or the password is not right.',
      },
      { cause: error },
    )
  }
}

function disabled(): AppError {
  return new AppError('account.disabled', {
    vi: 'Tài khoản này đã bị khóa. Ông/Bà vui lòng liên hệ quản trị hệ thống.',
    en: 'This account has been disabled. Please ask the administrator.',
  })
}

/**
 * Ends the session of a request.
 * @returns the Set-Cookie headers that remove the cookie
 */
export async function signOut(auth: Auth, req: SessionRequest): Promise<{ cookies: string[] }> {
  const actor = await actorOf(auth, req)
  const { headers } = await auth.library.api.signOut({ headers: libraryHeaders(req), returnHeaders: true })
  if (actor) await recordEvent(auth.settings.db, 'sign-out', actor.id, { ip: req.ip })
  return { cookies: headers.getSetCookie() }
}
