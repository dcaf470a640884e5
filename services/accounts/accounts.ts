import { hashPassword } from 'better-auth/crypto'
import { z } from 'zod'
import { type Actor, type Role, roles } from '../domain/accounts.ts'
import { AppError } from '../domain/errors.ts'
import { type Db, type Sql, transaction } from '../store/db.ts'
import { checkPassword, randomPassword } from './passwords.ts'

/** An account as administrators see it; never with its password. */
export interface Account {
  id: string
  email: string
  name: string
  role: Role
  areas: string[]
  createdAt: Date
  /** Start of the newest session that still exists. */
  lastSignInAt: Date | null
  /** Set: it can neither sign in nor go on with a session. */
  disabledAt: Date | null
}

const newAccountSchema = z.object({
  email: z.string().trim().toLowerCase().pipe(z.email()),
  name: z.string().trim().normalize('NFC').min(1).max(200),
  role: z.enum(roles),
  areas: z
    .array(z.string().regex(/^\d{2}(\d{3})?$/))
    .max(500)
    .default([]),
})
export type NewAccount = z.input<typeof newAccountSchema> & { password?: string }

const uniqueViolation = '23505'

/**
 * Makes an account. Nobody can make one for themselves: this is called by set-up and by administrators' tools.
 * @param account areas are area codes; a random password is made when none is given
 * @param actor who makes it; absent in set-up
 * @returns the password in clear, to be shown once by the caller and kept nowhere
 * @throws AppError request.invalid | account.exists
 */
export async function createAccount(
  db: Db,
  account: NewAccount,
  actor?: Actor,
): Promise<{ id: string; email: string; password: string }> {
  const parsed = newAccountSchema.safeParse(account)
  if (!parsed.success) {
    const fields = [...new Set(parsed.error.issues.map(issue => issue.path.join('.')))].join(', ')
    throw new AppError('request.invalid', {
      vi: `Thông tin tài khoản chưa đúng (${fields}). Cần địa chỉ thư điện tử, họ tên, vai trò và mã địa bàn hợp lệ.`,
      en: `The account is not right (${fields}). It needs a valid email address, a name, a role and area codes.`,
    })
  }
  const { email, name, role, areas } = parsed.data
  const password = account.password ?? randomPassword()
  checkPassword(password)
  const hash = await hashPassword(password)
  const id = await transaction(db, async sql => {
    const { rows } = await sql.query<{ id: string }>(
      `insert into users (name, email, email_verified, role, areas) values ($1, $2, true, $3, $4) returning id`,
      [name, email, role, JSON.stringify(areas)],
    )
    const userId = rows[0]?.id ?? ''
    await sql.query(
      `insert into user_credentials (account_id, provider_id, user_id, password, updated_at)
       values ($1::text, 'credential', $1::uuid, $2, now())`,
      [userId, hash],
    )
    await recordEvent(sql, 'created', userId, { actor, detail: { role, areas } })
    return userId
  }).catch(error => {
    if ((error as { code?: string }).code !== uniqueViolation) throw error
    throw new AppError('account.exists', {
      vi: 'Địa chỉ thư điện tử này đã có tài khoản.',
      en: 'There is already an account with this email address.',
    })
  })
  return { id, email, password }
}

/** All accounts by name. */
export async function listAccounts(db: Sql): Promise<Account[]> {
  const { rows } = await db.query<Account>(
    `select u.id, u.email, u.name, u.role, u.areas, u.created_at as "createdAt",
            (select max(s.created_at) from sessions s where s.user_id = u.id) as "lastSignInAt",
            u.disabled_at as "disabledAt"
     from users u order by u.name, u.email`,
  )
  return rows
}

/** One account, or undefined when it does not exist (any more). */
export async function findAccount(db: Sql, id: string): Promise<Account | undefined> {
  const { rows } = await db.query<Account>(
    `select id, email, name, role, areas, created_at as "createdAt", null as "lastSignInAt", disabled_at as "disabledAt"
     from users where id::text = $1`,
    [id],
  )
  return rows[0]
}

/**
 * Gives an account a new password and ends all its sessions, so that whoever knew the old one is out.
 * @param options.password a random one is made when absent
 * @param options.actor who does it; absent in set-up
 * @returns the password in clear, to be shown once
 * @throws AppError request.invalid | not-found
 */
export async function setPassword(
  db: Db,
  email: string,
  { password = randomPassword(), actor }: { password?: string; actor?: Actor } = {},
): Promise<{ password: string }> {
  checkPassword(password)
  const hash = await hashPassword(password)
  await transaction(db, async sql => {
    const { rows } = await sql.query<{ userId: string }>(
      `update user_credentials c set password = $2, updated_at = now() from users u
       where u.id = c.user_id and c.provider_id = 'credential' and u.email = lower($1) returning u.id as "userId"`,
      [email.trim(), hash],
    )
    const userId = rows[0]?.userId
    if (!userId) {
      throw new AppError('not-found', {
        vi: 'Không có tài khoản với địa chỉ thư điện tử này.',
        en: 'There is no account with this email address.',
      })
    }
    await revokeSessions(sql, userId)
    await recordEvent(sql, 'password-set', userId, { actor })
  })
  return { password }
}

/** Ends every session of a person at once; the next request of each is refused. */
export async function revokeSessions(db: Sql, userId: string): Promise<number> {
  const { rowCount } = await db.query('delete from sessions where user_id = $1', [userId])
  return rowCount ?? 0
}

/** What is done to accounts, beside signing in. */
export type AccountEventKind = 'created' | 'password-set' | 'changed' | 'disabled' | 'enabled' | 'sign-out'

/**
 * Writes one line of the account journal.
 * @param more.actor who does it to somebody's account; absent for a person's own session and for set-up
 * @param more.detail what is different now
 */
export async function recordEvent(
  db: Sql,
  kind: AccountEventKind,
  userId: string,
  more: { ip?: string | undefined; actor?: Actor | undefined; detail?: object } = {},
): Promise<void> {
  await db.query(
    'insert into account_events (kind, user_id, ip, actor_id, actor_name, detail) values ($1, $2, $3, $4, $5, $6)',
    [
      kind,
      userId,
      more.ip ?? null,
      more.actor?.id ?? null,
      more.actor?.name ?? null,
      JSON.stringify(more.detail ?? {}),
    ],
  )
}
