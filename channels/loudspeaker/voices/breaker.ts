import { voiceFailed, voiceTrouble } from './failure.ts'
import type { SpeakOptions, Voice } from './voice.ts'

/**
 * A circuit breaker for a voice over HTTP: after some bulletins have failed with it, the engine is left alone for a
 * while, then one call tries it. Without it every bulletin would wait for a dead vendor's timeout before another voice
 * takes over.
 *
 * The state is of one process. It only saves time: which voice speaks, and that a bulletin has one, does not depend on
 * it. Each process learns at the cost of a few timeouts, which is less than a look into the database per piece.
 */
export type BreakerState =
  /** `lastFailureMs`: failures of calls that began before it belong to the same trouble. */
  | { kind: 'closed'; failures: number; lastFailureMs: number }
  | { kind: 'open'; openings: number; untilMs: number }
  /** One call is trying; the others wait for what becomes of it. */
  | { kind: 'trying'; openings: number; startedMs: number }

export interface BreakerRules {
  /** Failures in a row after which the engine is left alone. */
  failures: number
  /** How long at first; doubles each time the trial fails, up to the longest. */
  restMs: number
  longestRestMs: number
}

export const usualRules: BreakerRules = { failures: 3, restMs: 60_000, longestRestMs: 600_000 }

/** All is well, nothing has happened. */
export const closed: BreakerState = { kind: 'closed', failures: 0, lastFailureMs: Number.NEGATIVE_INFINITY }

export type Leave = 'go' | 'try' | 'wait' | 'rest'

/** Whether a call may be made now: `go`, `try` (it is the trial), `wait` for the trial under way, or `rest`. */
export function ask(state: BreakerState, nowMs: number): { leave: Leave; state: BreakerState } {
  switch (state.kind) {
    case 'closed':
      return { leave: 'go', state }
    case 'trying':
      return { leave: 'wait', state }
    case 'open':
      if (nowMs < state.untilMs) return { leave: 'rest', state }
      return { leave: 'try', state: { kind: 'trying', openings: state.openings, startedMs: nowMs } }
  }
}

/**
 * After a call that worked. One that began before the engine was left alone proves nothing: only the trial closes.
 * @param trial whether the call was the trial
 */
export function succeeded(state: BreakerState, trial: boolean): BreakerState {
  return state.kind === 'closed' || (state.kind === 'trying' && trial) ? closed : state
}

/**
 * After a call that failed by the engine's fault.
 * @param call when it began; calls of one bulletin run side by side, and those under way at a failure count once
 */
export function failed(
  state: BreakerState,
  call: { trial: boolean; startedMs: number },
  nowMs: number,
  rules: BreakerRules = usualRules,
): BreakerState {
  if (state.kind === 'trying' && call.trial) return open(state.openings + 1, nowMs, rules)
  if (state.kind !== 'closed' || call.startedMs < state.lastFailureMs) return state
  const failures = state.failures + 1
  return failures >= rules.failures ? open(1, nowMs, rules) : { kind: 'closed', failures, lastFailureMs: nowMs }
}

/** After a trial that was given up by the caller: it showed nothing, so the next call tries again. */
export function abandoned(state: BreakerState, trial: boolean, nowMs: number): BreakerState {
  return state.kind === 'trying' && trial ? { kind: 'open', openings: state.openings, untilMs: nowMs } : state
}

function open(openings: number, nowMs: number, rules: BreakerRules): BreakerState {
  return { kind: 'open', openings, untilMs: nowMs + Math.min(rules.longestRestMs, rules.restMs * 2 ** (openings - 1)) }
}

/**
 * The same voice behind a breaker. While the engine rests, `version` and `speak` fail at once (audio.failed, `resting`),
 * so that a chain of voices passes it over before a bulletin has begun with it.
 * @param nowMs a clock that never goes back
 */
export function withBreaker(
  voice: Voice,
  rules: BreakerRules = usualRules,
  nowMs: () => number = () => performance.now(),
): Voice {
  let state = closed
  let trial: Promise<void> = Promise.resolve()
  const engine = { id: voice.id.split(':')[0] ?? voice.id, name: voice.name.vi }

  async function enter(signal: AbortSignal): Promise<'go' | 'try'> {
    for (;;) {
      const answer = ask(state, nowMs())
      state = answer.state
      if (answer.leave === 'rest') throw voiceFailed(engine, 'resting')
      if (answer.leave !== 'wait') return answer.leave
      await orAborted(trial, signal)
    }
  }

  async function watched(text: string, options: SpeakOptions, isTrial: boolean): Promise<Buffer> {
    const startedMs = nowMs()
    try {
      const samples = await voice.speak(text, options)
      // Nothing to say: the engine was not asked.
      state = samples.length > 0 ? succeeded(state, isTrial) : abandoned(state, isTrial, nowMs())
      return samples
    } catch (error) {
      const trouble = options.signal.aborted ? undefined : voiceTrouble(error)
      // A refused text says nothing of the next one, and costs no wait.
      const itsFault = trouble !== undefined && trouble !== 'refused'
      state = itsFault
        ? failed(state, { trial: isTrial, startedMs }, nowMs(), rules)
        : abandoned(state, isTrial, nowMs())
      throw error
    }
  }

  return {
    ...voice,
    async version(signal) {
      if (ask(state, nowMs()).leave === 'rest') throw voiceFailed(engine, 'resting')
      return await voice.version(signal)
    },
    async speak(text, options) {
      options.signal.throwIfAborted()
      const leave = await enter(options.signal)
      const spoken = watched(text, options, leave === 'try')
      if (leave === 'try') {
        trial = spoken.then(
          () => undefined,
          () => undefined,
        )
      }
      return await spoken
    },
  }
}

/** Waits, but no longer than the caller does. */
async function orAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  let onAbort = () => {}
  const aborted = new Promise<void>(resolve => {
    onAbort = resolve
    signal.addEventListener('abort', onAbort, { once: true })
  })
  await Promise.race([work, aborted])
  signal.removeEventListener('abort', onAbort)
  signal.throwIfAborted()
}
