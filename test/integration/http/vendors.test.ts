import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { sms } from '../../../channels/sms/index.ts'
import { roles } from '../../../services/domain/accounts.ts'
import { type ChannelVendors, channelVendorsSchema } from '../../../services/http/schemas.ts'
import { createVendors } from '../../../services/store/vendors.ts'
import { silentLog } from '../../support/server-keeper.ts'
import { type HttpServer, httpServer } from './server.ts'

const secrets = {
  AUTH_TOKEN: 'a-token-that-nobody-may-see',
  ESMS_API_KEY: 'KEY-THAT-NOBODY-MAY-SEE',
  ESMS_SECRET_KEY: 'SECRET-THAT-NOBODY-MAY-SEE',
}
const accountSid = `AC${'0123456789abcdef'.repeat(2)}`
const values = {
  ACCOUNT_SID: accountSid,
  FROM: 'SO VHTTDL',
  ESMS_BRANDNAME: 'SO VHTTDL',
  PRICE_DONG: '800',
  ESMS_PARTS_PER_SECOND: '20',
  ...secrets,
}

let server: HttpServer
let officer: Awaited<ReturnType<HttpServer['as']>>
beforeAll(async () => {
  server = await httpServer()
  officer = await server.as('officer')
})
afterAll(() => server.close())
beforeEach(async () => {
  await server.database.db.query('truncate vendor_troubles, vendor_shares, vendor_steps')
  use('twilio:60,esms:40')
})

/** The server is configured with these vendors from now on. */
function use(vendors: string): void {
  const config = sms.configSchema.parse({ ...values, VENDORS: vendors })
  server.deps.channels.set('sms', { channel: sms, config })
}

async function vendors(): Promise<ChannelVendors> {
  const answer = await officer.get('/api/vendors').expect(200)
  expect(answer.get('Cache-Control')).toBe('no-store')
  const [channel, ...others] = channelVendorsSchema.strict().array().parse(answer.body)
  expect(others).toEqual([])
  if (!channel) throw new Error('no channel has vendors')
  return channel
}

const weights = { twilio: 60, esms: 40 }
const worker = () => createVendors(server.database.db, 'sms', silentLog)
const brief = (channel: ChannelVendors) =>
  channel.vendors.map(v => [v.id, v.configuredShare, v.presentShare, v.troubles, v.inTrouble])

describe('what people see of the vendors', () => {
  test('shares, rate and price as configured, before anything was sent', async () => {
    const channel = await vendors()
    expect(channel).toMatchObject({ channel: 'sms', allInTrouble: false, otherSetting: false, moves: [] })
    expect(channel.vendors).toEqual([
      {
        id: 'twilio',
        name: { vi: 'Twilio', en: 'Twilio' },
        configuredShare: 60,
        presentShare: 60,
        troubles: 0,
        inTrouble: false,
        partsPerSecond: null,
        priceDong: 800,
        lastMove: null,
      },
      expect.objectContaining({ id: 'esms', configuredShare: 40, partsPerSecond: 20, priceDong: null }),
    ])
  })

  test('a vendor in trouble: what it lost, to whom, when and why', async () => {
    const before = Date.now()
    await worker().report(weights, 'twilio', 53)
    const channel = await vendors()
    expect(brief(channel)).toEqual([
      ['twilio', 60, 35, 53, true],
      ['esms', 40, 65, 0, false],
    ])
    expect(channel.allInTrouble).toBe(false)
    expect(channel.moves).toEqual([
      { at: expect.any(String), vendor: 'twilio', from: 60, to: 35, reason: 'troubles', troubles: 53 },
    ])
    expect(channel.vendors.map(v => v.lastMove)).toEqual([channel.moves[0], null])
    const at = new Date(channel.moves[0]?.at ?? 0).getTime()
    expect(Math.abs(at - before)).toBeLessThan(60_000)
  })

  test('all in trouble: nothing moves, and that is said', async () => {
    await worker().report(weights, 'twilio', 49)
    await worker().report(weights, 'esms', 49)
    expect(await vendors()).toMatchObject({ allInTrouble: false })
    await server.database.db.query(
      `insert into vendor_troubles (channel, vendor, troubles) values ('sms', 'esms', 9), ('sms', 'twilio', 9)`,
    )
    expect(await worker().shares(weights)).toEqual(weights)
    const channel = await vendors()
    expect(channel).toMatchObject({ allInTrouble: true, moves: [] })
    expect(brief(channel)).toEqual([
      ['twilio', 60, 60, 58, true],
      ['esms', 40, 40, 58, true],
    ])
  })

  test('a single vendor has everything, and its troubles are not counted', async () => {
    // Left over from the time when there were two.
    await worker().report(weights, 'twilio', 50)
    use('twilio')
    const channel = await vendors()
    expect(brief(channel)).toEqual([['twilio', 100, 100, null, false]])
    expect(channel).toMatchObject({ allInTrouble: false, otherSetting: false })
    expect(channel.moves).toHaveLength(1)
  })

  test('senders with another list are noticed', async () => {
    await worker().shares({ twilio: 50, esms: 50 })
    const channel = await vendors()
    expect(channel.otherSetting).toBe(true)
    expect(brief(channel)).toEqual([
      ['twilio', 60, 60, 0, false],
      ['esms', 40, 40, 0, false],
    ])
  })

  test('the newest fifty moves, newest first', async () => {
    await server.database.db.query(
      `insert into vendor_steps (channel, vendor, from_share, to_share, reason, troubles)
       select 'sms', 'esms', n, n + 1, 'quiet', 0 from generate_series(1, 60) n
       union all select 'other', 'esms', 0, 99, 'quiet', 0`,
    )
    const { moves, vendors: shown } = await vendors()
    expect(moves.map(m => m.from)).toEqual(Array.from({ length: 50 }, (_, i) => 60 - i))
    expect(shown[1]?.lastMove).toEqual(moves[0])
  })

  test('no secret and no account', async () => {
    const { text } = await officer.get('/api/vendors').expect(200)
    expect(text).toContain('"twilio"')
    for (const secret of [...Object.values(secrets), accountSid]) expect(text).not.toContain(secret)
  })

  test('a channel without vendors is not in the list', async () => {
    server.deps.channels.set('sms', { channel: server.sms.channel, config: {} })
    expect((await officer.get('/api/vendors').expect(200)).body).toEqual([])
  })
})

test('for those who follow and steer what goes out, not for operators', async () => {
  for (const role of roles) {
    const answer = await (await server.as(role)).get('/api/vendors')
    expect([role, answer.status]).toEqual([role, role === 'operator' ? 403 : 200])
  }
})
