import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { Log, VendorPort } from '../../../channels/contract.ts'
import { openDb } from '../../../services/store/db.ts'
import { createVendors, vendorStates } from '../../../services/store/vendors.ts'
import { captureLog } from '../../contract/suite.ts'
import { type TestDatabase, testDatabase } from '../../support/postgres.ts'
import { silentLog } from '../../support/server-keeper.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(async () => {
  await database.drop()
})
beforeEach(async () => {
  await database.db.query('truncate vendor_troubles, vendor_shares, vendor_steps')
})

const weights = { twilio: 60, esms: 40 }
/** Each call is a process of its own, which has read nothing yet. */
const worker = (log: Log = silentLog): VendorPort => createVendors(database.db, 'sms', log)
const shares = () => worker().shares(weights)
/** Makes everything that has happened so far older. */
const later = async (seconds: number) => {
  const by = `- ${seconds} * interval '1 second'`
  await database.db.query(`update vendor_troubles set at = at ${by}`)
  await database.db.query(`update vendor_shares set left_at = left_at ${by}, moved_at = moved_at ${by}`)
}

describe('shares that all processes have in common', () => {
  test('begin as configured', async () => {
    expect(await shares()).toEqual(weights)
    expect((await vendorStates(database.db)).map(s => [s.channel, s.vendor, s.resting, s.share, s.steps])).toEqual([
      ['sms', 'twilio', 60, 60, []],
      ['sms', 'esms', 40, 40, []],
    ])
  })

  test('troubles of several processes add up; the fiftieth moves a step, once, with its reason', async () => {
    const { log, lines } = captureLog()
    await worker().report(weights, 'twilio', 30)
    await worker().report(weights, 'twilio', 19)
    expect(await shares()).toEqual(weights)
    // Several notice it at the same moment.
    const many = Array.from({ length: 5 }, () => worker(log))
    await many[0]?.report(weights, 'twilio', 1)
    await Promise.all(many.map(one => one.shares(weights)))
    expect(await shares()).toEqual({ twilio: 35, esms: 65 })
    const states = await vendorStates(database.db)
    expect(states.find(s => s.vendor === 'twilio')).toMatchObject({
      troubles: 50,
      steps: [{ at: expect.any(Date), from: 60, to: 35, reason: 'troubles', troubles: 50 }],
    })
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain('"vendor":"twilio"')
  })

  test('troubles older than a minute move nothing', async () => {
    await worker().report(weights, 'twilio', 49)
    await later(61)
    await worker().report(weights, 'twilio', 49)
    expect(await shares()).toEqual(weights)
  })

  test('come back in steps after a quiet time, whoever looks', async () => {
    await worker().report(weights, 'twilio', 50)
    await later(299)
    expect(await shares()).toEqual({ twilio: 35, esms: 65 })
    await later(2)
    expect(await shares()).toEqual({ twilio: 45, esms: 55 })
    expect(await shares()).toEqual({ twilio: 45, esms: 55 })
    await later(61)
    expect(await shares()).toEqual({ twilio: 55, esms: 45 })
    await later(61)
    expect(await shares()).toEqual(weights)
    const [twilio] = await vendorStates(database.db, 2)
    expect(twilio?.steps.map(s => [s.from, s.to, s.reason])).toEqual([
      [55, 60, 'quiet'],
      [45, 55, 'quiet'],
    ])
  })

  test('when all vendors are in trouble nothing moves', async () => {
    await worker().report(weights, 'twilio', 49)
    await worker().report(weights, 'esms', 49)
    // Both over the line before anybody judges.
    await database.db.query(`insert into vendor_troubles (channel, vendor, troubles) values ('sms', 'esms', 9)`)
    await database.db.query(`insert into vendor_troubles (channel, vendor, troubles) values ('sms', 'twilio', 9)`)
    expect(await shares()).toEqual(weights)
  })

  test('another setting has shares of its own', async () => {
    await worker().report(weights, 'twilio', 50)
    const three = { twilio: 50, esms: 30, smpp: 20 }
    await database.db.query('delete from vendor_troubles')
    expect(await worker().shares(three)).toEqual(three)
    const shown = async () => (await vendorStates(database.db)).map(s => s.vendor).sort()
    expect(await shown()).toEqual(['esms', 'smpp', 'twilio'])
    expect(await shares()).toEqual({ twilio: 35, esms: 65 })
    expect(await shown()).toEqual(['esms', 'twilio'])
  })

  test('a database that is away costs nobody a message', async () => {
    const away = openDb('postgres://loa@127.0.0.1:1/nowhere', 1)
    const { log, lines } = captureLog()
    const port = createVendors(away, 'sms', log)
    expect(await port.shares(weights)).toEqual(weights)
    await expect(port.report(weights, 'twilio', 50)).resolves.toBeUndefined()
    expect(lines).toHaveLength(2)
    await away.end()
  })
})
