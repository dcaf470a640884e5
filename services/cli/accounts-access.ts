import { readEnv } from '../../config/env.ts'
import { type AccountInput, accountsFor, addAccount, resetPassword, setAccountInUse } from '../accounts/manage.ts'
import { AppError } from '../domain/errors.ts'
import type { Account, AccountPassword } from '../http/schemas-registry.ts'
import { openDb, requireReachable } from '../store/db.ts'
import { type ApiClient, signedInClient } from './api-client.ts'
import { atTheDatabase } from './import-kinds.ts'

/** Accounts as the commands see them: one shape, whether through the running instance or in the database. */
export interface AccountsAccess {
  list(): Promise<Account[]>
  add(input: AccountInput): Promise<AccountPassword>
  resetPassword(id: string): Promise<AccountPassword>
  setInUse(id: string, inUse: boolean): Promise<Account>
}

/**
 * Lends the accounts of the database at DATABASE_URL when that is set, else those of the running instance at LOA_SERVER as
 * LOA_USER, who must be an administrator.
 */
export async function withAccounts<T>(work: (accounts: AccountsAccess) => Promise<T>): Promise<T> {
  const url = readEnv().env.DATABASE_URL
  if (!url) return await work(throughServer(await signedInClient()))
  const db = openDb(url, 3)
  try {
    await requireReachable(db, url)
    return await work({
      list: async () => (await accountsFor(db, atTheDatabase)).map(asJson),
      add: async input => withPassword(await addAccount(db, atTheDatabase, input)),
      resetPassword: async id => withPassword(await resetPassword(db, atTheDatabase, id)),
      setInUse: async (id, inUse) => asJson(await setAccountInUse(db, atTheDatabase, id, inUse)),
    })
  } finally {
    await db.end()
  }
}

function throughServer(api: ApiClient): AccountsAccess {
  const at = (id: string, action: string) => `/api/accounts/${encodeURIComponent(id)}/${action}`
  return {
    list: () => api.get('/api/accounts'),
    add: input => api.post('/api/accounts', input),
    resetPassword: id => api.post(at(id, 'reset-password'), {}),
    setInUse: (id, inUse) => api.post(at(id, inUse ? 'enable' : 'disable'), {}),
  }
}

/** Dates as the API gives them. */
function asJson(account: Awaited<ReturnType<typeof accountsFor>>[number]): Account {
  const { createdAt, lastSignInAt, disabledAt, ...rest } = account
  return {
    ...rest,
    createdAt: createdAt.toISOString(),
    lastSignInAt: lastSignInAt?.toISOString() ?? null,
    disabledAt: disabledAt?.toISOString() ?? null,
  }
}

function withPassword({ account, password }: Awaited<ReturnType<typeof addAccount>>): AccountPassword {
  return { account: asJson(account), password }
}

/** @throws AppError not-found */
export async function accountByEmail(accounts: AccountsAccess, email: string): Promise<Account> {
  const wanted = email.trim().toLowerCase()
  const found = (await accounts.list()).find(account => account.email === wanted)
  if (found) return found
  throw new AppError('not-found', {
    vi: `Không có tài khoản "${wanted}".`,
    en: `There is no account "${wanted}".`,
  })
}
