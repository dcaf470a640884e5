import { describe, expect, test } from '@jest/globals'
import type { PacePort, Wish } from '../../../channels/contract.ts'
import type { VendorTerms } from '../../../channels/sms/config.ts'
import { estimateSms } from '../../../channels/sms/estimate.ts'
import type { SmsContent } from '../../../channels/sms/render.ts'
import { createRouting } from '../../../channels/sms/routing.ts'
import { isTrouble } from '../../../channels/sms/trouble.ts'
import { parseRef, type Vendor, type VendorId } from '../../../channels/sms/vendor.ts'

const content: SmsContent = { text: 'ă'.repeat(100), form: 'unicode', encoding: 'UCS-2', parts: 2, units: 100 }
const never = () => new AbortController().signal
const terms = (more: Partial<Record<VendorId, Partial<VendorTerms>>>): VendorTerms[] =>
  (Object.keys(more) as VendorId[]).map(id => ({
    id,
    weight: 1,
    priceDong: undefined,
    partsPerSecond: undefined,
    account: id,
    ...more[id],
  }))

/** Routing over vendors of which only the pause matters here. */
function world(list: VendorTerms[], shares: Record<string, number>) {
  const paused: Record<string, number> = {}
  const turns: unknown[] = []
  const vendors = new Map(list.map(t => [t.id, { pausedMs: () => paused[t.id] ?? 0 } as Vendor]))
  const pace: PacePort = {
    take: async (account, turn, signal) => {
      turns.push([account, turn])
      return signal.aborted ? undefined : new Date(0)
    },
  }
  const routing = createRouting({
    terms: list,
    vendors,
    pace,
    shares: { shares: async () => shares, report: async () => {} },
  })
  const reserve = (wish: Partial<Wish<SmsContent>> = {}, signal = never()) =>
    routing.reserve({ count: 100, content, priority: 'routine', ...wish }, signal)
  return { reserve, paused, turns, shares }
}

describe('choosing a vendor', () => {
  test('each gets its share of the targets', async () => {
    const { reserve } = world(terms({ twilio: {}, esms: {}, smpp: {} }), { twilio: 60, esms: 30, smpp: 10 })
    const given: Record<string, number> = {}
    for (let i = 0; i < 200; i++) {
      const { vendor, count } = await reserve({ count: 1 + (i % 50) })
      given[vendor] = (given[vendor] ?? 0) + count
    }
    const total = Object.values(given).reduce((a, b) => a + b, 0)
    expect((given.twilio ?? 0) / total).toBeCloseTo(0.6, 1)
    expect((given.esms ?? 0) / total).toBeCloseTo(0.3, 1)
    expect((given.smpp ?? 0) / total).toBeCloseTo(0.1, 1)
  })

  test('lanes that ask at the same time do not all get the same one', async () => {
    const { reserve } = world(terms({ twilio: {}, esms: {} }), { twilio: 50, esms: 50 })
    const slots = await Promise.all([reserve(), reserve(), reserve(), reserve()])
    expect(slots.map(s => s.vendor).sort()).toEqual(['esms', 'esms', 'twilio', 'twilio'])
  })

  test('a vendor without a share gets nothing', async () => {
    const { reserve } = world(terms({ twilio: {}, esms: {} }), { twilio: 0, esms: 100 })
    for (let i = 0; i < 5; i++) expect((await reserve()).vendor).toBe('esms')
  })

  test('the one to be avoided is taken only when no other can', async () => {
    const two = world(terms({ twilio: {}, esms: {} }), { twilio: 90, esms: 10 })
    for (let i = 0; i < 5; i++) expect((await two.reserve({ avoid: 'twilio' })).vendor).toBe('esms')
    two.paused.esms = 1000
    expect((await two.reserve({ avoid: 'twilio' })).vendor).toBe('twilio')
    const off = world(terms({ twilio: {}, esms: {} }), { twilio: 100, esms: 0 })
    expect((await off.reserve({ avoid: 'twilio' })).vendor).toBe('twilio')
    const alone = world(terms({ twilio: {} }), {})
    expect((await alone.reserve({ avoid: 'twilio' })).vendor).toBe('twilio')
  })

  test('when all want us slower, the first that is free again is waited for', async () => {
    const { reserve, paused } = world(terms({ twilio: {}, esms: {} }), { twilio: 50, esms: 50 })
    paused.twilio = 60_000
    paused.esms = 5
    const waiting = reserve()
    setImmediate(() => {
      paused.esms = 0
    })
    expect((await waiting).vendor).toBe('esms')
    paused.esms = 60_000
    const abort = new AbortController()
    const stopped = reserve({}, abort.signal)
    abort.abort()
    expect((await stopped).count).toBe(0)
  })
})

describe('turns', () => {
  test('are 200 ms worth of the rate, counted in parts, and one message at the least', async () => {
    const quick = world(terms({ smpp: { partsPerSecond: 50 } }), {})
    expect(await quick.reserve()).toEqual({ count: 5, vendor: 'smpp' })
    expect(quick.turns).toEqual([['smpp', { parts: 10, perSecond: 50, urgent: false }]])
    expect((await quick.reserve({ count: 3 })).count).toBe(3)
    const slow = world(terms({ smpp: { partsPerSecond: 1 } }), {})
    expect((await slow.reserve({ priority: 'emergency' })).count).toBe(1)
    expect(slow.turns).toEqual([['smpp', { parts: 2, perSecond: 1, urgent: true }]])
  })

  test('without a rate nothing waits; after an abort nothing is given', async () => {
    const free = world(terms({ twilio: {} }), {})
    expect(await free.reserve()).toEqual({ count: 100, vendor: 'twilio' })
    expect(free.turns).toEqual([])
    expect((await free.reserve({}, AbortSignal.abort())).count).toBe(0)
  })
})

describe('estimate', () => {
  const estimate = (list: VendorTerms[], count: number) =>
    estimateSms(content, count, { vendors: list, concurrency: 1, timeoutMs: 1, loopbackOnly: false })

  test('price by shares, and none when one of the prices is not known', () => {
    const list = terms({ twilio: { weight: 60, priceDong: 800 }, esms: { weight: 40, priceDong: 850 } })
    expect(estimate(list, 1000).costDong).toBeCloseTo(2 * 1000 * (0.6 * 800 + 0.4 * 850))
    expect(estimate(terms({ twilio: { priceDong: 800 }, esms: {} }), 10)).not.toHaveProperty('costDong')
  })

  test('time of the vendor that needs longest for its share', () => {
    const even = terms({ twilio: { weight: 1, partsPerSecond: 10 }, smpp: { weight: 3, partsPerSecond: 30 } })
    expect(estimate(even, 1000).sendSeconds).toBe(50)
    const uneven = terms({ twilio: { partsPerSecond: 10 }, smpp: { partsPerSecond: 30 } })
    expect(estimate(uneven, 1000).sendSeconds).toBe(100)
    expect(estimate(terms({ twilio: {} }), 1000)).not.toHaveProperty('sendSeconds')
  })
})

test('only what speaks against the vendor is trouble', () => {
  const of = (kind: 'retry' | 'unknown' | 'rejected', code: string) => isTrouble({ kind, code })
  const yes = ['connection-refused', 'timeout', 'connection-lost', 'http-503', '20503', 'smpp-0x08', 'esms-103', 'dns']
  for (const code of yes) expect([code, of('retry', code), of('unknown', code)]).toEqual([code, true, true])
  const no = ['smpp-0x58', 'smpp-0x14', '20429', 'http-429', '21611', 'aborted', 'defect']
  for (const code of no) expect([code, of('retry', code)]).toEqual([code, false])
  expect([of('rejected', '21211'), of('rejected', 'smpp-0x0b'), of('rejected', 'esms-146')]).toEqual(
    Array(3).fill(false),
  )
  expect(isTrouble({ kind: 'accepted' })).toBe(false)
})

test('references name their vendor; bare ones are from before there were several', () => {
  expect(parseRef('esms:a:b')).toEqual({ vendor: 'esms', id: 'a:b' })
  expect(parseRef('smpp:')).toEqual({ vendor: 'smpp', id: '' })
  expect(parseRef('SM123')).toEqual({ vendor: 'twilio', id: 'SM123' })
  expect([parseRef(null), parseRef(''), parseRef('pigeon:1')]).toEqual([undefined, undefined, undefined])
})
