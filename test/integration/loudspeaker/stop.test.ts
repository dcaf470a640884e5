import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { expect, test } from '@jest/globals'
import { runFfmpeg } from '../../../channels/loudspeaker/ffmpeg.ts'
import { runTool } from '../../../channels/loudspeaker/tool.ts'
import { isAppError } from '../../../services/domain/errors.ts'
import { bulletin, children, inFolder, makeBroadcastAudio, never, piecesOf, plain } from './support.ts'

/** Waits until a condition holds; the test's own time limit ends it. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise(resolve => setImmediate(resolve))
}

const long = piecesOf(Array(12).fill(bulletin).join('\n\n'))

test.each([
  ['while it speaks and filters', async (dir: string) => (await readdir(dir)).includes('voice.pcm')],
  ['while it levels', async (dir: string) => (await readdir(dir)).includes('voice.flac.part')],
  ['while it encodes', async (dir: string) => (await readdir(dir)).includes('o.mp3.part')],
])('an abort %s ends the program, leaves no process and no half file', async (_when, reached) => {
  await inFolder(async workDir => {
    const abort = new AbortController()
    const making = makeBroadcastAudio(long, join(workDir, 'o.mp3'), plain, { workDir, signal: abort.signal })
    const settled = making.then(
      () => 'made',
      (error: unknown) => error,
    )
    await until(() => reached(workDir))
    await until(async () => (await children()).some(name => name.startsWith('ffmpeg') || name.startsWith('espeak')))
    abort.abort()
    expect(await settled).toBe(abort.signal.reason)
    expect(await children()).toEqual([])
    expect((await readdir(workDir)).filter(name => name.startsWith('o.mp3'))).toEqual([])
  })
})

test('an abort while nobody reads the sound ends too', async () => {
  const abort = new AbortController()
  const unread = new PassThrough()
  const tone = { from: 'sine=duration=600', options: ['-f', 'lavfi'] }
  const running = runFfmpeg(
    { inputs: [tone], outputs: [{ to: unread, options: ['-f', 's16le'] }] },
    { signal: abort.signal, timeoutMs: 60_000 },
  ).catch((error: unknown) => error)
  await until(async () => unread.writableNeedDrain)
  abort.abort()
  expect(await running).toBe(abort.signal.reason)
  expect(await children()).toEqual([])
}, 15_000)

test('nothing starts after an abort', async () => {
  await inFolder(async workDir => {
    const signal = AbortSignal.abort()
    const making = makeBroadcastAudio(long, join(workDir, 'o.mp3'), plain, { workDir, signal })
    await expect(making).rejects.toBe(signal.reason)
  })
})

const failure = (options: { timeoutMs: number; maxOutputBytes: number }) =>
  runTool('espeak-ng', ['-v', 'vi', '--stdin', '--stdout'], {
    input: 'một hai ba bốn năm '.repeat(3000),
    signal: never(),
    ...options,
  }).catch((thrown: unknown) => thrown)

test('a program that takes too long is killed and named', async () => {
  const error = await failure({ timeoutMs: 1, maxOutputBytes: 1e9 })
  expect(isAppError(error) && [error.code, error.message]).toEqual([
    'audio.failed',
    'audio failed: espeak-ng took too long',
  ])
  expect(await children()).toEqual([])
})

test('a program that says too much is killed', async () => {
  const error = await failure({ timeoutMs: 60_000, maxOutputBytes: 100_000 })
  expect(isAppError(error) && error.message).toMatch(/more than 100000 bytes/)
  expect(await children()).toEqual([])
})

test('a failing program is quoted shortly', async () => {
  const error = await runTool('espeak-ng', ['-v', 'no-such-voice', '--stdin', '--stdout'], {
    input: 'a',
    signal: never(),
    timeoutMs: 10_000,
    maxOutputBytes: 1000,
  }).catch((thrown: unknown) => thrown)
  expect(isAppError(error) && error.code).toBe('audio.failed')
  expect(isAppError(error) && error.message.length).toBeLessThan(400)
})
