import { execFileSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { dataDirHolder, openDataDir } from '../../../services/runtime/datadir.ts'
import { type Program, startProgram } from '../../support/server-process.ts'
import { canMount, withSmallDisk } from '../../support/server-small-disk.ts'

let parent: string
let folder: string
const running: Program[] = []

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'loa-data-'))
  folder = join(parent, 'data')
})
afterEach(async () => {
  for (const program of running.splice(0)) {
    program.kill('SIGKILL')
    await program.ended
  }
  await rm(parent, { recursive: true, force: true })
})

function start(dir = folder): Program {
  const program = startProgram('test/support/server-instance.ts', [dir])
  running.push(program)
  return program
}
const report = async (program: Program): Promise<Record<string, unknown>> => JSON.parse(await program.nextLine())
const locks = () => readdirSync(folder).filter(name => name.startsWith('lock.'))

describe('one instance per data folder', () => {
  test('a second start is told who runs, and where', async () => {
    const first = await report(start())
    const second = start()
    const refusal = await report(second)
    expect(refusal.code).toBe('setup.already-running')
    expect(refusal.vi).toContain(`tiến trình ${first.pid} tại http://127.0.0.1:8080`)
    expect(refusal.en).toContain(`process ${first.pid} at http://127.0.0.1:8080`)
    expect((await second.ended).code).toBe(1)
    expect(await dataDirHolder(folder)).toEqual({ pid: first.pid, address: 'http://127.0.0.1:8080' })
  })

  test('of several starts at the same instant exactly one runs', async () => {
    const reports = await Promise.all(Array.from({ length: 6 }, () => report(start())))
    const codes = reports.map(r => r.code ?? 'running')
    expect(codes.filter(code => code === 'running')).toHaveLength(1)
    expect(codes.filter(code => code === 'setup.already-running')).toHaveLength(5)
  })

  test('the lock of a killed process is taken over, also by several at once', async () => {
    const first = start()
    await report(first)
    first.kill('SIGKILL')
    await first.ended
    expect(await dataDirHolder(folder)).toBeUndefined()
    const reports = await Promise.all(Array.from({ length: 5 }, () => report(start())))
    expect(reports.filter(r => r.code === undefined)).toHaveLength(1)
    expect(locks()).toHaveLength(1)
  })

  test('a lock whose number now belongs to another process does not count', async () => {
    const data = await openDataDir(folder)
    const note = {
      pid: process.ppid,
      identity: 'another run',
      host: execFileSync('hostname').toString().trim(),
      address: null,
    }
    await data.release()
    await writeFile(join(folder, 'lock.7'), JSON.stringify(note))
    const taken = await openDataDir(folder)
    expect(locks()).toEqual(['lock.8'])
    await taken.release()
  })

  test('an orderly end gives the lock back', async () => {
    const first = start()
    await report(first)
    first.kill('SIGTERM')
    expect((await first.ended).code).toBe(0)
    expect(locks()).toEqual([])
  })
})

describe('a data folder that cannot be used', () => {
  test('is made with rights for its owner only', async () => {
    const data = await openDataDir(folder)
    expect(statSync(folder).mode & 0o066).toBe(0)
    await data.release()
  })

  test('a file in its place is named', async () => {
    await writeFile(folder, '')
    await expect(openDataDir(folder)).rejects.toMatchObject({ code: 'setup.configuration' })
  })

  const asUser = process.getuid?.() === 0 ? test.skip : test
  asUser('a folder without write permission is named (skipped as root, who may write anywhere)', async () => {
    await chmod(parent, 0o500)
    await expect(openDataDir(folder)).rejects.toMatchObject({ code: 'setup.configuration' })
    await chmod(parent, 0o700)
  })

  const onSmallDisk = canMount() ? test : test.skip
  onSmallDisk('a disk without room is refused before anything is written (needs the right to mount)', async () => {
    await withSmallDisk(40, async disk => {
      const refusal = await report(start(join(disk, 'data')))
      expect(refusal.code).toBe('setup.disk-full')
      expect(refusal.vi).toContain('đã đầy')
    })
  })
})
