import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  type DeliveryCounts,
  noDeliveries,
  type ResendableState,
  resendableStates,
} from '../../../services/domain/delivery.ts'
import { leftOver } from '../../../services/domain/rounds.ts'
import type { DispatchProgress } from '../../../services/http/schemas.ts'
import { readResent, readStopped } from '../../../services/web/console/src/lib/history.ts'
import { byChannel, resendable, usualStates } from '../../../services/web/console/src/lib/rounds.ts'

type Left = Partial<DeliveryCounts>

function dispatch(
  channel: string,
  round: number,
  resendStates: ResendableState[] | null,
  left: Left,
  phase: DispatchProgress['phase'] = 'settled',
): DispatchProgress {
  return {
    id: `${channel}-${round}`,
    channel,
    method: 'telecom-message',
    round,
    resendStates,
    possibleRepeats: 0,
    phase,
    quietUntil: null,
    problem: null,
    counts: { ...noDeliveries(), ...left },
    reasons: {},
    costDong: 0,
    startedAt: null,
    settledAt: null,
  }
}

describe('who is left over after the rounds of a channel', () => {
  test('after one round, everybody not reached', () => {
    expect(leftOver([dispatch('sms', 1, null, { rejected: 5, unknown: 3, skipped: 2, accepted: 90 })])).toEqual({
      rejected: 5,
      unknown: 3,
      skipped: 2,
    })
  })
  test('who went into a later round counts there, who did not counts where they were', () => {
    const first = dispatch('sms', 1, null, { rejected: 5, unknown: 3, skipped: 2 })
    const second = dispatch('sms', 2, ['unknown'], { rejected: 1, unknown: 1, accepted: 1 })
    expect(leftOver([first, second])).toEqual({ rejected: 6, unknown: 1, skipped: 2 })
    const third = dispatch('sms', 3, ['rejected'], { rejected: 4, accepted: 2 })
    expect(leftOver([third, first, second])).toEqual({ rejected: 4, unknown: 1, skipped: 2 })
  })
  test('against a model of single people: rounds of any groups, each person where the last round left them', () => {
    const outcome = fc.constantFrom('accepted', ...resendableStates)
    const round = fc.record({
      states: fc.subarray([...resendableStates], { minLength: 1 }),
      outcomes: fc.array(outcome, { minLength: 30, maxLength: 30 }),
    })
    fc.assert(
      fc.property(
        fc.array(outcome, { minLength: 30, maxLength: 30 }),
        fc.array(round, { maxLength: 5 }),
        (start, further) => {
          const people = [...start]
          const count = (of: readonly string[]) => {
            const left: Left = {}
            for (const state of resendableStates) left[state] = of.filter(one => one === state).length
            return left
          }
          const rounds = [dispatch('sms', 1, null, count(people))]
          for (const [i, { states, outcomes }] of further.entries()) {
            const taken = people.flatMap((state, p) => (states.includes(state as ResendableState) ? [p] : []))
            for (const p of taken) people[p] = outcomes[p] ?? 'accepted'
            rounds.push(dispatch('sms', i + 2, states, count(taken.map(p => people[p] ?? ''))))
          }
          expect(leftOver(rounds)).toEqual(count(people))
        },
      ),
    )
  })
})

describe('sending again is offered', () => {
  const left = { rejected: 1, unknown: 2 }
  test('once every round has settled, and not while one is open or was stopped', () => {
    expect(resendable([dispatch('sms', 1, null, left)])).toEqual({ rejected: 1, unknown: 2, skipped: 0 })
    for (const phase of ['planned', 'delivering', 'quiet', 'paused', 'cancelled', 'expired', 'problem'] as const) {
      expect(resendable([dispatch('sms', 1, null, left), dispatch('sms', 2, ['unknown'], {}, phase)])).toBeNull()
    }
  })
  test('not when everybody was reached', () => {
    expect(resendable([dispatch('sms', 1, null, { accepted: 9 })])).toBeNull()
    expect(resendable([])).toBeNull()
  })
  test('ticked at first: rejected and unknown, as far as there are any', () => {
    expect(usualStates({ rejected: 1, unknown: 2, skipped: 3 })).toEqual(['rejected', 'unknown'])
    expect(usualStates({ rejected: 0, unknown: 2, skipped: 3 })).toEqual(['unknown'])
    expect(usualStates({ rejected: 0, unknown: 0, skipped: 3 })).toEqual([])
  })
  test('rounds stand under their channel, in order', () => {
    const list = [dispatch('sms', 2, ['unknown'], {}), dispatch('email', 1, null, {}), dispatch('sms', 1, null, {})]
    expect(byChannel(list).map(c => [c.channel, c.rounds.map(r => r.round)])).toEqual([
      ['sms', [1, 2]],
      ['email', [1]],
    ])
  })
})

describe('what the history says', () => {
  test('what a cancel found, channel by channel; older events say nothing', () => {
    const detail = { reason: 'Sai giờ', stopped: { sms: 900, email: 0 }, left: { sms: 90 }, inFlight: { sms: 10 } }
    expect(readStopped(detail)).toEqual([
      { channel: 'sms', stopped: 900, left: 90, inFlight: 10 },
      { channel: 'email', stopped: 0, left: 0, inFlight: 0 },
    ])
    expect(readStopped({ reason: 'Sai giờ', stopped: 12 })).toEqual([])
    expect(readStopped({})).toEqual([])
  })
  test('a further round', () => {
    const detail = { channel: 'sms', round: 2, states: ['unknown', 'x'], audience: 7, possibleRepeats: 7 }
    expect(readResent(detail)).toEqual({ round: 2, states: ['unknown'], audience: 7, possibleRepeats: 7 })
    expect(readResent({ channel: 'sms' })).toBeUndefined()
  })
})
