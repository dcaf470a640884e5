import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { verifyChain } from '../../../services/airtime/as-run.ts'
import { cancel } from '../../../services/dispatch/control.ts'
import { applyReceipts } from '../../../services/dispatch/receipts.ts'
import type { DeviceEvent } from '../../../services/domain/station.ts'
import { transaction } from '../../../services/store/db.ts'
import { withdrawFromShelves } from '../../../services/store/shelf.ts'
import { countsOf, officer } from '../../support/dispatch.ts'
import { until } from '../../support/wait.ts'
import { type DevicesWorld, devicesWorld, inMinutes } from './world.ts'

let world: DevicesWorld
beforeAll(async () => {
  world = await devicesWorld()
})
afterAll(() => world.close())

const stationId = (i = 0) => world.stations[i]?.id ?? ''
const loudspeaker = (announcement: string) => world.dispatch(announcement, 'loudspeaker')
const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString()

/** Entries of the as-run log, oldest first. */
async function logged(station = 0): Promise<Record<string, unknown>[]> {
  const { rows } = await world.database.db.query('select entry from as_run where station_id = $1 order by n', [
    stationId(station),
  ])
  return rows.map(r => JSON.parse(r.entry))
}
const ofDevice = async (device: string) => (await logged()).filter(e => e['device'] === device && e['event'])
const outcomes = async (dispatch: string) =>
  (
    await world.database.db.query(
      `select state, code, at from outcomes where dispatch_id = $1 and target_id = $2 order by rank desc limit 1`,
      [dispatch, stationId()],
    )
  ).rows[0]

describe('reports', () => {
  test('a play to the end is a confirmed delivery by the device, an entry of the log, and what was fetched is marked', async () => {
    const id = await world.announce({ title: 'Tiêm chủng' })
    const dispatch = await loudspeaker(id)
    const slot = await world.addSlot({ startsAt: inMinutes(-5), dispatchIds: [dispatch] })
    const { id: device, token } = await world.addDevice()
    const sha256 = (await world.manifest(token)).slots[0]?.file.sha256 ?? ''
    const part = { slotId: slot, dispatchId: dispatch, play: 1, seq: 3 }
    const fetched: DeviceEvent = { n: 1, at: ago(60), kind: 'fetched', sha256, slotId: slot }
    const began: DeviceEvent = { n: 2, at: ago(40), kind: 'started', ...part }
    expect((await world.report(token, [fetched, began])).body).toEqual({ upTo: 2 })
    await applyReceipts(world.deps)
    expect((await outcomes(dispatch)).state).toBe('accepted')
    const ended: DeviceEvent = { n: 3, at: ago(0), kind: 'ended', ...part }
    expect((await world.report(token, [ended])).body).toEqual({ upTo: 3 })
    await applyReceipts(world.deps)
    expect(await outcomes(dispatch)).toMatchObject({ state: 'confirmed', code: 'played', at: new Date(ended.at) })
    const shelf = await world.database.db.query(
      `select fetched_at from shelf_items where dispatch_id = $1 and place_id = $2 and kind = 'stations'`,
      [dispatch, stationId()],
    )
    expect(shelf.rows[0].fetched_at).toBeInstanceOf(Date)
    const entries = await ofDevice(device)
    expect(entries.map(e => e['kind'])).toEqual(['device.fetched', 'device.started', 'device.ended'])
    expect(entries[1]).toMatchObject({
      slot,
      dispatch,
      announcement: id,
      title: 'Tiêm chủng',
      revision: 1,
      draftedBy: officer.name,
      approvedBy: 'Người phê duyệt',
      approvedHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      file: { sha256, lufs: -16.02, dbtp: -1.7 },
      at: began.at,
    })
    expect(await verifyChain(world.deps.db, stationId())).toMatchObject({ ok: true, brokenAt: null })
  })

  test('the same report any number of times, also at once, changes nothing', async () => {
    const dispatch = await loudspeaker(await world.announce({ priority: 'emergency' }))
    const { id: device, token } = await world.addDevice()
    const events: DeviceEvent[] = [1, 2, 3].map(n => ({
      n,
      at: ago(9 - n),
      kind: 'ended',
      dispatchId: dispatch,
      play: n,
    }))
    const answers = await Promise.all(Array.from({ length: 6 }, () => world.report(token, events)))
    expect(answers.map(a => a.body)).toEqual(answers.map(() => ({ upTo: 3 })))
    expect((await world.report(token, [...events].reverse())).body).toEqual({ upTo: 3 })
    await applyReceipts(world.deps)
    expect((await ofDevice(device)).map(e => e['event'])).toEqual([1, 2, 3])
    const { confirmed, accepted } = await countsOf(world.deps.db, dispatch)
    expect({ confirmed, accepted }).toEqual({ confirmed: 1, accepted: 1 })
    expect((await world.report(token)).body).toEqual({ upTo: 3 })
  })

  test('numbers left out and numbers used twice are kept as faults, once, and are not believed', async () => {
    const dispatch = await loudspeaker(await world.announce())
    const { id: device, token } = await world.addDevice()
    await world.report(token, [{ n: 1, at: ago(50), kind: 'started', dispatchId: dispatch, play: 1 }])
    const late: DeviceEvent = { n: 5, at: ago(10), kind: 'started', dispatchId: dispatch, play: 2 }
    expect((await world.report(token, [late])).body).toEqual({ upTo: 5 })
    const lie: DeviceEvent = { n: 1, at: ago(0), kind: 'ended', dispatchId: dispatch, play: 1 }
    for (let i = 0; i < 3; i++) expect((await world.report(token, [lie])).body).toEqual({ upTo: 5 })
    await applyReceipts(world.deps)
    expect((await outcomes(dispatch)).state).toBe('accepted')
    const faults = (await logged())
      .filter(e => e['device'] === device && !e['event'])
      .map(e => [e['kind'], e['from'], e['to']])
    expect(faults.slice(1)).toEqual([
      ['device.gap', 2, 4],
      ['device.conflict', 1, 1],
    ])
    const { body } = await (await world.as('officer')).get('/api/devices')
    const { attention } = body.find((d: { id: string }) => d.id === device)
    expect(attention.map((a: { vi: string }) => a.vi).join(' ')).toMatch(/từ 2 đến 4.*cài lại/)
  })

  test('a clock that is off moves no delivery into the future or before the item was there', async () => {
    const { token } = await world.addDevice()
    const [early, late] = [await loudspeaker(await world.announce()), await loudspeaker(await world.announce())]
    await world.report(token, [
      { n: 1, at: '1999-12-31T23:00:00.000Z', kind: 'ended', dispatchId: early, play: 1 },
      { n: 2, at: '2199-12-31T23:00:00.000Z', kind: 'ended', dispatchId: late, play: 1 },
    ])
    await applyReceipts(world.deps)
    for (const dispatch of [early, late]) {
      const { at } = await outcomes(dispatch)
      expect(Math.abs(at.getTime() - Date.now())).toBeLessThan(60_000)
    }
    expect((await logged()).at(-1)).toMatchObject({ at: '2199-12-31T23:00:00.000Z', heardAt: expect.any(String) })
  })

  test('what belongs to another station, or to nothing, is logged and confirms nothing', async () => {
    const { token } = await world.addDevice(1)
    const dispatch = await loudspeaker(await world.announce({ audience: { areas: ['19333'] } }))
    const sent = await world.report(token, [
      { n: 1, at: ago(1), kind: 'ended', dispatchId: dispatch, play: 1 },
      { n: 2, at: ago(1), kind: 'ended', dispatchId: '999999999999', play: 1 },
      { n: 3, at: ago(1), kind: 'started', dispatchId: '999999999999', slotId: '88888888', play: 1 },
    ])
    expect([sent.status, sent.body]).toEqual([200, { upTo: 3 }])
    await applyReceipts(world.deps)
    expect((await outcomes(dispatch)).state).toBe('accepted')
  })

  test('nonsense and too much are refused with a sentence', async () => {
    const { token } = await world.addDevice()
    const event: DeviceEvent = { n: 1, at: ago(0), kind: 'started' }
    const bad = [
      { ...event, n: 0 },
      { ...event, at: 'gestern' },
      { ...event, dispatchId: '1; drop table' },
      { ...event, kind: 'heard' },
    ] as unknown as DeviceEvent[]
    for (const one of bad) expect((await world.report(token, [one])).status).toBe(422)
    const many = Array.from({ length: 501 }, (_, i) => ({ ...event, n: i + 1 }))
    expect((await world.report(token, many)).body).toMatchObject({ code: 'request.invalid' })
    expect((await world.report(token, many.slice(1))).body).toEqual({ upTo: 501 })
    const huge = await world
      .http()
      .post(`/api/station-device/${token}/report`)
      .set('Content-Type', 'application/json')
      .send(`{"x":"${'a'.repeat(1_100_000)}"}`)
    expect(huge.status).toBe(413)
  })
})

describe('cancel and what was played', () => {
  test('says per station what was heard before it was taken back, and the log says so too', async () => {
    const id = await world.announce({ title: 'Cúp điện' })
    const dispatch = await loudspeaker(id)
    const { token } = await world.addDevice()
    await world.report(token, [
      { n: 1, at: ago(50), kind: 'started', dispatchId: dispatch, play: 1 },
      { n: 2, at: ago(40), kind: 'ended', dispatchId: dispatch, play: 1 },
      { n: 3, at: ago(30), kind: 'started', dispatchId: dispatch, play: 2 },
    ])
    await cancel(world.deps, officer, id, 'Có điện lại')
    const withdrawn = (await logged()).at(-1)
    expect(withdrawn).toMatchObject({
      kind: 'withdrawn',
      dispatch,
      announcement: id,
      reason: 'cancelled',
      by: officer.name,
      text: 'Có điện lại',
      ended: 1,
      interrupted: 0,
    })
    await world.report(token, [
      { n: 4, at: ago(-1), kind: 'interrupted', dispatchId: dispatch, play: 2, reason: 'withdrawn' },
    ])
    const { body } = await (await world.as('officer')).get(`/api/announcements/${id}/playback`).expect(200)
    const here = body.find((p: { stationId: string }) => p.stationId === stationId())
    expect(here).toMatchObject({ plays: 1, playsAfterWithdrawal: 0, evidence: 'played-by-device', missed: 0 })
    expect(here.evidenceText.vi).toBe('thiết bị của đài báo đã phát đến hết (chưa chắc có người nghe)')
    expect(here.summary.vi).toMatch(/^Thiết bị báo đã phát 1 lần lúc .*, đã dừng giữa chừng lúc .* do thu hồi\.$/)
    const there = body.find((p: { stationId: string }) => p.stationId === stationId(1))
    expect(there).toMatchObject({ plays: 0, evidence: null })
    // A device that was offline goes on until it hears of it; that is said, too.
    await world.report(token, [{ n: 5, at: ago(-5), kind: 'ended', dispatchId: dispatch, play: 3 }])
    const after = await (await world.as('officer')).get(`/api/announcements/${id}/playback`)
    expect(after.body.find((p: { stationId: string }) => p.stationId === stationId())).toMatchObject({
      plays: 2,
      playsAfterWithdrawal: 1,
    })
  })

  test('two cancellations and reports at once neither wait for each other for ever nor break a chain', async () => {
    const ids = await Promise.all(Array.from({ length: 4 }, () => world.announce()))
    const devices = await Promise.all([0, 1, 0, 1].map(i => world.addDevice(i)))
    const dispatches = await Promise.all(ids.map(loudspeaker))
    await Promise.all([
      ...ids.map(id => cancel(world.deps, officer, id, 'Thử')),
      ...devices.flatMap(d =>
        dispatches.map((dispatchId, i) =>
          world
            .report(d.token, [{ n: i + 1, at: ago(1), kind: 'fetched', dispatchId }])
            .then(a => expect(a.status).toBe(200)),
        ),
      ),
    ])
    for (const i of [0, 1]) expect(await verifyChain(world.deps.db, stationId(i))).toMatchObject({ ok: true })
  })

  test('a report of much that was fetched and its withdrawal do not stand in each other’s way', async () => {
    const { db } = world.database
    const dispatch = await loudspeaker(await world.announce())
    const slot = await world.addSlot({ startsAt: inMinutes(-5), dispatchIds: [dispatch] })
    const { token } = await world.addDevice()
    const others = [...Array(8)].map(() => world.announce())
    const dispatches = [dispatch, ...(await Promise.all((await Promise.all(others)).map(loudspeaker)))]
    const { rows } = await db.query<{ id: string; dispatchId: string }>(
      `select id, dispatch_id as "dispatchId" from shelf_items
       where kind = 'stations' and place_id = $1 and dispatch_id = any($2::bigint[]) order by id desc`,
      [stationId(), dispatches],
    )
    const events = rows.map(
      (row, i): DeviceEvent => ({
        n: i + 1,
        at: ago(1),
        kind: 'fetched',
        dispatchId: row.dispatchId,
        slotId: slot,
      }),
    )
    // Somebody holds the one in the middle: both come that far, each by its own way, and then go on.
    const third = await db.connect()
    await third.query('begin')
    await third.query('select from shelf_items where id = $1 for update', [rows[4]?.id])
    const both = Promise.all([
      world.report(token, events).then(answer => answer.status),
      transaction(db, sql => withdrawFromShelves(sql, dispatches, new Date())).then(
        () => 'done',
        error => error,
      ),
    ])
    await until('both wait', async () => {
      const { rowCount } = await db.query(
        `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      )
      return rowCount === 2
    })
    await third.query('commit')
    third.release()
    expect(await both).toEqual([200, 'done'])
  })
})
