import { type Actor, type Role, requirePermission, roles } from '../domain/accounts.ts'
import { AppError } from '../domain/errors.ts'
import { type Db, type Sql, transaction } from '../store/db.ts'
import {
  type Account,
  type AccountEventKind,
  createAccount,
  findAccount,
  listAccounts,
  recordEvent,
  revokeSessions,
  setPassword,
} from './accounts.ts'

/*
 * What an administrator does to accounts. Every act is a line of the account journal with the one who did it. An instance
 * always keeps somebody who can undo a mistake: the last administrator stays, and nobody takes away their own role.
 */

/** What an administrator fills in. */
export interface AccountInput {
  email: string
  name: string
  role: Role
  /** Area codes: whose stations an operator sees; empty for the whole instance. */
  areas: string[]
}

/** All accounts, those switched off too. */
export async function accountsFor(db: Sql, actor: Actor): Promise<Account[]> {
  requirePermission(actor, 'account.manage')
  return await listAccounts(db)
}

/**
 * Makes an account.
 * @returns the password in clear: it is shown once and kept nowhere
 * @throws AppError auth.forbidden | request.invalid | account.exists
 */
export async function addAccount(
  db: Db,
  actor: Actor,
  input: AccountInput,
): Promise<{ account: Account; password: string }> {
  requirePermission(actor, 'account.manage')
  await checkAreas(db, input)
  const { id, password } = await createAccount(db, input, actor)
  return { account: await mustFind(db, id), password }
}

/**
 * Changes name, role or areas. The person's next request follows the new role.
 * @throws AppError auth.forbidden | not-found | request.invalid | account.yourself | account.last-admin
 */
export async function changeAccount(
  db: Db,
  actor: Actor,
  id: string,
  input: Omit<AccountInput, 'email'>,
): Promise<Account> {
  requirePermission(actor, 'account.manage')
  await checkAreas(db, input)
  const name = input.name.trim().normalize('NFC')
  if (name === '') throw invalid('Tài khoản cần có họ tên.', 'An account needs a name.')
  return await transaction(db, async sql => {
    const before = await lockWithAdmins(sql, id)
    if (before.role !== input.role) {
      if (id === actor.id) throw yourself()
      if (before.role === 'admin' && before.disabledAt === null) await requireOtherAdmin(sql, id)
    }
    await sql.query('update users set name = $2, role = $3, areas = $4, updated_at = now() where id = $1', [
      id,
      name,
      input.role,
      JSON.stringify(input.areas),
    ])
    const detail = {
      ...(before.name !== name && { renamed: true }),
      ...(before.role !== input.role && { role: { from: before.role, to: input.role } }),
      ...(before.areas.join() !== input.areas.join() && { areas: { from: before.areas, to: input.areas } }),
    }
    if (Object.keys(detail).length > 0) await recordEvent(sql, 'changed', id, { actor, detail })
    return await mustFind(sql, id)
  })
}

/**
 * Gives an account a new password and ends its sessions.
 * @returns the password in clear: it is shown once and kept nowhere
 * @throws AppError auth.forbidden | not-found
 */
export async function resetPassword(db: Db, actor: Actor, id: string): Promise<{ account: Account; password: string }> {
  requirePermission(actor, 'account.manage')
  const account = await mustFind(db, id)
  const { password } = await setPassword(db, account.email, { actor })
  return { account, password }
}

/**
 * Switches an account off: its sessions end at once and it cannot sign in. Or on again, with the password it had.
 * @throws AppError auth.forbidden | not-found | account.yourself | account.last-admin
 */
export async function setAccountInUse(db: Db, actor: Actor, id: string, inUse: boolean): Promise<Account> {
  requirePermission(actor, 'account.manage')
  return await transaction(db, async sql => {
    const before = await lockWithAdmins(sql, id)
    if ((before.disabledAt === null) === inUse) return before
    if (!inUse) {
      if (id === actor.id) throw yourself()
      if (before.role === 'admin') await requireOtherAdmin(sql, id)
    }
    await sql.query(`update users set disabled_at = ${inUse ? 'null' : 'now()'}, updated_at = now() where id = $1`, [
      id,
    ])
    if (!inUse) await revokeSessions(sql, id)
    await recordEvent(sql, inUse ? 'enabled' : 'disabled', id, { actor })
    return await mustFind(sql, id)
  })
}

/** One line of the journal of administrators. */
export interface AccountEvent {
  at: Date
  kind: AccountEventKind
  /** Null when set-up did it. */
  actorName: string | null
  /** Null when the account is gone. */
  accountName: string | null
  accountEmail: string | null
}

/** What was done to accounts, newest first. Served by account_events_managed. */
export async function accountJournal(sql: Sql, actor: Actor, most: number): Promise<AccountEvent[]> {
  requirePermission(actor, 'account.manage')
  const { rows } = await sql.query<AccountEvent>(
    `select e.at, e.kind, e.actor_name as "actorName", u.name as "accountName", u.email as "accountEmail"
     from account_events e left join users u on u.id = e.user_id
     where e.kind in ('created', 'password-set', 'changed', 'disabled', 'enabled') order by e.id desc limit $1`,
    [most],
  )
  return rows
}

async function mustFind(sql: Sql, id: string): Promise<Account> {
  const account = await findAccount(sql, id)
  if (account) return account
  throw new AppError('not-found', { vi: 'Không tìm thấy tài khoản này.', en: 'There is no such account.' })
}

/**
 * Locks the account and every administrator in one order: of two administrators who disable each other at the same moment
 * the second sees what the first did.
 */
async function lockWithAdmins(sql: Sql, id: string): Promise<Account> {
  await sql.query(`select from users where id::text = $1 or role = 'admin' order by id for update`, [id])
  return await mustFind(sql, id)
}

async function requireOtherAdmin(sql: Sql, id: string): Promise<void> {
  const { rowCount } = await sql.query(
    `select from users where role = 'admin' and disabled_at is null and id::text <> $1 limit 1`,
    [id],
  )
  if (rowCount !== 0) return
  throw new AppError('account.last-admin', {
    vi: 'Đây là tài khoản quản trị cuối cùng đang hoạt động nên không khóa hay đổi vai trò được. Ông/Bà vui lòng thêm một tài khoản quản trị khác trước.',
    en: 'This is the last administrator in use, so it can neither be disabled nor get another role. Add another administrator first.',
  })
}

function yourself(): AppError {
  return new AppError('account.yourself', {
    vi: 'Ông/Bà không tự khóa tài khoản hoặc tự đổi vai trò của mình được. Cần một quản trị khác thực hiện.',
    en: 'You cannot disable your own account or change your own role. Another administrator has to do it.',
  })
}

async function checkAreas(sql: Sql, { role, areas }: { role: Role; areas: string[] }): Promise<void> {
  if (!roles.includes(role)) throw invalid('Vai trò không có.', 'There is no such role.')
  if (role === 'operator' && areas.length === 0) {
    throw invalid(
      'Người vận hành đài cần có ít nhất một địa bàn: tài khoản chỉ thấy đài của các địa bàn đó.',
      'An operator needs at least one area: the account sees the stations of these areas only.',
    )
  }
  const { rows } = await sql.query<{ code: string }>('select code from areas where code = any($1::text[])', [areas])
  const known = new Set(rows.map(r => r.code))
  const unknown = areas.filter(code => !known.has(code)).slice(0, 10)
  if (unknown.length === 0) return
  throw invalid(
    `Không có địa bàn với mã ${unknown.join(', ')}. Hãy nhập danh mục địa bàn trước, hoặc chọn trong danh mục.`,
    `There is no area with the code ${unknown.join(', ')}. Import the areas first, or choose from the list.`,
  )
}

function invalid(vi: string, en: string): AppError {
  return new AppError('request.invalid', { vi, en })
}
