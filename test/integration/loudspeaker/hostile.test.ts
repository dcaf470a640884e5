import { execFile } from 'node:child_process'
import { chmod, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { delimiter, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import { watchTaker } from '../../../channels/loudspeaker/passes.ts'
import { isHeard } from '../../../channels/loudspeaker/voices/heard.ts'
import { inFolder, never } from './support.ts'

/*
 * Programs that lie, hang or meet a full disk. They stand first on the PATH of a process of their own (sound-maker.ts) and
 * hand on to the real ones what is not their mischief.
 */
const exec = promisify(execFile)
const maker = ['--import', resolve('test/support/typescript-loader.mjs'), resolve('test/support/sound-maker.ts')]

const three = 'Kính mời nhân dân nghe đài.\nNgày mai có lũ.\nĐề nghị bà con chú ý.'

interface Made {
  made: boolean
  code?: string
  message?: string
  ms: number
  /** What it left in its working folder, and whether a program of the fakes' is still running. */
  left: string[]
  running: boolean
}

/** Makes a file with these programs, each a shell script that may call the real one as `$REAL`. */
async function makeWith(
  fakes: Record<string, string>,
  { patienceMs = 20_000, abortAfterMs = 600_000, full = '' } = {},
): Promise<Made> {
  return await inFolder(async dir => {
    const [bin, work] = [join(dir, 'bin'), join(dir, 'work')]
    await mkdir(bin)
    await mkdir(work)
    if (full) await symlink('/dev/full', join(work, full))
    for (const [name, script] of Object.entries(fakes)) {
      const { stdout } = await exec('which', [name])
      await writeFile(join(bin, name), `#!/bin/sh\nREAL=${stdout.trim()}\n${script}\n`)
      await chmod(join(bin, name), 0o755)
    }
    const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` }
    const args = [...maker, work, three, String(patienceMs), String(abortAfterMs)]
    const { stdout } = await exec(process.execPath, args, { env })
    return { ...JSON.parse(stdout), left: await readdir(work), running: await anyRunsIn(work, bin) }
  })
}

/** Does a process still run that was started by one of the scripts in `bin`, or that works in `work`? */
async function anyRunsIn(...places: string[]): Promise<boolean> {
  const ids = (await readdir('/proc')).filter(name => /^\d+$/.test(name))
  const lines = await Promise.all(ids.map(id => readFile(`/proc/${id}/environ`, 'latin1').catch(() => '')))
  return lines.some(line => places.some(place => line.includes(place)))
}

const versionFirst = 'case "$1" in --version) exec "$REAL" --version;; esac'

describe('a voice that ends well without having spoken', () => {
  test.each([
    ['everything', 'cat > /dev/null; exit 0'],
    ['one sentence in the middle', 't=$(cat); case "$t" in *lũ*) exit 0;; esac; printf %s "$t" | "$REAL" "$@"'],
    [
      'the sound of one sentence, but not its length',
      't=$(cat); case "$t" in *lũ*) set -- -a 0 "$@";; esac; printf %s "$t" | "$REAL" $(echo "$@" | sed "s/-a 60//")',
    ],
    ['all but the beginning', '"$REAL" "$@" | head -c 2000'],
  ])('%s: nothing is made', async (_what, script) => {
    const { made, code } = await makeWith({ 'espeak-ng': `${versionFirst}\n${script}` })
    expect([made, code]).toEqual([false, 'audio.failed'])
  })

  test('what is heard is judged by Latin words, their time and their sound', () => {
    const rate = 22_050
    const tone = (seconds: number) => Buffer.alloc(Math.round(seconds * rate) * 2, 0x20)
    expect(isHeard('Ngày mai có lũ.', tone(0.5), rate)).toBe(true)
    expect(isHeard('Ngày mai có lũ.', tone(0.1), rate)).toBe(false)
    expect(isHeard('Ngày mai có lũ.', Buffer.alloc(rate * 4), rate)).toBe(false)
    expect(isHeard('a', Buffer.alloc(0), rate)).toBe(false)
    expect(isHeard('漢字 2026', Buffer.alloc(0), rate)).toBe(true)
  })
})

describe('a program that hangs is ended in its time, with all that it has started', () => {
  test.each<[string, Record<string, string>]>([
    ['espeak-ng', { 'espeak-ng': `${versionFirst}\nexec sleep 30` }],
    ['espeak-ng behind a wrapper', { 'espeak-ng': `${versionFirst}\nsleep 30` }],
    ['ffmpeg, which never reads', { ffmpeg: 'exec sleep 30' }],
    ['ffmpeg behind a wrapper', { ffmpeg: 'sleep 30' }],
    [
      'the filter, when it has read all',
      { ffmpeg: 'case "$*" in *highpass*) cat > /dev/null; sleep 30;; esac; exec "$REAL" "$@"' },
    ],
    ['ffprobe', { ffprobe: 'sleep 30' }],
  ])('%s', async (_what, fakes) => {
    const { code, ms, running, left } = await makeWith(fakes, { patienceMs: 1_500 })
    expect(code).toBe('audio.failed')
    expect(ms).toBeLessThan(15_000)
    expect(running).toBe(false)
    expect(left.filter(name => name.endsWith('.mp3') || name.endsWith('.part'))).toEqual([])
  })

  test.each([['ffmpeg'], ['ffprobe']])('an abort does not wait for a hanging %s', async tool => {
    const { message, ms, running } = await makeWith({ [tool]: 'sleep 30' }, { abortAfterMs: 3_000 })
    expect(message).toBe('the caller has no time left')
    expect(ms).toBeLessThan(10_000)
    expect(running).toBe(false)
  })

  const chunks = async function* (pauseMs: number) {
    for (let i = 0; i < 4; i++) {
      await new Promise(done => setTimeout(done, pauseMs))
      yield Buffer.alloc(2)
    }
  }

  test('a slow voice is no hang of the filter', async () => {
    const { samples, signal, done } = watchTaker(chunks(60), { signal: never(), patienceMs: 40 })
    let taken = 0
    for await (const _ of samples) taken += 1
    done()
    expect([taken, signal.aborted]).toEqual([4, false])
  })

  test('who takes no more is stopped', async () => {
    const { samples, signal } = watchTaker(chunks(0), { signal: never(), patienceMs: 20 })
    await samples[Symbol.asyncIterator]().next()
    await new Promise(done => signal.addEventListener('abort', done))
    expect(String(signal.reason)).toContain('took too long')
  })
})

describe('a disk that is full in the middle', () => {
  test.each(['voice.pcm', 'voice.flac.part', 'speech.mp3.part', 'before.pcm', 'after.pcm'])(
    'while %s is written: it is named, and no half file is taken for a whole one',
    async full => {
      const { code, left } = await makeWith({}, { full })
      expect(code).toBe('setup.disk-full')
      expect(left).not.toContain('speech.mp3')
    },
  )
})
