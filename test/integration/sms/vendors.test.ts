import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { ChannelDeps, CitizenTarget, LookupQuestion, Session } from '../../../channels/contract.ts'
import { sms } from '../../../channels/sms/index.ts'
import type { SmsContent } from '../../../channels/sms/render.ts'
import type { FaultInput } from '../../../services/simulator/faults.ts'
import { type Simulator, startSimulator } from '../../../services/simulator/index.ts'
import { openDb } from '../../../services/store/db.ts'
import { createPace } from '../../../services/store/pace.ts'
import { createVendors, vendorStates } from '../../../services/store/vendors.ts'
import { batchOf, captureLog, testDeps } from '../../contract/suite.ts'
import { type TestDatabase, testDatabase } from '../../support/postgres.ts'
import { configsFor } from '../simulator/world.ts'

/* Several vendors at once: real clients, a real database for what the workers share, the simulator on the other side. */

const never = () => new AbortController().signal
const content: SmsContent = {
  text: 'Mưa lớn, đề phòng lũ quét.',
  form: 'unicode',
  encoding: 'UCS-2',
  parts: 1,
  units: 26,
}
let nextPerson = 0
const people = (count: number): CitizenTarget[] =>
  Array.from({ length: count }, () => {
    nextPerson += 1
    return { id: String(nextPerson), address: `+84912${String(nextPerson).padStart(6, '0')}`, fullName: '' }
  })

let database: TestDatabase
let simulator: Simulator
const open: Session<SmsContent>[] = []
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(async () => {
  await database.drop()
})
const quick = { sentAfterMs: 1, deliveredAfterMs: 5 }
beforeEach(async () => {
  await database.db.query('truncate vendor_troubles, vendor_shares, vendor_steps, pace')
  simulator = await startSimulator({ httpPort: 0, smtpPort: 0, faults: quick })
})
afterEach(async () => {
  for (const session of open.splice(0)) await session.close()
  await simulator.close()
})
const faults = (settings: FaultInput) => simulator.setFaults({ ...quick, ...settings })

/** A worker process: its own session and its own view of what all share. */
async function worker(values: Record<string, string>, db = database.db, more: Partial<ChannelDeps> = {}) {
  const { log } = captureLog()
  const session = await sms.open(
    configsFor(simulator, { sms: { TIMEOUT_MS: '60000', ...values } }).sms,
    testDeps(log, {
      publicUrl: 'http://127.0.0.1:9',
      now: () => new Date(),
      news: { record: async () => undefined },
      pace: createPace(db),
      vendors: createVendors(db, 'sms', log),
      ...more,
    }),
  )
  open.push(session)
  return session
}
const batch = (targets: CitizenTarget[]) => batchOf({ content, files: [], warnings: [] }, targets)
const shares = () => createVendors(database.db, 'sms', captureLog().log).shares({ twilio: 60, esms: 40 })

/** What the dispatch does: a turn, then those targets; what was refused for now goes on to another vendor. */
async function dispatch(session: Session<SmsContent>, targets: CitizenTarget[], size = 20) {
  const outcomes: string[] = []
  let avoid: string | undefined
  for (let rest = targets; rest.length > 0; ) {
    const wish = { count: size, content, priority: 'routine' as const, ...(avoid && { avoid }) }
    const slot = await session.reserve?.({ ...wish, count: Math.min(size, rest.length) }, never())
    if (!slot) throw new Error('the session must have turns')
    const now = rest.slice(0, slot.count)
    const sent = await session.send({ ...batch(now), slot }, never())
    const again = now.filter((_, i) => sent[i]?.kind === 'retry')
    outcomes.push(...sent.filter(o => o.kind !== 'retry').map(o => o.kind))
    avoid = again.length > 0 ? slot.vendor : undefined
    rest = [...again, ...rest.slice(slot.count)]
  }
  return outcomes
}

describe('shares', () => {
  test('all vendors get theirs, each over its own protocol', async () => {
    const session = await worker({ VENDORS: 'twilio:50,esms:30,smpp:20' })
    expect(await dispatch(session, people(200), 10)).toEqual(Array(200).fill('accepted'))
    const { twilio, esms, smpp } = simulator.record.vendors
    expect([twilio.messages, esms.messages, smpp.messages]).toEqual([100, 60, 40])
  })

  test('a batch without a turn finds its vendors by itself', async () => {
    const session = await worker({ VENDORS: 'twilio:60,esms:40' })
    for (let i = 0; i < 10; i++) await session.send(batch(people(5)), never())
    const { twilio, esms } = simulator.record.vendors
    expect([twilio.messages, esms.messages]).toEqual([30, 20])
  })

  test('a vendor that fails loses its messages to the other: nobody twice, nobody lost', async () => {
    const session = await worker({ VENDORS: 'twilio:60,esms:40' })
    faults({ rules: [{ kind: 'sms.unavailable', vendor: 'twilio' }] })
    const targets = people(300)
    expect(await dispatch(session, targets)).toEqual(Array(300).fill('accepted'))
    for (const { address } of targets) expect(simulator.record.sms.countOf(address)).toBe(1)
    expect(simulator.record.vendors.twilio.messages).toBe(0)
    expect((await shares()).twilio).toBeLessThan(60)
    const { steps } = await vendorStates(database.db, 'sms', { twilio: 60, esms: 40 }, 50)
    expect(steps.at(-1)).toMatchObject({ from: 60, to: 35, reason: 'troubles' })
  })

  test.each([
    ['sms.invalid-number', 'rejected'],
    ['sms.too-many', 'retry'],
  ] as const)('%s says nothing about the vendor', async (kind, expected) => {
    const session = await worker({ VENDORS: 'twilio:60,esms:40' })
    faults({ rules: [{ kind, vendor: 'twilio' }] })
    const targets = people(60)
    const outcomes = await session.send({ ...batch(targets), slot: { count: 60, vendor: 'twilio' } }, never())
    expect(outcomes.map(o => o.kind)).toEqual(Array(60).fill(expected))
    expect(await shares()).toEqual({ twilio: 60, esms: 40 })
  })
})

test('two workers with one account keep to its rate together', async () => {
  const values = { VENDORS: 'twilio', PARTS_PER_SECOND: '100' }
  const pools = [openDb(database.url, 4), openDb(database.url, 4)]
  const sessions = await Promise.all(pools.map(pool => worker(values, pool)))
  const started = performance.now()
  const outcomes = (await Promise.all(sessions.map(s => s.send(batch(people(100)), never())))).flat()
  const tookMs = performance.now() - started
  await Promise.all(pools.map(pool => pool.end()))
  expect(outcomes.map(o => o.kind)).toEqual(Array(200).fill('accepted'))
  // 200 parts at 100 a second; the last turn of 20 begins when the others had their time.
  expect(tookMs).toBeGreaterThanOrEqual(1799)
})

describe('looking up', () => {
  const question = (target: CitizenTarget, ref: string | null, agoMs: number): LookupQuestion<SmsContent> => ({
    dispatchId: '7',
    targetId: target.id,
    address: target.address,
    content,
    ref,
    since: new Date(Date.now() - agoMs),
  })
  const found = async (session: Session<SmsContent>, ...asked: LookupQuestion<SmsContent>[]) =>
    (await session.lookup?.(asked, never()))?.map(r => [r.targetId, r.state, r.code])

  test('Twilio is asked by number and words, and its list proves that a message never arrived', async () => {
    const session = await worker({ VENDORS: 'twilio' })
    const [arrived, not, early] = people(3) as [CitizenTarget, CitizenTarget, CitizenTarget]
    faults({ rules: [{ kind: 'sms.drop-after', pattern: arrived.address }, { kind: 'sms.drop-before' }] })
    const outcomes = await session.send(batch([arrived, not]), never())
    const refs = outcomes.map(o => (o.kind === 'unknown' ? o.ref : undefined))
    expect(refs).toEqual(['twilio:', 'twilio:'])
    faults({})
    await simulator.idle()
    expect(
      await found(
        session,
        question(arrived, 'twilio:', 20_000),
        question(not, 'twilio:', 20_000),
        // It may still be on its way.
        question(early, 'twilio:', 1_000),
      ),
    ).toEqual([
      [arrived.id, 'confirmed', undefined],
      [not.id, 'rejected', 'never-arrived'],
    ])
    // The same words from a day ago are another message.
    const later = await worker({ VENDORS: 'twilio' }, database.db, { now: () => new Date(Date.now() + 86_400_000) })
    const tomorrow = { ...question(arrived, 'twilio:', 0), since: new Date(Date.now() + 86_000_000) }
    expect(await found(later, tomorrow)).toEqual([[arrived.id, 'rejected', 'never-arrived']])
  })

  test('words that the vendor wrote in another way did arrive all the same', async () => {
    const session = await worker({ VENDORS: 'twilio' })
    const [smart, trial] = people(2) as [CitizenTarget, CitizenTarget]
    const plain = { ...content, text: 'Loa: "mua lon" - de phong lu quet...' }
    const sent = async (target: CitizenTarget, text: string) =>
      await session.send({ ...batch([target]), content: { ...plain, text } }, never())
    await sent(smart, plain.text)
    await sent(trial, `Sent from your Twilio trial account - ${plain.text}`)
    await simulator.idle()
    const asked = { content: { ...plain, text: 'Loa: “mua lon”\u00a0– de phong lu quet…' } }
    expect(
      await found(
        session,
        { ...question(smart, 'twilio:', 20_000), ...asked },
        { ...question(trial, 'twilio:', 20_000), content: plain },
      ),
    ).toEqual([
      [smart.id, 'confirmed', undefined],
      [trial.id, 'confirmed', undefined],
    ])
  })

  test('when nobody knows which vendor had it, only that one has it is a proof', async () => {
    const session = await worker({ VENDORS: 'twilio:60,esms:40' })
    const [sent, not] = people(2) as [CitizenTarget, CitizenTarget]
    await session.send({ ...batch([sent]), slot: { count: 1, vendor: 'twilio' } }, never())
    await simulator.idle()
    expect(await found(session, question(sent, null, 20_000), question(not, null, 20_000))).toEqual([
      [sent.id, 'confirmed', undefined],
    ])
  })

  test('a vendor that is no longer in use is not asked, and nothing is said', async () => {
    const session = await worker({ VENDORS: 'twilio' })
    expect(await found(session, question(people(1)[0] as CitizenTarget, 'smpp:1', 20_000))).toEqual([])
  })
})

test('health names the vendor that does not answer', async () => {
  const session = await worker({ VENDORS: 'twilio,esms,smpp', SMPP_PORT: '1' })
  const health = await session.health()
  expect(health.ok).toBe(false)
  expect(health.detail.en).toContain('smpp: refused')
  expect(health.detail.en).not.toContain('twilio:')
})
