import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import supertest from 'supertest'
import type { Receipt, ReceiptRequest, Session } from '../../../channels/contract.ts'
import { AppError } from '../../../services/domain/errors.ts'
import { type HttpServer, httpServer, publicUrl } from './server.ts'

let server: HttpServer
let seen: ReceiptRequest[] = []
let parsed: Receipt[] = []

/** A session that takes callbacks with the right `key` and remembers what it was shown. */
const session = {
  receipts: {
    verifyAndParse(request: ReceiptRequest) {
      seen.push(request)
      if (request.headers['x-signature'] !== 'right') {
        throw new AppError('auth.bad-token', { vi: 'Chữ ký không đúng.', en: 'The signature is wrong.' })
      }
      return parsed
    },
  },
} as unknown as Session<unknown>

beforeAll(async () => {
  server = await httpServer({ receiptSession: async () => session })
})
afterAll(() => server.close())
beforeEach(() => {
  seen = []
  parsed = [{ ref: 'SM1', dispatchId: '7', targetId: '9', state: 'confirmed', at: new Date() }]
})

async function inbox() {
  const { rows } = await server.database.db.query(
    'select channel, ref, dispatch_id, target_id, state from receipts_inbox',
  )
  await server.database.db.query('delete from receipts_inbox')
  return rows
}

test('a form callback is shown to the channel as the vendor sent it, and is in the inbox before the answer', async () => {
  const answer = await supertest(server.app)
    .post('/receipts/sms?d=7&t=9&x=%C4%91')
    .set('X-Signature', 'right')
    .type('form')
    .send('MessageStatus=delivered&MessageSid=SM1&Body=m%C6%B0a+l%E1%BB%9Bn')
  expect(answer.status).toBe(204)
  expect(seen[0]).toMatchObject({
    method: 'POST',
    url: `${publicUrl}/receipts/sms?d=7&t=9&x=%C4%91`,
    query: { d: '7', t: '9', x: 'đ' },
    body: { MessageStatus: 'delivered', MessageSid: 'SM1', Body: 'mưa lớn' },
  })
  expect(await inbox()).toEqual([{ channel: 'sms', ref: 'SM1', dispatch_id: '7', target_id: '9', state: 'confirmed' }])
})

test('a JSON callback and a GET callback', async () => {
  const sent = { status: 5, list: [{ id: 1 }], ok: true, none: null }
  await supertest(server.app).post('/receipts/sms').set('X-Signature', 'right').send(sent).expect(204)
  expect(seen[0]?.body).toEqual({ status: '5', list: '{"id":1}', ok: 'true', none: '' })
  await supertest(server.app).get('/receipts/sms?SMSID=1&SMSID=2').set('X-Signature', 'right').expect(204)
  expect(seen[1]).toMatchObject({ method: 'GET', query: { SMSID: '1' }, body: {} })
  expect(await inbox()).toHaveLength(2)
})

test('another origin is normal here: vendors have no session', async () => {
  const headers = { 'X-Signature': 'right', Origin: 'https://vendor.example', 'Sec-Fetch-Site': 'cross-site' }
  await supertest(server.app).post('/receipts/sms').set(headers).type('form').send('a=1').expect(204)
  await inbox()
})

test('a forged callback is refused and leaves nothing', async () => {
  const answer = await supertest(server.app).post('/receipts/sms').set('X-Signature', 'wrong').type('form').send('a=1')
  expect([answer.status, answer.body.code]).toEqual([403, 'auth.bad-token'])
  expect(await inbox()).toEqual([])
})

test('an unknown channel and one without callbacks are not there', async () => {
  expect((await supertest(server.app).post('/receipts/pigeon').send({})).status).toBe(404)
  expect((await supertest(server.app).post('/receipts/..%2f').send({})).status).toBe(404)
  const silent = await httpServer({ receiptSession: async () => undefined })
  expect((await supertest(silent.app).post('/receipts/sms').send({})).status).toBe(404)
  await silent.close()
})

test('a callback without news is taken and changes nothing', async () => {
  parsed = []
  await supertest(server.app).post('/receipts/sms').set('X-Signature', 'right').type('form').send('a=1').expect(204)
  expect(await inbox()).toEqual([])
})

test('a huge or broken callback is refused', async () => {
  const huge = await supertest(server.app)
    .post('/receipts/sms')
    .type('form')
    .send(`a=${'x'.repeat(70_000)}`)
  expect(huge.status).toBe(413)
  const broken = await supertest(server.app).post('/receipts/sms').type('json').send('{')
  expect(broken.status).toBe(400)
})

test('JSON nested too deep is refused before the vendor is asked', async () => {
  const answer = await supertest(server.app)
    .post('/receipts/sms')
    .type('json')
    .send(`{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`)
  expect(answer.status).toBe(400)
  expect(answer.body.code).toBe('request.malformed')
  expect(seen).toEqual([])
})
