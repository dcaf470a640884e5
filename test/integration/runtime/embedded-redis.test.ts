import { readdirSync, readFileSync, statSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { Redis } from 'ioredis'
import type { EmbeddedServer } from '../../../services/runtime/child-server.ts'
import { isAlive, waitFor } from '../../../services/runtime/process.ts'
import { startEmbeddedRedis } from '../../../services/runtime/redis.ts'
import { requireTool } from '../../../services/runtime/tools.ts'
import { silentLog } from '../../support/server-keeper.ts'
import { type Program, startProgram } from '../../support/server-process.ts'

let folder: string
let dir: string
const programs: Program[] = []
const servers: EmbeddedServer[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loa-redis-'))
  dir = join(folder, 'redis')
})
afterEach(async () => {
  for (const program of programs.splice(0)) {
    program.kill('SIGTERM')
    await program.ended
  }
  for (const server of servers.splice(0)) await server.stop()
  await rm(folder, { recursive: true, force: true })
})

async function start(): Promise<EmbeddedServer> {
  const server = await startEmbeddedRedis({ dir, log: silentLog })
  servers.push(server)
  return server
}
async function startInProgram(): Promise<{
  program: Program
  redis: { url: string; pid: number; recovered: boolean }
}> {
  const program = startProgram('test/support/server-instance.ts', [folder, 'redis'])
  programs.push(program)
  return { program, redis: JSON.parse(await program.nextLine()).redis }
}
async function ask<T>(url: string, work: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url, { maxRetriesPerRequest: 0, retryStrategy: () => null })
  client.on('error', () => undefined)
  try {
    return await work(client)
  } finally {
    client.disconnect()
  }
}

describe('the embedded Redis', () => {
  test('never forgets on its own: append-only file, no eviction, loopback, password', async () => {
    const { url } = await start()
    const setting = async (name: string) => ((await ask(url, c => c.config('GET', name))) as string[])[1]
    expect(await setting('appendonly')).toBe('yes')
    expect(await setting('appendfsync')).toBe('everysec')
    expect(await setting('maxmemory-policy')).toBe('noeviction')
    expect(await setting('bind')).toBe('127.0.0.1')
    expect(await setting('save')).toBe('')
    const open = new URL(url)
    open.password = ''
    await expect(ask(open.href, c => c.ping())).rejects.toThrow()
    expect(statSync(join(dir, 'redis.conf')).mode & 0o777).toBe(0o600)
    expect(statSync(`${dir}.password`).mode & 0o777).toBe(0o600)
  })

  test('keeps its data over a stop', async () => {
    const first = await start()
    await ask(first.url, c => c.set('k', 'Quảng Trị'))
    await first.stop()
    await first.stop()
    const second = await start()
    expect(second.recovered).toBe(false)
    expect(await ask(second.url, c => c.get('k'))).toBe('Quảng Trị')
  })

  test('left behind by kill -9 it is stopped in order and nothing is lost', async () => {
    const { program, redis } = await startInProgram()
    await ask(redis.url, c => c.set('k', 'v'))
    program.kill('SIGKILL')
    await program.ended
    expect(isAlive(redis.pid)).toBe(true)
    const next = await startInProgram()
    expect(next.redis.recovered).toBe(true)
    expect(isAlive(redis.pid)).toBe(false)
    expect(await ask(next.redis.url, c => c.get('k'))).toBe('v')
  })

  test('killed itself it comes back with everything it answered for', async () => {
    const { program, redis } = await startInProgram()
    await ask(redis.url, c => c.set('k', 'v'))
    program.kill('SIGKILL')
    process.kill(redis.pid, 'SIGKILL')
    await program.ended
    const next = await startInProgram()
    expect(next.redis.recovered).toBe(false)
    expect(await ask(next.redis.url, c => c.get('k'))).toBe('v')
  })

  test('a damaged file is put aside and the queue starts empty', async () => {
    const first = await start()
    await ask(first.url, c => c.set('k', 'v'))
    await first.stop()
    const aof = join(dir, 'appendonlydir')
    for (const name of readdirSync(aof).filter(n => n.endsWith('.aof'))) {
      await writeFile(join(aof, name), 'not what Redis wrote, in the middle of it\r\n'.repeat(20))
    }
    const second = await start()
    expect(await ask(second.url, c => c.dbsize())).toBe(0)
    expect(readdirSync(folder).some(name => name.startsWith('redis.damaged-'))).toBe(true)
  })

  test('tells its owner when it ends unasked', async () => {
    let lost = ''
    const server = await startEmbeddedRedis({ dir, log: silentLog, onLost: reason => (lost = reason) })
    process.kill(server.pid, 'SIGKILL')
    expect(await waitFor(() => lost !== '', 10_000)).toBe(true)
  })

  test('a program that is missing is named with the command that installs it', () => {
    expect(() => requireTool('redis-server', '/nonexistent')).toThrow(
      expect.objectContaining({
        code: 'setup.tool-missing',
        userMessage: expect.objectContaining({ vi: expect.stringMatching(/cài bằng lệnh: .*redis/) }),
      }),
    )
  })

  test('a start that fails says which log to read', async () => {
    const failing = startEmbeddedRedis({ dir, log: silentLog, program: '/bin/false' })
    await expect(failing).rejects.toMatchObject({
      code: 'setup.redis',
      userMessage: { en: expect.stringContaining(`${dir}.log`) },
    })
    expect(readFileSync(`${dir}.log`, 'utf8')).toBe('')
  })
})
