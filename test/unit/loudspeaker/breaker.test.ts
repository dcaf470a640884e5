import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  abandoned,
  ask,
  type BreakerRules,
  type BreakerState,
  closed,
  failed,
  succeeded,
  withBreaker,
} from '../../../channels/loudspeaker/voices/breaker.ts'
import { voiceFailed, voiceTrouble } from '../../../channels/loudspeaker/voices/failure.ts'
import type { Voice } from '../../../channels/loudspeaker/voices/voice.ts'
import { AppError } from '../../../services/domain/errors.ts'

const rules: BreakerRules = { failures: 3, restMs: 1_000, longestRestMs: 8_000 }

type Step = { kind: 'ask' | 'good' | 'bad' | 'left'; afterMs: number; which: number }
const steps = fc.array(
  fc.record({
    kind: fc.constantFrom('ask' as const, 'good' as const, 'bad' as const, 'left' as const),
    afterMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 3_000 })),
    which: fc.nat(20),
  }),
  { maxLength: 80 },
)

interface Call {
  trial: boolean
  startedMs: number
}

/** Plays calls that begin and end in any order, and tells of every step. */
function play(
  list: Step[],
  see: (before: BreakerState, after: BreakerState, step: Step, call: Call | undefined, nowMs: number) => void,
): void {
  let state: BreakerState = closed
  let nowMs = 0
  const underWay: Call[] = []
  for (const step of list) {
    nowMs += step.afterMs
    const before = state
    let call: Call | undefined
    if (step.kind === 'ask') {
      const answer = ask(state, nowMs)
      state = answer.state
      if (answer.leave === 'go' || answer.leave === 'try') {
        call = { trial: answer.leave === 'try', startedMs: nowMs }
        underWay.push(call)
      }
    } else {
      ;[call] = underWay.splice(step.which % Math.max(1, underWay.length), 1)
      if (!call) continue
      if (step.kind === 'good') state = succeeded(state, call.trial)
      else if (step.kind === 'bad') state = failed(state, call, nowMs, rules)
      else state = abandoned(state, call.trial, nowMs)
    }
    see(before, state, step, call, nowMs)
  }
}

describe('the state machine', () => {
  test('while it rests nobody is let through', () => {
    fc.assert(
      fc.property(steps, list =>
        play(list, (before, _after, step, call, nowMs) => {
          if (before.kind === 'open' && nowMs < before.untilMs && step.kind === 'ask') expect(call).toBeUndefined()
        }),
      ),
    )
  })

  test('at most one trial is under way', () => {
    fc.assert(
      fc.property(steps, list => {
        let trials = 0
        play(list, (_before, _after, step, call) => {
          if (!call?.trial) return
          trials += step.kind === 'ask' ? 1 : -1
          expect(trials).toBeLessThanOrEqual(1)
        })
      }),
    )
  })

  test('only a trial that worked brings it back, and only its rest time or a failed trial keeps it away', () => {
    fc.assert(
      fc.property(steps, list =>
        play(list, (before, after, step, call) => {
          if (before.kind !== 'closed' && after.kind === 'closed') {
            expect([step.kind, call?.trial]).toEqual(['good', true])
          }
          if (before.kind === 'open' && after.kind === 'trying') expect(step.kind).toBe('ask')
          if (before.kind === 'closed' && after.kind === 'open') expect(step.kind).toBe('bad')
        }),
      ),
    )
  })

  test('it rests no longer than allowed, and never stays away for good', () => {
    fc.assert(
      fc.property(steps, list =>
        play(list, (_before, after, _step, _call, nowMs) => {
          if (after.kind !== 'open') return
          expect(after.untilMs - nowMs).toBeLessThanOrEqual(rules.longestRestMs)
          expect(ask(after, after.untilMs).leave).toBe('try')
        }),
      ),
    )
  })

  test('fewer failures than the rule, one after the other, change nothing', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: rules.failures - 1 }), count => {
        let state: BreakerState = closed
        for (let i = 0; i < count; i++) state = failed(state, { trial: false, startedMs: i * 10 }, i * 10 + 5, rules)
        expect(ask(state, count * 10).leave).toBe('go')
        expect(ask(failed(state, { trial: false, startedMs: 90 }, 95, rules), 100).leave).toBe(
          count === rules.failures - 1 ? 'rest' : 'go',
        )
      }),
    )
  })

  test('calls that were under way together are one failure', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), together => {
        let state: BreakerState = closed
        for (let i = 0; i < together; i++) state = failed(state, { trial: false, startedMs: 0 }, 100 + i, rules)
        expect(state).toMatchObject({ kind: 'closed', failures: 1 })
      }),
    )
  })

  test('each failed trial doubles the rest', () => {
    let state: BreakerState = closed
    for (let i = 0; i < rules.failures; i++) state = failed(state, { trial: false, startedMs: i }, i, rules)
    const rests: number[] = []
    let nowMs = 10
    for (let i = 0; i < 5; i++) {
      if (state.kind !== 'open') throw new Error('not open')
      rests.push(state.untilMs - nowMs)
      nowMs = state.untilMs
      state = failed(ask(state, nowMs).state, { trial: true, startedMs: nowMs }, nowMs, rules)
    }
    expect(rests.slice(1)).toEqual([2_000, 4_000, 8_000, 8_000])
  })
})

describe('a voice behind it', () => {
  const engine = { id: 'thu', name: 'Thử' }
  type Answer = () => Promise<Buffer>
  const good: Answer = async () => Buffer.alloc(2)
  const bad: Answer = async () => {
    throw voiceFailed(engine, 'server')
  }
  function world(answers: Answer[]) {
    let nowMs = 0
    let calls = 0
    const voice: Voice = {
      id: 'thu:mot',
      name: { vi: 'Thử', en: 'Test' },
      rate: 24_000,
      limits: { maxCharacters: 10, maxBytes: 10 },
      concurrency: 2,
      version: async () => 'v1',
      speak: () => (answers[calls++] ?? good)(),
      close: async () => undefined,
    }
    const guarded = withBreaker(voice, rules, () => nowMs)
    return {
      guarded,
      calls: () => calls,
      pass: (ms: number) => {
        nowMs += ms
      },
      say: (signal = new AbortController().signal) => guarded.speak('a', { speed: 150, signal }),
    }
  }
  const trouble = (work: Promise<unknown>) => work.then(() => 'none', voiceTrouble)

  test('the others wait for the trial, then speak', async () => {
    let release = () => {}
    const slow: Answer = async () => {
      await new Promise<void>(resolve => {
        release = resolve
      })
      return Buffer.alloc(2)
    }
    const { say, pass, calls } = world([bad, bad, bad, slow])
    for (let i = 0; i < 3; i++) {
      await trouble(say())
      pass(1)
    }
    expect(await trouble(say())).toBe('resting')
    pass(rules.restMs)
    const together = [say(), say(), say()]
    await Promise.resolve()
    expect(calls()).toBe(4)
    release()
    expect((await Promise.all(together)).map(b => b.length)).toEqual([2, 2, 2])
    expect(calls()).toBe(6)
  })

  test('a failed trial turns those who waited away without asking the engine', async () => {
    const { say, pass, calls } = world([bad, bad, bad, bad])
    for (let i = 0; i < 3; i++) {
      await trouble(say())
      pass(1)
    }
    pass(rules.restMs)
    expect(await Promise.all([trouble(say()), trouble(say())])).toEqual(['server', 'resting'])
    expect(calls()).toBe(4)
  })

  test('an abort of the trial shows nothing: the next call tries again', async () => {
    const stop = new AbortController()
    const aborted: Answer = async () => {
      stop.abort(new Error('away'))
      throw stop.signal.reason
    }
    const { say, pass } = world([bad, bad, bad, aborted, good])
    for (let i = 0; i < 3; i++) {
      await trouble(say())
      pass(1)
    }
    pass(rules.restMs)
    await expect(say(stop.signal)).rejects.toThrow('away')
    expect(await say()).toHaveLength(2)
  })

  test('errors that are not the engine’s do not count', async () => {
    const tooLong: Answer = async () => {
      throw new AppError('text.too-long', { vi: 'dài', en: 'long' })
    }
    const refused: Answer = async () => {
      throw voiceFailed(engine, 'refused')
    }
    const { say, calls } = world(Array.from({ length: 10 }, (_, i) => (i % 2 ? tooLong : refused)))
    for (let i = 0; i < 10; i++) await say().catch(() => undefined)
    expect(calls()).toBe(10)
  })

  test('version tells of the rest before a bulletin begins', async () => {
    const { guarded, say, pass } = world([bad, bad, bad])
    const never = new AbortController().signal
    expect(await guarded.version(never)).toBe('v1')
    for (let i = 0; i < 3; i++) {
      await trouble(say())
      pass(1)
    }
    expect(await trouble(guarded.version(never))).toBe('resting')
    pass(rules.restMs)
    expect(await guarded.version(never)).toBe('v1')
  })
})
