import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { StudioPort } from '../../../channels/contract.ts'
import { airtimePass } from '../../../services/airtime/pass.ts'
import { saveProgramme } from '../../../services/airtime/programmes.ts'
import { renderDueSlots } from '../../../services/airtime/rendering.ts'
import { recordSlotTicks, tickSlot } from '../../../services/airtime/slot-ticks.ts'
import { cancel } from '../../../services/dispatch/control.ts'
import { vietNamClock, vietNamDay } from '../../../services/domain/airtime/calendar.ts'
import { AppError } from '../../../services/domain/errors.ts'
import { usualProgramme } from '../../../services/domain/programme.ts'
import { shelfListening } from '../../../services/places/events.ts'
import { openDb } from '../../../services/store/db.ts'
import { startAirtime } from '../../../workers/airtime.ts'
import { officer } from '../../support/dispatch.ts'
import { startProgram } from '../../support/server-process.ts'
import { smallStudio } from '../../support/studio.ts'
import { until } from '../../support/wait.ts'
import { type AirtimeWorld, airtimeWorld, type SlotRow } from './world.ts'

let world: AirtimeWorld
beforeAll(async () => {
  world = await airtimeWorld()
})
afterAll(() => world.close())
beforeEach(async () => {
  const { db } = world.database
  // Each test begins on the same Monday with empty shelves and no slot.
  await db.query('delete from slot_ticks')
  await db.query('delete from slots')
  await db.query('delete from slot_choices')
  await db.query(`update shelf_items set withdrawn_at = now() where withdrawn_at is null`)
  await db.query('update airtime_plans set stale = true')
  world.at(0, '00:00')
})

const filled = async (area?: string) => (await world.slots(area)).filter(s => s.titles.length > 0)
const when = (slot: SlotRow | undefined) =>
  slot && `${vietNamDay(slot.at) === world.monday ? 'today' : 'later'} ${vietNamClock(slot.at)}`
const asRun = async (station = world.stations[0]) =>
  (
    await world.database.db.query<{ kind: string; entry: string }>(
      'select kind, entry from as_run where station_id = $1 order by n',
      [station],
    )
  ).rows.map(r => ({ ...(JSON.parse(r.entry) as Record<string, unknown>), kind: r.kind }))
const fileOf = async (key: string | null | undefined) =>
  (
    await world.database.db.query(
      `select f.duration_ms as ms, f.parts, f.sha256, f.lufs, b.size_bytes::int as bytes
       from slot_files f join files b on b.sha256 = f.sha256 where f.key = $1`,
      [key],
    )
  ).rows[0]

describe('the loop', () => {
  test('plans what comes on the shelves, and a second pass changes nothing', async () => {
    await world.announce({ title: 'Thường' })
    await world.announce({ title: 'Gấp', priority: 'priority' })
    await world.announce({ title: 'Bão', priority: 'emergency', urgencyReason: 'Bão đổ bộ' })
    expect((await world.pass()).planned).toBeGreaterThanOrEqual(2)
    const slots = await filled()
    expect(slots.map(s => [when(s), s.titles])).toEqual([
      ['today 05:30', ['Gấp', 'Thường']],
      ['today 17:00', ['Gấp']],
    ])
    expect((await filled('19742')).map(s => s.titles)).toEqual(slots.map(s => s.titles))
    const before = JSON.stringify(await world.slots())
    expect((await world.pass()).planned).toBe(0)
    await world.database.db.query('update airtime_plans set stale = true')
    await world.pass()
    expect(JSON.stringify(await world.slots())).toBe(before)
  })

  test('renders when it has calmed, once for communes with the same content; locks and logs ten minutes before', async () => {
    await world.announce({ title: 'Một tệp cho hai xã' }, 3)
    await world.pass()
    // Two minutes have not passed, and the slot is hours away.
    expect(await world.render()).toBe(0)
    world.at(0, '00:03')
    let made = 0
    const counting: StudioPort = {
      assemble: (job, tools) => {
        made += 1
        return smallStudio.assemble(job, tools)
      },
    }
    const deps = { ...world.rendering, studio: counting }
    expect(await renderDueSlots(world.deps, deps, new AbortController().signal)).toBe(2)
    expect(made).toBe(1)
    const [slot] = await filled()
    const [other] = await filled('19742')
    expect(slot?.fileKey).toBe(other?.fileKey)
    const file = await fileOf(slot?.fileKey)
    expect(file.bytes).toBeGreaterThan(20_000)
    expect(file.parts).toHaveLength(1)
    expect(file.parts[0].endMs - file.parts[0].startMs).toBeGreaterThan(2_900)

    world.at(0, '05:19')
    await world.pass()
    expect((await filled())[0]?.state).toBe('planned')
    const before = (await asRun()).length
    world.at(0, '05:20')
    expect((await world.pass()).locked).toBe(2)
    expect((await filled())[0]?.state).toBe('locked')
    const entries = (await asRun()).slice(before)
    expect(entries).toHaveLength(1)
    expect(entries[0]).toMatchObject({
      kind: 'slot-locked',
      slot: slot?.id,
      file: { sha256: file.sha256, durationMs: file.ms },
      items: [{ draftedBy: 'Cán bộ soạn thảo', approvedBy: 'Người phê duyệt', voice: 'tone', plays: 1 }],
    })
    expect(JSON.stringify(entries[0])).toMatch(/"contentHash":"[0-9a-f]{64}"/)
    await world.pass()
    expect(await asRun()).toHaveLength(before + 1)
  })

  test('an item that comes too late for a locked slot goes to the next one', async () => {
    await world.announce({ title: 'Trước' })
    await world.pass()
    world.at(0, '05:21')
    await world.pass()
    await world.announce({ title: 'Sau khi khóa', priority: 'priority' })
    await world.pass()
    expect((await filled()).map(s => [when(s), s.titles])).toEqual([
      ['today 05:30', ['Trước']],
      ['today 17:00', ['Sau khi khóa']],
      ['later 05:30', ['Sau khi khóa']],
    ])
  })

  test('a cancelled item leaves a planned slot, and a locked one through a new file; an emptied slot is taken off', async () => {
    const first = await world.announce({ title: 'Giữ lại' })
    const second = await world.announce({ title: 'Bị hủy' })
    await world.pass()
    world.at(0, '05:20')
    await world.pass()
    await world.render()
    const [slot] = await filled()
    const whole = await fileOf(slot?.fileKey)
    expect(whole.parts).toHaveLength(2)
    await world.pass()
    await cancel(world.deps, officer, second.id, 'Sai')
    expect((await world.pass()).withdrawn).toBe(2)
    // Until the new file is there, the old one stands, and players leave the part out.
    expect((await filled())[0]).toMatchObject({ fileKey: slot?.fileKey, titles: ['Giữ lại'], state: 'locked' })
    await world.render()
    const [after] = await filled()
    expect(after?.fileKey).not.toBe(slot?.fileKey)
    const part = await fileOf(after?.fileKey)
    expect(part.parts.map((p: { dispatchId: string }) => p.dispatchId)).toEqual([first.dispatch])
    expect(part.ms).toBeLessThan(whole.ms)
    await world.pass()
    expect((await asRun()).at(-1)).toMatchObject({ kind: 'slot-locked', replaces: slot?.fileKey })

    await cancel(world.deps, officer, first.id, 'Cũng sai')
    await world.pass()
    const [void_] = (await world.slots()).filter(s => s.id === slot?.id)
    expect(void_).toMatchObject({ state: 'void', titles: [] })
    expect(void_?.voidReason).toMatch(/thu hồi/)
    expect((await asRun()).at(-1)).toMatchObject({ kind: 'slot-void', slot: slot?.id })
  })

  test('empty sessions are taken off at their time, and so is a slot whose file was not ready; its items go on', async () => {
    await world.announce({ title: 'Không kịp dựng' })
    await world.pass()
    world.at(0, '05:31')
    await world.pass()
    const slots = await world.slots()
    expect(slots[0]).toMatchObject({ state: 'void' })
    expect(slots[0]?.voidReason).toMatch(/Chưa dựng được tệp/)
    await world.pass()
    expect((await filled()).map(s => [when(s), s.state, s.titles])).toEqual([
      ['today 05:30', 'void', ['Không kịp dựng']],
      ['today 17:00', 'planned', ['Không kịp dựng']],
    ])
  })

  test('an hour without the loop: a rendered slot counts as aired, since devices had it', async () => {
    await world.announce({ title: 'Đã dựng trước khi dừng' })
    await world.pass()
    world.at(0, '00:05')
    await world.render()
    world.at(0, '06:30')
    await world.pass()
    expect((await filled()).map(s => [when(s), s.state])).toEqual([['today 05:30', 'locked']])
    expect((await asRun()).at(-1)).toMatchObject({ kind: 'slot-locked' })
  })

  test('what every reporting device missed is planned again; silence is not', async () => {
    await world.announce({ title: 'Lỡ giờ' })
    await world.pass()
    world.at(0, '05:20')
    await world.render()
    await world.pass()
    const [slot] = await filled()
    world.at(0, '06:00')
    await world.pass()
    expect(await filled()).toHaveLength(1)
    const { db } = world.database
    const device = async (name: string) =>
      (
        await db.query(
          `insert into station_devices (station_id, name, token_hash, created_by, created_at)
           values ($1, $2, $2, 'test', $3) returning id`,
          [world.stations[0], `${name}-${Date.now()}`, world.at(0, '00:00')],
        )
      ).rows[0].id
    const [a, b] = [await device('a'), await device('b')]
    const report = (id: string, n: number, kind: string, dispatch: string | null = null) =>
      db.query(
        `insert into device_events (device_id, n, station_id, at, kind, slot_id, dispatch_id, play, body)
         values ($1, $2, $3, $4, $5, $6, $7, 1, '{}')`,
        [id, n, world.stations[0], world.at(0, '06:00'), kind, slot?.id, dispatch],
      )
    await report(a, 1, 'missed')
    expect((await world.pass()).missed).toBe(1)
    expect((await filled()).map(when)).toEqual(['today 05:30', 'today 17:00'])
    expect((await filled('19742')).map(when)).toEqual(['today 05:30'])
    // One that was released stays so, whatever another device says later: it has been planned again.
    await report(b, 1, 'ended', '1')
    expect((await world.pass()).missed).toBe(0)
  })

  test('a tick becomes receipts and a line of the log after some minutes', async () => {
    const { dispatch } = await world.announce({ title: 'Người vận hành xác nhận' })
    await world.pass()
    world.at(0, '05:20')
    await world.render()
    await world.pass()
    const [slot] = await filled()
    world.at(0, '05:45')
    await tickSlot(world.deps, world.operator, slot?.id ?? '', world.stations[0] ?? '', undefined)
    expect(await recordSlotTicks(world.deps)).toBe(0)
    world.at(0, '05:51')
    expect((await world.pass()).ticked).toBe(1)
    expect((await world.pass()).ticked).toBe(0)
    const { rows } = await world.database.db.query(
      'select state, code, target_id from receipts_inbox where dispatch_id = $1',
      [dispatch],
    )
    expect(rows).toEqual([{ state: 'confirmed', code: 'aired', target_id: world.stations[0] }])
    expect((await asRun()).at(-1)).toMatchObject({ kind: 'ticked', slot: slot?.id, dispatches: [dispatch] })
  })
})

describe('rendering that goes wrong', () => {
  test('is said on the slot, tried again later and later, and mends itself', async () => {
    await world.announce({ title: 'Máy thiếu phần mềm' })
    await world.pass()
    world.at(0, '01:00')
    const broken: StudioPort = {
      assemble: async () => {
        throw new AppError('audio.tool-missing', { vi: 'Máy chủ chưa cài ffmpeg.', en: 'No ffmpeg.' })
      },
    }
    const fail = () => renderDueSlots(world.deps, { ...world.rendering, studio: broken }, new AbortController().signal)
    await fail()
    expect((await filled())[0]?.problem).toBe('Máy chủ chưa cài ffmpeg.')
    const failure = async () =>
      (
        await world.database.db.query(
          'select render_after as at, render_failures as n from slots where render_after is not null limit 1',
        )
      ).rows[0]
    const first = (await failure()).at.getTime() - world.deps.now().getTime()
    expect(await world.render()).toBe(0)
    world.at(0, '01:10')
    await fail()
    expect(await failure()).toMatchObject({ n: 2 })
    expect((await failure()).at.getTime() - world.deps.now().getTime()).toBe(2 * first)
    world.at(0, '01:20')
    expect(await world.render()).toBe(2)
    expect((await filled())[0]).toMatchObject({ problem: null })
  })

  test('a file that is longer than its slot is not used: the lowest item moves on', async () => {
    const short = {
      ...usualProgramme,
      sessions: usualProgramme.sessions.map(s => ({ ...s, minutes: 2 })),
    }
    await saveProgramme(world.deps, { ...world.operator, role: 'officer' }, '19333', short)
    await world.announce({ title: 'Dài thứ nhất' }, 50)
    await world.announce({ title: 'Dài thứ hai' }, 50)
    await world.pass()
    expect((await filled())[0]?.titles).toEqual(['Dài thứ nhất', 'Dài thứ hai'])
    world.at(0, '01:00')
    const wordy: StudioPort = {
      async assemble(job, tools) {
        return smallStudio.assemble({ ...job, powerOnLeadSeconds: 20 }, tools)
      },
    }
    const deps = { ...world.rendering, studio: wordy }
    await renderDueSlots(world.deps, deps, new AbortController().signal)
    expect((await filled())[0]).toMatchObject({ fileKey: null, problem: expect.stringMatching(/dài hơn/) })
    await world.pass()
    expect((await filled()).map(s => s.titles)).toEqual([['Dài thứ nhất'], ['Dài thứ hai']])
    world.at(0, '01:10')
    await renderDueSlots(world.deps, deps, new AbortController().signal)
    const [slot] = await filled()
    expect((await fileOf(slot?.fileKey)).ms).toBeLessThanOrEqual(120_000)
    await world.database.db.query('delete from programmes')
  })

  test('a process that is killed in the middle leaves no half file, and the next one makes it', async () => {
    await world.announce({ title: 'Mất điện giữa chừng' })
    await world.pass()
    const now = world.at(0, '01:00')
    const count = async () => (await world.database.db.query('select count(*)::int as n from slot_files')).rows[0].n
    const before = await count()
    const program = startProgram('test/support/slot-renderer.ts', [world.database.url, now.toISOString()])
    const folder = (await program.nextLine()).replace('made ', '')
    // It holds the work: nobody else begins the same.
    expect(await world.render()).toBe(0)
    program.kill('SIGKILL')
    await program.ended
    await rm(folder, { recursive: true, force: true })
    expect(await count()).toBe(before)
    await until('its lock is gone', async () => (await world.render()) === 2)
    expect(await count()).toBe(before + 1)
    expect((await filled())[0]).toMatchObject({ problem: null })
  })

  test('two processes at once make one file, and plan without doubles', async () => {
    await world.announce({ title: 'Hai tiến trình' })
    const db = openDb(world.database.url)
    try {
      const other = { ...world.deps, db }
      await Promise.all([airtimePass(world.deps), airtimePass(other), airtimePass(world.deps)])
      expect((await filled()).map(s => s.titles)).toEqual([['Hai tiến trình']])
      world.at(0, '01:00')
      let made = 0
      let inside = () => {}
      const entered = new Promise<void>(resolve => {
        inside = resolve
      })
      let letGo = () => {}
      const gate = new Promise<void>(resolve => {
        letGo = resolve
      })
      const slow: StudioPort = {
        async assemble(job, tools) {
          made += 1
          inside()
          await gate
          return smallStudio.assemble(job, tools)
        },
      }
      const deps = { ...world.rendering, studio: slow }
      const first = renderDueSlots(world.deps, deps, new AbortController().signal)
      await entered
      expect(await renderDueSlots(other, deps, new AbortController().signal)).toBe(0)
      letGo()
      expect(await first).toBe(2)
      expect(made).toBe(1)
      expect((await filled())[0]?.fileKey).not.toBeNull()
    } finally {
      await db.end()
    }
  })
})

describe('the worker', () => {
  test('hears of the shelves at once, plans, renders, and ends in order', async () => {
    const stopping = new AbortController()
    const worker = startAirtime(world.deps, world.rendering, stopping.signal)
    try {
      await shelfListening(world.database.db)
      const { id } = await world.announce({ title: 'Tự động' })
      // Long before the half minute of its pause.
      await until('it is planned', async () => (await filled()).length > 0, 15_000)
      world.at(0, '05:20')
      await world.database.db.query(`select pg_notify('loa_shelf', '')`)
      await until('locked with a file', async () => {
        const [slot] = await filled()
        return slot?.state === 'locked' && slot.fileKey !== null
      })
      await cancel(world.deps, officer, id, 'Sai')
      await until('taken off', async () => (await world.slots())[0]?.voidReason?.includes('thu hồi'))
    } finally {
      stopping.abort()
      await worker.stop()
    }
  })
})
