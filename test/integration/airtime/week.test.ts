import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { airtimePass } from '../../../services/airtime/pass.ts'
import { renderDueSlots } from '../../../services/airtime/rendering.ts'
import { cancel } from '../../../services/dispatch/control.ts'
import { type Db, openDb } from '../../../services/store/db.ts'
import { officer } from '../../support/dispatch.ts'
import { type AirtimeWorld, airtimeWorld } from './world.ts'

/*
 * Days of two processes that plan, render and lock at random moments, while announcements come and are cancelled. Whatever
 * the moments: what was aired is what should have been, as often as it should, and the log tells the same.
 */
let world: AirtimeWorld
let otherDb: Db
beforeAll(async () => {
  world = await airtimeWorld()
  otherDb = openDb(world.database.url)
})
afterAll(async () => {
  await otherDb.end()
  await world.close()
})

/** The same numbers in every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return below => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff
    return (state >>> 8) % below
  }
}

interface Aired {
  slot: string
  area: string
  at: Date
  state: string
  dispatches: string[]
}

async function fixedSlots(): Promise<Map<string, Aired>> {
  const { rows } = await world.database.db.query<Aired>(
    `select s.id as slot, s.area_code as area, s.starts_at as at, s.state,
       array(select i.dispatch_id::text from slot_items i where i.slot_id = s.id and i.withdrawn_at is null order by position)
         as dispatches
     from slots s where s.state <> 'planned' order by s.starts_at`,
  )
  return new Map(rows.map(r => [r.slot, r]))
}

test('three days at random moments, by two processes', async () => {
  const random = numbers(20_261_125)
  const items: { id: string; dispatch: string; airings: number; cancelledAt: Date | null; from: number }[] = []
  const log: string[] = []
  let seen = new Map<string, Aired>()
  let minute = 0
  const end = 3 * 24 * 60
  const clock = (m: number) =>
    world.at(
      Math.floor(m / 1440),
      `${String(Math.floor((m % 1440) / 60)).padStart(2, '0')}:${String(m % 60).padStart(2, '0')}`,
    )
  while (minute < end) {
    // Mostly small steps around the sessions, sometimes an hour in which nobody works.
    minute += random(6) === 0 ? 20 + random(150) : 3 + random(45)
    const now = clock(minute)
    if (items.length < 14 && random(3) === 0) {
      const priority = random(3) === 0 ? 'priority' : 'routine'
      const made = await world.announce({ title: `Bản tin ${items.length + 1}`, priority }, 1 + random(3))
      items.push({ ...made, airings: priority === 'priority' ? 2 : 1, cancelledAt: null, from: minute })
      log.push(`${minute}: ${priority} ${made.dispatch}`)
    }
    const victim = items[random(40)]
    if (victim && victim.cancelledAt === null) {
      await cancel(world.deps, officer, victim.id, 'Sai')
      victim.cancelledAt = now
      log.push(`${minute}: cancel ${victim.dispatch}`)
    }
    const contexts = random(3) === 0 ? [world.deps, { ...world.deps, db: otherDb }] : [world.deps]
    await Promise.all(contexts.map(ctx => airtimePass(ctx)))
    if (random(2) === 0) {
      await Promise.all(contexts.map(ctx => renderDueSlots(ctx, world.rendering, new AbortController().signal)))
      await airtimePass(world.deps)
    }
    // What was fixed changes by withdrawal only.
    const present = await fixedSlots()
    for (const [slot, before] of seen) {
      const after = present.get(slot)
      if (!after) {
        expect(before.dispatches).toEqual([])
        continue
      }
      const gone = before.dispatches.filter(d => !after.dispatches.includes(d))
      expect(after.dispatches).toEqual(before.dispatches.filter(d => !gone.includes(d)))
      for (const d of gone) expect(items.find(i => i.dispatch === d)?.cancelledAt).toBeTruthy()
    }
    seen = present
  }
  await airtimePass(world.deps)

  const slots = [...(await fixedSlots()).values()].filter(s => s.state === 'locked')
  expect(slots.length).toBeGreaterThan(4)
  for (const area of ['19333', '19742']) {
    for (const item of items) {
      const aired = slots.filter(s => s.area === area && s.dispatches.includes(item.dispatch))
      const { rows } = await world.database.db.query(
        `select 1 from slots s join slot_items i on i.slot_id = s.id
         where s.area_code = $1 and s.state = 'planned' and i.dispatch_id = $2`,
        [area, item.dispatch],
      )
      const told = `item ${item.dispatch} in ${area}\n${log.join('\n')}`
      // Never too often; with what is planned exactly as often as it should be, unless it was cancelled.
      expect({ told, n: aired.length <= item.airings }).toEqual({ told, n: true })
      if (item.cancelledAt === null) expect({ told, n: aired.length + rows.length }).toEqual({ told, n: item.airings })
      else expect({ told, n: rows.length }).toEqual({ told, n: 0 })
      const late = aired.filter(s => item.cancelledAt !== null && s.at > item.cancelledAt)
      expect({ told, late }).toEqual({ told, late: [] })
    }
  }
  await logAgrees(slots)
}, 180_000)

/** Each locked slot's last line in the log names its items in order, and the chain holds. */
async function logAgrees(slots: Aired[]): Promise<void> {
  const { db } = world.database
  for (const [i, area] of ['19333', '19742'].entries()) {
    const { rows } = await db.query<{ entry: string; hash: string }>(
      'select entry, hash from as_run where station_id = $1 order by n',
      [world.stations[i]],
    )
    let before = '0'.repeat(64)
    const last = new Map<string, string[]>()
    for (const { entry, hash } of rows) {
      expect(hash).toBe(createHash('sha256').update(`${before}\n${entry}`).digest('hex'))
      before = hash
      const { kind, slot, items } = JSON.parse(entry)
      if (kind === 'slot-locked')
        last.set(
          slot,
          items.map((x: { dispatch: string }) => x.dispatch),
        )
      if (kind === 'slot-void') last.set(slot, [])
    }
    const files = await db.query(
      `select s.id, array(select distinct p->>'dispatchId' from jsonb_array_elements(f.parts) p) as parts
       from slots s join slot_files f on f.key = s.file_key where s.area_code = $1 and s.state = 'locked'
         and s.file_for = s.content_at`,
      [area],
    )
    for (const { slot, dispatches } of slots.filter(s => s.area === area)) {
      const file = files.rows.find(f => f.id === slot)
      // A withdrawal so short before the start that no new file was made: players leave the part out.
      if (!file) continue
      expect(last.get(slot)).toEqual(dispatches)
      expect([...file.parts].sort()).toEqual([...dispatches].sort())
    }
  }
}
