import type { DispatchContext } from '../dispatch/context.ts'
import { addDays, vietNamDay } from '../domain/airtime/calendar.ts'
import { type Frame, framesOf, type Quota } from '../domain/airtime/frames.ts'
import { planSlots } from '../domain/airtime/plan.ts'
import { type FixedSlot, type Plan, type PlanInput, sessionKey } from '../domain/airtime/plan-input.ts'
import { airtimeSettings, overheadSeconds, type SlotFrameSound, soundOf } from '../domain/airtime/timing.ts'
import { canonicalJson } from '../domain/approval.ts'
import type { KnownSlot } from '../store/airtime/inputs.ts'
import {
  holdAreas,
  markCommunesStale,
  noteNews,
  notePlanned,
  type StoredWaiting,
  staleAreas,
} from '../store/airtime/plans.ts'
import type { AreaProgramme } from '../store/airtime/programmes.ts'
import { deleteSlots, type SlotWrite, writeSlots } from '../store/airtime/slots.ts'
import { transaction } from '../store/db.ts'
import { pokeStationsOf } from '../store/shelf.ts'
import { hasRelay, readWorld, type World } from './planning-world.ts'

/** Areas planned in one transaction: what is read for them is read in a few statements. */
const areasAtOnce = 200

/**
 * The checks of foreign keys keep the plan that they made while a table was empty, and would read all of `slots` for each row
 * of the first plan of a province: measured 128 s instead of 18 s for 3,400 communes, both on a busy machine. Fresh statistics make them plan anew.
 */
const manyChanges = 1_000

/**
 * Plans every area with news: shelves that changed, decisions of people, a new day. Areas without news cost nothing. Safe to
 * run in several processes at once.
 * @returns how many areas were planned, and how many slots changed by it
 */
export async function planStaleAreas(ctx: DispatchContext): Promise<{ planned: number; changed: number }> {
  const now = ctx.now()
  await noteNews(ctx.db, now, vietNamDay(now))
  const sum = { planned: 0, changed: 0 }
  let analysedAt = 0
  for (;;) {
    const stale = await staleAreas(ctx.db, areasAtOnce)
    // Provinces alone first: their slots are what communes relay.
    const provinces = stale.filter(a => a.kind === 'province')
    const batch = (provinces.length > 0 ? provinces : stale).map(a => a.code)
    if (batch.length === 0) return sum
    const { planned, changed } = await planBatch(ctx, batch, false)
    sum.planned += planned
    sum.changed += changed
    if (sum.changed > 2 * analysedAt + manyChanges) {
      await ctx.db.query('analyze slots, slot_items')
      analysedAt = sum.changed
    }
    // What is left is being planned by somebody else.
    if (planned === 0) return sum
  }
}

/** Plans these areas now, in the order provinces, communes; for a person who has just changed something and looks at it. */
export async function planAreas(ctx: DispatchContext, areaCodes: string[]): Promise<void> {
  const isProvince = (code: string) => code.length === 2
  for (const codes of [areaCodes.filter(isProvince), areaCodes.filter(c => !isProvince(c))]) {
    if (codes.length > 0) await planBatch(ctx, codes, true)
  }
}

function planBatch(
  ctx: DispatchContext,
  areaCodes: string[],
  wait: boolean,
): Promise<{ planned: number; changed: number }> {
  return transaction(ctx.db, async sql => {
    const held = await holdAreas(sql, areaCodes, wait)
    if (held.length === 0) return { planned: 0, changed: 0 }
    const now = ctx.now()
    const world = await readWorld(sql, held, now)
    const plans = world.areas.map(area => ({ area, ...planOf(area, world) }))
    const writes = plans.flatMap(p => p.writes)
    const gone = plans.flatMap(p => p.gone)
    await deleteSlots(
      sql,
      gone.map(s => s.id),
    )
    await writeSlots(sql, writes, now)
    const changed = new Set([...writes, ...gone].map(s => s.areaCode))
    await markCommunesStale(
      sql,
      [...changed].filter(code => code.length === 2),
    )
    await notePlanned(
      sql,
      plans.map(({ area, plan }) => ({ areaCode: area.areaCode, waiting: plan.waiting satisfies StoredWaiting[] })),
      vietNamDay(now),
      now,
    )
    // Devices hold rendered slots only; a slot without a file is no news to them.
    await pokeStationsOf(sql, [...new Set([...gone, ...plans.flatMap(p => p.replaced)].map(s => s.areaCode))])
    return { planned: held.length, changed: writes.length + gone.length }
  })
}

interface AreaPlan {
  plan: Plan
  writes: SlotWrite[]
  gone: KnownSlot[]
  /** Stored slots that hold something else from now on. */
  replaced: KnownSlot[]
}

function planOf(area: AreaProgramme, world: World): AreaPlan {
  const { areaCode } = area
  const known = world.slots.get(areaCode) ?? []
  const frozenUntil = new Date(world.now.getTime() + airtimeSettings.lockAheadMs)
  const open = known.filter(s => s.state === 'planned' && s.startsAt > frozenUntil)
  const sealed = new Set(known.filter(s => s.state !== 'planned').map(s => s.startsAt.getTime()))
  const province = world.provinces.get(area.provinceCode ?? '')
  // A relay is the province's own slot and sounds like it; only the lead belongs to the commune's amplifiers.
  const own = soundOf(area.programme)
  const relay = province
    ? { ...soundOf(province.programme.programme), powerOnLeadSeconds: own.powerOnLeadSeconds }
    : own
  const frames = framesOfArea(area, world)
  // Nobody relays this province: then nothing waits for it either.
  const unheard = area.kind === 'province' && frames.length === 0
  const plan = planSlots({
    airings: area.programme.airings,
    plays: area.programme.plays,
    overheadSeconds: { own: overheadSeconds(own), relay: overheadSeconds(relay) },
    frozenUntil,
    frames: frames.filter(f => !sealed.has(f.startsAt.getTime())),
    items: unheard ? [] : (world.items.get(areaCode) ?? []),
    fixed: known.filter(s => !open.includes(s)).flatMap(fixedSlot),
    choices: world.choices.get(areaCode) ?? [],
    overSeconds: new Map(open.map(s => [s.startsAt.getTime(), s.overSeconds])),
    relayed: province && hasRelay(area) ? relayedBy(province, world) : new Map(),
  })
  return { plan, ...differences(areaCode, plan, open, slot => (slot.relay ? relay : own)) }
}

/** Sessions of the days that are planned. A province has slots for those sessions that somebody relays. */
function framesOfArea(area: AreaProgramme, world: World): Frame[] {
  const bound: Quota = area.kind === 'commune' ? area.bound : null
  const exceptions = world.exceptions.get(area.areaCode) ?? []
  const relayed = world.relayed.get(area.areaCode)
  const today = vietNamDay(world.now)
  return Array.from({ length: airtimeSettings.planDays }, (_, i) => addDays(today, i))
    .flatMap(day => framesOf(day, area.programme, bound, exceptions))
    .filter(f => area.kind === 'commune' || relayed?.has(f.session))
    .map(f => (area.kind === 'province' ? { ...f, relay: false } : f))
}

function fixedSlot(slot: KnownSlot): FixedSlot[] {
  if (slot.state === 'void' || slot.released) return []
  return [{ startsAt: slot.startsAt, contents: slot.items.filter(i => !i.withdrawn).map(i => i.content) }]
}

function relayedBy(
  { programme, slots }: { programme: AreaProgramme; slots: KnownSlot[] },
  world: World,
): PlanInput['relayed'] {
  const byStart = new Map(slots.map(s => [s.startsAt.getTime(), s]))
  const exceptions = world.exceptions.get(programme.areaCode) ?? []
  const today = vietNamDay(world.now)
  const days = Array.from({ length: airtimeSettings.planDays }, (_, i) => addDays(today, i))
  return new Map(
    days
      .flatMap(day => framesOf(day, programme.programme, null, exceptions))
      .flatMap(frame => {
        const slot = byStart.get(frame.startsAt.getTime())
        if (!slot || slot.state === 'void') return []
        return [[sessionKey(frame), slot.items.filter(i => !i.withdrawn)] as const]
      }),
  )
}

/** What is new, other or gone beside what is stored; a plan without news differs in nothing. */
function differences(
  areaCode: string,
  plan: Plan,
  open: KnownSlot[],
  sound: (slot: { relay: boolean }) => SlotFrameSound,
): Omit<AreaPlan, 'plan'> {
  const stored = new Map(open.map(s => [s.startsAt.getTime(), s]))
  const planned = new Set(plan.slots.map(s => s.startsAt.getTime()))
  const writes = plan.slots
    .map(slot => ({ ...slot, areaCode, sound: sound(slot) }))
    .filter(slot => {
      const before = stored.get(slot.startsAt.getTime())
      return !before || signature(before) !== signature(slot)
    })
  return {
    writes,
    gone: open.filter(s => !planned.has(s.startsAt.getTime())),
    replaced: writes.flatMap(w => stored.get(w.startsAt.getTime()) ?? []),
  }
}

function signature(slot: Pick<SlotWrite, 'maxSeconds' | 'relay' | 'sound' | 'items'>): string {
  return canonicalJson({
    maxSeconds: slot.maxSeconds,
    relay: slot.relay,
    sound: slot.sound,
    items: slot.items.map(i => [i.dispatchId, i.renditionId, i.plays, Math.fround(i.seconds), i.pinned]),
  })
}

/** Plans an area that never was: a new station, or a database from before airtime. */
export async function ensurePlanned(ctx: DispatchContext, areaCode: string): Promise<void> {
  const { rowCount } = await ctx.db.query('select 1 from airtime_plans where area_code = $1 and not stale', [areaCode])
  if (rowCount) return
  await ctx.db.query('insert into airtime_plans (area_code) values ($1) on conflict do nothing', [areaCode])
  await planAreas(ctx, [areaCode])
}
