import type { Clock } from '../runtime/clock.ts'

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
