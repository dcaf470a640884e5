import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import twilio from 'twilio'
import { type Simulator, startSimulator } from '../../../services/simulator/index.ts'
import { closeClients, connect } from './smpp-client.ts'

let simulator: Simulator
let client: ReturnType<typeof twilio>
let nowMs: number

beforeAll(async () => {
  simulator = await startSimulator({ httpPort: 0, smtpPort: 0, now: () => new Date(nowMs), keep: { sms: 100 } })
  const { accountSid, authToken } = simulator.credentials
  client = twilio(accountSid, authToken, { httpClient: new OnLoopback() })
})
afterAll(async () => {
  closeClients()
  await simulator.close()
})
beforeEach(() => {
  nowMs = Date.parse('2026-11-25T08:00:00.600Z')
  simulator.record.clear()
})

/** The real client, whose one fixed address is replaced. */
class OnLoopback extends twilio.RequestClient {
  override request: InstanceType<typeof twilio.RequestClient>['request'] = options =>
    super.request({ ...options, uri: options.uri.replace('https://api.twilio.com', simulator.httpUrl) })
}

const to = '+84912345678'
const create = (body: string, number = to) => client.messages.create({ to: number, from: 'LOA DEMO', body })
const bodies = (messages: { body: string }[]) => messages.map(m => m.body)

test('a message whose sid was never received is found by its number and time', async () => {
  await create('Tin cũ')
  nowMs += 60_000
  const { sid } = await create('Tin mới')
  await create('Máy khác', '+84912345679')
  const found = await client.messages.list({ to, dateSentAfter: new Date(nowMs - 1000) })
  expect(found.map(m => [m.sid, m.body, m.to])).toEqual([[sid, 'Tin mới', to]])
})

test('pages follow one another, newest first, nothing twice and nothing left out', async () => {
  for (let i = 0; i < 7; i += 1) await create(`Tin ${i}`)
  const all = await client.messages.list({ to, pageSize: 3 })
  expect(bodies(all)).toEqual([6, 5, 4, 3, 2, 1, 0].map(i => `Tin ${i}`))
  const first = await client.messages.page({ to, pageSize: 3 })
  await create('Tin đến giữa chừng')
  const second = await first.nextPage()
  expect(bodies(second?.instances ?? [])).toEqual(['Tin 3', 'Tin 2', 'Tin 1'])
  const third = await second?.nextPage()
  expect([bodies(third?.instances ?? []), third?.nextPageUrl]).toEqual([['Tin 0'], undefined])
})

test('dates include what they name, by the second; a day is the whole day', async () => {
  await create('Hôm nay')
  nowMs += 86_400_000
  await create('Ngày mai')
  const tomorrow = new Date(nowMs)
  const earlier = new Date(nowMs - 1000)
  expect(bodies(await client.messages.list({ dateSentAfter: tomorrow }))).toEqual(['Ngày mai'])
  expect(bodies(await client.messages.list({ dateSentBefore: tomorrow }))).toEqual(['Ngày mai', 'Hôm nay'])
  expect(bodies(await client.messages.list({ dateSentBefore: earlier }))).toEqual(['Hôm nay'])
  expect(bodies(await client.messages.list({ dateSent: tomorrow }))).toEqual(['Ngày mai'])
  const { accountSid, authToken } = simulator.credentials
  const get = (query: string) =>
    fetch(`${simulator.httpUrl}/2010-04-01/Accounts/${accountSid}/Messages.json?${query}`, {
      headers: { authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}` },
    })
  const day = (await (await get('DateSent=2026-11-25')).json()) as { messages: { body: string }[] }
  expect(bodies(day.messages)).toEqual(['Hôm nay'])
  expect((await get('DateSent>=xyz')).status).toBe(400)
})

test('what came through another vendor is not its business', async () => {
  const other = await connect(simulator)
  const { message_id: id } = await other.submit({})
  expect(simulator.record.sms.countOf(to)).toBe(1)
  expect(await client.messages.list({ to })).toEqual([])
  const url = `/2010-04-01/Accounts/${simulator.credentials.accountSid}/Messages/${id}.json`
  expect((await fetch(simulator.httpUrl + url)).status).toBe(401)
})
