import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { accountByEmail, withAccounts } from '../../../services/cli/accounts-access.ts'
import { prepareDatabase } from '../../../services/cli/instance/run.ts'
import { openDataDir } from '../../../services/runtime/datadir.ts'
import { startEmbeddedPostgres } from '../../../services/runtime/postgres.ts'
import { silentLog } from '../../support/server-keeper.ts'

/* The way back into an instance whose administrator's password is lost: its data folder, while it is stopped. */
let dir: string
let firstPassword: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'loa-stopped-'))
  const server = await startEmbeddedPostgres({ dir: join(dir, 'postgres'), log: silentLog, durable: false })
  const { newAccounts } = await prepareDatabase(server.url, false)
  firstPassword = newAccounts[0]?.password ?? ''
  await server.stop()
}, 120_000)
afterAll(() => rm(dir, { recursive: true, force: true }))

test('a new password is made, the database stops again and the folder is free', async () => {
  const reset = () =>
    withAccounts(async all => all.resetPassword((await accountByEmail(all, 'admin@loa.example')).id), dir)
  const { password } = await reset()
  expect(password).toMatch(/^(\w{4}-){4}\w{4}$/)
  expect(password).not.toBe(firstPassword)
  // Nothing was left running or locked.
  expect((await reset()).password).not.toBe(password)
}, 120_000)

test('not while the instance runs, and not where there is none', async () => {
  const held = await openDataDir(dir)
  try {
    await expect(withAccounts(all => all.list(), dir)).rejects.toMatchObject({ code: 'setup.already-running' })
  } finally {
    await held.release()
  }
  await expect(withAccounts(all => all.list(), join(dir, 'khong-co'))).rejects.toMatchObject({ code: 'not-found' })
})
