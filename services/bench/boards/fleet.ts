import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface FleetBoard {
  id: string
  access: string
}

export type FleetQuestion =
  /** Connects all of them; answered once each holds a manifest. */
  | { ask: 'connect'; port: number; boards: FleetBoard[]; spread: boolean }
  /** Answered once each, or so many, hold a manifest with, or without, this text. */
  | { ask: 'hold'; text: string; present: boolean; count?: number }
  /** Answered once each was lost and has a stream again. */
  | { ask: 'return' }
  | { ask: 'beat'; seconds: number; atOnce: number }
  | { ask: 'stop' }

export interface FleetAnswer {
  /** When each board had what was asked for, milliseconds since 1970, first to last. */
  times: number[]
  /** Answers that were refused, and manifests whose version was not their hash. */
  wrong: number
  perSecond?: number
  /** Why fetches had to be tried again, and how often. */
  failures: Record<string, number>
}

/** Boards in a process of their own. */
export interface Fleet {
  /** Asks for one thing at a time. @throws when anything that came was wrong */
  ask(question: FleetQuestion): Promise<FleetAnswer>
  stop(): Promise<void>
}

/** Starts a process with no boards yet. */
export async function startFleet(onStep: (step: string) => void): Promise<Fleet> {
  const child = fork(fileURLToPath(new URL('./fleet-process.js', import.meta.url)))
  const gone = once(child, 'exit').then(([code]) => {
    throw new Error(`the boards' process ended with ${code}`)
  })
  gone.catch(() => undefined)
  const next = async () => (await Promise.race([once(child, 'message'), gone]))[0] as FleetAnswer
  await next()
  const ask = async (question: FleetQuestion) => {
    child.send(question)
    const answer = await next()
    const failed = Object.entries(answer.failures)
    if (failed.length > 0) onStep(`tried again: ${failed.map(([why, n]) => `${n} × ${why}`).join(', ')}`)
    if (answer.wrong > 0) throw new Error(`${answer.wrong} boards got nothing, a refusal, or what is not its version`)
    return answer
  }
  return {
    ask,
    stop: async () => {
      await ask({ ask: 'stop' }).catch(() => undefined)
      child.kill()
    },
  }
}
