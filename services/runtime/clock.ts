/**
 * Time as the player is given it. The real one is the machine's; a bench gives one that runs through three days in
 * minutes, which is why all waiting of a player goes through here.
 */
export interface Clock {
  /** The device's own idea of the time, milliseconds since 1970. It may be wrong, and may be set while we run. */
  wallMs(): number
  /** Only ever runs forward, at an even pace. */
  steadyMs(): number
  /** Calls back later. @returns takes it back */
  after(ms: number, then: () => void): () => void
  /** Marks work with the world outside (disk, network, child processes): in a bench, time stands still meanwhile. */
  busy<T>(work: Promise<T>): Promise<T>
}

/** The machine's clock. */
export const realClock: Clock = {
  wallMs: () => Date.now(),
  steadyMs: () => performance.now(),
  after(ms, then) {
    // Longer ones would overflow; whoever waits is asked again and waits on.
    const timer = setTimeout(then, Math.min(Math.max(0, ms), 2_000_000_000))
    return () => clearTimeout(timer)
  },
  busy: work => work,
}

/** Lets a loop sleep and others wake it. */
export interface Bell {
  /** Ends the sleep, or the next one when nobody sleeps. */
  ring(): void
  /** Resolves after `ms` or when rung. */
  sleep(ms: number): Promise<void>
}

/** Makes a bell; a ring in waking hours is kept for the next sleep. */
export function createBell(clock: Clock): Bell {
  let rung = false
  let wake: (() => void) | undefined
  return {
    ring() {
      rung = true
      wake?.()
    },
    async sleep(ms) {
      if (!rung) {
        await new Promise<void>(resolve => {
          const cancel = clock.after(ms, resolve)
          wake = () => {
            cancel()
            resolve()
          }
        })
      }
      wake = undefined
      rung = false
    },
  }
}

/** Waits that grow with every failure, spread so that a thousand devices do not come back in the same second. */
export function createBackoff(firstMs: number, mostMs: number, random: () => number) {
  let failures = 0
  return {
    next: () => Math.min(mostMs, firstMs * 2 ** failures++) * (0.75 + random() / 2),
    reset: () => {
      failures = 0
    },
  }
}
