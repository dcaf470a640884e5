import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { cancel } from '../../../services/dispatch/control.ts'
import { stationManifest, stationManifests } from '../../../services/places/station-manifest.ts'
import { officer } from '../../support/dispatch.ts'
import { until } from '../../support/wait.ts'
import { type DevicesWorld, devicesWorld, inMinutes } from './world.ts'

let world: DevicesWorld
let token: string
beforeAll(async () => {
  world = await devicesWorld()
  token = (await world.addDevice()).token
})
afterAll(() => world.close())

const manifest = () => world.manifest(token)
const loudspeaker = (announcement: string) => world.dispatch(announcement, 'loudspeaker')

describe('manifest', () => {
  test('is empty for a new station, valid for a week, and its number stays while nothing changes', async () => {
    const first = await manifest()
    expect(first).toMatchObject({ v: 1, stationName: 'Đài truyền thanh phường Đông Hà', slots: [], emergencies: [] })
    expect(first).toMatchObject({ stationId: world.stations[0]?.id, withdrawn: [], pollSeconds: 60, demo: false })
    const validMs = Date.parse(first.expiresAt) - Date.now()
    expect(validMs).toBeGreaterThan(7 * 86_400_000)
    expect(validMs).toBeLessThanOrEqual(8 * 86_400_000)
    expect(await manifest()).toEqual(first)
    const answer = await world.http().get(`/api/station-device/${token}/manifest`)
    expect(answer.headers.etag).toBe(`"${first.seq}"`)
    expect(answer.headers['content-type']).toContain('application/jose')
    await world.http().get(`/api/station-device/${token}/manifest`).set('If-None-Match', `"${first.seq}"`).expect(304)
  })

  test('the key is the one that the link names', async () => {
    const { link, token: other } = await world.addDevice()
    const { body } = await world.http().get(`/api/station-device/${other}/key`).expect(200)
    expect(link).toBe(`http://loa.test/station-device/${other}#${body.kid}`)
    expect(body).toEqual(world.links.keys.manifest.jwk)
    expect(JSON.stringify(body)).not.toContain('"d"')
  })

  test('names the slots of two days that have a file, with parts, titles and a file that can be fetched', async () => {
    const dispatch = await loudspeaker(await world.announce({ title: 'Thông báo tiêm chủng' }))
    const seq = (await manifest()).seq
    const soon = await world.addSlot({ startsAt: inMinutes(30), dispatchIds: [dispatch] })
    await world.addSlot({ startsAt: inMinutes(60) })
    await world.addSlot({ startsAt: inMinutes(49 * 60), dispatchIds: [dispatch] })
    await world.addSlot({ startsAt: inMinutes(-60), dispatchIds: [dispatch] })
    await world.addSlot({ area: '19742', startsAt: inMinutes(45), dispatchIds: [dispatch] })
    const onAir = await world.addSlot({ startsAt: inMinutes(-2), dispatchIds: [dispatch], partMs: 600_000 })
    const now = await manifest()
    expect(now.seq).toBe(seq + 1)
    expect(now.slots.map(s => s.slotId)).toEqual([onAir, soon])
    const [, slot] = now.slots
    expect(slot?.parts).toEqual([
      { dispatchId: dispatch, title: 'Thông báo tiêm chủng', play: 1, startMs: 1000, endMs: 61_000 },
    ])
    // What the session has left: 900 s of room, 62 s of sound.
    expect(Date.parse(slot?.startUntil ?? '') - Date.parse(slot?.startsAt ?? '')).toBe(838_000)
    const file = await world
      .http()
      .get(slot?.file.url.replace('http://loa.test', '') ?? '')
      .expect(200)
    expect(Number(file.headers['content-length'])).toBe(slot?.file.bytes)
    expect(file.headers.etag).toBe(`"${slot?.file.sha256}"`)
  })

  test("a relay slot carries its own file, never the province's, which may hold what the commune holds back", async () => {
    const [kept, held] = [await loudspeaker(await world.announce()), await loudspeaker(await world.announce())]
    const startsAt = inMinutes(90)
    await world.addSlot({ area: '44', startsAt, dispatchIds: [kept, held] })
    const relay = await world.addSlot({ startsAt, relay: true })
    expect((await manifest()).slots.find(s => s.slotId === relay)).toBeUndefined()
    const later = inMinutes(95)
    await world.addSlot({ area: '44', startsAt: later, dispatchIds: [kept, held] })
    const own = await world.addSlot({ startsAt: later, relay: true, dispatchIds: [kept] })
    expect((await manifest()).slots.find(s => s.slotId === own)?.parts.map(p => p.dispatchId)).toEqual([kept])
  })

  test("has emergencies with the rule of the programme: the commune's own, else the province's", async () => {
    const { db } = world.database
    const emergency = { times: 3, gapSeconds: 5, everyMinutes: null, afterwards: 'skip' }
    const rule = async () => (await manifest()).emergencies.at(-1)
    const expiresAt = inMinutes(45).toISOString()
    const id = await world.announce({ title: 'Lũ quét', priority: 'emergency', expiresAt })
    expect(await rule()).toMatchObject({
      dispatchId: await loudspeaker(id),
      title: 'Lũ quét',
      expiresAt,
      times: 2,
      gapSeconds: 3,
      everySeconds: 900,
      afterwards: 'resume',
      file: { durationMs: 61_400 },
    })
    const write = (area: string, body: unknown) =>
      db.query(
        `insert into programmes (area_code, body, updated_by) values ($1, $2, 'thử')
         on conflict (area_code) do update set body = excluded.body`,
        [area, JSON.stringify(body)],
      )
    await write('44', { sessions: [], emergency: { ...emergency, times: 4 } })
    expect(await rule()).toMatchObject({ times: 4, everySeconds: null })
    await write('19333', { sessions: [], emergency })
    expect(await rule()).toMatchObject({ times: 3, gapSeconds: 5, everySeconds: null, afterwards: 'skip' })
    await write('19333', { nonsense: true })
    expect(await rule()).toMatchObject({ times: 4 })
    await db.query('delete from programmes')
    await cancel(world.deps, officer, id, 'Hết lũ')
    const after = await manifest()
    expect(after.emergencies).toEqual([])
    expect(after.withdrawn).toContain(await loudspeaker(id))
  })

  test('an emergency without an end is over after twelve hours', async () => {
    const id = await world.announce({ priority: 'emergency', expiresAt: null })
    const found = (await manifest()).emergencies.find(e => e.title !== 'Lũ quét')
    expect(Date.parse(found?.expiresAt ?? '') - Date.parse(found?.issuedAt ?? '')).toBe(12 * 3_600_000)
    await world.database.db.query(
      `update shelf_items set put_at = put_at - interval '13 hours' where kind = 'stations' and dispatch_id = $1`,
      [await loudspeaker(id)],
    )
    expect((await manifest()).emergencies).toEqual([])
    await cancel(world.deps, officer, id, 'Thử')
  })

  test('what was taken back is named for as long as a file has it, and what ran out is not', async () => {
    const id = await world.announce()
    const dispatch = await loudspeaker(id)
    await world.addSlot({ startsAt: inMinutes(20), dispatchIds: [dispatch], partMs: 50_000 })
    expect((await manifest()).withdrawn).not.toContain(dispatch)
    await cancel(world.deps, officer, id, 'Sai')
    expect((await manifest()).withdrawn).toContain(dispatch)
    // The file still holds it long after the shelf has forgotten.
    await world.database.db.query(
      `update shelf_items set withdrawn_at = now() - interval '30 days' where dispatch_id = $1`,
      [dispatch],
    )
    await world.database.db.query(`update dispatches set cancelled_at = now() - interval '30 days' where id = $1`, [
      dispatch,
    ])
    expect((await manifest()).withdrawn).toContain(dispatch)
    await world.database.db.query(`update slots set state = 'void', void_reason = 'thử' where starts_at > now()`)
    await world.database.db.query(`update announcements set updated_at = now() - interval '30 days' where id = $1`, [
      id,
    ])
    expect((await manifest()).withdrawn).not.toContain(dispatch)

    const over = await world.announce()
    await world.database.db.query(
      `update shelf_items set withdrawn_at = now() where kind = 'stations' and dispatch_id = $1`,
      [await loudspeaker(over)],
    )
    await world.database.db.query('update dispatches set expired_at = now() where id = $1', [await loudspeaker(over)])
    expect((await manifest()).withdrawn).not.toContain(await loudspeaker(over))
  })

  test('who waited for the lock over midnight takes no older end than the one that is there', async () => {
    const id = world.stations[0]?.id ?? ''
    const before = new Date(`${new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)}T23:59:59Z`)
    const after = new Date(before.getTime() + 2_000)
    const newer = await stationManifest({ ...world.deps, now: () => after }, id)
    const clock = [before]
    const late = await stationManifest({ ...world.deps, now: () => clock.shift() ?? after }, id)
    expect(late?.seq).toBe(newer?.seq)
    expect(late?.manifest.expiresAt).toBe(newer?.manifest.expiresAt)
  })

  test('many processes that hear of a change at once agree on one number, which never goes back', async () => {
    const ids = world.stations.map(s => s.id)
    const seqOf = async () => Number((await stationManifests(world.deps, ids)).get(ids[0] ?? '')?.seq)
    let last = await seqOf()
    for (let round = 0; round < 5; round++) {
      const dispatch = await loudspeaker(await world.announce())
      const change = world.addSlot({ startsAt: inMinutes(100 + round), dispatchIds: [dispatch], partMs: 40_000 })
      const seen = await Promise.all(Array.from({ length: 8 }, seqOf))
      await change
      const end = await Promise.all(Array.from({ length: 8 }, seqOf))
      expect(Math.min(...seen)).toBeGreaterThanOrEqual(last)
      expect(new Set(end).size).toBe(1)
      expect(end[0]).toBeGreaterThan(last)
      last = end[0] ?? 0
    }
  })
})

describe('pokes', () => {
  async function listen(deviceToken: string) {
    const stop = new AbortController()
    const response = await fetch(`${world.server.url}/api/station-device/${deviceToken}/events`, {
      signal: stop.signal,
    })
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    return {
      stop: () => stop.abort(),
      async nextSeq(): Promise<number> {
        for (;;) {
          const match = /event: manifest\ndata: (.*)\n\n/.exec(text)
          if (match) {
            text = text.slice(match.index + match[0].length)
            return JSON.parse(match[1] ?? '').seq
          }
          const chunk = await reader?.read()
          if (!chunk || chunk.done) throw new Error('the stream ended')
          text += chunk.value
        }
      },
    }
  }

  test('tell the number at once, after an emergency, and after its cancellation', async () => {
    const device = await listen(token)
    expect(await device.nextSeq()).toBe((await manifest()).seq)
    const began = Date.now()
    const id = await world.announce({ priority: 'emergency' })
    const seq = await device.nextSeq()
    expect(Date.now() - began).toBeLessThan(5_000)
    const now = await manifest()
    expect(now.seq).toBe(seq)
    expect(now.emergencies.map(e => e.dispatchId)).toContain(await loudspeaker(id))
    await cancel(world.deps, officer, id, 'Thử')
    await until('the withdrawal is told of', async () => (await device.nextSeq()) > seq)
    device.stop()
  })

  test('end at once for a device that is revoked or gets a new link, and go on for the others', async () => {
    const admin = await world.as('admin')
    const [one, two, stays] = [await world.addDevice(), await world.addDevice(), await world.addDevice()]
    const streams = await Promise.all([one, two, stays].map(d => listen(d.token)))
    for (const stream of streams) await stream.nextSeq()
    await admin.post(`/api/devices/${one.id}/revoke`).send({}).expect(200)
    await expect(streams[0]?.nextSeq()).rejects.toThrow(/ended/)
    const renewed = await admin.post(`/api/devices/${two.id}/rotate`).send({}).expect(200)
    await expect(streams[1]?.nextSeq()).rejects.toThrow(/ended/)
    const fresh = /station-device\/([\w-]+)#/.exec(renewed.body.link)?.[1] ?? ''
    expect((await world.manifest(fresh)).stationId).toBe(world.stations[0]?.id)
    const id = await world.announce({ priority: 'emergency' })
    expect(await streams[2]?.nextSeq()).toBe((await manifest()).seq)
    await cancel(world.deps, officer, id, 'Thử')
    streams[2]?.stop()
  })
})
