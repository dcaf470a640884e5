import { getEventListeners } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from '@jest/globals'
import { joinSignals, sleep, withTimeout } from '../../../services/runtime/signals.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
const listeners = (signal: AbortSignal) => getEventListeners(signal, 'abort').length

test('the first that fires gives its reason, and nothing stays behind on the others', () => {
  const [one, two] = [new AbortController(), new AbortController()]
  const { signal } = joinSignals(one.signal, two.signal)
  expect([signal.aborted, listeners(one.signal), listeners(two.signal)]).toEqual([false, 1, 1])
  two.abort('enough')
  one.abort('late')
  expect([signal.aborted, signal.reason]).toEqual([true, 'enough'])
  expect([listeners(one.signal), listeners(two.signal)]).toEqual([0, 0])
})

test('one that has fired already counts, and no listener is left on those before it', () => {
  const never = new AbortController().signal
  const { signal } = joinSignals(never, AbortSignal.abort('before'))
  expect([signal.aborted, signal.reason, listeners(never)]).toEqual([true, 'before', 0])
})

test('what was released fires no more', () => {
  const one = new AbortController()
  const { signal, release } = joinSignals(one.signal)
  release()
  one.abort()
  expect([signal.aborted, listeners(one.signal)]).toEqual([false, 0])
})

test('it fires although nothing but a listener holds it and garbage is collected', async () => {
  const one = new AbortController()
  const heard = new Promise<string>(resolve => {
    joinSignals(one.signal).signal.addEventListener('abort', () => resolve('heard'), { once: true })
  })
  await new Promise(resolve => setImmediate(resolve))
  collect()
  one.abort()
  expect(await heard).toBe('heard')
})

test('a limit of time leaves nothing on the caller when it has fired', async () => {
  const caller = new AbortController().signal
  const { signal } = withTimeout(caller, 5)
  await new Promise(resolve => signal.addEventListener('abort', resolve, { once: true }))
  expect([signal.aborted, caller.aborted, listeners(caller)]).toEqual([true, false, 0])
})

test('a sleeper is woken by any of its signals, and leaves no listener', async () => {
  const [stop, wake] = [new AbortController(), new AbortController()]
  const slept = sleep(3_600_000, stop.signal, wake.signal)
  wake.abort()
  await slept
  expect(listeners(stop.signal)).toBe(0)
  await sleep(1, stop.signal)
  expect(listeners(stop.signal)).toBe(0)
})
