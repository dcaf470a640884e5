import { setTimeout as wait } from 'node:timers/promises'
import type { Log } from '../channels/contract.ts'

/** A repeated task that can be woken early and ends in order. */
export interface Loop {
  /** Runs the task soon instead of after the pause. */
  wake(): void
  /** Resolves when the run under way has ended. */
  stop(): Promise<void>
}

/**
 * Runs `task` again and again with `pauseMs` in between. A task that returns true has more to do and runs at once.
 * Failures are logged and do not end the loop: the database or Redis may be away for a while.
 */
export function startLoop(name: string, pauseMs: number, log: Log, task: () => Promise<boolean>): Loop {
  let stopped = false
  let failing = false
  let sleeper = new AbortController()
  const running = (async () => {
    while (!stopped) {
      // Made before the run: a wake-up during the run is not lost.
      sleeper = new AbortController()
      const { signal } = sleeper
      let more = false
      try {
        more = await task()
        failing = false
      } catch (error) {
        if (!failing && !stopped) log.warn({ err: error, loop: name }, 'a background task failed; it goes on trying')
        failing = true
      }
      if (!more && !stopped) await wait(pauseMs, undefined, { signal }).catch(() => undefined)
    }
  })()
  return {
    wake: () => sleeper.abort(),
    stop: async () => {
      stopped = true
      sleeper.abort()
      await running
    },
  }
}
