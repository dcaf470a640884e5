import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Command } from 'commander'
import supertest from 'supertest'
import { register } from '../../../services/cli/commands/airtime.ts'
import { withWorkDir } from '../../../services/compose.ts'
import { cancel } from '../../../services/dispatch/control.ts'
import { addDays, vietNamMoment } from '../../../services/domain/airtime/calendar.ts'
import { usualProgramme } from '../../../services/domain/programme.ts'
import { type AirWeek, airWeekSchema, operatorSlotSchema } from '../../../services/http/schemas-airtime.ts'
import { officer } from '../../support/dispatch.ts'
import { lengthMs } from '../../support/studio.ts'
import { type AirtimeWorld, airtimeWorld } from './world.ts'

let world: AirtimeWorld
const agents = {} as Record<'officer' | 'operator' | 'admin' | 'approver', Awaited<ReturnType<AirtimeWorld['as']>>>
beforeAll(async () => {
  world = await airtimeWorld()
  for (const role of ['officer', 'operator', 'admin', 'approver'] as const) agents[role] = await world.as(role)
})
afterAll(() => world.close())

const week = async (area = '19333', from = world.monday): Promise<AirWeek> => {
  const { body } = await agents.officer.get(`/api/airtime/week?area=${area}&from=${from}`).expect(200)
  return airWeekSchema.parse(body)
}
const slotsOf = (w: AirWeek) => w.days.flatMap(d => d.slots)
const workdays = [1, 2, 3, 4, 5]

describe('programmes', () => {
  const own = {
    ...usualProgramme,
    sessions: [{ start: '06:00', weekdays: workdays, minutes: 10, source: 'own' }],
    greeting: 'Đây là Đài truyền thanh phường Đông Hà.',
  }

  test('are read by officers, approvers and operators, changed for the own communes only', async () => {
    for (const role of ['officer', 'operator', 'admin', 'approver'] as const) {
      const { body } = await agents[role].get('/api/airtime/programmes/19333').expect(200)
      expect(body).toMatchObject({ from: 'usual', problems: [], boundBy: null })
    }
    await agents.operator.get('/api/airtime/programmes/19742').expect(404)
    await agents.operator.put('/api/airtime/programmes/19742').send(own).expect(404)
    await agents.operator.put('/api/airtime/programmes/44').send(own).expect(404)
    await agents.approver.put('/api/airtime/programmes/19333').send(own).expect(403)
    await agents.officer.put('/api/airtime/programmes/99999').send(own).expect(404)
    await supertest(world.server.url).get('/api/airtime/areas').expect(401)
    const areas = (await agents.operator.get('/api/airtime/areas').expect(200)).body
    expect(areas.map((a: { areaCode: string }) => a.areaCode)).toEqual(['19333'])
    const all = (await agents.officer.get('/api/airtime/areas').expect(200)).body
    expect(all).toMatchObject([
      { areaCode: '19333', kind: 'commune', stations: 1, from: 'usual' },
      { areaCode: '19742' },
      { areaCode: '44', kind: 'province', stations: 2 },
    ])
  })

  test('a broken rule is refused with a sentence, and what was stored stays', async () => {
    const saved = (await agents.operator.put('/api/airtime/programmes/19333').send(own).expect(200)).body
    expect(saved).toMatchObject({ from: 'own', updatedBy: 'Tài khoản operator' })
    expect(slotsOf(await week()).map(s => s.maxSeconds)).toEqual([600, 600, 600, 600, 600])
    const bad = { ...own, sessions: [{ start: '03:00', weekdays: [6], minutes: 45, source: 'own' }] }
    const refused = await agents.operator.put('/api/airtime/programmes/19333').send(bad).expect(422)
    expect(refused.body.code).toBe('airtime.rule-broken')
    expect(refused.body.errors).toHaveLength(3)
    expect(refused.body.detailVi).toMatch(/giờ yên tĩnh.*15 phút.*thứ Bảy/)
    expect((await agents.officer.get('/api/airtime/programmes/19333').expect(200)).body.programme).toEqual(
      expect.objectContaining({ sessions: own.sessions }),
    )
    const history = (await agents.officer.get('/api/airtime/programmes/19333/history').expect(200)).body
    expect(history).toMatchObject([{ action: 'programme', actorName: 'Tài khoản operator', detail: { before: null } }])
  })

  test('the province’s quota binds, its programme is that of communes without one, and shows problems made later', async () => {
    const province = {
      ...usualProgramme,
      sessions: [{ start: '17:00', weekdays: workdays, minutes: 5, source: 'relay' }],
      quota: { sessionsPerDay: 1, minutesPerSession: 5, weekdays: workdays },
    }
    await agents.officer.put('/api/airtime/programmes/44').send(province).expect(200)
    const commune = (await agents.officer.get('/api/airtime/programmes/19333').expect(200)).body
    expect(commune.boundBy).toEqual(province.quota)
    expect(commune.problems).toHaveLength(1)
    expect((await week()).days[0]?.slots.map(s => s.maxSeconds)).toEqual([300])
    expect((await week()).days[0]?.quotaSeconds).toBe(300)
    expect((await week()).days[5]?.quotaSeconds).toBe(0)
    await agents.operator.put('/api/airtime/programmes/19333').send(own).expect(422)
    const island = await week('19742')
    expect(island.programme.from).toBe('province')
    expect(island.days[0]?.slots).toMatchObject([{ relay: true }])
    await world.database.db.query(`delete from programmes`)
    await world.database.db.query('update airtime_plans set stale = true')
    await world.pass()
  })
})

describe('exceptions', () => {
  const post = (body: Record<string, unknown>, role: 'officer' | 'operator' = 'operator') =>
    agents[role].post('/api/airtime/exceptions').send({ areaCode: '19333', reason: 'Lễ hội địa phương', ...body })

  test('make a day different, with a reason, and can be taken back', async () => {
    const date = world.monday
    const off = (await post({ date, kind: 'off', start: '05:30' }).expect(201)).body
    expect(off).toMatchObject({ kind: 'off', date, start: '05:30', madeBy: 'Tài khoản operator' })
    const moved = (await post({ date, kind: 'move', start: '17:00', to: '18:00' }).expect(201)).body
    const seen = await week()
    expect(seen.days[0]?.slots.map(s => s.startsAt)).toEqual([world.at(0, '18:00').toISOString()])
    world.at(0, '00:00')
    expect(seen.days[0]?.exceptions).toHaveLength(2)
    expect((await agents.officer.get('/api/airtime/exceptions?area=19333').expect(200)).body).toHaveLength(2)
    for (const { id } of [off, moved]) await agents.operator.delete(`/api/airtime/exceptions/${id}`).expect(200)
    expect((await week()).days[0]?.slots).toHaveLength(2)
    await agents.operator.delete(`/api/airtime/exceptions/${off.id}`).expect(404)
  })

  test('quiet hours and other sessions hold; what is over the quota is for officers', async () => {
    const date = addDays(world.monday, 1)
    for (const [body, sentence] of [
      [{ kind: 'move', start: '17:00', to: '22:00' }, /giờ yên tĩnh/],
      [{ kind: 'move', start: '17:00', to: '05:40' }, /chồng lên phiên 05:30/],
      [{ kind: 'longer', start: '07:00', minutes: 20 }, /không có phiên 07:00/],
      [{ kind: 'extra', minutes: 10 }, /giờ phát mới/],
      [{ kind: 'extra', to: '11:00', minutes: 10 }, /Vượt hạn mức/],
      [{ kind: 'longer', start: '17:00', minutes: 30 }, /Vượt hạn mức/],
    ] as const) {
      const { body: problem } = await post({ date, ...body }).expect(422)
      expect(problem.detailVi).toMatch(sentence)
    }
    await post({ date: addDays(world.monday, -1), kind: 'off' }).expect(422)
    await post({ date, kind: 'off', reason: '' }).expect(422)
    await post({ date, kind: 'off', areaCode: '19742' }).expect(404)
    const extra = (await post({ date, kind: 'extra', to: '11:00', minutes: 10 }, 'officer').expect(201)).body
    expect((await week()).days[1]?.slots.map(s => s.maxSeconds)).toEqual([900, 600, 900])
    await agents.officer.delete(`/api/airtime/exceptions/${extra.id}`).expect(200)
  })
})

describe('the week and what people decide about it', () => {
  let a = { id: '', dispatch: '' }
  let b = { id: '', dispatch: '' }
  beforeAll(async () => {
    a = await world.announce({ title: 'Lịch tiêm chủng' }, 5)
    b = await world.announce({ title: 'Lịch cắt điện' }, 6)
    const urgent = { title: 'Lũ quét', priority: 'emergency', urgencyReason: 'Lũ lên nhanh' }
    // With an end: this world's clock is days ahead, and one without is over after twelve hours.
    await world.announce({ ...urgent, expiresAt: vietNamMoment(addDays(world.monday, 7), '00:00').toISOString() }, 3)
    world.at(0, '00:00')
    await world.pass()
  })
  const choose = (body: Record<string, unknown>) => agents.operator.post('/api/airtime/choices').send(body)
  const titles = async () =>
    slotsOf(await week())
      .map(s => s.items.map(i => i.title))
      .filter(t => t.length > 0)

  test('shows what airs when, for how long; emergencies stand beside it', async () => {
    const seen = await week()
    expect(await titles()).toEqual([['Lịch tiêm chủng', 'Lịch cắt điện']])
    expect(seen.days[0]?.usedSeconds).toBe(8 + 5 + 6 + 4)
    expect(seen.days[0]?.quotaSeconds).toBe(1800)
    expect(seen.emergencies).toMatchObject([{ title: 'Lũ quét', seconds: 3 }])
    expect(seen.days.map(d => d.date)).toEqual(Array.from({ length: 7 }, (_, i) => addDays(world.monday, i)))
    await agents.operator.get('/api/airtime/week?area=19742').expect(404)
    await agents.officer.get('/api/airtime/week?area=19333&from=2026-02-30').expect(422)
    const areas = (await agents.officer.get('/api/airtime/areas').expect(200)).body
    expect(areas[0]).toMatchObject({ nextSlotAt: world.at(0, '05:30').toISOString(), nextSlotSeconds: 23, waiting: 0 })
    world.at(0, '00:00')
  })

  test('hold, first, another slot, auto', async () => {
    await choose({ dispatchId: a.dispatch, kind: 'hold', reason: 'Chờ đính chính' }).expect(200)
    expect(await titles()).toEqual([['Lịch cắt điện']])
    expect((await week()).waiting).toMatchObject([{ reason: 'held', note: 'Chờ đính chính', title: 'Lịch tiêm chủng' }])
    await choose({ dispatchId: a.dispatch, kind: 'auto' }).expect(200)
    await choose({ dispatchId: b.dispatch, kind: 'first' }).expect(200)
    expect(await titles()).toEqual([['Lịch cắt điện', 'Lịch tiêm chủng']])
    const later = slotsOf(await week())[3]
    await choose({ dispatchId: a.dispatch, kind: 'slot', slotId: later?.id }).expect(200)
    const seen = slotsOf(await week())
    expect(seen[3]?.items).toMatchObject([{ title: 'Lịch tiêm chủng', pinned: true }])
    expect(seen[0]?.items).toMatchObject([{ title: 'Lịch cắt điện' }])
    await choose({ dispatchId: a.dispatch, kind: 'slot' }).expect(422)
    await choose({ dispatchId: '1', kind: 'hold' }).expect(404)
    const island = slotsOf(await week('19742'))[0]
    await choose({ dispatchId: a.dispatch, kind: 'slot', slotId: island?.id }).expect(404)
    for (const { dispatch } of [a, b]) await choose({ dispatchId: dispatch, kind: 'auto' }).expect(200)
    world.at(0, '05:21')
    const near = slotsOf(await week())[0]
    const refused = await choose({ dispatchId: a.dispatch, kind: 'slot', slotId: near?.id }).expect(409)
    expect(refused.body.code).toBe('airtime.wrong-state')
    world.at(0, '00:00')
  })

  test('the operator’s phone: file, script, tick, undo, fault, and another airing', async () => {
    world.at(0, '01:00')
    expect(await world.render()).toBe(2)
    world.at(0, '05:22')
    await world.pass()
    const day = async () =>
      operatorSlotSchema
        .array()
        .parse((await agents.operator.get(`/api/operator/slots?date=${world.monday}`).expect(200)).body)
    const [slot] = await day()
    expect(slot).toMatchObject({ state: 'locked', areaCode: '19333', stations: [{ id: world.stations[0] }] })
    expect(slot?.script).toMatch(/Ủy ban nhân dân tỉnh[\s\S]+Ủy ban nhân dân tỉnh/)
    expect(await day()).toHaveLength(1)
    expect((await agents.admin.get(`/api/operator/slots?date=${world.monday}`)).body).toHaveLength(2)
    await agents.officer.get('/api/operator/slots').expect(403)

    const get = (url = '') => supertest(world.server.url).get(url).responseType('blob')
    const mp3 = await get(slot?.file?.mp3Url).expect(200)
    expect(mp3.headers['content-type']).toBe('audio/mpeg')
    expect(mp3.headers['content-disposition']).toMatch(/^attachment; filename="loa-19333-\d{4}-\d\d-\d\d-05h30\.mp3"/)
    expect(mp3.body.length).toBe(slot?.file?.sizeBytes)
    expect(createHash('sha256').update(mp3.body).digest('hex')).toBe(slot?.file?.url.split('/')[3])
    const wav = await get(slot?.file?.wavUrl).expect(200)
    expect(wav.headers['content-type']).toMatch(/^audio\/(x-)?wav/)
    expect(wav.headers['content-length']).toBe(String(wav.body.length))
    expect([wav.body.readUInt16LE(22), wav.body.readUInt16LE(34)]).toEqual([1, 16])
    await withWorkDir(async dir => {
      await writeFile(join(dir, 'slot.wav'), wav.body)
      const apart = Math.abs((await lengthMs(join(dir, 'slot.wav'))) - (slot?.file?.durationSeconds ?? 0) * 1000)
      expect(apart).toBeLessThan(100)
    })
    await get(slot?.file?.mp3Url.replace(/sig=..../, 'sig=AAAA')).expect(403)

    const act = (what: string, body: Record<string, unknown> = {}) =>
      agents.operator.post(`/api/operator/slots/${slot?.id}/${what}`).send({ stationId: world.stations[0], ...body })
    await act('aired').expect(409)
    const [early, begin] = [world.at(0, '05:10'), world.at(0, '05:30')]
    const at = world.at(0, '05:46')
    await act('aired', { at: early.toISOString() }).expect(422)
    await act('aired', { at: new Date(at.getTime() + 120_000).toISOString() }).expect(422)
    await act('aired', { stationId: world.stations[1] }).expect(404)
    const ticked = (await act('aired').expect(200)).body
    expect(ticked.playback).toMatchObject({ tickedAt: begin.toISOString(), tickedBy: 'Tài khoản operator' })
    const again = (reason: string) => agents.operator.post(`/api/airtime/slots/${slot?.id}/again`).send({ reason })
    await again('Không rõ').expect(409)
    expect((await act('not-aired').expect(200)).body.playback.tickedAt).toBeNull()

    const fault = (
      await agents.operator
        .post('/api/operator/faults')
        .send({ stationId: world.stations[0], slotId: slot?.id, kind: 'no-sound', text: 'Âm ly không lên' })
        .expect(201)
    ).body
    expect((await day())[0]?.faults).toMatchObject([{ kind: 'no-sound', by: 'Tài khoản operator' }])
    expect((await agents.officer.get('/api/operator/faults').expect(200)).body).toHaveLength(1)
    await agents.operator.post(`/api/operator/faults/${fault.id}/resolved`).send({}).expect(200)
    expect((await agents.operator.get('/api/operator/faults').expect(200)).body[0].resolvedBy).toBe(
      'Tài khoản operator',
    )
    await agents.operator.post('/api/operator/faults').send({ stationId: world.stations[1], kind: 'other' }).expect(404)

    // Nobody reported on it: unknown, until a person says so.
    expect(await titles()).toEqual([['Lịch tiêm chủng', 'Lịch cắt điện']])
    await again('Mất điện toàn phường').expect(200)
    expect(await titles()).toEqual([
      ['Lịch tiêm chủng', 'Lịch cắt điện'],
      ['Lịch tiêm chủng', 'Lịch cắt điện'],
    ])
    await again('Bấm lần nữa').expect(200)
    expect(await titles()).toHaveLength(2)
    const { rows } = await world.database.db.query(
      `select kind from as_run where station_id = $1 and kind like 'fault%' order by n`,
      [world.stations[0]],
    )
    expect(rows.map(r => r.kind)).toEqual(['fault', 'fault-resolved'])
    const { rows: changes } = await world.database.db.query(
      `select action, count(*)::int as n from airtime_changes where area_code = '19333' group by 1 order by 1`,
    )
    expect(Object.fromEntries(changes.map(c => [c.action, c.n]))).toMatchObject({ again: 1 })
  })
})

describe('loa airtime week', () => {
  const said = async (...words: string[]) => {
    const lines: string[] = []
    const write = process.stdout.write
    process.stdout.write = ((text: string) => lines.push(text) > 0) as typeof process.stdout.write
    try {
      const program = new Command().exitOverride()
      register(program)
      await program.parseAsync(['node', 'loa', 'airtime', 'week', ...words])
    } finally {
      process.stdout.write = write
    }
    return lines.join('')
  }
  beforeAll(() => {
    Object.assign(process.env, {
      LOA_SERVER: world.server.url,
      LOA_USER: 'officer@loa.example',
      LOA_PASSWORD: world.passwords.officer,
    })
  })
  afterAll(() => {
    for (const name of ['LOA_SERVER', 'LOA_USER', 'LOA_PASSWORD']) delete process.env[name]
  })

  test('prints what airs when, for how long, as a table or one JSON document', async () => {
    const text = await said('--area', '19333', '--from', world.monday)
    expect(text).toContain('Phường Đông Hà (19333)')
    expect(text).toMatch(/05:30 │ 0:\d\d │ .+Lịch tiêm chủng \(0:05\)/)
    expect(text).toContain('KHẨN CẤP, phát ngay: Lũ quét (0:03)')
    expect(airWeekSchema.parse(JSON.parse(await said('--area', '19333', '--from', world.monday, '--json'))).from).toBe(
      world.monday,
    )
    const all = JSON.parse(await said('--from', world.monday, '--json')) as AirWeek[]
    expect(all.map(w => w.areaCode)).toEqual(['19333', '19742'])
  })
})

describe('a province whose slot is relayed', () => {
  test('communes pass it on, with their own lead; what is not theirs stays out; nothing is aired twice in the hour', async () => {
    const { db } = world.database
    const { rows: old } = await db.query(`select id from announcements where state not in ('cancelled', 'superseded')`)
    for (const { id } of old) await cancel(world.deps, officer, id, 'Hết việc')
    await db.query('delete from slot_ticks')
    await db.query('delete from station_faults')
    await db.query('delete from slots')
    await db.query('update airtime_plans set stale = true')
    world.at(0, '00:00')
    const province = {
      ...usualProgramme,
      sessions: [
        { start: '05:30', weekdays: workdays, minutes: 15, source: 'own' },
        { start: '17:00', weekdays: workdays, minutes: 15, source: 'relay' },
      ],
      greeting: 'Mời bà con nghe đài.',
    }
    await agents.officer.put('/api/airtime/programmes/44').send(province).expect(200)
    await agents.officer
      .put('/api/airtime/programmes/19742')
      .send({ ...province, sessions: [...province.sessions.slice(1)], greeting: 'Cồn Cỏ', powerOnLeadSeconds: 10 })
      .expect(200)
    await world.announce({ title: 'Toàn tỉnh' }, 5)
    await world.announce({ title: 'Riêng Đông Hà', audience: { areas: ['19333'] } }, 5)
    await world.pass()
    const plan = async (area: string) =>
      slotsOf(await week(area)).flatMap(s => (s.items.length ? [[s.relay, ...s.items.map(i => i.title)]] : []))
    expect(await plan('44')).toEqual([[false, 'Toàn tỉnh']])
    // The relay counts as the airing: the commune's own slot need not carry it.
    expect(await plan('19333')).toEqual([
      [false, 'Riêng Đông Hà'],
      [true, 'Toàn tỉnh'],
    ])
    expect(await plan('19742')).toEqual([[true, 'Toàn tỉnh']])
    world.at(0, '16:51')
    await world.pass()
    await world.render()
    const files = await db.query(
      `select s.area_code as area, s.file_key as key, s.sound from slots s where s.file_key is not null and s.relay
       or s.area_code = '44' and s.file_key is not null order by 1`,
    )
    expect(files.rows.map(r => [r.area, r.sound.greeting, r.sound.powerOnLeadSeconds])).toEqual([
      ['19333', 'Mời bà con nghe đài.', 0],
      ['19742', 'Mời bà con nghe đài.', 10],
      ['44', 'Mời bà con nghe đài.', 0],
    ])
    expect(files.rows[0].key).toBe(files.rows[2].key)
    expect(files.rows[1].key).not.toBe(files.rows[0].key)
  })
})
