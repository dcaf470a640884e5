import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { StudioPort } from '../../../channels/contract.ts'
import { chooseSlot } from '../../../services/airtime/choices.ts'
import { addException, dropException } from '../../../services/airtime/exceptions.ts'
import { saveProgramme } from '../../../services/airtime/programmes.ts'
import { renderDueSlots } from '../../../services/airtime/rendering.ts'
import { tickSlot } from '../../../services/airtime/slot-ticks.ts'
import { airWeek } from '../../../services/airtime/week.ts'
import { cancel } from '../../../services/dispatch/control.ts'
import { addDays, vietNamClock } from '../../../services/domain/airtime/calendar.ts'
import { usualProgramme } from '../../../services/domain/programme.ts'
import { recordReport } from '../../../services/places/device-report.ts'
import { playbackOf } from '../../../services/places/playback.ts'
import { createShelf } from '../../../services/places/shelf.ts'
import { exceptionsOf } from '../../../services/store/airtime/programmes.ts'
import { viewSlots } from '../../../services/store/airtime/views.ts'
import { transaction } from '../../../services/store/db.ts'
import { insertRound } from '../../../services/store/rounds.ts'
import { officer } from '../../support/dispatch.ts'
import { smallStudio } from '../../support/studio.ts'
import { type AirtimeWorld, airtimeWorld, type SlotRow } from './world.ts'

let world: AirtimeWorld
beforeAll(async () => {
  world = await airtimeWorld()
})
afterAll(() => world.close())
beforeEach(async () => {
  const { db } = world.database
  for (const table of ['slot_ticks', 'device_events', 'slots', 'slot_choices', 'programmes', 'programme_exceptions']) {
    await db.query(`delete from ${table}`)
  }
  await db.query(`update shelf_items set withdrawn_at = now() where withdrawn_at is null`)
  await db.query('update airtime_plans set stale = true')
  world.at(0, '00:00')
})

const filled = async (area?: string) => (await world.slots(area)).filter(s => s.titles.length > 0)
const plan = async (area?: string) => (await filled(area)).map(s => [vietNamClock(s.at), ...s.titles])

describe('planning', () => {
  test('a programme that this version cannot read counts as none and silences nobody', async () => {
    await world.database.db.query(
      `insert into programmes (area_code, body, updated_by) values ('19333', '{"v": 99}', 'a later version')`,
    )
    await world.announce({ title: 'Vẫn phát' })
    await world.pass()
    for (const area of ['19333', '19742']) expect(await plan(area)).toEqual([['05:30', 'Vẫn phát']])
  })

  test('a locked slot whose file is too long gives up its last item, which goes to the next one', async () => {
    const sessions = usualProgramme.sessions.map(s => ({ ...s, minutes: 2 }))
    await saveProgramme(world.deps, { ...world.operator, role: 'officer' }, '19333', { ...usualProgramme, sessions })
    await world.announce({ title: 'Dài thứ nhất' }, 50)
    await world.announce({ title: 'Dài thứ hai' }, 50)
    await world.pass()
    world.at(0, '05:21')
    await world.pass()
    const [slot] = await filled()
    expect(slot).toMatchObject({ state: 'locked', fileKey: null, titles: ['Dài thứ nhất', 'Dài thứ hai'] })
    const wordy: StudioPort = {
      assemble: (job, tools) => smallStudio.assemble({ ...job, powerOnLeadSeconds: 20 }, tools),
    }
    const render = () => renderDueSlots(world.deps, { ...world.rendering, studio: wordy }, new AbortController().signal)
    await render()
    await world.pass()
    expect(await plan()).toEqual([
      ['05:30', 'Dài thứ nhất'],
      ['17:00', 'Dài thứ hai'],
    ])
    world.at(0, '05:22')
    await render()
    await world.pass()
    expect((await filled())[0]).toMatchObject({ id: slot?.id, state: 'locked', fileKey: expect.any(String) })
    const { rows } = await world.database.db.query(
      `select entry from as_run where kind = 'slot-locked' and station_id = $1 order by n desc limit 1`,
      [world.stations[0]],
    )
    const { items, file } = JSON.parse(rows[0].entry)
    expect(items.map((i: { title: string }) => i.title)).toEqual(['Dài thứ nhất'])
    expect(file.durationMs).toBeLessThanOrEqual(120_500)
  })
})

test('what a person holds back stays held when a further round carries the same words', async () => {
  const { db } = world.database
  const { dispatch } = await world.announce({ title: 'Giữ lại' })
  await world.pass()
  const choose = (kind: 'hold' | 'auto', id: string) =>
    chooseSlot(world.deps, world.operator, { areaCode: '19333', dispatchId: id, kind, reason: 'Chờ xác minh' })
  await choose('hold', dispatch)
  expect(await plan()).toEqual([])
  const round = await transaction(db, sql => insertRound(sql, dispatch, ['unknown'], new Date()))
  const { rows } = await db.query(
    `update dispatches d set rendition_id = o.rendition_id from dispatches o where d.id = $1 and o.id = $2
     returning d.rendition_id as id`,
    [round.id, dispatch],
  )
  await createShelf(db, () => new Date()).put('stations', world.stations, {
    dispatchId: round.id,
    renditionId: rows[0].id,
  })
  await world.pass()
  expect(await plan()).toEqual([])
  expect(await plan('19742')).toHaveLength(1)
  const week = await airWeek(world.deps, world.operator, '19333', world.monday)
  expect(week.waiting).toMatchObject([{ dispatchId: round.id, reason: 'held', note: 'Chờ xác minh' }])
  await choose('auto', round.id)
  expect(await plan()).toEqual([['05:30', 'Giữ lại']])
})

describe('the quota', () => {
  const quota = { sessionsPerDay: 3, minutesPerSession: 30, weekdays: [1, 2, 3, 4, 5] }
  const extra = (day: number, to: string, minutes = 10) => ({
    ...{ areaCode: '19333', date: addDays(world.monday, day), start: null, kind: 'extra' as const },
    ...{ to, minutes, reason: 'Thử hạn mức' },
  })
  beforeEach(async () => {
    await saveProgramme(world.deps, { ...world.operator, role: 'officer' }, '19333', { ...usualProgramme, quota })
  })

  test('binds an operator on days of the week that it leaves out', async () => {
    const { operator } = world
    const saturday = extra(5, '09:00')
    await expect(addException(world.deps, operator, saturday)).rejects.toMatchObject({ code: 'airtime.rule-broken' })
    await expect(addException(world.deps, { ...operator, role: 'officer' }, saturday)).resolves.toMatchObject({
      day: saturday.date,
    })
  })

  test('is not passed by taking back what made room for more', async () => {
    const { operator } = world
    const [first] = usualProgramme.sessions
    const date = addDays(world.monday, 2)
    const wish = { areaCode: '19333', date, to: null, minutes: null, reason: 'Thử hạn mức' }
    await addException(world.deps, operator, extra(2, '09:00'))
    const off = await addException(world.deps, operator, { ...wish, start: first?.start ?? '', kind: 'off' })
    await addException(world.deps, operator, extra(2, '10:00'))
    const taken = dropException(world.deps, operator, off.id)
    await expect(taken).rejects.toMatchObject({ code: 'airtime.rule-broken' })
    expect((await exceptionsOf(world.deps.db, ['19333'], date, date)).map(e => e.kind)).toContain('off')
    await dropException(world.deps, { ...operator, role: 'officer' }, off.id)
  })

  test('is not passed by several at once', async () => {
    const room = quota.sessionsPerDay - usualProgramme.sessions.length
    const times = ['07:00', '09:00', '10:00', '13:00', '14:00', '15:00']
    for (const day of [1, 2, 3, 4]) {
      const wishes = times.map(at => addException(world.deps, world.operator, extra(day, at)))
      const made = await Promise.allSettled(wishes)
      expect(made.filter(m => m.status === 'fulfilled')).toHaveLength(room)
    }
  })
})

describe('taken back', () => {
  test('seconds before the slot, while nobody was looking: a tick confirms and tells only what was still to be aired', async () => {
    const gone = await world.announce({ title: 'Thu hồi' })
    const kept = await world.announce({ title: 'Còn lại' })
    await world.pass()
    world.at(0, '05:20')
    await world.render()
    await world.pass()
    const [slot] = await filled()
    expect(slot?.titles).toEqual(['Thu hồi', 'Còn lại'])
    world.at(0, '05:29')
    await cancel(world.deps, officer, gone.id, 'Sai ngày')
    world.at(0, '05:31')
    await world.pass()
    const view = (await viewSlots(world.deps.db, { ids: [slot?.id ?? ''] }, world.deps.now()))[0]
    expect(view?.items.map(i => [i.title, i.withdrawn])).toEqual([
      ['Thu hồi', true],
      ['Còn lại', false],
    ])
    // The file stays: its parts say what was left out.
    expect(view?.file).not.toBeNull()
    await tickSlot(world.deps, world.operator, slot?.id ?? '', world.stations[0] ?? '', undefined)
    world.at(0, '05:40')
    await world.pass()
    const { rows } = await world.database.db.query(
      `select entry from as_run where kind = 'ticked' and station_id = $1 order by n desc limit 1`,
      [world.stations[0]],
    )
    expect(JSON.parse(rows[0].entry).dispatches).toEqual([kept.dispatch])
  })

  test('in the middle of the slot: it had its airing, and stays in the record', async () => {
    const late = await world.announce({ title: 'Thu hồi sau' })
    await world.pass()
    world.at(0, '05:20')
    await world.render()
    await world.pass()
    world.at(0, '05:31')
    await cancel(world.deps, officer, late.id, 'Sai')
    world.at(0, '05:32')
    expect((await world.pass()).withdrawn).toBe(0)
    expect(await plan()).toEqual([['05:30', 'Thu hồi sau']])
  })
})

describe('what devices say of a slot', () => {
  let devices: { id: string; stationId: string }[]
  let slot: SlotRow | undefined
  let n = 0
  beforeEach(async () => {
    const { db } = world.database
    await db.query('delete from station_devices')
    const { rows } = await db.query(
      `insert into station_devices (station_id, name, token_hash, created_by, created_at, last_seen_at)
       select $1, name, name, 'test', $2, $2 from unnest(array['a', 'b']) name returning id, station_id as "stationId"`,
      [world.stations[0], world.at(0, '00:00')],
    )
    devices = rows
    await world.announce({ title: 'Lỡ giờ' })
    await world.pass()
    world.at(0, '05:20')
    await world.render()
    await world.pass()
    slot = (await filled())[0]
    world.at(0, '06:00')
    await world.pass()
  })
  const says = async (i: number, kind: 'missed' | 'started' | 'ended') => {
    const device = devices[i]
    if (!device) throw new Error('no such device')
    const { rows } = await world.database.db.query('select dispatch_id as id from slot_items where slot_id = $1', [
      slot?.id,
    ])
    n += 1
    const at = world.deps.now().toISOString()
    const event = { n, at, kind, slotId: slot?.id ?? '', dispatchId: rows[0].id, play: 1 }
    const state = { version: 'test', seq: 1, playing: null, clockSkewMs: 0, filesMissing: 0, soundOk: true }
    await recordReport(world.deps, device, { state, events: [event] })
  }

  test('one missed it and one that may well play is silent: nothing is aired twice by itself', async () => {
    await says(0, 'missed')
    expect((await world.pass()).missed).toBe(0)
    expect(await plan()).toEqual([['05:30', 'Lỡ giờ']])
    await says(1, 'missed')
    expect((await world.pass()).missed).toBe(1)
    expect((await plan()).map(([at]) => at)).toEqual(['05:30', '17:00'])
  })

  test('a device whose manifest has run out plays nothing, so nobody waits for its word', async () => {
    await world.database.db.query(
      `update station_devices set last_seen_at = last_seen_at - interval '10 days' where id = $1`,
      [devices[1]?.id],
    )
    await says(0, 'missed')
    expect((await world.pass()).missed).toBe(1)
  })

  test('it was planned again, and then a device that was offline says that it was heard: it is not aired once more', async () => {
    await says(0, 'missed')
    await says(1, 'missed')
    await world.pass()
    expect(await plan()).toHaveLength(2)
    await says(1, 'started')
    await says(1, 'ended')
    await world.pass()
    expect(await plan()).toEqual([['05:30', 'Lỡ giờ']])
  })
})

describe('what people read', () => {
  test("an operator's tick of a slot is the word on each announcement in it, at that station alone", async () => {
    const { id } = await world.announce({ title: 'Có người xác nhận' })
    await world.pass()
    world.at(0, '05:20')
    await world.render()
    await world.pass()
    const [slot] = await filled()
    world.at(0, '05:50')
    await tickSlot(world.deps, world.operator, slot?.id ?? '', world.stations[0] ?? '', undefined)
    const [here, there] = world.stations.map(async station => {
      return (await playbackOf(world.deps, id)).find(p => p.stationId === station)
    })
    expect(await here).toMatchObject({
      airedBy: world.operator.name,
      evidence: 'attested-by-operator',
      airedAt: slot?.at,
    })
    expect((await here)?.summary.vi).toMatch(/^Người vận hành xác nhận đã phát/)
    expect(await there).toMatchObject({ airedAt: null, evidence: null })
  })

  test('an emergency without an end is shown with the end that stations keep', async () => {
    const { dispatch } = await world.announce({
      ...{ title: 'Khẩn không hạn', priority: 'emergency', urgencyReason: 'Diễn tập', expiresAt: undefined },
    })
    const week = () => airWeek(world.deps, world.operator, '19333', world.monday)
    const { rows } = await world.database.db.query(
      `select put_at as at from shelf_items where dispatch_id = $1 limit 1`,
      [dispatch],
    )
    const issued: Date = rows[0].at
    const deps = (hours: number) => ({ ...world.deps, now: () => new Date(issued.getTime() + hours * 3_600_000) })
    expect((await airWeek(deps(1), world.operator, '19333', undefined)).emergencies).toMatchObject([
      { dispatchId: dispatch, expiresAt: new Date(issued.getTime() + 12 * 3_600_000).toISOString() },
    ])
    expect((await airWeek(deps(13), world.operator, '19333', undefined)).emergencies).toEqual([])
    expect((await week()).emergencies.map(e => e.dispatchId)).not.toContain(dispatch)
  })
})
