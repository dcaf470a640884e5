import { setTimeout as wait } from 'node:timers/promises'

/** One signal made of several, and how to let go of them. */
export interface JoinedSignal {
  signal: AbortSignal
  /** Takes the listeners off the signals it was made of; call it when the work has ended. It fires no more afterwards. */
  release: () => void
}

/**
 * A signal that fires when any of these does, with that one's reason. Not AbortSignal.any: Node 20 collects what it makes
 * while nothing but a listener holds it, and then it never fires (measured: a program outlived its limit for as long as it
 * liked).
 */
export function joinSignals(...signals: AbortSignal[]): JoinedSignal {
  const stop = new AbortController()
  const taken: (() => void)[] = []
  const release = () => {
    for (const takeOff of taken.splice(0)) takeOff()
  }
  for (const from of signals) {
    const fire = () => {
      release()
      stop.abort(from.reason)
    }
    if (from.aborted) {
      fire()
      break
    }
    from.addEventListener('abort', fire, { once: true })
    taken.push(() => from.removeEventListener('abort', fire))
  }
  return { signal: stop.signal, release }
}

/** A signal that fires when the caller's does, or after `timeoutMs`; `release` also ends the wait. */
export function withTimeout(signal: AbortSignal, timeoutMs: number): JoinedSignal {
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(), Math.ceil(timeoutMs))
  const joined = joinSignals(signal, late.signal)
  const release = () => {
    clearTimeout(timer)
    joined.release()
  }
  if (joined.signal.aborted) release()
  else joined.signal.addEventListener('abort', release, { once: true })
  return { signal: joined.signal, release }
}

/** Waits, until one of the signals fires at the latest. Never rejects. */
export async function sleep(ms: number, ...wakers: AbortSignal[]): Promise<void> {
  const { signal, release } = joinSignals(...wakers)
  await wait(ms, undefined, { signal }).catch(() => undefined)
  release()
}
