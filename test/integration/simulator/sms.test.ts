import type { AddressInfo } from 'node:net'
import { createServer, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { CitizenTarget, Receipt, Session } from '../../../channels/contract.ts'
import { sms } from '../../../channels/sms/index.ts'
import type { SmsContent } from '../../../channels/sms/render.ts'
import type { FaultInput } from '../../../services/simulator/faults.ts'
import { type Simulator, startSimulator } from '../../../services/simulator/index.ts'
import { batchOf, captureLog, testDeps } from '../../contract/suite.ts'
import { type CallbackReceiver, configsFor, receiveCallbacks } from './world.ts'

const never = () => new AbortController().signal
const content: SmsContent = {
  text: 'Mưa lớn, đề phòng lũ quét.',
  form: 'unicode',
  encoding: 'UCS-2',
  parts: 1,
  units: 26,
}
const people = (count: number, first = 0): CitizenTarget[] =>
  Array.from({ length: count }, (_, i) => ({
    id: String(first + i),
    address: `+84912${String(first + i).padStart(6, '0')}`,
    fullName: '',
  }))
const batch = (targets: CitizenTarget[]) => batchOf({ content, files: [], warnings: [] }, targets)

let simulator: Simulator
let receiver: CallbackReceiver
let session: Session<SmsContent>

beforeEach(async () => {
  simulator = await startSimulator({ httpPort: 0, smtpPort: 0, faults: { sentAfterMs: 1, deliveredAfterMs: 5 } })
  receiver = await receiveCallbacks()
  session = await sms.open(configsFor(simulator).sms, testDeps(captureLog().log, { publicUrl: receiver.url }))
})
afterEach(async () => {
  await session.close()
  await simulator.close()
  await receiver.close()
})
const faults = (settings: FaultInput) => simulator.setFaults({ sentAfterMs: 1, deliveredAfterMs: 5, ...settings })
const send = async (targets: CitizenTarget[]) => {
  const outcomes = await session.send(batch(targets), never())
  return outcomes.map(o => ('code' in o ? `${o.kind} ${o.code}` : o.kind))
}
const receipts = (): Receipt[] => receiver.received.flatMap(request => session.receipts?.verifyAndParse(request) ?? [])

describe('outcomes over a real socket', () => {
  test.each([
    ['sms.invalid-number', 'rejected 21211', 0],
    ['sms.opted-out', 'rejected 21610', 0],
    ['sms.auth', 'retry 20003', 0],
    ['sms.too-many', 'retry 20429', 0],
    ['sms.unavailable', 'retry 20503', 0],
    ['sms.server-error', 'unknown 20500', 0],
    ['sms.drop-before', 'unknown connection-lost', 0],
    ['sms.drop-after', 'unknown connection-lost', 1],
  ] as const)('%s -> %s', async (kind, expected, taken) => {
    faults({ rules: [{ kind }] })
    expect(await send(people(1))).toEqual([expected])
    expect(simulator.record.sms.total()).toBe(taken)
  })

  test('Retry-After is kept', async () => {
    faults({ rules: [{ kind: 'sms.too-many', retryAfterSeconds: 9 }] })
    expect(await session.send(batch(people(1)), never())).toEqual([{ kind: 'retry', code: '20429', afterMs: 9000 }])
  })

  test('an answer that comes too late is unknown, and the message is there', async () => {
    faults({ rules: [{ kind: 'sms.slow', delayMs: 3000 }] })
    expect(await send(people(1))).toEqual(['unknown timeout'])
    expect(simulator.record.sms.total()).toBe(1)
  })

  test('nobody listening is certain not to be sent', async () => {
    await simulator.close()
    expect(await send(people(2))).toEqual(['retry connection-refused', 'retry connection-refused'])
  })

  test('the real validation of numbers: too short, a landline, no number at all', async () => {
    const targets = ['+8491234', '+842333575155', 'xin chào'].map((address, i) => ({
      id: String(i),
      address,
      fullName: '',
    }))
    expect(await send(targets)).toEqual(['rejected 21211', 'rejected 21614', 'rejected 21211'])
  })

  test('a server that is no such API leaves the fate unknown', async () => {
    const sockets = new Set<Socket>()
    const odd = createServer(socket => {
      sockets.add(socket)
      socket.once('data', () => socket.end('HTTP/1.1 201 Created\r\nContent-Length: 5\r\n\r\nhello'))
    })
    await new Promise<void>(resolve => odd.listen(0, '127.0.0.1', resolve))
    const baseUrl = `http://127.0.0.1:${(odd.address() as AddressInfo).port}`
    const other = await sms.open(configsFor(simulator, { sms: { BASE_URL: baseUrl } }).sms, testDeps(captureLog().log))
    expect(await other.send(batch(people(1)), never())).toEqual([
      { kind: 'unknown', code: 'bad-answer', ref: 'twilio:' },
    ])
    await other.close()
    for (const socket of sockets) socket.destroy()
    odd.close()
  })

  test('the message is sent once however the library is set, and carries our sender', async () => {
    faults({ rules: [{ kind: 'sms.too-many' }] })
    await send(people(1))
    expect(simulator.record.refusals.sms.get('20429')).toBe(1)
    faults({})
    await send(people(1))
    expect(simulator.record.sms.keptOf('+84912000000').map(m => [m.from, m.body])).toEqual([
      ['LOA DEMO', { text: content.text, encoding: 'UCS-2', parts: 1 }],
    ])
  })
})

describe('delivery receipts', () => {
  test('sent, then delivered, signed and naming dispatch and target', async () => {
    await send(people(1))
    await simulator.idle()
    expect(receiver.received.map(r => r.body.MessageStatus)).toEqual(['sent', 'delivered'])
    expect(receipts()).toEqual([
      expect.objectContaining({ state: 'accepted', dispatchId: 'd-1', targetId: '0' }),
      expect.objectContaining({ state: 'confirmed', dispatchId: 'd-1', targetId: '0' }),
    ])
  })

  test('an undelivered message is rejected with the code of the carrier', async () => {
    faults({ rules: [{ kind: 'sms.undelivered', code: 30003 }] })
    await send(people(1))
    await simulator.idle()
    expect(receipts().map(r => [r.state, r.code])).toEqual([
      ['accepted', undefined],
      ['rejected', '30003'],
    ])
  })

  test('failed, repeated and missing receipts', async () => {
    faults({
      rules: [
        { kind: 'sms.failed', pattern: '*0' },
        { kind: 'sms.repeat-receipt', pattern: '*1' },
        { kind: 'sms.no-receipt', pattern: '*2' },
      ],
    })
    await send(people(3))
    await simulator.idle()
    const of = (id: string) => receipts().filter(r => r.targetId === id)
    expect(of('0').map(r => [r.state, r.code])).toEqual([['rejected', '30008']])
    expect(
      of('1')
        .map(r => r.state)
        .sort(),
    ).toEqual(['accepted', 'accepted', 'confirmed', 'confirmed'])
    expect(of('2')).toEqual([])
  })

  test('a receiver that fails gets the callback again, one that refuses does not', async () => {
    receiver.answers.push(500, 503)
    faults({ rules: [{ kind: 'sms.failed' }] })
    await send(people(1))
    await simulator.idle()
    expect(receiver.received).toHaveLength(3)
    expect(simulator.record.callbacks).toEqual({ delivered: 1, failed: 0, refused: 0 })
    receiver.answers.push(403)
    await send(people(1, 1))
    await simulator.idle()
    expect(receiver.received).toHaveLength(4)
    expect(simulator.record.callbacks).toEqual({ delivered: 1, failed: 1, refused: 0 })
  })

  test('a receipt settles a message whose answer was lost', async () => {
    faults({ rules: [{ kind: 'sms.drop-after' }] })
    expect(await send(people(1))).toEqual(['unknown connection-lost'])
    await simulator.idle()
    expect(receipts().at(-1)).toMatchObject({ state: 'confirmed', dispatchId: 'd-1', targetId: '0' })
  })

  test('no callback ever goes to another machine', async () => {
    const far = await sms.open(
      configsFor(simulator).sms,
      testDeps(captureLog().log, { publicUrl: 'https://loa.example.vn' }),
    )
    await far.send(batch(people(1)), never())
    await simulator.idle()
    expect(simulator.record.callbacks).toEqual({ delivered: 0, failed: 0, refused: 2 })
    await far.close()
  })

  test('looking up asks for the present state and leaves out what is not known', async () => {
    faults({ rules: [{ kind: 'sms.undelivered', pattern: '*1' }] })
    const outcomes = await session.send(batch(people(2)), never())
    await simulator.idle()
    const refs = outcomes.map(o => (o.kind === 'accepted' ? (o.ref ?? '') : ''))
    const asked = [...refs, `twilio:SM${'0'.repeat(32)}`].map((ref, i) => ({
      dispatchId: '7',
      targetId: String(i),
      address: '+84912345678',
      content,
      ref,
      since: new Date(0),
    }))
    const found = await session.lookup?.(asked, never())
    expect(found?.map(r => [r.ref, r.targetId, r.state, r.code]).sort()).toEqual(
      [
        [refs[0], '0', 'confirmed', undefined],
        [refs[1], '1', 'rejected', '30005'],
      ].sort(),
    )
  })
})

test('an abort gives back at once what has not begun and waits for the rest', async () => {
  faults({ latencyMs: 200 })
  const abort = new AbortController()
  const sending = session.send(batch(people(100)), abort.signal)
  const stop = simulator.record.onChange(() => {
    if (simulator.record.sms.total() >= 20) abort.abort()
  })
  const outcomes = await sending
  stop()
  const accepted = outcomes.filter(o => o.kind === 'accepted').length
  expect(accepted).toBe(simulator.record.sms.total())
  expect(accepted).toBeLessThanOrEqual(40)
  expect(outcomes.filter(o => o.kind === 'retry' && o.code === 'aborted')).toHaveLength(100 - accepted)
})

test('health says what to look at when the account is wrong', async () => {
  const config = configsFor(simulator, { sms: { AUTH_TOKEN: 'another secret, not ours' } }).sms
  const wrong = await sms.open(config, testDeps(captureLog().log))
  const health = await wrong.health()
  expect([health.ok, health.detail.vi]).toEqual([false, expect.stringContaining('20003')])
  await wrong.close()
})
