import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { importList } from '../../../services/cli/commands/import.ts'
import { describeImport } from '../../../services/cli/show/import-report.ts'
import { type Listening, listen } from '../../../services/http/listen.ts'
import { citizenRoutes } from '../../../services/http/routes/citizens.ts'
import { sessionRoutes } from '../../../services/http/routes/session.ts'
import { emailOf, type HttpServer, httpServer } from '../http/server.ts'

/*
 * `loa import` both ways: through a running instance over a real connection, and into the database.
 */
let server: HttpServer
let listening: Listening
let dir: string
let file: string
const given = process.env.DATABASE_URL
beforeAll(async () => {
  server = await httpServer()
  const app = server.withRoutes([...sessionRoutes(server.deps, server.auth), ...citizenRoutes(server.deps)])
  listening = await listen(app, { host: '127.0.0.1', port: 0 })
  dir = await mkdtemp(join(tmpdir(), 'loa-import-command-'))
  file = join(dir, 'danh-sach.csv')
  const rows = Array.from({ length: 2_000 }, (_, i) => `Người ${i},09${80_000_000 + i},19333,có\n`)
  await writeFile(file, `Họ tên,SĐT,Mã xã,Đồng ý\n${rows.join('')}Không Số,1,19333,có\n`)
})
afterAll(async () => {
  if (given === undefined) delete process.env.DATABASE_URL
  else process.env.DATABASE_URL = given
  for (const name of ['LOA_SERVER', 'LOA_USER', 'LOA_PASSWORD']) delete process.env[name]
  await rm(dir, { recursive: true })
  await listening.close(100)
  await server.close()
})
beforeEach(async () => {
  await server.database.db.query('truncate citizens, opt_outs cascade')
})

const citizens = async () => (await server.database.db.query('select from citizens')).rowCount

describe.each(['through the running instance', 'into the database'])('%s', way => {
  beforeAll(() => {
    if (way === 'into the database') process.env.DATABASE_URL = server.database.url
    else {
      delete process.env.DATABASE_URL
      Object.assign(process.env, {
        LOA_SERVER: listening.url,
        LOA_USER: emailOf('officer'),
        LOA_PASSWORD: server.passwords.officer,
      })
    }
  })

  test('a check, then the import, with all refused rows in a file', async () => {
    const rejected = join(dir, 'loai.csv')
    const dry = await importList('citizens', file, { dryRun: true })
    expect(dry).toMatchObject({ dryRun: true, rows: 2_001, added: 2_000, rejectedCount: 1 })
    expect(await citizens()).toBe(0)
    const real = await importList('citizens', file, { rejected })
    expect(real).toEqual({ ...dry, dryRun: false })
    expect(await citizens()).toBe(2_000)
    expect(await readFile(rejected, 'utf8')).toMatch(/^\ufeff"Dòng".*\r\n2002,"/)
    expect(describeImport(real, rejected)).toContain('dòng 2002')
  })

  test('what is wrong with a file is told in its own sentence', async () => {
    const bad = join(dir, 'anh.csv')
    await writeFile(bad, Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]))
    await expect(importList('citizens', bad, {})).rejects.toMatchObject({
      code: 'import.bad-encoding',
      userMessage: { vi: expect.stringContaining('tệp ảnh') },
    })
    await expect(importList('citizens', join(dir, 'khong-co.csv'), {})).rejects.toMatchObject({ code: 'not-found' })
    await writeFile(bad, 'SĐT,Xã\n0912345678,19333\n')
    await expect(importList('citizens', bad, {})).rejects.toMatchObject({ code: 'import.no-consent' })
    expect(await importList('citizens', bad, { consentBasis: 'phiếu đăng ký' })).toMatchObject({ added: 1 })
  })

  test('a list of refusals', async () => {
    const list = join(dir, 'tu-choi.csv')
    await writeFile(list, 'SĐT\n0912345678\n')
    const report = await importList('opt-outs', list, {})
    expect(report).toMatchObject({ rows: 1, added: 1, known: 0 })
    expect(describeImport(report)).toContain('từ chối mới')
  })
})
