/** How long to send nothing after the centre asked us to slow down (0x58, 0x14): doubles while it goes on asking. */
export interface Backoff {
  /** Milliseconds left of the pause, 0 when there is none. */
  leftMs(): number
  /** The status that began the pause. */
  status(): number
  /** The centre refused one more message. @returns the pause that follows, in ms */
  throttled(status: number): number
  /** The centre took a message. */
  taken(): void
}

const firstMs = 1_000
const longestMs = 60_000

/** @param now milliseconds of a clock that never goes back */
export function createBackoff(now: () => number = () => performance.now()): Backoff {
  let pauseMs = 0
  let until = 0
  let last = 0
  const leftMs = () => Math.max(0, Math.ceil(until - now()))
  return {
    leftMs,
    status: () => last,
    throttled(status) {
      last = status
      // Answers to what was under way when the pause began belong to that pause.
      if (leftMs() === 0) {
        pauseMs = Math.min(pauseMs === 0 ? firstMs : pauseMs * 2, longestMs)
        until = now() + pauseMs
      }
      return leftMs()
    },
    taken() {
      if (leftMs() === 0) pauseMs = 0
    },
  }
}
