import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { CitizenTarget, Receipt, Session } from '../../../channels/contract.ts'
import { sms } from '../../../channels/sms/index.ts'
import type { SmsContent } from '../../../channels/sms/render.ts'
import type { FaultInput } from '../../../services/simulator/faults.ts'
import { type Simulator, startSimulator } from '../../../services/simulator/index.ts'
import { batchOf, captureLog, testDeps } from '../../contract/suite.ts'
import { type CallbackReceiver, configsFor, receiveCallbacks } from '../simulator/world.ts'

const never = () => new AbortController().signal
const content: SmsContent = {
  text: 'Mưa lớn, đề phòng lũ quét.',
  form: 'unicode',
  encoding: 'UCS-2',
  parts: 1,
  units: 26,
}
const people = (count: number): CitizenTarget[] =>
  Array.from({ length: count }, (_, i) => ({
    id: String(i),
    address: `+84912${String(i).padStart(6, '0')}`,
    fullName: '',
  }))

let simulator: Simulator
let receiver: CallbackReceiver
let session: Session<SmsContent>

const quick = { sentAfterMs: 1, deliveredAfterMs: 5 }
beforeEach(async () => {
  simulator = await startSimulator({ httpPort: 0, smtpPort: 0, faults: quick })
  receiver = await receiveCallbacks()
  session = await open()
})
afterEach(async () => {
  await session.close()
  await simulator.close()
  await receiver.close()
})
const open = (values: Record<string, string> = {}) =>
  sms.open(
    configsFor(simulator, { sms: { VENDORS: 'esms', TIMEOUT_MS: '60000', ESMS_PRICE_DONG: '850', ...values } }).sms,
    testDeps(captureLog().log, { publicUrl: receiver.url }),
  )
const faults = (settings: FaultInput) => simulator.setFaults({ ...quick, ...settings })
const deliver = (targets: CitizenTarget[], dispatchId?: string) =>
  session.send(batchOf({ content, files: [], warnings: [] }, targets, dispatchId), never())
const send = async (targets: CitizenTarget[]) =>
  (await deliver(targets)).map(o => ('code' in o ? `${o.kind} ${o.code}` : o.kind))
const receipts = (): Receipt[] => receiver.received.flatMap(request => session.receipts?.verifyAndParse(request) ?? [])

describe('outcomes over a real socket', () => {
  test.each([
    ['sms.invalid-number', 'rejected esms-108', 0],
    ['sms.opted-out', 'rejected esms-99', 0],
    ['sms.code', 'rejected esms-146', 0],
    ['sms.auth', 'retry esms-101', 0],
    ['sms.too-many', 'retry http-429', 0],
    ['sms.unavailable', 'retry http-503', 0],
    ['sms.server-error', 'unknown http-500', 0],
    ['sms.drop-before', 'unknown connection-lost', 0],
    ['sms.drop-after', 'unknown connection-lost', 1],
    ['sms.no-answer', 'unknown timeout', 1],
    ['sms.garbage', 'unknown bad-answer', 1],
    ['sms.html', 'unknown bad-answer', 1],
    ['sms.empty', 'unknown bad-answer', 1],
  ] as const)('%s -> %s', async (kind, expected, taken) => {
    if (kind === 'sms.no-answer') {
      await session.close()
      session = await open({ TIMEOUT_MS: '300' })
    }
    faults({ rules: [{ kind }] })
    expect(await send(people(1))).toEqual([expected])
    expect(simulator.record.sms.total()).toBe(taken)
  })

  test('accepted with the id of the vendor and its price', async () => {
    const [outcome] = await deliver(people(1))
    const [message] = simulator.record.sms.newest()
    expect(outcome).toEqual({ kind: 'accepted', ref: `esms:${message?.id}`, costDong: 850 })
    expect(message).toMatchObject({ from: 'LOA DEMO', to: '+84912000000', body: { text: content.text } })
  })

  test('what was taken before is accepted and not sent again', async () => {
    faults({ rules: [{ kind: 'sms.drop-after', next: 1 }] })
    expect((await deliver(people(1), '7'))[0]).toMatchObject({ kind: 'unknown', ref: 'esms:' })
    expect((await deliver(people(1), '7'))[0]).toEqual({ kind: 'accepted', costDong: 850 })
    expect(simulator.record.sms.total()).toBe(1)
  })

  test('unaccented texts are said to be so', async () => {
    const bare = { ...content, text: 'De phong lu quet', encoding: 'GSM-7' as const }
    const outcomes = await session.send(batchOf({ content: bare, files: [], warnings: [] }, people(1)), never())
    // The vendor refuses accents in a text without them, and the other way round it would cost more.
    expect(outcomes.map(o => o.kind)).toEqual(['accepted'])
  })
})

describe('delivery receipts', () => {
  test('name dispatch and target and settle even a message whose id never came', async () => {
    faults({ rules: [{ kind: 'sms.drop-after' }] })
    await deliver(people(1), '7')
    await simulator.idle()
    expect(receipts()).toEqual([
      expect.objectContaining({
        state: 'confirmed',
        dispatchId: '7',
        targetId: '0',
        ref: expect.stringMatching(/^esms:./),
      }),
    ])
  })

  test('finished with a failure is a failure; refused is one as well', async () => {
    faults({
      rules: [
        { kind: 'sms.undelivered', pattern: '*0' },
        { kind: 'sms.failed', pattern: '*1' },
        { kind: 'sms.repeat-receipt', pattern: '*2' },
      ],
    })
    await deliver(people(3))
    await simulator.idle()
    expect(
      receipts()
        .map(r => `${r.targetId} ${r.state} ${r.code}`)
        .sort(),
    ).toEqual(['0 rejected esms-failed', '1 rejected esms-refused', '2 confirmed undefined', '2 confirmed undefined'])
  })

  test('a guessed address is refused, whatever it says', async () => {
    await deliver(people(1))
    await simulator.idle()
    const [genuine] = receiver.received
    if (!genuine) throw new Error('there must be a callback')
    const url = new URL(genuine.url)
    for (const change of [{ k: 'x' }, { t: '1' }, { d: '8' }, { v: 'twilio' }, { k: '' }]) {
      const forged = new URL(url)
      for (const [name, value] of Object.entries(change)) forged.searchParams.set(name, value)
      expect(() => session.receipts?.verifyAndParse({ ...genuine, url: forged.href })).toThrow(
        expect.objectContaining({ code: 'auth.bad-token' }),
      )
    }
  })
})

test('a look-up by id tells the present state; without an id nothing is known for certain', async () => {
  faults({ rules: [{ kind: 'sms.undelivered', pattern: '*1' }] })
  const outcomes = await deliver(people(2))
  await simulator.idle()
  const refs = [...outcomes.map(o => (o.kind === 'accepted' ? (o.ref ?? '') : '')), 'esms:unknown', 'esms:', null]
  const asked = refs.map((ref, i) => ({
    dispatchId: '7',
    targetId: String(i),
    address: '+84912345678',
    content,
    ref,
    since: new Date(0),
  }))
  const found = await session.lookup?.(asked, never())
  expect(found?.map(r => [r.targetId, r.state, r.code]).sort()).toEqual([
    ['0', 'confirmed', undefined],
    ['1', 'rejected', 'esms-failed'],
  ])
})

test('health says what to look at when the account is wrong', async () => {
  expect((await session.health()).ok).toBe(true)
  const config = configsFor(simulator, { sms: { VENDORS: 'esms', ESMS_SECRET_KEY: 'another secret' } }).sms
  const wrong = await sms.open(config, testDeps(captureLog().log))
  const health = await wrong.health()
  expect([health.ok, health.detail.vi]).toEqual([false, expect.stringContaining('esms-101')])
  await wrong.close()
})
