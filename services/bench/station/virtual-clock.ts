import type { Clock } from '../../runtime/clock.ts'

/** Time that stands still while anybody works, and jumps to the next timer when nobody does. */
export interface World {
  nowMs(): number
  /** The clock of a device that is wrong by `skewMs()`. */
  clock(skewMs: () => number): Clock
  busy<T>(work: Promise<T>): Promise<T>
  /** Runs every timer up to a time, each with everything that it sets off. */
  runTo(ms: number): Promise<void>
  /** Lets everything come to rest without time passing. */
  settle(): Promise<void>
}

interface Timer {
  at: number
  order: number
  then: () => void
}

const immediate = () => new Promise<void>(resolve => setImmediate(resolve))
/** Turns of the event loop without work after which the player is taken to be at rest. */
const restTurns = 4

/** Makes a world that begins at `startMs`. */
export function createWorld(startMs: number): World {
  let now = startMs
  let order = 0
  let working = 0
  let turns = 0
  let idle: (() => void) | undefined
  const timers: Timer[] = []

  const busy = <T>(work: Promise<T>): Promise<T> => {
    working++
    turns++
    return work.finally(() => {
      working--
      turns++
      if (working === 0) idle?.()
    })
  }

  const settle = async () => {
    for (let quiet = 0; quiet < restTurns; quiet++) {
      const before = turns
      if (working > 0) {
        await new Promise<void>(resolve => {
          idle = resolve
        })
      }
      await immediate()
      if (working > 0 || turns !== before) quiet = -1
    }
  }

  const insert = (timer: Timer) => {
    let low = 0
    let high = timers.length
    while (low < high) {
      const middle = (low + high) >> 1
      const other = timers[middle]
      if (other && (other.at < timer.at || (other.at === timer.at && other.order < timer.order))) low = middle + 1
      else high = middle
    }
    timers.splice(low, 0, timer)
  }

  return {
    nowMs: () => now,
    busy,
    settle,
    clock: skewMs => ({
      wallMs: () => now + skewMs(),
      steadyMs: () => now - startMs,
      busy,
      after(ms, then) {
        const timer = { at: now + Math.max(0, ms), order: order++, then }
        insert(timer)
        return () => {
          const at = timers.indexOf(timer)
          if (at >= 0) timers.splice(at, 1)
        }
      },
    }),
    async runTo(ms) {
      await settle()
      for (let next = timers[0]; next && next.at <= ms; next = timers[0]) {
        timers.shift()
        now = Math.max(now, next.at)
        next.then()
        await settle()
      }
      now = Math.max(now, ms)
    },
  }
}
