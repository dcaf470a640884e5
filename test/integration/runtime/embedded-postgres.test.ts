import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import pg from 'pg'
import type { EmbeddedServer } from '../../../services/runtime/child-server.ts'
import { startEmbeddedPostgres } from '../../../services/runtime/postgres.ts'
import { commandLine, isAlive, waitFor } from '../../../services/runtime/process.ts'
import { serverUser } from '../../../services/runtime/server-user.ts'
import { silentLog } from '../../support/server-keeper.ts'
import { type Program, startProgram } from '../../support/server-process.ts'
import { canMount, withSmallDisk } from '../../support/server-small-disk.ts'

interface Started {
  pid: number
  postgres: { url: string; pid: number; recovered: boolean }
}

let folder: string
let dir: string
const programs: Program[] = []
const servers: EmbeddedServer[] = []

beforeEach(async () => {
  // mkdtemp makes mode 700: as root, the server's user cannot pass through it by itself.
  folder = await mkdtemp(join(tmpdir(), 'loa-pg-'))
  dir = join(folder, 'postgres')
})
afterEach(async () => {
  for (const program of programs.splice(0)) {
    program.kill('SIGTERM')
    await program.ended
  }
  for (const server of servers.splice(0)) await server.stop()
  const left = Number(
    existsSync(join(dir, 'postmaster.pid')) && readFileSync(join(dir, 'postmaster.pid'), 'utf8').split('\n')[0],
  )
  if (left && commandLine(left).includes(dir)) process.kill(left, 'SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

async function start(): Promise<EmbeddedServer> {
  const server = await startEmbeddedPostgres({ dir, log: silentLog })
  servers.push(server)
  return server
}
async function startInProgram(): Promise<{ program: Program; facts: Started }> {
  const program = startProgram('test/support/server-instance.ts', [folder, 'postgres'])
  programs.push(program)
  const facts = JSON.parse(await program.nextLine()) as Started
  if (!facts.postgres) throw new Error(`${JSON.stringify(facts)}\n${program.errors()}`)
  return { program, facts }
}
async function query<T>(url: string, sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query(sql)).rows as T[]
  } finally {
    await client.end()
  }
}

describe('the embedded PostgreSQL', () => {
  test('speaks UTF-8, is durable, listens on loopback only, and gives us no superuser', async () => {
    const { url } = await start()
    const [row] = await query<Record<string, string>>(
      url,
      `select current_setting('server_encoding') encoding, current_setting('synchronous_commit') sync,
         current_setting('fsync') fsync, current_setting('listen_addresses') addresses,
         current_setting('is_superuser') super, lower('ĐƯỜNG SỐ 9') lower, current_setting('timezone') timezone`,
    )
    expect(row).toEqual({
      encoding: 'UTF8',
      sync: 'on',
      fsync: 'on',
      addresses: '127.0.0.1',
      super: 'off',
      lower: 'đường số 9',
      timezone: 'UTC',
    })
    await expect(query(url, `copy (select 1) to program 'true'`)).rejects.toThrow(/permission denied/)
  })

  test('asks for a password of this data folder, kept for its owner only', async () => {
    const { url } = await start()
    const password = readFileSync(`${dir}.password`, 'utf8').trim()
    expect(password.length).toBeGreaterThanOrEqual(40)
    expect(statSync(`${dir}.password`).mode & 0o777).toBe(0o600)
    const wrong = new URL(url)
    wrong.password = 'guess'
    await expect(query(wrong.href, 'select 1')).rejects.toThrow(/password authentication failed/)
    expect(statSync(`${dir}.log`).mode & 0o777).toBe(0o600)
  })

  test('stops in order, twice without harm, and keeps its data', async () => {
    const first = await start()
    await query(first.url, `create table kept as select 'Quảng Trị' as name`)
    await first.stop()
    await first.stop()
    expect(isAlive(first.pid)).toBe(false)
    const second = await start()
    expect(second.recovered).toBe(false)
    expect(await query(second.url, 'select name from kept')).toEqual([{ name: 'Quảng Trị' }])
  })

  test('tells its owner when it ends unasked', async () => {
    let lost = ''
    const server = await startEmbeddedPostgres({ dir, log: silentLog, onLost: reason => (lost = reason) })
    process.kill(server.pid, 'SIGQUIT')
    expect(await waitFor(() => lost !== '', 10_000)).toBe(true)
    expect(lost).toContain('PostgreSQL ended')
  })

  test('a committed statement is in no log, not even after an error', async () => {
    const { url } = await start()
    await query(url, 'create table people (phone text primary key)')
    await query(url, `insert into people values ('+84912345678')`)
    await expect(query(url, `insert into people values ('+84912345678')`)).rejects.toThrow(/duplicate key/)
    expect(readFileSync(`${dir}.log`, 'utf8')).not.toContain('912345678')
  })
})

describe('after kill -9', () => {
  test('of our process: the server left behind is stopped, committed data is there', async () => {
    const { program, facts } = await startInProgram()
    await query(facts.postgres.url, 'create table t as select generate_series(1, 1000) n')
    program.kill('SIGKILL')
    await program.ended
    expect(isAlive(facts.postgres.pid)).toBe(true)

    const next = await startInProgram()
    expect(next.facts.postgres.recovered).toBe(true)
    expect(isAlive(facts.postgres.pid)).toBe(false)
    expect(await query(next.facts.postgres.url, 'select count(*)::int n from t')).toEqual([{ n: 1000 }])
    next.program.kill('SIGTERM')
    expect(await next.program.ended).toEqual({ code: 0, signal: null })
    expect(isAlive(next.facts.postgres.pid)).toBe(false)
  })

  test('of our process in the middle of a statement: it is ended, not left to work on unseen', async () => {
    const { program, facts } = await startInProgram()
    await query(facts.postgres.url, 'create table t (n int)')
    const slow = query(facts.postgres.url, 'with w as (select pg_sleep(30)) insert into t select 1 from w').catch(e =>
      String(e),
    )
    await waitForActivity(facts.postgres.url)
    program.kill('SIGKILL')
    await program.ended
    const next = await startInProgram()
    expect(await slow).toMatch(/terminat|administrator|closed|ECONNRESET/i)
    expect(await query(next.facts.postgres.url, 'select * from t')).toEqual([])
  })

  test('of process and server together, with a session deep in work: it recovers by its log of changes', async () => {
    const { program, facts } = await startInProgram()
    await query(facts.postgres.url, `create table t as select 'chưa mất' s`)
    const busy = query(
      facts.postgres.url,
      'with w as (select count(*) from generate_series(1, 1e12::bigint)) select 1 from w',
    )
    busy.catch(() => undefined)
    await waitForActivity(facts.postgres.url)
    program.kill('SIGKILL')
    process.kill(facts.postgres.pid, 'SIGKILL')
    await program.ended
    const next = await startInProgram()
    await expect(busy).rejects.toThrow()
    expect(await query(next.facts.postgres.url, 'select s from t')).toEqual([{ s: 'chưa mất' }])
  })

  test('a pid file from before a reboot that names a living stranger is put away', async () => {
    const first = await start()
    await first.stop()
    const { uid, gid } = statSync(dir)
    const stranger = spawn('sleep', ['60'], process.getuid?.() === 0 ? { uid, gid } : {})
    try {
      await writeFile(
        join(dir, 'postmaster.pid'),
        `${stranger.pid}\n${dir}\n1700000000\n5432\n\n127.0.0.1\n  1  2\nready\n`,
      )
      const again = await start()
      expect(await query(again.url, 'select 1 as one')).toEqual([{ one: 1 }])
      expect(isAlive(stranger.pid ?? 0)).toBe(true)
    } finally {
      stranger.kill()
    }
  })

  test('half a first start leaves nothing that the next one trips over', async () => {
    await mkdir(join(`${dir}.new`, 'cluster', 'base'), { recursive: true })
    const server = await start()
    expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }])
    expect(existsSync(`${dir}.new`)).toBe(false)
  })
})

describe('what it refuses', () => {
  test('data of another major version, untouched', async () => {
    const server = await start()
    await server.stop()
    const kept = readFileSync(join(dir, 'global', 'pg_control'))
    await writeFile(join(dir, 'PG_VERSION'), '14\n')
    await expect(start()).rejects.toMatchObject({
      code: 'setup.database',
      userMessage: { en: expect.stringContaining('PostgreSQL 14') },
    })
    expect(readFileSync(join(dir, 'global', 'pg_control')).equals(kept)).toBe(true)
  })

  test('data that is damaged, pointing to the log', async () => {
    const server = await start()
    await server.stop()
    await writeFile(join(dir, 'global', 'pg_control'), 'damaged')
    await expect(start()).rejects.toMatchObject({
      code: 'setup.database',
      userMessage: { vi: expect.stringContaining(`${dir}.log`) },
    })
  })

  const onSmallDisk = canMount() ? test : test.skip
  onSmallDisk('a disk that is too small for the first start (needs the right to mount)', async () => {
    await withSmallDisk(20, async disk => {
      const dir = join(disk, 'postgres')
      await expect(startEmbeddedPostgres({ dir, log: silentLog })).rejects.toMatchObject({ code: 'setup.disk-full' })
      expect(existsSync(`${dir}.new`)).toBe(false)
    })
  })
})

const asRoot = process.getuid?.() === 0 ? describe : describe.skip
asRoot('started by root', () => {
  test('the server runs as another user who may pass through closed folders and nothing more', async () => {
    const server = await start()
    const status = readFileSync(`/proc/${server.pid}/status`, 'utf8')
    expect(statSync(dir).uid).not.toBe(0)
    expect(/^Uid:\s+(\d+)/m.exec(status)?.[1]).toBe(String(statSync(dir).uid))
    const effective = BigInt(`0x${/^CapEff:\s+(\w+)/m.exec(status)?.[1]}`)
    // One bit: CAP_DAC_READ_SEARCH (2) or, where that is withheld, CAP_DAC_OVERRIDE (1).
    expect([0b100n, 0b10n]).toContain(effective)
  })

  test('needs no capability where the folders are open', async () => {
    const open = await mkdtemp(join(tmpdir(), 'loa-open-'))
    await chmod(open, 0o755)
    expect(serverUser(undefined, [open]).command('/bin/true', []).file).toBe('/bin/true')
    await rm(open, { recursive: true })
  })

  test('finds its programs even in a folder that only root may enter, as a checkout in /root is', async () => {
    const program = join(folder, 'bin', 'id')
    await mkdir(join(folder, 'bin'))
    await copyFile('/usr/bin/id', program)
    await chmod(program, 0o755)
    const runAs = serverUser(undefined, [program])
    const { file, args } = runAs.command(program, ['-u'])
    expect(spawnSync(file, args, { encoding: 'utf8', cwd: '/' }).stdout.trim()).toBe(String(runAs.uid))
  })
})

async function waitForActivity(url: string): Promise<void> {
  for (;;) {
    const [row] = await query<{ n: number }>(
      url,
      `select count(*)::int n from pg_stat_activity where query like 'with w%'`,
    )
    if (row && row.n > 0) return
  }
}
