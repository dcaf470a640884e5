import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readEnv } from '../../config/env.ts'
import { type AccountInput, accountsFor, addAccount, resetPassword, setAccountInUse } from '../accounts/manage.ts'
import { AppError } from '../domain/errors.ts'
import type { Account, AccountPassword } from '../http/schemas-registry.ts'
import { openDataDir } from '../runtime/datadir.ts'
import { createLog } from '../runtime/log.ts'
import { startEmbeddedPostgres } from '../runtime/postgres.ts'
import { openDb, requireReachable } from '../store/db.ts'
import { migrate } from '../store/migrate.ts'
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
 * @param dataFolder of an embedded instance that is stopped: its own database is started for this, which is the way back when
 *   nobody knows the password of any administrator
 */
export async function withAccounts<T>(work: (accounts: AccountsAccess) => Promise<T>, dataFolder?: string): Promise<T> {
  if (dataFolder !== undefined) return await inStoppedInstance(dataFolder, work)
  const url = readEnv().env.DATABASE_URL
  return url ? await inDatabase(url, work) : await work(throughServer(await signedInClient()))
}

async function inDatabase<T>(url: string, work: (accounts: AccountsAccess) => Promise<T>): Promise<T> {
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

/** The lock of the data folder keeps this from a running instance (setup.already-running). */
async function inStoppedInstance<T>(folder: string, work: (accounts: AccountsAccess) => Promise<T>): Promise<T> {
  if (!existsSync(join(folder, 'postgres', 'PG_VERSION'))) {
    throw new AppError('not-found', {
      vi: `Thư mục "${folder}" không có dữ liệu của Loa.`,
      en: `There is no data of Loa in the folder "${folder}".`,
    })
  }
  const dataDir = await openDataDir(folder)
  try {
    const server = await startEmbeddedPostgres({ dir: dataDir.at('postgres'), log: createLog({ level: 'error' }) })
    try {
      await migrated(server.url)
      return await inDatabase(server.url, work)
    } finally {
      await server.stop()
    }
  } finally {
    await dataDir.release()
  }
}

/** A folder of an older version gets what accounts need now. */
async function migrated(url: string): Promise<void> {
  const db = openDb(url, 1)
  await migrate(db).finally(() => db.end())
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
