import type { Clock } from '../runtime/clock.ts'
import type { DeviceTime } from './clock.ts'
import { nextWake } from './core/plan.ts'
import { awake, snapshotOf } from './core/record.ts'
import { step } from './core/step.ts'
import type { Action, Input, State } from './core/types.ts'
import type { Journal } from './journal.ts'

/** What happened, without the time, which the machine adds. */
export type Happened = Input extends infer I ? (I extends Input ? Omit<I, 'now'> : never) : never

/** The rule book at work: every input is written down, then acted upon, one after the other. */
export interface Machine {
  state(): State
  tell(happened: Happened): void
  /** The disk does not take the journal's lines; they wait in memory. */
  isJournalFull(): boolean
  /** No more inputs are taken and no timer rings. */
  stop(): void
}

/** Also a machine that nothing happens to looks at the time so often; its clock may have been set. */
const mostSleepMs = 30_000

export interface MachineParts {
  clock: Clock
  time: DeviceTime
  journal: Journal
  act(action: Action): void
  /** After every input; of mere pieces of sound only when they begin or end something. */
  onChange(before: State, after: State): void
}

/** Puts the journal's state to work. Inputs told while one is being acted upon wait for their turn. */
export function createMachine({ clock, time, journal, act, onChange }: MachineParts): Machine {
  let state = awake(journal.recorded, time.nowMs())
  let cancelWake = () => {}
  let stopped = false
  let diskTakes = true
  const queue: Happened[] = []
  let working = false

  const take = (happened: Happened) => {
    const before = state
    const result = step(state, { ...happened, now: time.nowMs() } as Input)
    state = result.state
    if (result.records.length > 0 || !diskTakes) {
      const took = journal.append(result.records)
      // Playing goes on: an emergency must be heard on a full disk too. The records wait for room.
      if (!took && diskTakes) queue.push({ type: 'fault', reason: 'disk-full' })
      diskTakes = took
    }
    for (const action of result.actions) act(action)
    if (happened.type === 'feed') {
      if (state.nextN > before.nextN) onChange(before, state)
      return
    }
    if (!state.sound && diskTakes) journal.compact(snapshotOf(state, state.now))
    cancelWake()
    const wakeMs = Math.min(mostSleepMs, Math.max(1, (nextWake(state) ?? Number.POSITIVE_INFINITY) - time.nowMs()))
    cancelWake = clock.after(wakeMs, () => tell({ type: 'tick' }))
    onChange(before, state)
  }

  const tell = (happened: Happened) => {
    if (stopped) return
    queue.push(happened)
    if (working) return
    working = true
    try {
      for (let next = queue.shift(); next && !stopped; next = queue.shift()) take(next)
    } finally {
      working = false
    }
  }

  return {
    state: () => state,
    tell,
    isJournalFull: () => !diskTakes,
    stop() {
      stopped = true
      cancelWake()
    },
  }
}
