/**
 * Time as the player is given it. The real one is the machine's; a bench gives one that runs through three days in
 * minutes, which is why all waiting of the player goes through here.
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

/** What is known of the difference between the server's clock and the device's. */
export interface ServerTime {
  /**
   * Learns from the Date header of an answer: it names the second in which it was made, somewhere between request and
   * answer.
   */
  observe(dateHeader: string | null, sentMs: number, receivedMs: number): void
  /** Server's clock minus the device's; what was given at the start until something better is known. */
  skewMs(): number
  /** The device's clock was set: everything known is void. */
  forget(): void
}

/** Headers are cached for a moment by servers and proxies. */
const headerSlackMs = 150
/** Two clocks drift apart; 200 ppm is a bad crystal. */
const driftPerMs = 0.0002

/**
 * Narrows the difference down answer by answer: each gives an interval a little wider than a second, and as they come at
 * different moments of a second, what they have in common is soon much smaller. A clock that may be right is left alone.
 */
export function createServerTime(startSkewMs: number): ServerTime {
  let skew = startSkewMs
  let known: { low: number; high: number; at: number } | undefined
  return {
    observe(dateHeader, sentMs, receivedMs) {
      const second = dateHeader === null ? Number.NaN : Date.parse(dateHeader)
      if (Number.isNaN(second) || receivedMs < sentMs) return
      let low = second - headerSlackMs - receivedMs
      let high = second + 1_000 + headerSlackMs - sentMs
      if (known) {
        const drift = Math.abs(receivedMs - known.at) * driftPerMs
        const common = { low: Math.max(low, known.low - drift), high: Math.min(high, known.high + drift) }
        // Nothing in common: the device's clock was set meanwhile, and only the new answer counts.
        if (common.low <= common.high) ({ low, high } = common)
      }
      known = { low, high, at: receivedMs }
      if (skew >= low && skew <= high) return
      const nearest = skew < low ? low : high
      skew = Math.round(Math.abs(nearest - skew) > 1_000 ? (low + high) / 2 : nearest)
    },
    skewMs: () => skew,
    forget() {
      known = undefined
      skew = 0
    },
  }
}

/** The corrected time of a device. */
export interface DeviceTime {
  nowMs(): number
  skewMs(): number
}

/** The system set its clock by more than this: what was learnt about its error no longer holds. */
const stepMs = 2_000

/**
 * Corrected time. When the system's clock jumps against the steady one (time synchronisation has come, or somebody set
 * it), its new time is taken as right until the next contact.
 * @param onStep called after such a jump
 */
export function createDeviceTime(clock: Clock, server: ServerTime, onStep: () => void): DeviceTime {
  let offset = clock.wallMs() - clock.steadyMs()
  return {
    nowMs() {
      const wall = clock.wallMs()
      const offsetNow = wall - clock.steadyMs()
      if (Math.abs(offsetNow - offset) > stepMs) {
        server.forget()
        onStep()
      }
      offset = offsetNow
      return Math.round(wall + server.skewMs())
    },
    skewMs: () => server.skewMs(),
  }
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
