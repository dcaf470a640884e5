import { request } from 'node:http'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { type Simulator, startSimulator } from '../../../services/simulator/index.ts'

let simulator: Simulator
beforeAll(async () => {
  simulator = await startSimulator({ httpPort: 0, smtpPort: 0, keep: { sms: 8 } })
})
afterAll(() => simulator.close())
beforeEach(() => {
  simulator.record.clear()
  simulator.setFaults({})
})

const get = (path: string) => fetch(`${simulator.httpUrl}${path}`)
const json = async (path: string): Promise<Record<string, unknown>> =>
  (await get(path)).json() as Promise<Record<string, unknown>>
const messages = () => `/2010-04-01/Accounts/${simulator.credentials.accountSid}/Messages.json`

function twilio(fields: Record<string, string>, secret = simulator.credentials.authToken): Promise<Response> {
  const basic = Buffer.from(`${simulator.credentials.accountSid}:${secret}`).toString('base64')
  return fetch(simulator.httpUrl + messages(), {
    method: 'POST',
    headers: { authorization: `Basic ${basic}` },
    body: new URLSearchParams({ From: 'LOA DEMO', Body: 'Chào', To: '+84912345678', ...fields }),
  })
}

/** fetch sets Host and Sec-Fetch-Site by itself, so these requests are made by hand. */
function byHand(path: string, method: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const req = request(`${simulator.httpUrl}${path}`, { method, headers }, res => {
      res.resume()
      resolve(res.statusCode)
    })
    req.on('error', reject)
    req.end()
  })
}

test.each([
  [{ To: '' }, 400, 21604],
  [{ From: '' }, 400, 21603],
  [{ Body: '' }, 400, 21602],
  [{ Body: 'x'.repeat(1601) }, 400, 21617],
  [{ Body: 'x'.repeat(100_000) }, 413, 21617],
  [{ From: 'TÊN CÓ DẤU' }, 400, 21212],
  [{ To: '0912345678' }, 400, 21211],
  [{ To: '+8491234567' }, 400, 21211],
  [{ StatusCallback: 'khong phai url' }, 400, 21609],
])('refuses %o as Twilio documents', async (fields, status, code) => {
  const response = await twilio(fields as unknown as Record<string, string>)
  expect([response.status, await response.json()]).toEqual([status, expect.objectContaining({ status, code })])
  expect(simulator.record.sms.total()).toBe(0)
})

test('asks for the right secret', async () => {
  const response = await twilio({}, 'wrong')
  expect([response.status, await response.json()]).toEqual([401, expect.objectContaining({ code: 20003 })])
})

test('counts stay exact after texts were dropped from memory, and repeats are visible', async () => {
  for (let i = 0; i < 12; i += 1) await twilio({ To: `+8491200000${i % 6}`, Body: i < 6 ? 'Một' : 'Hai' })
  await twilio({ To: '+84912000000', Body: 'Hai' })
  expect(await json('/api/summary')).toMatchObject({
    sms: { total: 13, addresses: 6, repeats: 1, forgotten: 5 },
  })
  const lines = (await (await get('/api/counts/sms')).text()).trim().split('\n')
  const counts = lines.map(line => JSON.parse(line) as { group: string; address: string; count: number })
  expect(counts).toHaveLength(12)
  expect(counts.filter(c => c.count > 1)).toEqual([{ group: 'Hai', address: '+84912000000', count: 2 }])
  const phone = (await json('/api/phones/%2B84912000000')) as { count: number; messages: { repeat: boolean }[] }
  expect([phone.count, phone.messages.map(m => m.repeat)]).toEqual([3, [false, true]])
})

test('finds a phone as people write its number', async () => {
  await twilio({ To: '+84912000001' })
  await twilio({ To: '+84912000002' })
  const found = (await (await get('/api/phones?search=0912%20000%20001')).json()) as { address: string }[]
  expect(found.map(p => p.address)).toEqual(['+84912000001'])
})

test('faults are set over the API, checked, and shown with their hits', async () => {
  const put = (body: string) => fetch(`${simulator.httpUrl}/api/faults`, { method: 'PUT', body })
  expect((await put('{"rules": [{"kind": "sms.opted-out", "next": 1}]}')).status).toBe(200)
  expect((await twilio({})).status).toBe(400)
  expect((await twilio({})).status).toBe(201)
  const { settings, hits } = (await json('/api/faults')) as { settings: { rules: { id: string }[] }; hits: object }
  expect(Object.values(hits)).toEqual([1])
  expect((await put('{"rules": [{"kind": "sms.nonsense"}]}')).status).toBe(422)
  expect((await put('not json')).status).toBe(400)
  expect(((await json('/api/faults')) as { settings: object }).settings).toEqual(settings)
})

test('tells a watching page of changes', async () => {
  const abort = new AbortController()
  const stream = await fetch(`${simulator.httpUrl}/api/events`, { signal: abort.signal })
  const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = (await reader?.read())?.value ?? ''
  expect(text).toContain('"total":0')
  await twilio({})
  while (!text.includes('"total":1')) text += (await reader?.read())?.value ?? ''
  abort.abort()
})

test('answers on loopback names only, and changes nothing for other sites', async () => {
  expect(await byHand('/api/summary', 'GET', { host: 'evil.example' })).toBe(421)
  expect(await byHand('/api/summary', 'GET', { host: 'localhost:1' })).toBe(200)
  await twilio({})
  expect(await byHand('/api/clear', 'POST', { 'sec-fetch-site': 'cross-site' })).toBe(403)
  expect(simulator.record.sms.total()).toBe(1)
  expect(await byHand('/api/clear', 'POST', { 'sec-fetch-site': 'same-origin' })).toBe(200)
  expect(simulator.record.sms.total()).toBe(0)
})

test('shows mail in a page that can run nothing', async () => {
  const raw = Buffer.from(
    'Subject: =?UTF-8?B?VGjDtG5nIGLDoW8=?=\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Chào</p><script>parent.x=1</script>',
  )
  simulator.record.mail.add('x', { id: 'm1', to: 'a@x.example', from: 'b@x.example', raw, at: new Date() })
  const response = await get('/api/mails/m1/html')
  const policy = response.headers.get('content-security-policy') ?? ''
  expect(policy).toMatch(/^sandbox /)
  expect(policy).toContain("default-src 'none'")
  expect(policy).not.toMatch(/allow-scripts|allow-same-origin|allow-forms/)
  expect(await response.text()).toContain('<p>Chào</p>')
  expect(await json('/api/mailboxes/a@x.example')).toMatchObject({ mails: [{ subject: 'Thông báo' }] })
})

test('serves its page and nothing else from the disk', async () => {
  const page = await get('/')
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('không có tin nào rời khỏi máy này')])
  expect((await get('/page.js')).headers.get('content-type')).toContain('javascript')
  expect((await get('/../index.ts')).status).toBe(404)
  expect((await get('/%2e%2e/index.ts')).status).toBe(404)
  // Addresses that cannot be read are the caller's fault, and no trouble for the log.
  expect(await byHand('//', 'GET', {})).toBe(400)
  expect(await byHand('/api/phones/%E0', 'GET', {})).toBe(400)
})

test('a taken port is explained, and the other server is not left behind', async () => {
  const taken = Number(new URL(simulator.httpUrl).port)
  await expect(startSimulator({ httpPort: taken, smtpPort: 0 })).rejects.toMatchObject({ code: 'setup.port-taken' })
  await expect(startSimulator({ httpPort: 0, smtpPort: simulator.smtpPort })).rejects.toMatchObject({
    code: 'setup.port-taken',
  })
})
