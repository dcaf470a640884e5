import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from '@jest/globals'
import { runTool } from '../../../channels/loudspeaker/tool.ts'
import { withTimeout } from '../../../services/runtime/signals.ts'
import { children } from './support.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Throws garbage away as often as a busy server would, while the work runs. */
async function amidCollections<T>(work: Promise<T>): Promise<T> {
  const often = setInterval(collect, 20)
  try {
    return await work
  } finally {
    clearInterval(often)
  }
}

/** ffmpeg that would go on for an hour, in the pace of listening. */
const endless = ['-v', 'error', '-re', '-f', 'lavfi', '-i', 'anullsrc', '-t', '3600', '-f', 'null', '-']
const options = { timeoutMs: 300, maxOutputBytes: 1_000 }

test('a program that hangs is stopped in time, however often garbage is collected meanwhile', async () => {
  const never = new AbortController()
  const started = performance.now()
  const running = runTool('ffmpeg', endless, { ...options, signal: never.signal })
  await expect(amidCollections(running)).rejects.toMatchObject({ code: 'audio.failed' })
  expect(performance.now() - started).toBeLessThan(5_000)
  expect(await children()).toEqual([])
})

test('an abort reaches a program, however often garbage is collected meanwhile', async () => {
  const stop = new AbortController()
  const running = runTool('ffmpeg', endless, { ...options, timeoutMs: 3_600_000, signal: stop.signal })
  setTimeout(() => stop.abort(new Error('enough')), 200)
  await expect(amidCollections(running)).rejects.toThrow('enough')
  expect(await children()).toEqual([])
})

test('a signal that has fired already, and one that was released', async () => {
  const before = new AbortController()
  before.abort()
  expect(withTimeout(before.signal, 1_000).signal.aborted).toBe(true)
  const never = new AbortController().signal
  const released = withTimeout(never, 1)
  released.release()
  const later = withTimeout(never, 10).signal
  await new Promise(resolve => later.addEventListener('abort', resolve, { once: true }))
  expect(released.signal.aborted).toBe(false)
})
