import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Simulator, startSimulator } from '../../../services/simulator/index.ts'
import { closeClients, connect } from './smpp-client.ts'

let simulator: Simulator
beforeAll(async () => {
  simulator = await startSimulator({ httpPort: 0, smtpPort: 0, keep: { sms: 1, tally: true } })
})
afterAll(async () => {
  closeClients()
  await simulator.close()
})

const get = (path: string) => fetch(`${simulator.httpUrl}${path}`)

function viaTwilio(To: string): Promise<Response> {
  const { accountSid, authToken } = simulator.credentials
  return fetch(`${simulator.httpUrl}/2010-04-01/Accounts/${accountSid}/Messages.json`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}` },
    body: new URLSearchParams({ From: 'LOA DEMO', Body: 'Chào', To }),
  })
}

function viaEsms(Phone: string): Promise<Response> {
  const { esmsApiKey: ApiKey, esmsSecretKey: SecretKey } = simulator.credentials
  return fetch(`${simulator.httpUrl}/MainService.svc/json/SendMultipleMessage_V4_post_json/`, {
    method: 'POST',
    body: JSON.stringify({ ApiKey, SecretKey, Phone, Content: 'Chao', Brandname: 'LOA DEMO', SmsType: '2' }),
  })
}

test('says for every number how many messages it took, and through whom, though no text is kept', async () => {
  const carrier = await connect(simulator)
  await carrier.submit({ destination_addr: '84912345670' })
  await carrier.submit({ destination_addr: '84912345671' })
  await viaTwilio('+84912345671')
  await viaEsms('0912345671')
  await viaEsms('0912345672')
  expect(await (await get('/api/tally')).json()).toEqual({
    totals: {
      messages: 5,
      numbers: 3,
      numbersRepeated: 1,
      messagesRepeated: 2,
      vendors: { twilio: 1, esms: 2, smpp: 2 },
    },
    repeated: [{ number: '+84912345671', count: 3, vendors: { twilio: 1, esms: 1, smpp: 1 } }],
    repeatedLeftOut: 0,
  })
  const lines = (await (await get('/api/tally?all=1')).text()).trim().split('\n')
  expect(
    lines
      .map(line => JSON.parse(line) as { number: string })
      .map(e => e.number)
      .sort(),
  ).toEqual(['0', '1', '2'].map(last => `+8491234567${last}`))
  const summary = (await (await get('/api/summary')).json()) as { sms: object }
  expect(summary.sms).toMatchObject({
    total: 5,
    forgotten: 4,
    vendors: { twilio: { messages: 1, parts: 1 }, esms: { messages: 2, parts: 2 }, smpp: { messages: 2, parts: 2 } },
  })
})

test('without the option there is none, and the answer says why', async () => {
  const without = await startSimulator({ httpPort: 0, smtpPort: 0 })
  const response = await fetch(`${without.httpUrl}/api/tally`)
  expect([response.status, await response.json()]).toEqual([404, { error: expect.stringContaining('keep.tally') }])
  expect(without.record.tally).toBeUndefined()
  await without.close()
})
