import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { createTally } from '../../../services/simulator/tally.ts'
import { type SmsVendor, smsVendors } from '../../../services/simulator/vendors.ts'

const take = fc.record({
  number: fc.integer({ min: 0, max: 40 }).map(n => `+849123456${String(n).padStart(2, '0')}`),
  vendor: fc.constantFrom<SmsVendor>(...smsVendors),
})

describe('tally', () => {
  test('counts as a plain list would', () => {
    fc.assert(
      fc.property(fc.array(take, { maxLength: 200 }), taken => {
        const tally = createTally()
        for (const { number, vendor } of taken) tally.add(number, vendor)
        const numbers = [...new Set(taken.map(t => t.number))].sort()
        const countOf = (number: string) => taken.filter(t => t.number === number).length
        const all = [...tally.all()].sort((a, b) => a.number.localeCompare(b.number))
        expect(all.map(e => [e.number, e.count])).toEqual(numbers.map(n => [n, countOf(n)]))
        for (const entry of all) {
          for (const vendor of smsVendors) {
            const expected = taken.filter(t => t.number === entry.number && t.vendor === vendor).length
            expect(entry.vendors[vendor]).toBe(expected)
          }
          expect(tally.of(entry.number)).toEqual(entry)
        }
        const repeated = numbers.filter(n => countOf(n) > 1)
        expect([...tally.repeated()].map(e => e.number).sort()).toEqual(repeated)
        expect(tally.totals()).toMatchObject({
          messages: taken.length,
          numbers: numbers.length,
          numbersRepeated: repeated.length,
          messagesRepeated: taken.length - numbers.length,
        })
      }),
    )
  })

  test('is exact for a million numbers, one of them written to twice', () => {
    const tally = createTally()
    const number = (i: number) => `+849${String(i).padStart(8, '0')}`
    for (let i = 0; i < 1_000_000; i += 1) tally.add(number(i), 'smpp')
    tally.add(number(777_777), 'esms')
    expect(tally.totals()).toEqual({
      messages: 1_000_001,
      numbers: 1_000_000,
      numbersRepeated: 1,
      messagesRepeated: 1,
      vendors: { twilio: 0, esms: 1, smpp: 1_000_000 },
    })
    expect([...tally.repeated()]).toEqual([
      { number: number(777_777), count: 2, vendors: { twilio: 0, esms: 1, smpp: 1 } },
    ])
    let seen = 0
    for (const entry of tally.all()) seen += entry.count
    expect(seen).toBe(1_000_001)
  })

  test('knows nothing of other numbers, takes the longest, refuses what is none, and forgets on demand', () => {
    const tally = createTally()
    tally.add('+999999999999999', 'twilio')
    expect(tally.of('+999999999999999').count).toBe(1)
    expect(tally.of('+84912345678').count).toBe(0)
    expect(() => tally.add('0912345678', 'twilio')).toThrow()
    tally.clear()
    expect([tally.totals().numbers, [...tally.all()]]).toEqual([0, []])
  })
})
