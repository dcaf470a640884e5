import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { accountByEmail, withAccounts } from '../../../services/cli/accounts-access.ts'
import { accountTable } from '../../../services/cli/commands/account.ts'
import { importList } from '../../../services/cli/commands/import.ts'
import { describeImport } from '../../../services/cli/show/import-report.ts'
import { type Listening, listen } from '../../../services/http/listen.ts'
import { countryJson } from '../../support/lists.ts'
import { emailOf, type HttpServer, httpServer } from '../http/server.ts'

/*
 * `loa import areas|stations|boards` and `loa account`, through a running instance over a real connection and into the
 * database.
 */
let server: HttpServer
let listening: Listening
let dir: string
const given = process.env.DATABASE_URL
beforeAll(async () => {
  server = await httpServer({ citizens: 0 })
  listening = await listen(server.app, { host: '127.0.0.1', port: 0 })
  dir = await mkdtemp(join(tmpdir(), 'loa-lists-'))
})
afterAll(async () => {
  if (given === undefined) delete process.env.DATABASE_URL
  else process.env.DATABASE_URL = given
  for (const name of ['LOA_SERVER', 'LOA_USER', 'LOA_PASSWORD']) delete process.env[name]
  await rm(dir, { recursive: true })
  await listening.close(100)
  await server.close()
})

const file = async (name: string, text: string) => {
  const path = join(dir, name)
  await writeFile(path, text)
  return path
}

describe.each(['through the running instance', 'into the database'])('%s', way => {
  beforeAll(async () => {
    const { db } = server.database
    await db.query('truncate stations, boards')
    await db.query(`delete from areas where code not in ('44', '19333', '19742')`)
    if (way === 'into the database') process.env.DATABASE_URL = server.database.url
    else {
      delete process.env.DATABASE_URL
      const who = { LOA_USER: emailOf('admin'), LOA_PASSWORD: server.passwords.admin }
      Object.assign(process.env, { LOA_SERVER: listening.url, ...who })
    }
  })

  test('areas: a country as JSON, a check first, the same again, and one province that ends a unit', async () => {
    const country = await file('nuoc.json', countryJson(34, 98))
    const all = 34 * 99
    expect(await importList('areas', country, { dryRun: true })).toMatchObject({ dryRun: true, rows: all })
    expect(await importList('areas', country, {})).toMatchObject({ added: expect.any(Number), rejectedCount: 0 })
    expect(await importList('areas', country, {})).toMatchObject({ added: 0, updated: 0, unchanged: all })
    const one = await file('tinh.csv', 'Mã,Tên,Mã tỉnh\n10,Tỉnh Số 10,\n10000,Phường Đổi Tên,10\n')
    const report = await importList('areas', one, { retireMissing: true, dryRun: true })
    expect(report).toMatchObject({ missingCount: 97, retired: 97, renamedCount: 1 })
    const told = describeImport(report)
    expect(told).toContain('10000: Phường Hòa 0 của 0 → Phường Đổi Tên')
    expect(told).toMatch(/97 đơn vị hiện có nhưng không có trong tệp[\s\S]*…/)
    expect(await importList('areas', one, {})).toMatchObject({ missingCount: 97, retired: 0 })
  })

  test('stations and boards, with all refused rows in a file', async () => {
    const rejected = join(dir, 'loai.csv')
    const stations = await file('dai.csv', 'Mã xã,Tên đài,Email\n19333,Đài Đông Hà,d@dai.example\n1,Đài Lạc,\n')
    expect(await importList('stations', stations, { rejected })).toMatchObject({ added: 1, rejectedCount: 1 })
    expect(await readFile(rejected, 'utf8')).toContain('\r\n3,')
    const boards = await file('bang.csv', 'Mã xã,Tên bảng tin\n19742,Bảng tin cảng\n')
    const report = await importList('boards', boards, {})
    expect(report).toMatchObject({ added: 1, unchanged: 0 })
    expect(describeImport(report)).toContain('1 mục mới · added')
  })

  test('a file that is no list says so', async () => {
    const bad = await file('anh.csv', '\u0089PNG\r\n\u001a')
    await expect(importList('boards', bad, {})).rejects.toMatchObject({ code: expect.stringMatching(/^import\./) })
    await expect(importList('areas', join(dir, 'khong-co'), {})).rejects.toMatchObject({ code: 'not-found' })
  })

  test('accounts: added, listed, a new password, disabled, enabled', async () => {
    const email = way === 'into the database' ? 'a@quangtri.example' : 'b@quangtri.example'
    const input = { email, name: 'Người Mới', role: 'approver' as const, areas: ['44'] }
    const made = await withAccounts(all => all.add(input))
    expect(made).toMatchObject({ account: { ...input, disabledAt: null }, password: expect.stringMatching(/-/) })
    await expect(withAccounts(all => all.add(input))).rejects.toMatchObject({ code: 'account.exists' })
    const { id } = await withAccounts(all => accountByEmail(all, ` ${email.toUpperCase()}`))
    expect(id).toBe(made.account.id)
    expect((await withAccounts(all => all.resetPassword(id))).password).not.toBe(made.password)
    await withAccounts(all => all.setInUse(id, false))
    expect(accountTable(await withAccounts(all => all.list()))).toMatch(new RegExp(`${email}.*đã khóa`))
    expect(await withAccounts(all => all.setInUse(id, true))).toMatchObject({ disabledAt: null })
    await expect(withAccounts(all => accountByEmail(all, 'khong@co.example'))).rejects.toMatchObject({
      code: 'not-found',
    })
  })
})

test('an officer may import neither lists nor see accounts', async () => {
  delete process.env.DATABASE_URL
  const who = { LOA_USER: emailOf('officer'), LOA_PASSWORD: server.passwords.officer }
  Object.assign(process.env, { LOA_SERVER: listening.url, ...who })
  const boards = await file('bang.csv', 'Mã xã,Tên bảng tin\n19742,Bảng tin cảng\n')
  await expect(importList('boards', boards, {})).rejects.toMatchObject({ code: 'auth.forbidden' })
  await expect(withAccounts(all => all.list())).rejects.toMatchObject({ code: 'auth.forbidden' })
})
