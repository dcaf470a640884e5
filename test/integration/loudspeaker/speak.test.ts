import { execFile, spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { bulletin, childrenOf, compileSpeak, listen } from './support.ts'

interface Ran {
  status: number | null
  stdout: string
  stderr: string
}

let script = ''
let dir = ''
let removeScript: () => Promise<void>

beforeAll(async () => {
  const compiled = await compileSpeak()
  script = compiled.script
  removeScript = compiled.remove
  dir = await mkdtemp(join(tmpdir(), 'loa-speak-test-'))
})
afterAll(async () => {
  await removeScript?.()
  await rm(dir, { recursive: true, force: true })
})

/** Runs the command in a process of its own. */
function loa(args: string[], input: string | Buffer = '', env?: Record<string, string>): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, 'speak', ...args], { cwd: dir, ...(env && { env }) })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', chunk => {
      stdout += chunk
    })
    child.stderr.on('data', chunk => {
      stderr += chunk
    })
    child.on('error', reject)
    child.on('close', status => resolve({ status, stdout, stderr }))
    child.stdin.on('error', () => {})
    child.stdin.end(input)
  })
}

const which = (program: string) =>
  new Promise<string>((resolve, reject) =>
    execFile('which', [program], (error, stdout) => (error ? reject(error) : resolve(stdout.trim()))),
  )

describe('loa speak', () => {
  test('makes the file and prints its measures', async () => {
    await writeFile(join(dir, 'bulletin.txt'), bulletin)
    const { status, stdout, stderr } = await loa(['bulletin.txt', '-o', 'bulletin.mp3'])
    expect(stderr).toBe('')
    expect(status).toBe(0)
    expect(stdout).toMatch(/Thời lượng: +\d+,\d giây/)
    expect(stdout).toMatch(/-1[56],\d LUFS/)
    expect(stdout).toMatch(/-\d,\d dBTP/)
    expect((await listen(join(dir, 'bulletin.mp3'))).format.codec_name).toBe('mp3')
  })

  test('reads standard input, chooses a voice, prints one JSON document', async () => {
    const args = ['-', '-o', 'stdin.mp3', '--voice', 'vi-vn-x-central', '--json']
    const { status, stdout } = await loa(args, 'Họp thôn lúc 19h30 ngày 5/12.')
    expect(status).toBe(0)
    const report = JSON.parse(stdout) as Record<string, unknown>
    expect(report).toMatchObject({ path: join(dir, 'stdin.mp3'), voice: 'espeak:vi-vn-x-central', warnings: [] })
    expect(report.spoken).toContain('mười chín giờ ba mươi phút')
    const heard = await listen(join(dir, 'stdin.mp3'))
    expect(report).toMatchObject({ lufs: heard.lufs, dbtp: heard.dbtp, sizeBytes: Number(heard.format.size) })
  })

  test('writes WAV and draws the waveform', async () => {
    const args = ['-', '-o', 'w.wav', '--wav', '--waveform', 'w.png', '--json']
    const { status, stdout } = await loa(args, 'Họp thôn lúc 19h30 ngày 5/12 tại nhà văn hóa.')
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ path: join(dir, 'w.wav'), waveform: join(dir, 'w.png') })
    const heard = await listen(join(dir, 'w.wav'))
    expect(heard.format).toMatchObject({ codec_name: 'pcm_s16le', channels: 1, sample_rate: '44100' })
    expect(Math.abs(heard.lufs + 16)).toBeLessThanOrEqual(0.5)
    expect(heard.dbtp).toBeLessThanOrEqual(-1.5)
    const picture = await readFile(join(dir, 'w.png'))
    expect(picture.subarray(1, 4).toString()).toBe('PNG')
    expect([picture.readUInt32BE(16), picture.readUInt32BE(20)]).toEqual([1600, 320])
  })

  test('takes the channel’s configuration from the environment', async () => {
    const env = { PATH: process.env.PATH ?? '', LOA_LOUDSPEAKER_VOICE: 'vi-vn-x-south', LOA_LOUDSPEAKER_CHIME: 'false' }
    const { stdout } = await loa(['-', '-o', 'e.mp3', '--json'], 'Họp thôn lúc 19h30 ngày 5/12.', env)
    expect(JSON.parse(stdout)).toMatchObject({ voice: 'espeak:vi-vn-x-south' })
  })

  test.each<[string, string[], string | Buffer, string]>([
    ['a missing file', ['none.txt', '-o', 'x.mp3'], '', 'not-found'],
    ['a folder', ['.', '-o', 'x.mp3'], '', 'not-found'],
    ['an empty text', ['-', '-o', 'x.mp3'], ' \n', 'text.empty'],
    ['a text without letters', ['-', '-o', 'x.mp3'], '12 ... 34', 'text.no-letters'],
    ['100,000 characters', ['-', '-o', 'x.mp3'], 'dài '.repeat(25_000), 'text.too-long'],
    ['1,000,000 characters', ['-', '-o', 'x.mp3'], 'dài '.repeat(250_000), 'text.too-long'],
    ['only punctuation', ['-', '-o', 'x.mp3'], '... !!! ??? ---', 'text.no-letters'],
    ['a voice without its model', ['-', '-o', 'x.mp3', '--voice', 'piper'], 'có', 'request.invalid'],
    ['a NUL', ['-', '-o', 'x.mp3'], 'a\0b', 'text.control-character'],
    ['Latin-1', ['-', '-o', 'x.mp3'], Buffer.from('Thông báo', 'latin1'), 'import.bad-encoding'],
    ['an unknown voice', ['-', '-o', 'x.mp3', '--voice', '-f/etc/passwd'], 'có', 'request.invalid'],
    ['a folder that is not there', ['-', '-o', 'none/x.mp3'], 'có', 'request.invalid'],
  ])('%s gives a clear sentence, status 1 and no file', async (_name, args, input, code) => {
    const { status, stdout, stderr } = await loa(args, input)
    expect(JSON.parse(stderr)).toMatchObject({ code, vi: expect.stringMatching(/^\p{Lu}/u) })
    expect(status).toBe(1)
    expect(stdout).toBe('')
    expect((await readdir(dir)).filter(name => name.startsWith('x.mp3'))).toEqual([])
  })
})

test('Ctrl-C stops it and writes no file', async () => {
  await writeFile(join(dir, 'long.txt'), Array(12).fill(bulletin).join('\n\n'))
  const child = spawn(process.execPath, [script, 'speak', 'long.txt', '-o', 'long.mp3'], { cwd: dir })
  let stderr = ''
  child.stderr.on('data', chunk => {
    stderr += chunk
  })
  const working = async () => (await childrenOf(Number(child.pid))).length > 0
  while (child.exitCode === null && !(await working())) await new Promise(resolve => setImmediate(resolve))
  child.kill('SIGINT')
  const status = await new Promise(resolve => child.on('close', resolve))
  expect(status).toBe(130)
  expect(stderr).toContain('Đã dừng theo yêu cầu')
  expect((await readdir(dir)).filter(name => name.startsWith('long.mp3'))).toEqual([])
})

test('an espeak-ng that hangs can be stopped, and nothing is left of it', async () => {
  const bin = await mkdtemp(join(dir, 'bin-'))
  await writeFile(join(bin, 'espeak-ng'), '#!/bin/sh\n[ "$1" = --version ] && echo 1.51 && exit\nexec sleep 1000\n', {
    mode: 0o755,
  })
  const env = { PATH: [bin, '/usr/bin', '/bin'].join(delimiter) }
  const child = spawn(process.execPath, [script, 'speak', '-', '-o', 'hang.mp3'], { cwd: dir, env })
  child.stdin.end('Thông báo họp thôn.')
  while (!(await childrenOf(Number(child.pid))).includes('sleep')) await new Promise(resolve => setImmediate(resolve))
  child.kill('SIGINT')
  expect(await new Promise(resolve => child.on('close', resolve))).toBe(130)
  expect((await readdir(dir)).filter(name => name.startsWith('hang.mp3'))).toEqual([])
})

describe('on a machine without the programs', () => {
  const pathWith = async (...programs: string[]) => {
    const bin = await mkdtemp(join(dir, 'bin-'))
    for (const program of programs) await symlink(await which(program), join(bin, program))
    return [bin, join(bin, 'nowhere')].join(delimiter)
  }

  test.each<[string, string[], string]>([
    ['espeak-ng', [], 'sudo apt-get install -y espeak-ng'],
    ['ffmpeg', ['espeak-ng'], 'sudo apt-get install -y ffmpeg'],
    ['ffprobe', ['espeak-ng', 'ffmpeg'], 'sudo apt-get install -y ffmpeg'],
  ])('a missing %s is named with the command that installs it', async (tool, present, command) => {
    const { status, stderr } = await loa(['-', '-o', 'y.mp3'], 'Có', { PATH: await pathWith(...present) })
    const { code, vi } = JSON.parse(stderr) as { code: string; vi: string }
    expect(code).toBe('audio.tool-missing')
    expect(vi).toContain(`phần mềm ${tool} `)
    expect(vi).toContain(command)
    expect(status).toBe(1)
    expect((await readdir(dir)).filter(name => name.startsWith('y.mp3'))).toEqual([])
  })

  test('ffmpeg is never asked for its capabilities', async () => {
    const bin = await mkdtemp(join(dir, 'bin-'))
    const calls = join(bin, 'calls')
    const wrapper = `#!/bin/sh\nprintf '%s ' "$@" >> '${calls}'\necho >> '${calls}'\nexec '${await which('ffmpeg')}' "$@"\n`
    await writeFile(join(bin, 'ffmpeg'), wrapper, { mode: 0o755 })
    for (const program of ['espeak-ng', 'ffprobe']) await symlink(await which(program), join(bin, program))
    const { status } = await loa(['-', '-o', 'z.mp3'], 'Có', { PATH: [bin, '/usr/bin', '/bin'].join(delimiter) })
    expect(status).toBe(0)
    const lines = (await readFile(calls, 'utf8')).trim().split('\n')
    expect(lines.length).toBeGreaterThanOrEqual(3)
    for (const line of lines) expect(line).not.toMatch(/-(formats|encoders|codecs|filters)/)
  })
})
