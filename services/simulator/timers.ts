/** Work that happens later, which a closing simulator can drop and tests can wait for. */
export interface Timers {
  later(ms: number, work: () => void): void
  /** Resolves at once for 0. */
  pause(ms: number): Promise<void>
  /** Resolves when nothing is left to happen. */
  idle(): Promise<void>
  /** Drops what has not happened. */
  close(): void
}

export function createTimers(): Timers {
  const timers = new Set<NodeJS.Timeout>()
  const waiters: (() => void)[] = []

  function later(ms: number, work: () => void): void {
    const timer = setTimeout(() => {
      timers.delete(timer)
      work()
      if (timers.size === 0) for (const wake of waiters.splice(0)) wake()
    }, ms)
    timers.add(timer)
  }

  return {
    later,
    pause: ms => (ms > 0 ? new Promise(resolve => later(ms, resolve)) : Promise.resolve()),
    idle: () => (timers.size === 0 ? Promise.resolve() : new Promise(resolve => waiters.push(resolve))),
    close() {
      for (const timer of timers) clearTimeout(timer)
      timers.clear()
      for (const wake of waiters.splice(0)) wake()
    },
  }
}
