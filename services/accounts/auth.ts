import { type BetterAuthOptions, betterAuth } from 'better-auth'
import type { Log } from '../../channels/contract.ts'
import type { Db } from '../store/db.ts'

/** A working day. After it the officer signs in again; there is no silent renewal. Seconds. */
export const sessionSeconds = 12 * 60 * 60

/** Shortest password accepted when a person or an administrator chooses one (NIST SP 800-63B asks for 8 at least). */
export const passwordCharacters = { least: 12, most: 128 } as const

/**
 * Header under which the HTTP layer tells better-auth the address of the caller. It is always set by us from the
 * socket, so whatever a client sends under this name is overwritten.
 */
export const clientAddressHeader = 'x-loa-client-address'

export interface AuthSettings {
  db: Db
  /** The instance's secret, 32 characters or more; signs the session cookie. */
  secret: string
  /** Address under which officers open the console; https makes the cookie `Secure`. */
  publicUrl: string
  log?: Log
}

/**
 * The options of better-auth: email and password only, no self sign-up, tables and columns by our own names
 * (migration 0002). Exported so that a test can compare the library's idea of the schema with the migration.
 */
export function authOptions({ db, secret, publicUrl, log }: AuthSettings) {
  return {
    appName: 'loa',
    baseURL: publicUrl,
    basePath: '/api/auth',
    secret,
    database: db,
    telemetry: { enabled: false },
    logger: {
      level: 'error',
      log: (_level, message) => log?.error({ part: 'better-auth' }, message),
    },
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: passwordCharacters.least,
      maxPasswordLength: passwordCharacters.most,
    },
    // Failures are counted by services/accounts/attempts.ts: per person and shared by all API processes.
    rateLimit: { enabled: false },
    user: {
      modelName: 'users',
      fields: { emailVerified: 'email_verified', createdAt: 'created_at', updatedAt: 'updated_at' },
      additionalFields: {
        role: { type: 'string', required: true, input: false },
        areas: { type: 'string[]', required: true, input: false },
        disabledAt: { type: 'date', required: false, input: false, fieldName: 'disabled_at' },
      },
    },
    session: {
      modelName: 'sessions',
      fields: {
        userId: 'user_id',
        expiresAt: 'expires_at',
        ipAddress: 'ip_address',
        userAgent: 'user_agent',
        createdAt: 'created_at',
        updatedAt: 'updated_at',
      },
      expiresIn: sessionSeconds,
      disableSessionRefresh: true,
    },
    account: {
      modelName: 'user_credentials',
      fields: {
        userId: 'user_id',
        accountId: 'account_id',
        providerId: 'provider_id',
        accessToken: 'access_token',
        refreshToken: 'refresh_token',
        idToken: 'id_token',
        accessTokenExpiresAt: 'access_token_expires_at',
        refreshTokenExpiresAt: 'refresh_token_expires_at',
        createdAt: 'created_at',
        updatedAt: 'updated_at',
      },
    },
    verification: {
      modelName: 'user_verifications',
      fields: { expiresAt: 'expires_at', createdAt: 'created_at', updatedAt: 'updated_at' },
    },
    advanced: {
      cookiePrefix: 'loa',
      useSecureCookies: publicUrl.startsWith('https:'),
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax', path: '/' },
      ipAddress: { ipAddressHeaders: [clientAddressHeader] },
      // The schema is ours and a test compares it; asking the catalogue at every start would only cost time.
      database: { generateId: 'uuid', validateSchema: false },
    },
  } satisfies BetterAuthOptions
}

/**
 * Sign-in for officers and operators. Only the HTTP layer's own routes call it: none of the library's endpoints is
 * mounted, so there is no sign-up, no profile editing and no password reset to attack.
 */
export function createAuth(settings: AuthSettings) {
  return { settings, library: betterAuth(authOptions(settings)) }
}

export type Auth = ReturnType<typeof createAuth>
