import { connect as connectSocket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { FaultInput } from '../../../services/simulator/faults.ts'
import { type Simulator, startSimulator } from '../../../services/simulator/index.ts'
import { closeClients, connect, partOf, type SmppClient, ucs2 } from './smpp-client.ts'

const pace = { sentAfterMs: 1, deliveredAfterMs: 5 }
const phone = '+84912345678'
let simulator: Simulator

beforeEach(async () => {
  simulator = await startSimulator({ httpPort: 0, smtpPort: 0, faults: pace })
})
afterEach(async () => {
  closeClients()
  await simulator.close()
})
const faults = (settings: FaultInput) => simulator.setFaults({ ...pace, ...settings })
const texts = (number = phone) => simulator.record.sms.keptOf(number).map(m => m.body.text)
const receiptOf = (client: SmppClient, index: number) => {
  const pdu = client.receipts[index]
  return String((pdu?.short_message as { message: string } | undefined)?.message)
}

describe('binds', () => {
  test('each kind of bind, a link that is asked for, and a farewell', async () => {
    for (const command of ['bind_transmitter', 'bind_receiver', 'bind_transceiver']) {
      const client = await connect(simulator, command)
      expect((await client.request('enquire_link')).command).toBe('enquire_link_resp')
      expect((await client.request('unbind')).command_status).toBe(0)
      await client.closed
    }
  })

  test('wrong account, wrong password, twice, and a fault', async () => {
    const client = await connect(simulator, null)
    const { smppSystemId: system_id, smppPassword: password } = simulator.credentials
    const bind = async (fields: object) => (await client.request('bind_transceiver', { ...fields })).command_status
    expect(await bind({ system_id: 'nobody', password })).toBe(0x0f)
    expect(await bind({ system_id, password: 'wrong' })).toBe(0x0e)
    faults({ rules: [{ kind: 'sms.bind-failed', next: 1 }] })
    expect(await bind({ system_id, password })).toBe(0x0d)
    expect(await bind({ system_id, password })).toBe(0)
    expect(await bind({ system_id, password })).toBe(0x05)
  })

  test('only a bind that may send can send', async () => {
    expect((await (await connect(simulator, null)).submit({})).command_status).toBe(0x04)
    expect((await (await connect(simulator, 'bind_receiver')).submit({})).command_status).toBe(0x04)
    expect((await (await connect(simulator, 'bind_transmitter')).submit({})).command_status).toBe(0)
    expect(simulator.record.sms.total()).toBe(1)
  })

  test('a request it does not know, and bytes that are no SMPP', async () => {
    const client = await connect(simulator)
    expect((await client.request('cancel_sm', { message_id: '1' })).command_status).toBe(0x03)
    const odd = connectSocket(simulator.smppPort, simulator.smppHost)
    odd.on('error', () => undefined)
    const cut = new Promise(resolve => odd.on('close', resolve))
    odd.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    await cut
    expect((await client.request('enquire_link')).command_status).toBe(0)
  })
})

describe('texts', () => {
  test('both alphabets, letter for letter', async () => {
    const client = await connect(simulator)
    // The letters of GSM 03.38 that differ from ASCII, and its extension table: @ £ è Δ _ à { } € in septets.
    const septets = Buffer.from([0x00, 0x01, 0x04, 0x10, 0x11, 0x7f, 0x1b, 0x28, 0x1b, 0x29, 0x1b, 0x65])
    await client.submit({ short_message: septets })
    await client.submit({ data_coding: 8, short_message: ucs2('Mưa lớn ở Hướng Hoá 🌧') })
    expect(texts()).toEqual(['@£èΔ_à{}€', 'Mưa lớn ở Hướng Hoá 🌧'])
    expect(simulator.record.sms.keptOf(phone).map(m => [m.vendor, m.from, m.body.encoding, m.body.parts])).toEqual([
      ['smpp', 'LOA DEMO', 'GSM-7', 1],
      ['smpp', 'LOA DEMO', 'UCS-2', 1],
    ])
  })

  test('parts in any order become one text on the phone, and are counted', async () => {
    const client = await connect(simulator)
    const [a, b, c] = ['Cảnh báo '.repeat(7), 'lũ quét '.repeat(8), 'ở Đakrông.']
    const ids = new Set<unknown>()
    for (const part of [partOf(7, 3, 3, ucs2(c)), partOf(7, 3, 1, ucs2(a)), partOf(7, 3, 2, ucs2(b))]) {
      expect(texts()).toEqual([])
      ids.add((await client.submit(part)).message_id)
    }
    expect(texts()).toEqual([a + b + c])
    expect(ids.size).toBe(3)
    expect(simulator.record.vendors.smpp).toEqual({ messages: 1, parts: 3 })
    expect(simulator.record.sms.keptOf(phone)[0]?.body.parts).toBe(3)
    await client.receiptsCame(3)
    expect(new Set(client.receipts.map(r => r.receipted_message_id))).toEqual(ids)
  })

  test('16-bit references are told from 8-bit ones, and senders and phones from each other', async () => {
    const client = await connect(simulator)
    const wide = (number: number, text: string) => ({
      esm_class: 0x40,
      data_coding: 8,
      short_message: Buffer.concat([Buffer.from([6, 8, 4, 0, 7, 2, number]), ucs2(text)]),
    })
    await client.submit(wide(1, 'một '))
    await client.submit(partOf(7, 2, 2, ucs2('hai hẹp')))
    await client.submit({ ...wide(2, 'máy khác'), destination_addr: '84912345679' })
    expect(texts()).toEqual([])
    await client.submit(wide(2, 'hai'))
    await client.submit(partOf(7, 2, 1, ucs2('một hẹp, ')))
    expect(texts()).toEqual(['một hai', 'một hẹp, hai hẹp'])
    expect(texts('+84912345679')).toEqual([])
  })

  test('a long text in one message_payload has one id and one receipt', async () => {
    const client = await connect(simulator)
    const text = 'Thông báo lịch cắt điện. '.repeat(8)
    await client.submit({ data_coding: 8, short_message: Buffer.alloc(0), message_payload: ucs2(text) })
    expect(texts()).toEqual([text])
    expect(simulator.record.sms.keptOf(phone)[0]?.body.parts).toBe(3)
    expect(simulator.record.vendors.smpp.parts).toBe(3)
    await client.receiptsCame(1)
    await simulator.idle()
    expect(client.receipts).toHaveLength(1)
  })

  test.each([
    ['a landline', { destination_addr: '842333575155' }, 0x0b],
    ['a national number called international', { destination_addr: '0912345678' }, 0x0b],
    ['no number', { destination_addr: '' }, 0x0b],
    ['a sender of twelve letters', { source_addr: 'LOA QUANG TRI' }, 0x0a],
    ['another alphabet', { data_coding: 4 }, 0x45],
    ['no text', { short_message: Buffer.alloc(0) }, 0x01],
    ['71 letters in one part', { data_coding: 8, short_message: ucs2('ă'.repeat(71)) }, 0x01],
    ['68 letters beside a header', partOf(1, 2, 1, ucs2('ă'.repeat(68))), 0x01],
    ['161 septets', { short_message: Buffer.alloc(161, 0x61) }, 0x01],
  ])('refuses %s', async (_, fields, status) => {
    const client = await connect(simulator)
    expect((await client.submit(fields)).command_status).toBe(status)
    expect([simulator.record.sms.total(), simulator.record.vendors.smpp.parts]).toEqual([0, 0])
  })

  test('a national number is fine where the type of number leaves it open', async () => {
    const client = await connect(simulator)
    expect((await client.submit({ dest_addr_ton: 2, destination_addr: '0912345678' })).command_status).toBe(0)
    expect(texts()).toEqual(['Thong bao'])
  })
})

describe('receipts', () => {
  test('say who, when and how, in text and in fields', async () => {
    const client = await connect(simulator)
    const { message_id: id } = await client.submit({})
    await client.receiptsCame(1)
    expect(receiptOf(client, 0)).toMatch(
      new RegExp(`^id:${id} sub:001 dlvrd:001 submit date:\\d{10} done date:\\d{10} stat:DELIVRD err:000 text:$`),
    )
    expect(client.receipts[0]).toMatchObject({
      esm_class: 0x04,
      source_addr: '84912345678',
      destination_addr: 'LOA DEMO',
      receipted_message_id: id,
      message_state: 2,
    })
    await simulator.idle()
    expect(simulator.record.sms.keptOf(phone)[0]?.status).toBe('delivered')
    expect(simulator.record.callbacks).toEqual({ delivered: 1, failed: 0, refused: 0 })
  })

  test.each([
    ['sms.undelivered', 34, 'UNDELIV', 5, 'undelivered'],
    ['sms.failed', 8, 'REJECTD', 8, 'failed'],
    ['sms.expired', undefined, 'EXPIRED', 3, 'undelivered'],
  ] as const)('%s', async (kind, code, stat, state, status) => {
    faults({ rules: [{ kind, ...(code === undefined ? {} : { code }) }] })
    const client = await connect(simulator)
    const { message_id } = await client.submit({})
    await client.receiptsCame(1)
    expect(receiptOf(client, 0)).toContain(`dlvrd:000`)
    expect(receiptOf(client, 0)).toContain(`stat:${stat} err:${String(code ?? 1).padStart(3, '0')}`)
    expect(client.receipts[0]?.message_state).toBe(state)
    expect(simulator.record.sms.keptOf(phone)[0]).toMatchObject({ status, errorCode: code ?? 1 })
    expect(await client.request('query_sm', { message_id })).toMatchObject({
      message_state: state,
      error_code: code ?? 1,
    })
  })

  test('a long message is not delivered when one part is not', async () => {
    faults({ rules: [{ kind: 'sms.undelivered', next: 1 }] })
    const client = await connect(simulator)
    await client.submit(partOf(1, 2, 1, ucs2('một')))
    await client.submit(partOf(1, 2, 2, ucs2('hai')))
    await client.receiptsCame(2)
    expect(client.receipts.map(r => r.message_state).sort()).toEqual([2, 5])
    expect(simulator.record.sms.keptOf(phone)[0]?.status).toBe('undelivered')
  })

  test('none when not asked for, only failures when only those are, none or two by fault', async () => {
    const client = await connect(simulator)
    await client.submit({ registered_delivery: 0 })
    await client.submit({ registered_delivery: 2 })
    await simulator.idle()
    expect(client.receipts).toHaveLength(0)
    faults({
      rules: [
        { kind: 'sms.no-receipt', pattern: '*0' },
        { kind: 'sms.repeat-receipt', pattern: '*1' },
        { kind: 'sms.undelivered', pattern: '*2' },
      ],
    })
    await client.submit({ destination_addr: '84912345670' })
    await client.submit({ destination_addr: '84912345671' })
    await client.submit({ destination_addr: '84912345672', registered_delivery: 2 })
    await simulator.idle()
    expect(client.receipts.map(r => r.source_addr).sort()).toEqual(['84912345671', '84912345671', '84912345672'])
  })

  test('wait while nobody is bound, and come to whatever bind of the account can take them', async () => {
    const sender = await connect(simulator, 'bind_transmitter')
    for (let i = 0; i < 5; i += 1) await sender.submit({ destination_addr: `8491234567${i}` })
    await simulator.idle()
    expect(sender.receipts).toHaveLength(0)
    const listener = await connect(simulator, 'bind_receiver')
    await listener.receiptsCame(5)
    expect(new Set(listener.receipts.map(r => r.source_addr)).size).toBe(5)
  })

  test('come again after the line was cut, after a refusal and after silence, until acknowledged', async () => {
    faults({ receiptAnswerMs: 50 })
    const first = await connect(simulator)
    first.acknowledge.status = undefined
    const { message_id: id } = await first.submit({})
    await first.receiptsCame(2)
    first.session.destroy()
    const second = await connect(simulator, 'bind_transceiver', 0x64)
    await second.receiptsCame(1)
    second.acknowledge.status = 0
    await second.receiptsCame(2)
    await simulator.idle()
    expect([...first.receipts, ...second.receipts].map(r => r.receipted_message_id)).toEqual(
      Array.from({ length: first.receipts.length + 2 }, () => id),
    )
    expect(simulator.record.callbacks).toEqual({ delivered: 1, failed: 0, refused: 0 })
  })

  test('a receipt that the client never wants is not sent again', async () => {
    const client = await connect(simulator)
    client.acknowledge.status = 0x65
    await client.submit({})
    await client.receiptsCame(1)
    await simulator.idle()
    expect(client.receipts).toHaveLength(1)
    expect(simulator.record.callbacks.failed).toBe(1)
  })
})

describe('faults', () => {
  test.each([
    [{ kind: 'sms.too-many' }, 0x58],
    [{ kind: 'sms.queue-full' }, 0x14],
    [{ kind: 'sms.invalid-number' }, 0x0b],
    [{ kind: 'sms.server-error' }, 0x08],
    [{ kind: 'sms.code' }, 0x45],
    [{ kind: 'sms.code', code: 0x61 }, 0x61],
  ] as const)('%o is refused and not taken', async (rule, status) => {
    faults({ rules: [{ ...rule, next: 1 }] })
    const client = await connect(simulator)
    expect((await client.submit({})).command_status).toBe(status)
    expect(simulator.record.sms.total()).toBe(0)
    expect((await client.submit({})).command_status).toBe(0)
    expect([...simulator.record.refusals.sms.values()]).toEqual([1])
  })

  test('a line cut before or after the message was taken', async () => {
    faults({ rules: [{ kind: 'sms.drop-before', next: 1 }] })
    await expect((await connect(simulator)).submit({})).rejects.toThrow('cut')
    expect(simulator.record.sms.total()).toBe(0)
    faults({ rules: [{ kind: 'sms.drop-after', next: 1 }] })
    await expect((await connect(simulator)).submit({})).rejects.toThrow('cut')
    expect(simulator.record.sms.total()).toBe(1)
    const later = await connect(simulator)
    await later.receiptsCame(1)
  })

  test('an answer that never comes, and one that comes late, leave the message on the phone', async () => {
    faults({
      rules: [
        { kind: 'sms.no-answer', pattern: '*1' },
        { kind: 'sms.slow', pattern: '*2', delayMs: 60 },
      ],
    })
    const client = await connect(simulator)
    let silent = true
    void client.submit({ destination_addr: '84912345671' }).then(
      () => {
        silent = false
      },
      () => undefined,
    )
    const startedAt = Date.now()
    const slow = await client.submit({ destination_addr: '84912345672' })
    expect([slow.command_status, Date.now() - startedAt >= 55]).toEqual([0, true])
    await client.receiptsCame(2)
    expect([silent, texts('+84912345671')]).toEqual([true, ['Thong bao']])
  })

  test('a rule for one vendor leaves the others alone', async () => {
    faults({ rules: [{ kind: 'sms.too-many', vendor: 'twilio' }] })
    const client = await connect(simulator)
    expect((await client.submit({})).command_status).toBe(0)
    faults({ rules: [{ kind: 'sms.too-many', vendor: 'smpp' }] })
    expect((await client.submit({})).command_status).toBe(0x58)
  })
})

test('query_sm says how a message stands, and nothing of ids that are not known', async () => {
  faults({ deliveredAfterMs: 600_000 })
  const client = await connect(simulator)
  const { message_id } = await client.submit({})
  expect(await client.request('query_sm', { message_id })).toMatchObject({ message_id, message_state: 1 })
  expect((await client.request('query_sm', { message_id: '0' })).command_status).toBe(0x0c)
})

test('a taken port is explained, and nothing is left behind', async () => {
  await expect(startSimulator({ httpPort: 0, smtpPort: 0, smppPort: simulator.smppPort })).rejects.toMatchObject({
    code: 'setup.port-taken',
  })
})

test('many at once over one bind: none lost, none twice', async () => {
  const client = await connect(simulator)
  const count = 5000
  const answers = await Promise.all(
    Array.from({ length: count }, (_, i) =>
      client.submit({ destination_addr: `849${String(i).padStart(8, '0')}`.replace(/^8490/, '8491') }),
    ),
  )
  expect(new Set(answers.map(a => a.message_id)).size).toBe(count)
  expect([simulator.record.sms.total(), simulator.record.sms.addresses()]).toEqual([count, count])
  await client.receiptsCame(count)
  await simulator.idle()
  expect(new Set(client.receipts.map(r => r.receipted_message_id)).size).toBe(count)
  expect(client.receipts).toHaveLength(count)
})
