import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { createFaults } from '../../../services/simulator/faults.ts'

const numbers = Array.from({ length: 2000 }, (_, i) => `+84912${String(i).padStart(6, '0')}`)

describe('faults', () => {
  test('the same seed hits the same addresses, in whatever order they come', () => {
    fc.assert(
      fc.property(fc.integer(), fc.shuffledSubarray(numbers.slice(0, 60), { minLength: 60 }), (seed, shuffled) => {
        const hits = (order: string[]) => {
          const faults = createFaults({ seed, rules: [{ kind: 'sms.too-many', percent: 30 }] })
          return order.filter(number => faults.decide('sms', 'answer', number)).sort()
        }
        expect(hits(shuffled)).toEqual(hits(numbers.slice(0, 60)))
      }),
      { numRuns: 30 },
    )
  })

  test('a percentage hits about that share, and another seed hits others', () => {
    const hits = (seed: number) => {
      const faults = createFaults({ seed, rules: [{ kind: 'sms.drop-after', percent: 10 }] })
      return numbers.filter(number => faults.decide('sms', 'answer', number))
    }
    expect(hits(1).length).toBeGreaterThan(140)
    expect(hits(1).length).toBeLessThan(260)
    expect(hits(2)).not.toEqual(hits(1))
  })

  test('patterns match whole addresses and take dots and plus signs as they are', () => {
    const faults = createFaults({
      rules: [
        { kind: 'sms.opted-out', pattern: '+8491*' },
        { kind: 'email.permanent', pattern: '*@hop.thu.example' },
      ],
    })
    expect(faults.decide('sms', 'answer', '+84912345678')).toBeDefined()
    expect(faults.decide('sms', 'answer', '+84812345678')).toBeUndefined()
    expect(faults.decide('email', 'rcpt', 'An@Hop.Thu.Example')).toBeDefined()
    expect(faults.decide('email', 'rcpt', 'an@hopxthu.example')).toBeUndefined()
  })

  test('"next" hits exactly so many, and setting the rules again starts over', () => {
    const settings = { rules: [{ id: 'a', kind: 'sms.server-error' as const, next: 3 }] }
    const faults = createFaults(settings)
    const count = () => numbers.slice(0, 10).filter(number => faults.decide('sms', 'answer', number)).length
    expect([count(), count(), faults.hits()]).toEqual([3, 0, { a: 3 }])
    faults.set(settings)
    expect(count()).toBe(3)
  })

  test('greylisting refuses an address once', () => {
    const faults = createFaults({ rules: [{ kind: 'email.greylist' }] })
    const twice = ['a@x.example', 'b@x.example', 'a@x.example', 'b@x.example']
    expect(twice.map(address => faults.decide('email', 'rcpt', address) !== undefined)).toEqual([
      true,
      true,
      false,
      false,
    ])
  })

  test('a rule acts on its own channel and stage only', () => {
    const faults = createFaults({ rules: [{ kind: 'sms.undelivered' }] })
    expect(faults.decide('sms', 'answer', '+84912345678')).toBeUndefined()
    expect(faults.decide('email', 'rcpt', 'a@x.example')).toBeUndefined()
    expect(faults.decide('sms', 'receipt', '+84912345678')).toBeDefined()
  })

  test('refuses settings that make no sense and keeps the former ones', () => {
    const faults = createFaults({ rules: [{ kind: 'sms.slow' }] })
    expect(() => faults.set({ rules: [{ kind: 'sms.slow', percent: 101 }] })).toThrow()
    expect(faults.settings().rules).toHaveLength(1)
  })
})
