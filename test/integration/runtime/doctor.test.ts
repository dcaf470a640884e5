import { spawn } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { doctor } from '../../../services/cli/commands/doctor.ts'
import type { Report } from '../../../services/cli/doctor/check.ts'
import { freePort, listen } from '../../../services/runtime/ports.ts'
import { findTool } from '../../../services/runtime/tools.ts'
import { cleanEnvironment, startProgram } from '../../support/server-process.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loa-doctor-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const anyPorts = { LOA_PORT: '0', LOA_SIMULATOR_PORT: '0', LOA_SIMULATOR_SMTP_PORT: '0', LOA_SIMULATOR_SMPP_PORT: '0' }
const finder = (report: Report) => (name: string) => report.checks.find(check => check.name === name)

/** The examination of a configuration, in this process. */
async function examined(env: Record<string, string> = {}) {
  const report = await doctor({ LOA_DATA: join(folder, 'data'), ...anyPorts, ...env })
  return { report, found: finder(report) }
}

/** The command itself, on a machine with these programs only. */
async function onMachine(PATH: string) {
  const env = cleanEnvironment({ LOA_DATA: join(folder, 'data'), ...anyPorts, PATH })
  const program = startProgram('services/cli/main.ts', ['doctor', '--json'], { env })
  const report = JSON.parse(await program.nextLine()) as Report
  const { code } = await program.ended
  return { report, code, found: finder(report) }
}

/** A search path with a shell, Node and the named programs only. */
async function pathWith(programs: Record<string, string>): Promise<string> {
  const bin = join(folder, 'bin')
  await mkdir(bin)
  for (const [program, script] of Object.entries(programs)) {
    await writeFile(join(bin, program), `#!/bin/sh\n${script}\n`)
    await chmod(join(bin, program), 0o755)
  }
  await symlink(process.execPath, join(bin, 'node'))
  return bin
}

describe('loa doctor', () => {
  test('finds nothing wrong with the parts of this machine', async () => {
    const { found } = await examined()
    for (const name of [
      'node',
      'packages',
      'redis-server',
      'postgres',
      'ffmpeg',
      'espeak-ng',
      'poppler',
      'sharp',
      'configuration',
    ]) {
      expect(found(name)).toMatchObject({ name, ok: true })
    }
    expect(found('data folder')?.message.en).toContain('can be written')
  })

  test('names voices that cannot speak', async () => {
    const vendor = { LOA_LOUDSPEAKER_FPT_KEY: 'khoa-cua-xa', LOA_LOUDSPEAKER_FPT_BASE_URL: 'http://127.0.0.1:9' }
    const { found } = await examined(vendor)
    expect(found('voices')).toMatchObject({ ok: true, required: false })
    expect(found('voices')?.message.vi).toMatch(/espeak-ng miền Bắc .* Không dùng được: FPT\.AI, giọng banmai\.$/)
    const alone = await examined({ ...vendor, LOA_LOUDSPEAKER_VOICES: 'fpt' })
    expect(alone.found('voices')).toMatchObject({ ok: false, message: { vi: expect.stringContaining('FPT.AI') } })
  })

  test('names every missing program with the command that brings it, and fails', async () => {
    const { report, code, found } = await onMachine(await pathWith({ 'apt-get': '' }))
    expect(code).toBe(1)
    expect(report.ok).toBe(false)
    for (const program of ['redis-server', 'ffmpeg', 'espeak-ng']) {
      expect(found(program)).toMatchObject({ ok: false, required: true })
      expect(found(program)?.mend).toMatch(new RegExp(`apt-get install -y .*${program}$`))
    }
    // Everything else works without it.
    expect(found('poppler')).toMatchObject({
      ok: false,
      required: false,
      mend: expect.stringMatching(/poppler-utils$/),
    })
  })

  test('looks into ffmpeg and espeak-ng: an MP3 encoder and a Vietnamese voice must be in them', async () => {
    const PATH = await pathWith({
      ffmpeg: 'echo " A..... aac  AAC"',
      ffprobe: '',
      'espeak-ng': 'echo " 5 en --/M English"',
    })
    const { found } = await onMachine(PATH)
    expect(found('ffmpeg')?.message.en).toMatch(/lacks: libx264, libmp3lame, flac, highpass/)
    expect(found('espeak-ng')?.message.en).toContain('no Vietnamese voice')
  })

  test('names a taken port and every problem of the configuration', async () => {
    const holder = createServer()
    const port = await listen(holder, 0, '127.0.0.1', 'x')
    const taken = await examined({ LOA_PORT: String(port) })
    expect(taken.report.ok).toBe(false)
    expect(taken.found('port')).toMatchObject({
      ok: false,
      message: { en: expect.stringContaining(`Port ${port} is in use`) },
    })
    await new Promise(resolve => holder.close(resolve))
    expect((await examined({ LOA_PORT: String(port) })).found('port')?.ok).toBe(true)

    const { found, report } = await examined({ DATABASE_URL: 'mysql://x', LOA_LOG_LEVEL: 'loud' })
    expect(report.ok).toBe(false)
    expect(found('configuration')?.message.en).toContain('DATABASE_URL')
    expect(found('configuration')?.message.en).toContain('LOA_LOG_LEVEL')
  })

  test('a server given by address that does not answer is named without its password', async () => {
    const { report, found } = await examined({
      DATABASE_URL: 'postgres://loa:do-not-show@127.0.0.1:1/loa',
      REDIS_URL: 'redis://:do-not-show@127.0.0.1:1',
      LOA_SECRET: 'x'.repeat(32),
    })
    expect(found('database')).toMatchObject({ ok: false, required: true })
    expect(found('redis')).toMatchObject({ ok: false, required: true })
    expect(found('redis-server')?.required).toBe(false)
    expect(JSON.stringify(report)).not.toContain('do-not-show')
  })

  const withRedis = findTool('redis-server') ? test : test.skip
  withRedis('a Redis that may forget is refused, with the commands that mend it', async () => {
    const port = await freePort()
    const server = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', ''], { cwd: folder })
    await new Promise<void>(resolve => {
      server.stdout.on('data', chunk => String(chunk).includes('Ready to accept') && resolve())
    })
    try {
      const { found } = await examined({ REDIS_URL: `redis://127.0.0.1:${port}` })
      expect(found('redis')).toMatchObject({ ok: false, mend: expect.stringContaining('noeviction') })
    } finally {
      server.kill('SIGKILL')
    }
  })
})
