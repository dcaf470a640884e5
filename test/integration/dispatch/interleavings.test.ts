import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { cancel, pauseDispatch, resumeDispatch } from '../../../services/dispatch/control.ts'
import { deliverChunk } from '../../../services/dispatch/deliver.ts'
import { freezeDispatch } from '../../../services/dispatch/plan.ts'
import { progressOf } from '../../../services/dispatch/progress.ts'
import { applyReceipts, recordReceipts } from '../../../services/dispatch/receipts.ts'
import { renderDispatch } from '../../../services/dispatch/render.ts'
import { sweep } from '../../../services/dispatch/sweep.ts'
import type { Outcome } from '../../../services/domain/delivery.ts'
import { balances, deliveryStates } from '../../../services/domain/delivery.ts'
import type { Db } from '../../../services/store/db.ts'
import type { ClaimedChunk } from '../../../services/store/ledger.ts'
import { appendOutcomes, claimChunk, markIntent, releaseChunk } from '../../../services/store/ledger.ts'
import { insertReceipts } from '../../../services/store/receipts.ts'
import type { TargetStateRow } from '../../../services/store/target-states.ts'
import { listTargets } from '../../../services/store/target-states.ts'
import {
  approvedAnnouncement,
  countsOf,
  dispatchContext,
  dispatchId,
  endLeases,
  endWaits,
  officer,
  openChunks,
  scriptedChannel,
  seedRegistry,
} from '../../support/dispatch.ts'
import type { TestDatabase } from '../../support/postgres.ts'
import { testDatabase } from '../../support/postgres.ts'

const people = 12
const chunkSize = 6
const never = new AbortController().signal

/** What the vendor itself saw: the truth that the ledger is held against. */
interface Vendor {
  /** How often it took a message for a target. */
  took: Map<string, number>
  /** Targets of whose message it later said that it failed. */
  failed: Set<string>
}

/** A worker process at some point of its way; it may die after any of them. */
interface Hand {
  chunk: ClaimedChunk
  window: string[]
  outcomes: Outcome[] | undefined
  followUpId: string | undefined
}

/** What became of one message: taken, taken but the answer lost, refused, put off. */
const fates = ['accepted', 'lost-answer', 'not-sent-unknown', 'rejected', 'retry'] as const
type Fate = (typeof fates)[number]

type Step =
  | { do: 'claim' | 'kill' | 'append' | 'release'; which: number }
  | { do: 'mark'; which: number; count: number }
  | { do: 'send'; which: number; fates: Fate[] }
  | { do: 'receipt'; target: number; state: 'accepted' | 'confirmed' | 'rejected'; byRef: boolean }
  | { do: 'apply' | 'end-leases' | 'end-waits' | 'sweep' | 'pause' | 'resume' | 'cancel' | 'expire' }

const small = fc.nat(7)
const usual: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('claim' as const), which: small }) },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('mark' as const), which: small, count: fc.integer({ min: 1, max: 6 }) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('send' as const),
      which: small,
      fates: fc.array(fc.constantFrom(...fates), { minLength: 6, maxLength: 6 }),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('append' as const), which: small }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('release' as const), which: small }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('kill' as const), which: small }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('receipt' as const),
      target: fc.nat(people - 1),
      state: fc.constantFrom('accepted' as const, 'confirmed' as const, 'rejected' as const),
      byRef: fc.boolean(),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('apply' as const, 'end-leases' as const, 'end-waits' as const, 'sweep' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('pause' as const, 'resume' as const) }) },
)
/** Single steps, and the runs of them that matter most: a whole flush, and a second worker after the first one's lease. */
const fateList = fc.array(fc.constantFrom(...fates), { minLength: 6, maxLength: 6 })
const runs: fc.Arbitrary<Step[]> = fc.oneof(
  { weight: 3, arbitrary: usual.map(step => [step]) },
  {
    weight: 2,
    arbitrary: fc
      .record({ which: small, count: fc.integer({ min: 1, max: 6 }), fates: fateList, late: fc.boolean() })
      .map(({ which, count, fates, late }): Step[] => [
        ...(late ? [{ do: 'end-leases' as const }] : []),
        { do: 'claim', which },
        // The newest hand is the last one.
        { do: 'mark', which: -1, count },
        { do: 'send', which: -1, fates },
      ]),
  },
)
const endings: fc.Arbitrary<Step[]> = fc.constantFrom('cancel' as const, 'expire' as const).map(what => [{ do: what }])
const steps = fc
  .tuple(
    fc.array(runs, { minLength: 5, maxLength: 30 }),
    fc.array(endings, { maxLength: 1 }),
    fc.array(runs, { maxLength: 12 }),
  )
  .map(parts => parts.flat(2))

describe('whatever happens in whatever order', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await testDatabase()
    await seedRegistry(database.db, people)
  })
  afterAll(() => database.drop())

  /** A frozen, rendered dispatch in several chunks, alone in the tables. */
  async function start(repeat: 'unsafe' | 'overwrites') {
    await database.db.query(
      'delete from outbox; delete from receipts_inbox; delete from outcomes; delete from dispatches; delete from announcements',
    )
    const channel = scriptedChannel('sms', { repeat })
    const ctx = dispatchContext(database.db, [channel])
    const announcement = await approvedAnnouncement(ctx, {
      expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
    })
    const dispatch = await dispatchId(database.db, announcement, 'sms')
    await freezeDispatch(ctx, dispatch)
    await database.db.query(
      `with whole as (delete from chunks where dispatch_id = $1 returning target_ids)
       insert into chunks (dispatch_id, area_code, target_ids, size)
       select $1, null, array_agg(t.id order by t.id), count(*)
       from whole, unnest(target_ids) with ordinality as t (id, n) group by (t.n - 1) / $2::int`,
      [dispatch, chunkSize],
    )
    await renderDispatch(ctx, async work => await work(''), dispatch, never)
    const { rows } = await database.db.query('select unnest(target_ids) as id from chunks order by 1')
    return { ctx, channel, announcement, dispatch, ids: rows.map(r => r.id as string), repeat }
  }
  /** All pages of the list, without a state and then state by state: both ways give the same people once. */
  async function everyTarget(db: Db, dispatch: string): Promise<TargetStateRow[]> {
    const all: TargetStateRow[] = []
    for (const state of [undefined, ...deliveryStates]) {
      let cursor: string | undefined
      const found: TargetStateRow[] = []
      do {
        const page = await listTargets(db, dispatch, 'citizens', { limit: 5, cursor, ...(state && { state }) })
        found.push(...page.rows)
        cursor = page.nextCursor ?? undefined
      } while (cursor)
      if (state === undefined) all.push(...found)
      else {
        const ids = (rows: TargetStateRow[]) => rows.map(r => r.targetId).sort()
        expect(ids(found)).toEqual(ids(all.filter(r => r.state === state)))
      }
    }
    return all
  }
  type World = Awaited<ReturnType<typeof start>> & { vendor: Vendor; hands: Hand[] }

  const refOf = (world: World, id: string) => `ref-${world.dispatch}-${id}`
  const take = (vendor: Vendor, id: string) => vendor.took.set(id, (vendor.took.get(id) ?? 0) + 1)

  function meet(world: World, id: string, fate: Fate): Outcome {
    if (fate === 'rejected') return { kind: 'rejected', code: '21211' }
    if (fate === 'retry') return { kind: 'retry', code: '429', afterMs: 60_000 }
    if (fate === 'accepted' || fate === 'lost-answer') take(world.vendor, id)
    if (fate === 'accepted') return { kind: 'accepted', ref: refOf(world, id), partRefs: [refOf(world, id)] }
    // What deliverChunk makes of it where a repeat does no harm.
    return { kind: world.repeat === 'unsafe' ? 'unknown' : 'retry', code: 'timeout' }
  }

  async function takeStep(world: World, step: Step): Promise<void> {
    const { ctx, dispatch, hands, vendor } = world
    const { db } = ctx
    switch (step.do) {
      case 'claim': {
        const { rows } = await db.query('select id from chunks where closed_at is null order by id')
        const id = rows[step.which % rows.length]?.id ?? '0'
        const chunk = await claimChunk(db, id, 30_000, world.repeat === 'unsafe')
        if (chunk) hands.push({ chunk, window: [], outcomes: undefined, followUpId: undefined })
        return
      }
      case 'mark': {
        const hand = hands.at(step.which % (hands.length || 1))
        if (!hand || hand.window.length > 0) return
        hand.window = await markIntent(db, hand.chunk, step.count, 30_000)
        return
      }
      case 'send': {
        const hand = hands.at(step.which % (hands.length || 1))
        if (!hand || hand.window.length === 0 || hand.outcomes) return
        hand.outcomes = hand.window.map((id, i) => meet(world, id, step.fates[i % step.fates.length] ?? 'accepted'))
        return
      }
      case 'append': {
        const hand = hands.at(step.which % (hands.length || 1))
        if (!hand?.outcomes) return
        const { window, outcomes } = hand
        const written = await appendOutcomes(db, hand.chunk, window, outcomes, 2_000, hand.followUpId)
        hand.followUpId = written?.followUpId
        hand.chunk.doneTo += window.length
        if (!written) {
          const news = window.flatMap((targetId, i) => {
            const outcome = outcomes[i]
            if (outcome?.kind !== 'accepted' && outcome?.kind !== 'rejected') return []
            return [{ channel: 'sms', dispatchId: dispatch, targetId, state: outcome.kind, at: new Date() }]
          })
          await insertReceipts(db, news)
          hands.splice(hands.indexOf(hand), 1)
        }
        hand.window = []
        hand.outcomes = undefined
        return
      }
      case 'release': {
        const hand = hands.at(step.which % (hands.length || 1))
        if (!hand || hand.window.length > 0) return
        await releaseChunk(db, hand.chunk)
        hands.splice(hands.indexOf(hand), 1)
        return
      }
      case 'kill':
        hands.splice(step.which % (hands.length || 1), 1)
        return
      case 'receipt': {
        const id = world.ids[step.target % world.ids.length] ?? ''
        // A vendor speaks of what it took, and may do so before we know of it ourselves.
        if (!vendor.took.get(id)) return
        if (step.state === 'rejected') vendor.failed.add(id)
        await recordReceipts(ctx, 'sms', [
          {
            ref: refOf(world, id),
            state: step.state,
            at: new Date(),
            ...(step.state === 'rejected' && { code: '30003' }),
            ...(!step.byRef && { dispatchId: dispatch, targetId: id }),
          },
        ])
        return
      }
      case 'apply':
        await applyReceipts(ctx)
        return
      case 'end-leases':
        return await endLeases(db)
      case 'end-waits':
        return await endWaits(db)
      case 'sweep':
        await sweep(ctx)
        return
      case 'pause':
        await pauseDispatch(ctx, officer, dispatch).catch(refusedWhenOver)
        return
      case 'resume':
        await resumeDispatch(ctx, officer, dispatch).catch(refusedWhenOver)
        return
      case 'cancel':
        await cancel(ctx, officer, world.announcement, 'Thu hồi').catch(refusedWhenOver)
        return
      case 'expire':
        await db.query('update dispatches set expires_at = now() where id = $1', [dispatch])
        await sweep(ctx)
        return
    }
  }

  function refusedWhenOver(error: { code?: string }): void {
    if (error.code !== 'dispatch.wrong-state' && error.code !== 'announcement.wrong-state') throw error
  }

  /** The promises, checked from the outside: the equation, the counters against the ledger, both against the vendor. */
  async function check(world: World): Promise<void> {
    const { ctx, dispatch, vendor, repeat } = world
    const counts = await countsOf(ctx.db, dispatch)
    expect({ ...counts, balances: balances(counts) }).toMatchObject({ audience: people, balances: true })

    const { rows: wrong } = await ctx.db.query(
      `select c.id, c.accepted, c.confirmed, c.rejected, c.skipped, c.unknown, c.moved, l.* from chunks c
       cross join lateral (
         select count(*) filter (where state = 'accepted') as l_accepted,
           count(*) filter (where state = 'confirmed') as l_confirmed,
           count(*) filter (where state = 'rejected') as l_rejected,
           count(*) filter (where state = 'skipped') as l_skipped,
           count(*) filter (where state = 'unknown') as l_unknown,
           count(*) as l_all
         from (select distinct on (target_id) state from outcomes where chunk_id = c.id order by target_id, rank desc) f
       ) l
       where (c.accepted, c.confirmed, c.rejected, c.skipped, c.unknown, c.done_to - c.moved)
         is distinct from (l_accepted, l_confirmed, l_rejected, l_skipped, l_unknown, l_all)`,
    )
    expect(wrong).toEqual([])

    const targets = await everyTarget(ctx.db, dispatch)
    const byId = (a: string, b: string) => Number(a) - Number(b)
    expect(targets.map(t => t.targetId).sort(byId)).toEqual([...world.ids].sort(byId))
    const { rows: reasons } = await ctx.db.query(
      `select (select coalesce(sum(n), 0)::int from reason_counts where dispatch_id = $1) as counted,
         (select count(*)::int from (select distinct on (target_id) state, code from outcomes where dispatch_id = $1
            order by target_id, rank desc) f where state in ('rejected', 'skipped', 'unknown') and code is not null) as n`,
      [dispatch],
    )
    expect(reasons[0].counted).toBe(reasons[0].n)
    const listed: Record<string, number> = {}
    for (const { state } of targets) listed[state] = (listed[state] ?? 0) + 1
    expect(listed).toEqual(Object.fromEntries(Object.entries(counts).filter(([k, n]) => k !== 'audience' && n > 0)))

    const lies = targets.filter(({ targetId, state }) => {
      const took = vendor.took.get(targetId) ?? 0
      if (repeat === 'unsafe' && took > 1) return true
      if (state === 'accepted' || state === 'confirmed') return took === 0
      if (state === 'rejected') return repeat === 'unsafe' && took > 0 && !vendor.failed.has(targetId)
      if (state === 'cancelled' || state === 'expired' || state === 'waiting') return repeat === 'unsafe' && took > 0
      return false
    })
    expect(lies.map(t => ({ ...t, took: vendor.took.get(t.targetId) }))).toEqual([])
  }

  /** Everybody goes home: what is open is ended by the means that the product has. */
  async function finish(world: World): Promise<void> {
    const { ctx, dispatch, channel } = world
    channel.script = batch => batch.targets.map(t => meet(world, t.id, 'accepted'))
    await resumeDispatch(ctx, officer, dispatch).catch(refusedWhenOver)
    for (let round = 0; round < 6; round++) {
      await endLeases(ctx.db)
      await endWaits(ctx.db)
      await sweep(ctx)
      for (const chunk of await openChunks(ctx.db, dispatch)) {
        await deliverChunk(ctx, chunk, 'sms', channel.session, never)
      }
    }
    await check(world)
    expect(await countsOf(ctx.db, dispatch)).toMatchObject({ waiting: 0, sending: 0 })
    const progress = await progressOf(ctx, world.announcement)
    expect(progress.dispatches[0]?.settledAt).not.toBeNull()
    expect(['completed', 'cancelled', 'expired']).toContain(progress.state)
    // News by a reference that got lost with the vendor's answer can never be matched; all other news is. Where a
    // repeat overwrites, a late worker may also speak of somebody who went back to waiting and was then cancelled.
    const { rows } = await ctx.db.query(
      'select ref from receipts_inbox where applied_at is null and target_id is not null',
    )
    if (world.repeat === 'unsafe') expect(rows).toEqual([])
  }

  test.each([
    ['nobody is lost, doubled or lied about', 'unsafe'],
    ['where a repeat overwrites, nobody is unsure while it can be repeated', 'overwrites'],
  ] as const)('%s', async (_, repeat) => {
    await fc.assert(
      fc.asyncProperty(steps, async list => {
        const world: World = { ...(await start(repeat)), vendor: { took: new Map(), failed: new Set() }, hands: [] }
        let ended = false
        for (const step of list) {
          await takeStep(world, step)
          await check(world)
          ended ||= step.do === 'cancel' || step.do === 'expire'
          if (repeat === 'overwrites' && !ended) {
            expect((await countsOf(world.ctx.db, world.dispatch)).unknown).toBe(0)
          }
        }
        await finish(world)
      }),
      { numRuns: 25, interruptAfterTimeLimit: 50_000 },
    )
  })

  test('everything at the same time: no deadlock, no error, and the same promises', async () => {
    const tasks = [
      'deliver',
      'deliver',
      'sweep',
      'apply',
      'pause',
      'resume',
      'end-leases',
      'end-waits',
      'receipts',
    ] as const
    const rounds = fc.array(fc.array(fc.constantFrom(...tasks), { minLength: 3, maxLength: 8 }), {
      minLength: 2,
      maxLength: 6,
    })
    await fc.assert(
      fc.asyncProperty(
        rounds,
        fc.option(fc.nat(5)),
        fc.infiniteStream(fc.constantFrom(...fates)),
        async (list, end, fate) => {
          const world: World = { ...(await start('unsafe')), vendor: { took: new Map(), failed: new Set() }, hands: [] }
          const { ctx, channel, dispatch } = world
          channel.script = async batch => {
            // A moment on the way, in which the others get their turn.
            await ctx.db.query('select pg_sleep(0.002)')
            return batch.targets.map(t => meet(world, t.id, fate.next().value))
          }
          const run = async (task: (typeof tasks)[number] | 'cancel'): Promise<unknown> => {
            if (task === 'receipts') {
              const about = [...world.vendor.took.keys()]
              return await recordReceipts(
                ctx,
                'sms',
                about.map(id => ({
                  ref: refOf(world, id),
                  dispatchId: dispatch,
                  targetId: id,
                  state: 'confirmed',
                  at: new Date(),
                })),
              )
            }
            if (task !== 'deliver') return await takeStep(world, { do: task })
            const chunks = await openChunks(ctx.db, dispatch)
            return await Promise.all(chunks.map(c => deliverChunk(ctx, c, 'sms', channel.session, never)))
          }
          for (const [n, round] of list.entries()) {
            await Promise.all([...round, ...(n === end ? (['cancel'] as const) : [])].map(run))
            await check(world)
          }
          await finish(world)
        },
      ),
      { numRuns: 15, interruptAfterTimeLimit: 50_000 },
    )
  })
})
