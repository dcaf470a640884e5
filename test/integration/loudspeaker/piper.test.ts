import { type ChildProcess, spawn } from 'node:child_process'
import { access, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { speakBulletin } from '../../../channels/loudspeaker/voices/bulletin.ts'
import { espeakVoice } from '../../../channels/loudspeaker/voices/espeak.ts'
import { type PiperSettings, piperVoice } from '../../../channels/loudspeaker/voices/piper.ts'
import type { Voice } from '../../../channels/loudspeaker/voices/voice.ts'
import { isAppError } from '../../../services/domain/errors.ts'
import { captureLog } from '../../contract/suite.ts'
import { tinyModel, tinyRate } from '../../support/tiny-vits.ts'
import { childrenOf, never, piecesOf } from './support.ts'

/*
 * The real add-on in real child processes, with a model of a kilobyte and a half. What a test does to a child, it does with
 * signals.
 */

const loader = ['--import', resolve('test/support/typescript-loader.mjs')]
const sentence = 'Kính mời nhân dân nghe thông báo của Ủy ban nhân dân xã.'
const normal = { speed: 150, signal: never() }

let dir = ''
let model = ''
const open: (Voice & { pid(): number | undefined })[] = []

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'loa-piper-'))
  model = await tinyModel(dir)
})
afterEach(async () => {
  await Promise.all(open.splice(0).map(voice => voice.close()))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

function piper(settings: Partial<PiperSettings> = {}, folder = model) {
  const voice = piperVoice({ model: folder, speaker: 0 }, { execArgv: loader, ...settings })
  open.push(voice)
  return voice
}

/** The child's process id; the test fails when there is none. */
function pidOf(voice: { pid(): number | undefined }): number {
  const pid = voice.pid()
  if (pid === undefined) throw new Error('no child is running')
  return pid
}

const isRunning = (pid: number) =>
  access(`/proc/${pid}/stat`).then(
    async () => !/^\d+ \(.*\) [ZX]/.test(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '0 (x) Z')),
    () => false,
  )

async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await condition())) await new Promise(done => setTimeout(done, 5))
}

const failureOf = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!isAppError(error)) throw new Error(`expected an AppError, got ${String(error)}`)
  return error
}

describe('a voice with a model', () => {
  test('speaks, always the same, at the speed asked for, and is named by model and add-on', async () => {
    const voice = piper()
    const version = await voice.version(never())
    expect(version).toMatch(/^\d+\.\d+\.\d+-[0-9a-f]{32}$/)
    expect(voice.rate).toBe(tinyRate)
    expect(voice.id).toBe('piper:tiny-vits')
    const first = await voice.speak(sentence, normal)
    expect(first.length / 2 / tinyRate).toBeGreaterThan(2)
    expect(samplesOf(first).some(sample => sample > 1_000)).toBe(true)
    expect((await voice.speak(sentence, normal)).equals(first)).toBe(true)
    const slow = await voice.speak(sentence, { ...normal, speed: 75 })
    expect(slow.length / first.length).toBeGreaterThan(1.8)
    await writeFile(join(model, 'tokens.txt'), await readFile(join(model, 'tokens.txt')))
    expect(await piper().version(never())).toBe(version)
  })

  test('the child has no environment, so no password or key of ours', async () => {
    const voice = piper()
    await voice.version(never())
    // What remains is what Node itself puts there to reach its parent.
    const names = (await readFile(`/proc/${pidOf(voice)}/environ`, 'utf8')).split('\0').filter(Boolean)
    for (const name of names) expect(name).toMatch(/^NODE_CHANNEL_/)
  })

  test('several bulletins share one child and take turns', async () => {
    const voice = piper()
    const alone = await voice.speak(sentence, normal)
    const pid = pidOf(voice)
    const all = await Promise.all(Array.from({ length: 6 }, () => voice.speak(sentence, normal)))
    for (const samples of all) expect(samples.equals(alone)).toBe(true)
    expect(pidOf(voice)).toBe(pid)
  })

  test('is replaced after so many pieces', async () => {
    const voice = piper({ recycleAfter: 2 })
    const pids: number[] = []
    for (let i = 0; i < 4; i++) {
      await voice.speak(sentence, normal)
      pids.push(pidOf(voice))
    }
    expect(pids[1]).toBe(pids[0])
    expect(pids[3]).toBe(pids[2])
    expect(pids[2]).not.toBe(pids[0])
    expect(await isRunning(pids[0] ?? 0)).toBe(false)
  })

  test('lets the child go when nobody needs it', async () => {
    const voice = piper({ idleMs: 20 })
    await voice.speak(sentence, normal)
    await until(() => voice.pid() === undefined)
    expect((await voice.speak(sentence, normal)).length).toBeGreaterThan(0)
  })
})

const samplesOf = (bytes: Buffer) => Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readInt16LE(i * 2))

describe('a child that dies or hangs', () => {
  test('killed in the middle of a piece: a new one speaks the piece', async () => {
    const voice = piper()
    const whole = await voice.speak(sentence, normal)
    const pid = pidOf(voice)
    // Stopped, it has taken the piece but cannot finish it.
    process.kill(pid, 'SIGSTOP')
    const speaking = voice.speak(sentence, normal)
    await new Promise(done => setImmediate(done))
    process.kill(pid, 'SIGKILL')
    expect((await speaking).equals(whole)).toBe(true)
    expect(pidOf(voice)).not.toBe(pid)
  })

  test('a child that dies again over the same piece is given up, in words of its own', async () => {
    const hook = join(dir, 'dies.cjs')
    await writeFile(
      hook,
      `const on = process.on
process.on = function (name, listener) {
  if (name !== 'message') return on.call(this, name, listener)
  return on.call(this, name, message => {
    if (message.kind === 'speak') process.kill(process.pid, 'SIGKILL')
    else listener(message)
  })
}
`,
    )
    const voice = piper({ execArgv: ['--require', hook, ...loader] })
    await voice.version(never())
    const first = pidOf(voice)
    const error = await failureOf(voice.speak(sentence, normal))
    expect([error.code, error.message]).toEqual(['audio.failed', expect.stringContaining('its process ended twice')])
    expect(error.userMessage.vi).toContain('tiến trình đọc bị dừng đột ngột')
    expect(error.message).not.toContain('Kính mời')
    expect(voice.pid()).toBeUndefined()
    expect(await isRunning(first)).toBe(false)
    // It rests: an emergency does not wait for a third child.
    expect(await failureOf(voice.version(never()))).toBe(error)
  })

  test('killed between two pieces: nobody notices', async () => {
    const voice = piper()
    const whole = await voice.speak(sentence, normal)
    const pid = pidOf(voice)
    process.kill(pid, 'SIGKILL')
    await until(async () => !(await isRunning(pid)))
    expect((await voice.speak(sentence, normal)).equals(whole)).toBe(true)
  })

  test('a hang is ended after its time, said clearly, and not waited for again at once', async () => {
    const voice = piper({ pieceTimeoutMs: 200, perCharacterMs: 0 })
    await voice.version(never())
    const pid = pidOf(voice)
    process.kill(pid, 'SIGSTOP')
    const error = await failureOf(voice.speak(sentence, normal))
    expect(error.code).toBe('audio.failed')
    expect(error.userMessage.vi).toContain('mô hình không phản hồi')
    expect(error.message).not.toContain('Kính mời')
    expect(await isRunning(pid)).toBe(false)
    const started = performance.now()
    expect(await failureOf(voice.speak(sentence, normal))).toBe(error)
    expect(performance.now() - started).toBeLessThan(100)
  })

  test('after its rest the voice is tried again', async () => {
    const voice = piper({ pieceTimeoutMs: 200, perCharacterMs: 0, restMs: 1 })
    await voice.version(never())
    process.kill(pidOf(voice), 'SIGSTOP')
    await failureOf(voice.speak(sentence, normal))
    await until(() =>
      voice.speak(sentence, normal).then(
        samples => samples.length > 0,
        () => false,
      ),
    )
  })

  test('an abort ends the child and is the reason', async () => {
    const voice = piper()
    await voice.version(never())
    const pid = pidOf(voice)
    process.kill(pid, 'SIGSTOP')
    const abort = new AbortController()
    const speaking = voice.speak(sentence, { speed: 150, signal: abort.signal })
    await new Promise(done => setImmediate(done))
    abort.abort()
    await expect(speaking).rejects.toBe(abort.signal.reason)
    expect(await isRunning(pid)).toBe(false)
    // The officer's change of mind says nothing against the voice.
    expect((await voice.speak(sentence, normal)).length).toBeGreaterThan(0)
  })

  test('ends when its parent is killed', async () => {
    const script = join(dir, 'parent.ts')
    const source = resolve('channels/loudspeaker/voices/piper.ts')
    await writeFile(
      script,
      `import { piperVoice } from ${JSON.stringify(source)}
const voice = piperVoice({ model: ${JSON.stringify(model)}, speaker: 0 }, { execArgv: ${JSON.stringify(loader)} })
await voice.version(new AbortController().signal)
console.log(voice.pid())
setInterval(() => undefined, 1000)
`,
    )
    const parent: ChildProcess = spawn(process.execPath, [...loader, script], { stdio: ['ignore', 'pipe', 'inherit'] })
    let out = ''
    parent.stdout?.on('data', chunk => {
      out += chunk
    })
    await until(() => out.includes('\n'))
    const pid = Number(out)
    expect(await isRunning(pid)).toBe(true)
    parent.kill('SIGKILL')
    await until(async () => !(await isRunning(pid)))
  })
})

describe('a model that is replaced while its child runs', () => {
  /** A folder of its own, whose model another one may take the place of. */
  async function replaceable() {
    const folder = await mkdtemp(join(dir, 'replaced-'))
    const path = join(folder, 'voice.onnx')
    const bytes = await readFile(join(model, 'tiny.onnx'))
    await writeFile(path, bytes)
    await writeFile(join(folder, 'tokens.txt'), await readFile(join(model, 'tokens.txt')))
    await symlink(join(model, 'espeak-ng-data'), join(folder, 'espeak-ng-data'))
    const half = Buffer.alloc(4)
    half.writeFloatLE(0.004)
    const other = Buffer.from(bytes)
    // The loudness of the hum, so that the two can be told apart.
    other.writeFloatLE(0.002, bytes.indexOf(half))
    return { folder, replace: () => writeFile(path, other) }
  }

  test('the next bulletin has the new one, under its own name', async () => {
    const { folder, replace } = await replaceable()
    const voice = piper({}, folder)
    const before = await voice.version(never())
    const sound = await voice.speak(sentence, { ...normal, version: before })
    await replace()
    const after = await voice.version(never())
    expect(after).not.toBe(before)
    const peak = (bytes: Buffer) => samplesOf(bytes).reduce((most, sample) => Math.max(most, sample), 0)
    expect(peak(sound) / peak(await voice.speak(sentence, { ...normal, version: after }))).toBeCloseTo(2, 1)
  })

  test('a bulletin that has begun does not go on with it, and the voice is not blamed', async () => {
    const { folder, replace } = await replaceable()
    const voice = piper({ recycleAfter: 1 }, folder)
    const version = await voice.version(never())
    await voice.speak(sentence, { ...normal, version })
    await replace()
    const error = await failureOf(voice.speak(sentence, { ...normal, version }))
    expect(error.userMessage.vi).toContain('mô hình vừa được thay')
    const next = await voice.version(never())
    expect((await voice.speak(sentence, { ...normal, version: next })).length).toBeGreaterThan(0)
  })
})

describe('a folder that is no model', () => {
  const folderWith = async (files: Record<string, string | Buffer>, data = true) => {
    const folder = await mkdtemp(join(dir, 'bad-'))
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
    if (data) await symlink(join(model, 'espeak-ng-data'), join(folder, 'espeak-ng-data'))
    return folder
  }
  const good = () => readFile(join(model, 'tiny.onnx'))
  const tokens = () => readFile(join(model, 'tokens.txt'))

  test.each<[string, () => Promise<string>, RegExp]>([
    ['a folder that is not there', async () => join(dir, 'nowhere'), /không đọc được thư mục mô hình/],
    ['an empty folder', () => folderWith({}), /không có tệp \.onnx/],
    ['two models', async () => folderWith({ 'a.onnx': 'x', 'b.onnx': 'y' }), /nhiều tệp \.onnx/],
    ['no tokens', async () => folderWith({ 'a.onnx': await good() }), /thiếu tokens\.txt/],
    ['no rules', async () => folderWith({ 'a.onnx': await good(), 'tokens.txt': '' }, false), /thiếu espeak-ng-data/],
    ['garbage', async () => folderWith({ 'a.onnx': 'not a model', 'tokens.txt': await tokens() }), /không nạp được/],
    [
      'half a model',
      async () => folderWith({ 'a.onnx': (await good()).subarray(0, 400), 'tokens.txt': await tokens() }),
      /không nạp được/,
    ],
    [
      'no metadata',
      async () =>
        folderWith({ 'a.onnx': (await good()).subarray(0, await metadataAt()), 'tokens.txt': await tokens() }),
      /không nạp được/,
    ],
    [
      'garbage tokens',
      async () => folderWith({ 'a.onnx': await good(), 'tokens.txt': 'no numbers here\n' }),
      /không nạp được/,
    ],
    [
      'rules of something else',
      async () => {
        const folder = await folderWith({ 'a.onnx': await good(), 'tokens.txt': await tokens() }, false)
        await mkdir(join(folder, 'espeak-ng-data'))
        return folder
      },
      /không nạp được|không đọc được/,
    ],
  ])('%s is named, the child is gone, and this process goes on', async (_name, make, words) => {
    const voice = piper({}, await make())
    const error = await failureOf(voice.version(never()).then(() => voice.speak(sentence, normal)))
    expect(error.code).toBe('audio.failed')
    expect(error.userMessage.vi).toMatch(words)
    await voice.close()
    expect(await childrenOf('self')).not.toContain('node')
  })

  /** Where the properties of the model begin in the file: the first entry of field 14. */
  async function metadataAt(): Promise<number> {
    return (await good()).lastIndexOf('model_type') - 4
  }

  test('a machine without the package is told so', async () => {
    const hook = join(dir, 'without.cjs')
    await writeFile(
      hook,
      `const Module = require('node:module')
const resolve = Module._resolveFilename
Module._resolveFilename = function (name, ...rest) {
  return resolve.call(this, name === 'sherpa-onnx-node' ? 'sherpa-onnx-node-that-is-not-there' : name, ...rest)
}
`,
    )
    const error = await failureOf(piper({ execArgv: [...loader, '--require', hook] }).version(never()))
    expect(error.userMessage.vi).toContain('chưa cài gói sherpa-onnx-node')
  })
})

describe('behind espeak-ng in a chain', () => {
  const text = piecesOf(`${sentence} Từ ngày mai, xã tiếp nhận hồ sơ. Xin trân trọng cảm ơn.`)

  async function spoken(voices: Voice[]) {
    const { log, lines } = captureLog()
    const chunks: Buffer[] = []
    const made = await speakBulletin(text, voices, 150, { signal: never(), log }, async ({ samples, rate }) => {
      chunks.length = 0
      for await (const chunk of samples) chunks.push(chunk)
      return rate
    })
    return { ...made, samples: Buffer.concat(chunks), lines }
  }

  test('a child that hangs in the middle gives the whole bulletin to the next voice', async () => {
    const voice = piper({ pieceTimeoutMs: 200, perCharacterMs: 0 })
    let pieces = 0
    const hanging: Voice = {
      ...voice,
      speak: async (...args) => {
        if (pieces++ === 1) process.kill(pidOf(voice), 'SIGSTOP')
        return await voice.speak(...args)
      },
    }
    const { samples, result, voice: heard, passedOver, lines } = await spoken([hanging, espeakVoice('vi')])
    expect(pieces).toBe(2)
    expect(heard.id).toBe('espeak:vi')
    expect(passedOver.map(p => p.voice.id)).toEqual(['piper:tiny-vits'])
    expect(result).toBe(22_050)
    expect(samples.equals((await spoken([espeakVoice('vi')])).samples)).toBe(true)
    expect(lines.join('\n')).toContain('piper:tiny-vits')
    expect(lines.join('\n')).not.toContain('hồ sơ')
  })

  test('a model that works is the only voice heard', async () => {
    const { voice, passedOver, samples, result } = await spoken([piper(), espeakVoice('vi')])
    expect([voice.id, passedOver.length, result]).toEqual(['piper:tiny-vits', 0, tinyRate])
    expect(samples.length / 2 / tinyRate).toBeGreaterThan(3)
  })
})
