import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { FaultInput } from '../../../services/simulator/faults.ts'
import { type Simulator, startSimulator } from '../../../services/simulator/index.ts'
import { type CallbackReceiver, receiveCallbacks } from './world.ts'

const pace = { sentAfterMs: 1, deliveredAfterMs: 5 }
const phone = '+84912345678'
let simulator: Simulator
let receiver: CallbackReceiver
let nowMs: number

beforeEach(async () => {
  nowMs = Date.parse('2026-11-25T08:00:00Z')
  simulator = await startSimulator({ httpPort: 0, smtpPort: 0, faults: pace, now: () => new Date(nowMs) })
  receiver = await receiveCallbacks()
})
afterEach(async () => {
  await simulator.close()
  await receiver.close()
})
const faults = (settings: FaultInput) => simulator.setFaults({ ...pace, ...settings })

let count = 0
function post(fields: Record<string, unknown> = {}, signal?: AbortSignal): Promise<Response> {
  const { esmsApiKey: ApiKey, esmsSecretKey: SecretKey } = simulator.credentials
  count += 1
  return fetch(`${simulator.httpUrl}/MainService.svc/json/SendMultipleMessage_V4_post_json/`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    ...(signal ? { signal } : {}),
    body: JSON.stringify({
      ApiKey,
      SecretKey,
      Phone: '0912345678',
      Content: 'Mưa lớn, đề phòng lũ quét.',
      Brandname: 'LOA DEMO',
      SmsType: '2',
      IsUnicode: '1',
      RequestId: `r-${count}`,
      CallbackUrl: `${receiver.url}/receipts?token=x`,
      Sandbox: '0',
      ...fields,
    }),
  })
}
interface Answer {
  CodeResult: string
  SMSID?: string
  ErrorMessage?: string
}
const send = async (fields: Record<string, unknown> = {}) => (await (await post(fields)).json()) as Answer
const status = async (id: string, secret = simulator.credentials.esmsSecretKey) => {
  const query = new URLSearchParams({ RefId: id, ApiKey: simulator.credentials.esmsApiKey, SecretKey: secret })
  const response = await fetch(`${simulator.httpUrl}/MainService.svc/json/GetSendStatus?${query}`)
  return (await response.json()) as Record<string, unknown>
}

describe('answers', () => {
  test('100 and an id, and the text is on the phone as it was sent', async () => {
    const answer = await send()
    expect(answer).toEqual({ CodeResult: '100', CountRegenerate: 0, SMSID: expect.stringMatching(/^[0-9a-f]{32}\d+$/) })
    expect(simulator.record.sms.keptOf(phone)).toMatchObject([
      { id: answer.SMSID, vendor: 'esms', from: 'LOA DEMO', body: { text: 'Mưa lớn, đề phòng lũ quét.', parts: 1 } },
    ])
    expect(simulator.record.vendors.esms).toEqual({ messages: 1, parts: 1 })
  })

  test.each([
    [{ SecretKey: 'wrong' }, '101'],
    [{ Brandname: 'TÊN CÓ DẤU' }, '104'],
    [{ Brandname: '19001234' }, '104'],
    [{ Phone: '02333575155' }, '108'],
    [{ Phone: '01234567890' }, '108'],
    [{ Content: '' }, '110'],
    [{ RequestId: 'x'.repeat(51) }, '110'],
    [{ SmsType: '1' }, '118'],
    [{ IsUnicode: '0' }, '146'],
  ])('%o -> %s', async (fields, code) => {
    expect(await send(fields)).toMatchObject({ CodeResult: code, ErrorMessage: expect.any(String) })
    expect([simulator.record.sms.total(), simulator.record.refusals.sms.get(code)]).toEqual([0, 1])
  })

  test('a RequestId counts for 24 hours, the same text to the same phone for five minutes', async () => {
    expect((await send({ RequestId: 'a' })).CodeResult).toBe('100')
    expect((await send({ RequestId: 'a', Content: 'Tin khác' })).CodeResult).toBe('124')
    expect((await send({ RequestId: 'b' })).CodeResult).toBe('124')
    expect((await send({ RequestId: 'b', Phone: '+84912345679' })).CodeResult).toBe('100')
    nowMs += 5 * 60_000
    expect((await send({ RequestId: 'c' })).CodeResult).toBe('100')
    expect((await send({ RequestId: 'a', Content: 'Tin khác' })).CodeResult).toBe('124')
    nowMs += 24 * 3_600_000
    expect((await send({ RequestId: 'a', Content: 'Tin khác' })).CodeResult).toBe('100')
    expect(simulator.record.sms.countOf(phone)).toBe(3)
  })

  test('two equal requests under way at once are taken once', async () => {
    faults({ latencyMs: 20 })
    const answers = await Promise.all([send({ RequestId: 'a' }), send({ RequestId: 'a' })])
    expect(answers.map(a => a.CodeResult).sort()).toEqual(['100', '124'])
    expect(simulator.record.sms.total()).toBe(1)
  })

  test('the sandbox takes nothing and notes nothing', async () => {
    expect((await send({ Sandbox: '1', RequestId: 'a' })).CodeResult).toBe('100')
    expect(simulator.record.sms.total()).toBe(0)
    expect((await send({ RequestId: 'a' })).CodeResult).toBe('100')
  })

  test('what is no JSON, too large, or elsewhere is an error of HTTP', async () => {
    const url = `${simulator.httpUrl}/MainService.svc/json/SendMultipleMessage_V4_post_json`
    expect((await fetch(url, { method: 'POST', body: 'Phone=1' })).status).toBe(400)
    expect((await fetch(url, { method: 'POST', body: 'x'.repeat(70_000) })).status).toBe(413)
    expect((await fetch(url)).status).toBe(404)
  })
})

describe('callbacks', () => {
  test('a GET with everything in the address, after what was there already', async () => {
    const { SMSID } = await send({ RequestId: 'd-1/7' })
    await simulator.idle()
    expect(receiver.received.map(r => [r.method, r.query])).toEqual([
      [
        'GET',
        {
          token: 'x',
          SMSID,
          SendStatus: '5',
          SendSuccess: '1',
          SendFailed: '0',
          TotalPrice: '850.0000',
          TotalReceiver: '1',
          TotalSent: '1',
          RequestId: 'd-1/7',
          TypeId: '2',
          telcoid: '3',
          phonenumber: '0912345678',
          switchsmsid: '',
        },
      ],
    ])
  })

  test.each([
    ['sms.undelivered', '5', 'undelivered', 1],
    ['sms.failed', '4', 'failed', 0],
  ] as const)('%s', async (kind, sendStatus, state, sent) => {
    faults({ rules: [{ kind }] })
    const { SMSID = '' } = await send()
    await simulator.idle()
    expect(receiver.received[0]?.query).toMatchObject({ SendStatus: sendStatus, SendSuccess: '0', SendFailed: '1' })
    expect(simulator.record.sms.get(SMSID)?.status).toBe(state)
    expect(await status(SMSID)).toMatchObject({ SendStatus: Number(sendStatus), SendFailed: 1, TotalSent: sent })
  })

  test('none, or each twice', async () => {
    faults({ rules: [{ kind: 'sms.no-receipt', pattern: '*0' }, { kind: 'sms.repeat-receipt' }] })
    await send({ Phone: '0912345670' })
    await send({ Phone: '0912345671' })
    await simulator.idle()
    expect(receiver.received.map(r => r.query.phonenumber)).toEqual(['0912345671', '0912345671'])
  })

  test('five attempts when the receiver fails, and no more', async () => {
    receiver.answers.push(500, 500, 503, 500, 200)
    await send()
    await simulator.idle()
    expect([receiver.received.length, simulator.record.callbacks.delivered]).toEqual([5, 1])
    receiver.answers.push(500, 500, 500, 500, 500)
    await send({ Content: 'Tin khác' })
    await simulator.idle()
    expect([receiver.received.length, simulator.record.callbacks.failed]).toEqual([10, 1])
  })

  test('never to another machine', async () => {
    await send({ CallbackUrl: 'https://loa.example.vn/receipts' })
    await simulator.idle()
    expect(simulator.record.callbacks).toEqual({ delivered: 0, failed: 0, refused: 1 })
  })
})

test('GetSendStatus says how a message stands, to its account only', async () => {
  faults({ deliveredAfterMs: 600_000, sentAfterMs: 600_000 })
  const { SMSID = '' } = await send()
  expect(await status(SMSID)).toEqual({
    CodeResponse: '100',
    SMSID,
    SendStatus: 2,
    SendSuccess: 0,
    SendFailed: 0,
    TotalPrice: 850,
    TotalSent: 0,
    TotalReceiver: 1,
  })
  expect((await status('0')).CodeResponse).toBe('105')
  expect((await status(SMSID, 'wrong')).CodeResponse).toBe('101')
})

describe('faults', () => {
  test.each([
    [{ kind: 'sms.invalid-number' }, '108'],
    [{ kind: 'sms.opted-out' }, '99'],
    [{ kind: 'sms.auth' }, '101'],
    [{ kind: 'sms.code' }, '146'],
    [{ kind: 'sms.code', code: 103 }, '103'],
  ] as const)('%o', async (rule, code) => {
    faults({ rules: [{ ...rule, pattern: '*8' }] })
    expect((await send()).CodeResult).toBe(code)
    expect((await send({ Phone: '0912345679' })).CodeResult).toBe('100')
    expect(simulator.record.sms.total()).toBe(1)
  })

  test.each([
    ['sms.too-many', 429],
    ['sms.unavailable', 503],
    ['sms.server-error', 500],
  ] as const)('%s is an HTTP status, and what was not taken is no repeat', async (kind, expected) => {
    faults({ rules: [{ kind, next: 1 }] })
    expect((await post({ RequestId: 'a' })).status).toBe(expected)
    expect((await send({ RequestId: 'a' })).CodeResult).toBe('100')
  })

  test.each([
    ['sms.garbage', '{"Cod', 'application/json'],
    ['sms.html', '<!doctype html>', 'text/html'],
    ['sms.empty', '', 'application/json'],
  ] as const)('%s comes with 200 after the message was taken', async (kind, body, type) => {
    faults({ rules: [{ kind, next: 1 }] })
    const response = await post({ RequestId: 'a' })
    expect([response.status, response.headers.get('content-type')]).toEqual([200, expect.stringContaining(type)])
    const text = await response.text()
    expect([text.startsWith(body), text.length === 0]).toEqual([true, body === ''])
    expect(simulator.record.sms.total()).toBe(1)
    expect((await send({ RequestId: 'a' })).CodeResult).toBe('124')
  })

  test('a line cut before or after, and an answer that never comes', async () => {
    faults({
      rules: [
        { kind: 'sms.drop-before', pattern: '*0' },
        { kind: 'sms.drop-after', pattern: '*1' },
        { kind: 'sms.no-answer', pattern: '*2' },
      ],
    })
    await expect(post({ Phone: '0912345670' })).rejects.toThrow()
    await expect(post({ Phone: '0912345671' })).rejects.toThrow()
    await expect(post({ Phone: '0912345672' }, AbortSignal.timeout(100))).rejects.toThrow()
    const taken = ['0', '1', '2'].map(last => simulator.record.sms.countOf(`+8491234567${last}`))
    expect(taken).toEqual([0, 1, 1])
  })
})
