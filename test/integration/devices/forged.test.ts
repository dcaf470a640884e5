import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { releaseMissedSlots } from '../../../services/airtime/locking.ts'
import { deviceEventSchema } from '../../../services/domain/station.ts'
import { viewSlots } from '../../../services/store/airtime/views.ts'
import { type DevicesWorld, devicesWorld, inMinutes } from './world.ts'

let world: DevicesWorld
beforeAll(async () => {
  world = await devicesWorld()
})
afterAll(() => world.close())

const loudspeaker = (announcement: string) => world.dispatch(announcement, 'loudspeaker')
const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString()

describe('a device that says more than it may', () => {
  test("a foreign commune's slot is not missed, heard or released by it", async () => {
    const dispatch = await loudspeaker(await world.announce({ audience: { areas: ['19333'] } }))
    const slot = await world.addSlot({ startsAt: inMinutes(-20), dispatchIds: [dispatch] })
    await world.database.db.query(`update slots set state = 'locked' where id = $1`, [slot])
    const { token } = await world.addDevice(1)
    const about = { slotId: slot, dispatchId: dispatch, play: 1 }
    const sent = await world.report(token, [
      { n: 1, at: ago(60), kind: 'missed', ...about, reason: 'too-late' },
      { n: 2, at: ago(50), kind: 'started', ...about },
    ])
    expect(sent.body).toEqual({ upTo: 2 })
    const [view] = await viewSlots(world.deps.db, { ids: [slot] }, new Date())
    expect(view?.reports).toEqual([])
    await world.database.db.query(`delete from device_events where kind = 'started'`)
    expect(await releaseMissedSlots(world.deps)).toBe(0)
    // The log keeps what the device said, and adds nothing of an announcement that the station never had.
    const { rows } = await world.database.db.query(
      `select entry from as_run where station_id = $1 and kind = 'device.started'`,
      [world.stations[1]?.id],
    )
    const entry = JSON.parse(rows[0].entry)
    expect(entry).toMatchObject({ slot, dispatch })
    expect(entry).not.toHaveProperty('title')
    expect(entry).not.toHaveProperty('draftedBy')
  })
})

describe('a server that was restored from an old backup', () => {
  test('goes on behind the sequence that its devices have, so that they do not refuse what it signs', async () => {
    const { token } = await world.addDevice(1)
    const { seq } = await world.manifest(token)
    await world.report(token, [], { seq: seq + 40 })
    expect((await world.manifest(token)).seq).toBe(seq + 41)
    // A device is at most as far as the server: nothing moves.
    await world.report(token, [], { seq: seq + 41 })
    await world.report(token, [], { seq: 0 })
    expect((await world.manifest(token)).seq).toBe(seq + 41)
  })

  test('the same number for something else is left behind as well', async () => {
    const { token } = await world.addDevice(1)
    const { seq } = await world.manifest(token)
    const refused = { n: 1, at: ago(1), kind: 'refused', reason: 'bad-manifest' } as const
    await world.report(token, [refused], { seq })
    expect((await world.manifest(token)).seq).toBe(seq + 1)
    await world.report(token, [refused], { seq })
    expect((await world.manifest(token)).seq).toBe(seq + 1)
  })

  test('a number out of all reason is not followed', async () => {
    const { token } = await world.addDevice(1)
    const { seq } = await world.manifest(token)
    for (const far of [seq + 5_000_000, Number.MAX_SAFE_INTEGER]) {
      expect((await world.report(token, [], { seq: far })).status).toBe(200)
    }
    expect((await world.manifest(token)).seq).toBe(seq)
  })
})

test('values that no database holds are refused with a sentence, not with a failure of the server', async () => {
  const { token } = await world.addDevice()
  const event = { n: 1, at: ago(0), kind: 'started' } as const
  const wrong = [
    { ...event, play: 3_000_000_000 },
    { ...event, slotId: '9999999999999999999' },
    { ...event, reason: 'a\u0000b' },
    { ...event, at: '0000-01-01T00:00:00Z' },
    { ...event, at: '9999-12-31T23:59:59.999Z' },
  ]
  for (const one of wrong) {
    expect([one, (await world.report(token, [one])).status]).toEqual([one, 422])
  }
  // Over MQTT nothing looks at the text before the schema does.
  for (const one of wrong) expect(deviceEventSchema.safeParse(one).success).toBe(false)
  expect((await world.report(token, [], { version: 'x\u0000y' })).status).toBe(422)
})
