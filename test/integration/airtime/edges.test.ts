import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { StudioPort } from '../../../channels/contract.ts'
import { saveProgramme } from '../../../services/airtime/programmes.ts'
import { renderDueSlots } from '../../../services/airtime/rendering.ts'
import { vietNamClock } from '../../../services/domain/airtime/calendar.ts'
import { usualProgramme } from '../../../services/domain/programme.ts'
import { smallStudio } from '../../support/studio.ts'
import { type AirtimeWorld, airtimeWorld } from './world.ts'

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
