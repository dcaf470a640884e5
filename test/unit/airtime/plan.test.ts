import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { addDays, vietNamClock, vietNamDay } from '../../../services/domain/airtime/calendar.ts'
import { framesOf } from '../../../services/domain/airtime/frames.ts'
import { planSlots } from '../../../services/domain/airtime/plan.ts'
import {
  byRank,
  type FixedSlot,
  type Plan,
  type PlanInput,
  type PlanItem,
} from '../../../services/domain/airtime/plan-input.ts'
import { airSeconds } from '../../../services/domain/airtime/timing.ts'
import { programmeSchema } from '../../../services/domain/programme.ts'

const vn = (text: string) => new Date(`${text}:00+07:00`)
const monday = '2026-11-23'
const minutesMs = 60_000

const twice = programmeSchema.parse({
  sessions: [
    { start: '05:30', weekdays: [1, 2, 3, 4, 5, 6, 7], minutes: 15 },
    { start: '17:00', weekdays: [1, 2, 3, 4, 5, 6, 7], minutes: 15 },
  ],
})

let nextId = 1
function item(over: Partial<PlanItem> = {}): PlanItem {
  const id = String(nextId++)
  return {
    dispatchId: id,
    content: `a${id}:1`,
    renditionId: `r${id}`,
    priority: 'routine',
    approvedAt: new Date(vn('2026-11-22T08:00').getTime() + nextId * 1000),
    seconds: 60,
    notBefore: vn('2026-11-22T08:00'),
    expiresAt: vn('2026-12-22T08:00'),
    tickedAt: null,
    ...over,
  }
}

function inputOf(items: PlanItem[], over: Partial<PlanInput> = {}): PlanInput {
  const days = Array.from({ length: 8 }, (_, i) => addDays(monday, i))
  return {
    frozenUntil: vn(`${monday}T00:10`),
    frames: days.flatMap(day => framesOf(day, twice, null, [])),
    items,
    fixed: [],
    choices: [],
    airings: { routine: 1, priority: 2 },
    plays: { routine: 1, priority: 1 },
    overheadSeconds: { own: 20, relay: 20 },
    overSeconds: new Map(),
    relayed: new Map(),
    ...over,
  }
}

/** When an item is aired, in order. */
const airedAt = (plan: Plan, { dispatchId }: PlanItem) =>
  plan.slots
    .filter(s => s.items.some(i => i.dispatchId === dispatchId))
    .map(s => `${vietNamDay(s.startsAt)} ${vietNamClock(s.startsAt)}`)
const contents = (plan: Plan, i: number) => plan.slots[i]?.items.map(x => x.dispatchId)

describe('the plan of slots', () => {
  test('ưu tiên goes before thông thường, then by approval; each in as many slots as it should', () => {
    const first = item()
    const second = item()
    const urgent = item({ priority: 'priority', approvedAt: vn('2026-11-22T20:00') })
    const plan = planSlots(inputOf([second, urgent, first]))
    expect(contents(plan, 0)).toEqual([urgent.dispatchId, first.dispatchId, second.dispatchId])
    expect(airedAt(plan, urgent)).toEqual(['2026-11-23 05:30', '2026-11-23 17:00'])
    expect(airedAt(plan, first)).toEqual(['2026-11-23 05:30'])
    expect(plan.waiting).toEqual([])
  })

  test('what does not fit moves to the next slot as a whole, the lowest rank first', () => {
    const [a, b, c] = [item({ seconds: 500 }), item({ seconds: 500 }), item({ seconds: 300 })]
    const plan = planSlots(inputOf([a, b, c]))
    expect(contents(plan, 0)).toEqual([a.dispatchId, c.dispatchId])
    expect(contents(plan, 1)).toEqual([b.dispatchId])
    const urgent = item({ priority: 'priority', seconds: 400 })
    const later = planSlots(inputOf([a, b, c, urgent]))
    expect(contents(later, 0)).toEqual([urgent.dispatchId, c.dispatchId])
    expect([1, 2, 3].map(i => contents(later, i))).toEqual([[urgent.dispatchId], [a.dispatchId], [b.dispatchId]])
  })

  test('is valid only within its time: not before its schedule, ended before its end', () => {
    const scheduled = item({ notBefore: vn('2026-11-24T12:00') })
    const short = item({ expiresAt: vn('2026-11-23T05:31'), seconds: 60 })
    const just = item({ expiresAt: vn('2026-11-23T05:35'), seconds: 60 })
    const plan = planSlots(inputOf([scheduled, short, just]))
    expect(airedAt(plan, scheduled)).toEqual(['2026-11-24 17:00'])
    expect(airedAt(plan, just)).toEqual(['2026-11-23 05:30'])
    expect(plan.waiting).toEqual([{ dispatchId: short.dispatchId, reason: 'ends-before' }])
  })

  test('says why something waits', () => {
    const long = item({ seconds: 16 * 60 })
    const held = item()
    const noRoom = item({ seconds: 800, expiresAt: vn('2026-11-23T12:00') })
    const full = item({ seconds: 800, priority: 'priority' })
    const plan = planSlots(
      inputOf([long, held, noRoom, full], { choices: [{ dispatchId: held.dispatchId, kind: 'hold', slotAt: null }] }),
    )
    expect(new Map(plan.waiting.map(w => [w.dispatchId, w.reason]))).toEqual(
      new Map([
        [long.dispatchId, 'too-long'],
        [held.dispatchId, 'held'],
        [noRoom.dispatchId, 'no-room'],
      ]),
    )
    expect(planSlots(inputOf([item()], { frames: [] })).waiting).toMatchObject([{ reason: 'no-session' }])
  })

  test('what a person chose holds, while there is room', () => {
    const [a, b] = [item(), item()]
    const at = vn('2026-11-24T17:00')
    const put = planSlots(inputOf([a, b], { choices: [{ dispatchId: a.dispatchId, kind: 'slot', slotAt: at }] }))
    expect(airedAt(put, a)).toEqual(['2026-11-24 17:00'])
    const firstAt = vn('2026-11-23T05:30')
    const first = planSlots(
      inputOf([a, b], { choices: [{ dispatchId: b.dispatchId, kind: 'first', slotAt: firstAt }] }),
    )
    expect(contents(first, 0)).toEqual([b.dispatchId, a.dispatchId])
    expect(first.slots[0]?.items[0]?.pinned).toBe(true)
  })

  test('a relay carries the province’s slot, which the commune does not air again in that hour', () => {
    const wide = item({ priority: 'priority' })
    const local = item()
    const days = Array.from({ length: 8 }, (_, i) => addDays(monday, i))
    const programme = programmeSchema.parse({
      sessions: [
        { start: '17:00', weekdays: [1], minutes: 15, source: 'relay' },
        { start: '17:20', weekdays: [1], minutes: 15 },
        { start: '18:10', weekdays: [1], minutes: 15 },
      ],
    })
    const plan = planSlots(
      inputOf([wide, local], {
        frames: days.flatMap(day => framesOf(day, programme, null, [])).slice(0, 3),
        relayed: new Map([['2026-11-23 17:00', [{ content: wide.content, plays: 1 }]]]),
      }),
    )
    expect(airedAt(plan, wide)).toEqual(['2026-11-23 17:00', '2026-11-23 18:10'])
    expect(airedAt(plan, local)).toEqual(['2026-11-23 17:20'])
    expect(plan.slots[0]?.relay).toBe(true)
  })

  test('what was aired is not planned again; a tick by hand before any slot counts once', () => {
    const urgent = item({ priority: 'priority' })
    const fixed: FixedSlot[] = [{ startsAt: vn('2026-11-22T17:00'), contents: [urgent.content] }]
    expect(airedAt(planSlots(inputOf([urgent], { fixed })), urgent)).toEqual(['2026-11-23 05:30'])
    const ticked = { ...urgent, tickedAt: vn('2026-11-22T17:03') }
    expect(airedAt(planSlots(inputOf([ticked], { fixed })), urgent)).toEqual(['2026-11-23 05:30'])
    const before = { ...urgent, tickedAt: vn('2026-11-22T12:00') }
    expect(airedAt(planSlots(inputOf([before], { fixed })), urgent)).toEqual([])
    // Another round of the same words is not news.
    expect(airedAt(planSlots(inputOf([{ ...before, dispatchId: '999' }], { fixed })), urgent)).toEqual([])
  })
})

describe('for any items, programmes and choices', () => {
  const sessions = fc.uniqueArray(
    fc.record({
      hour: fc.integer({ min: 5, max: 19 }),
      minutes: fc.integer({ min: 2, max: 45 }),
      relay: fc.boolean(),
      weekdays: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
    }),
    { selector: s => s.hour, maxLength: 5 },
  )
  const anyItem = fc.record({
    seconds: fc.integer({ min: 5, max: 1500 }),
    priority: fc.constantFrom('routine' as const, 'priority' as const),
    approved: fc.integer({ min: 0, max: 50 }),
    from: fc.integer({ min: -48, max: 100 }),
    hours: fc.integer({ min: 1, max: 300 }),
  })
  const world = fc
    .record({
      sessions,
      items: fc.array(anyItem, { maxLength: 14 }),
      airings: fc.record({ routine: fc.integer({ min: 1, max: 3 }), priority: fc.integer({ min: 1, max: 3 }) }),
      plays: fc.record({ routine: fc.integer({ min: 1, max: 3 }), priority: fc.integer({ min: 1, max: 3 }) }),
      choices: fc.array(
        fc.record({
          item: fc.nat(13),
          kind: fc.constantFrom('hold' as const, 'slot' as const, 'first' as const),
          slot: fc.nat(20),
        }),
        { maxLength: 4 },
      ),
      relayed: fc.array(fc.tuple(fc.nat(20), fc.array(fc.nat(13), { maxLength: 4 })), { maxLength: 6 }),
    })
    .map(given => {
      const programme = programmeSchema.parse({
        sessions: given.sessions.map(s => ({
          start: `${String(s.hour).padStart(2, '0')}:00`,
          weekdays: s.weekdays,
          minutes: s.minutes,
          source: s.relay ? 'relay' : 'own',
        })),
      })
      const days = Array.from({ length: 8 }, (_, i) => addDays(monday, i))
      const frames = days.flatMap(day => framesOf(day, programme, null, []))
      const base = vn(`${monday}T00:00`).getTime()
      const items = given.items.map((i, n) =>
        item({
          dispatchId: String(n + 1),
          content: `c${n}`,
          seconds: i.seconds,
          priority: i.priority,
          approvedAt: new Date(base + i.approved * minutesMs),
          notBefore: new Date(base + i.from * 3_600_000),
          expiresAt: new Date(base + (i.from + i.hours) * 3_600_000),
        }),
      )
      const relayFrames = frames.filter(f => f.relay)
      return inputOf(items, {
        frames,
        airings: given.airings,
        plays: given.plays,
        choices: given.choices.flatMap(c => {
          const chosen = items[c.item]
          const slotAt = frames[c.slot % Math.max(1, frames.length)]?.startsAt ?? null
          return chosen ? [{ dispatchId: chosen.dispatchId, kind: c.kind, slotAt }] : []
        }),
        relayed: new Map(
          given.relayed.flatMap(([f, contained]) => {
            const frame = relayFrames[f % Math.max(1, relayFrames.length)]
            if (!frame) return []
            const list = [...new Set(contained)].flatMap(c => (items[c] ? [{ content: `c${c}`, plays: 1 }] : []))
            return [[`${frame.day} ${frame.session}`, list] as const]
          }),
        ),
      })
    })

  test('no slot is too long, nothing is aired out of its time, nor twice in a slot, nor too often', () => {
    fc.assert(
      fc.property(world, input => {
        const plan = planSlots(input)
        const byId = new Map(input.items.map(i => [i.dispatchId, i]))
        for (const slot of plan.slots) {
          let seconds = input.overheadSeconds.own
          for (const planned of slot.items) {
            const it = byId.get(planned.dispatchId)
            if (!it) throw new Error('an item from nowhere')
            seconds += airSeconds(planned)
            expect(it.notBefore.getTime()).toBeLessThanOrEqual(slot.startsAt.getTime())
            expect(slot.startsAt.getTime() + seconds * 1000).toBeLessThanOrEqual(it.expiresAt.getTime())
          }
          if (slot.items.length > 0) expect(seconds).toBeLessThanOrEqual(slot.maxSeconds)
          expect(new Set(slot.items.map(i => i.dispatchId)).size).toBe(slot.items.length)
        }
        for (const it of input.items) {
          const own = plan.slots.filter(s => !s.relay && s.items.some(i => i.dispatchId === it.dispatchId))
          const relays = plan.slots.filter(s => s.relay && s.items.some(i => i.dispatchId === it.dispatchId))
          expect(own.length).toBeLessThanOrEqual(Math.max(0, input.airings[it.priority] - relays.length))
          const hours = relays.map(s => s.startsAt.toISOString().slice(0, 13))
          for (const s of own) expect(hours).not.toContain(s.startsAt.toISOString().slice(0, 13))
        }
      }),
      { numRuns: 300 },
    )
  })

  test('rank: nobody has to wait for something of lower rank that took its room', () => {
    fc.assert(
      fc.property(world, given => {
        const input = { ...given, choices: [], relayed: new Map(), frames: given.frames.filter(f => !f.relay) }
        const plan = planSlots(input)
        const slotsOf = (i: PlanItem) => plan.slots.filter(s => s.items.some(x => x.dispatchId === i.dispatchId))
        for (const it of input.items) {
          if (slotsOf(it).length >= input.airings[it.priority]) continue
          // It lacks an airing: then in every slot of its time the room it needs is taken by what ranks higher.
          for (const slot of plan.slots.filter(s => !slotsOf(it).includes(s))) {
            const higher = slot.items.filter(x => {
              const other = input.items.find(o => o.dispatchId === x.dispatchId)
              return other && byRank(other, it) < 0
            })
            const needed = airSeconds({ plays: input.plays[it.priority], seconds: it.seconds })
            const taken = input.overheadSeconds.own + higher.reduce((sum, x) => sum + airSeconds(x), 0)
            const fits = taken + needed <= slot.maxSeconds
            const valid =
              it.notBefore <= slot.startsAt &&
              slot.startsAt.getTime() + (taken + needed) * 1000 <= it.expiresAt.getTime()
            expect(fits && valid).toBe(false)
          }
        }
      }),
      { numRuns: 200 },
    )
  })

  test('the same input gives the same plan, whatever the order, and time that passes changes nothing', () => {
    fc.assert(
      fc.property(world, fc.nat(60), (input, passed) => {
        const plan = planSlots(input)
        expect(planSlots({ ...input, items: [...input.items].reverse(), frames: [...input.frames].reverse() })).toEqual(
          plan,
        )
        const frozenUntil = plan.slots[passed % Math.max(1, plan.slots.length)]?.startsAt ?? input.frozenUntil
        const content = new Map(input.items.map(i => [i.dispatchId, i.content]))
        const fixed = plan.slots
          .filter(s => s.startsAt <= frozenUntil)
          .map(s => ({ startsAt: s.startsAt, contents: s.items.map(i => content.get(i.dispatchId) ?? '') }))
        const later = planSlots({ ...input, frozenUntil, fixed })
        expect(later.slots).toEqual(plan.slots.filter(s => s.startsAt > frozenUntil))
      }),
      { numRuns: 300 },
    )
  })

  test('every item is planned, was aired often enough, or waits with a reason', () => {
    fc.assert(
      fc.property(world, input => {
        const plan = planSlots(input)
        for (const it of input.items) {
          const planned = plan.slots.some(s => s.items.some(i => i.dispatchId === it.dispatchId))
          expect(planned).toBe(!plan.waiting.some(w => w.dispatchId === it.dispatchId))
        }
      }),
    )
  })
})
