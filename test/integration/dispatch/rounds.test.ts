import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { LookupQuestion, Receipt, Session } from '../../../channels/contract.ts'
import type { DispatchContext } from '../../../services/dispatch/context.ts'
import { deliverChunk } from '../../../services/dispatch/deliver.ts'
import { freezeDispatch } from '../../../services/dispatch/plan.ts'
import { progressOf } from '../../../services/dispatch/progress.ts'
import { applyReceipts, recordReceipts } from '../../../services/dispatch/receipts.ts'
import { renderDispatch } from '../../../services/dispatch/render.ts'
import { resendDispatch } from '../../../services/dispatch/resend.ts'
import { resolveUnknown, settleByPerson } from '../../../services/dispatch/resolve.ts'
import type { Outcome, ResendableState } from '../../../services/domain/delivery.ts'
import { balances, resendableStates } from '../../../services/domain/delivery.ts'
import type { ScriptedChannel } from '../../support/dispatch.ts'
import {
  approvedAnnouncement,
  approver,
  countsOf,
  dispatchContext,
  dispatchId,
  endWaits,
  officer,
  openChunks,
  scriptedChannel,
  seedRegistry,
} from '../../support/dispatch.ts'
import type { TestDatabase } from '../../support/postgres.ts'
import { testDatabase } from '../../support/postgres.ts'

const never = new AbortController().signal
const people = 40

/** A further round goes to those not reached, and to nobody else, whatever happens in between. */
describe('further rounds', () => {
  let database: TestDatabase
  let ctx: DispatchContext
  let sms: ScriptedChannel
  let ids: string[]

  beforeAll(async () => {
    database = await testDatabase()
    await seedRegistry(database.db, people)
    ids = (await database.db.query('select id from citizens order by id')).rows.map(r => r.id)
  })
  afterAll(() => database.drop())
  beforeEach(() => {
    sms = scriptedChannel('sms')
    ctx = dispatchContext(database.db, [sms])
  })

  const state = async (announcement: string) => (await progressOf(ctx, announcement)).state
  const lastRound = async (announcement: string) => (await progressOf(ctx, announcement)).dispatches.at(-1)

  async function sendAll(dispatch: string): Promise<void> {
    await freezeDispatch(ctx, dispatch)
    await renderDispatch(ctx, work => work(''), dispatch, never)
    for (let round = 0; round < 20; round++) {
      await endWaits(database.db)
      const chunks = await openChunks(database.db, dispatch)
      if (chunks.length === 0) return
      for (const chunk of chunks) await deliverChunk(ctx, chunk, 'sms', sms.session, never)
    }
    throw new Error('the dispatch does not end')
  }

  /** Sends a first round in which each person meets the outcome of `meets`. */
  async function firstRound(meets: (id: string) => Outcome, content: Record<string, unknown> = {}) {
    sms.script = batch => batch.targets.map(t => meets(t.id))
    const announcement = await approvedAnnouncement(ctx, content)
    const dispatch = await dispatchId(database.db, announcement, 'sms')
    await sendAll(dispatch)
    sms.sentTo.length = 0
    return { announcement, dispatch }
  }
  const nth = (id: string) => ids.indexOf(id)
  const thirds = (id: string): Outcome =>
    [
      { kind: 'accepted' as const },
      { kind: 'rejected' as const, code: '30003' },
      { kind: 'unknown' as const, code: 'timeout' },
    ][nth(id) % 3] ?? { kind: 'accepted' }

  test('goes to those in the chosen states, says how many may get it twice, and completes again', async () => {
    const { announcement, dispatch } = await firstRound(thirds)
    expect(await state(announcement)).toBe('completed')
    sms.script = batch => batch.targets.map(() => ({ kind: 'accepted' }))
    const added = await resendDispatch(ctx, officer, dispatch, ['unknown'])
    expect(added.state).toBe('dispatching')
    const second = added.dispatches.at(-1)
    expect(second).toMatchObject({ round: 2, resendStates: ['unknown'] })
    await sendAll(second?.id ?? '')
    expect(sms.sentTo.sort()).toEqual(ids.filter(id => nth(id) % 3 === 2).sort())
    expect(await lastRound(announcement)).toMatchObject({ possibleRepeats: 13, counts: { audience: 13, accepted: 13 } })
    expect(await state(announcement)).toBe('completed')
    // The first round is what it was: that attempt's fate stays unknown.
    expect(await countsOf(database.db, dispatch)).toMatchObject({ unknown: 13, rejected: 13, accepted: 14 })
    // Of those who were unknown nobody is left; the rejected are still to be had.
    await expect(resendDispatch(ctx, officer, dispatch, ['unknown'])).rejects.toMatchObject({
      code: 'dispatch.nobody-left',
    })
    const third = (await resendDispatch(ctx, approver, dispatch, ['rejected', 'unknown'])).dispatches.at(-1)
    sms.sentTo.length = 0
    await sendAll(third?.id ?? '')
    expect(sms.sentTo.sort()).toEqual(ids.filter(id => nth(id) % 3 === 1).sort())
  })

  test('two people who press the button send once', async () => {
    const { dispatch } = await firstRound(thirds)
    const presses = await Promise.allSettled([
      resendDispatch(ctx, officer, dispatch, ['unknown']),
      resendDispatch(ctx, approver, dispatch, ['unknown']),
      resendDispatch(ctx, officer, dispatch, ['unknown', 'rejected']),
    ])
    expect(presses.filter(p => p.status === 'fulfilled')).toHaveLength(1)
    expect(presses.flatMap(p => (p.status === 'rejected' ? [p.reason.code] : []))).toEqual([
      'dispatch.wrong-state',
      'dispatch.wrong-state',
    ])
  })

  test('news that comes after the freeze of the round still keeps it from those who were reached', async () => {
    const { announcement, dispatch } = await firstRound(id => ({ kind: 'unknown', code: 'timeout', ref: `x:${id}` }))
    const second = (await resendDispatch(ctx, officer, dispatch, ['unknown'])).dispatches.at(-1)
    await freezeDispatch(ctx, second?.id ?? '')
    const reached = ids.slice(0, 15)
    const news = reached.map(
      (targetId): Receipt => ({ ref: '', dispatchId: dispatch, targetId, state: 'confirmed', at: new Date() }),
    )
    await recordReceipts(ctx, 'sms', news)
    await applyReceipts(ctx)
    sms.script = batch => batch.targets.map(() => ({ kind: 'accepted' }))
    await sendAll(second?.id ?? '')
    expect(sms.sentTo.filter(id => reached.includes(id))).toEqual([])
    expect(await lastRound(announcement)).toMatchObject({
      counts: { audience: people, accepted: people - 15, skipped: 15 },
      reasons: { 'reached-before': 15 },
    })
  })

  test('respects who refused meanwhile, and is not to be had for a cancelled announcement or by an operator', async () => {
    const { dispatch, announcement } = await firstRound(() => ({ kind: 'rejected', code: '30003' }))
    const { rows } = await database.db.query('select phone from citizens where id = $1', [ids[0]])
    await database.db.query(`insert into opt_outs (channel, address, source) values ('sms', $1, 'test')`, [
      rows[0].phone,
    ])
    sms.script = batch => batch.targets.map(() => ({ kind: 'rejected', code: '30003' }))
    const second = (await resendDispatch(ctx, officer, dispatch, ['rejected'])).dispatches.at(-1)
    await sendAll(second?.id ?? '')
    expect(sms.sentTo).not.toContain(ids[0])
    expect(await lastRound(announcement)).toMatchObject({ counts: { audience: people, skipped: 1 } })
    await database.db.query('delete from opt_outs')
    await expect(resendDispatch(ctx, { ...officer, role: 'operator' }, dispatch, ['rejected'])).rejects.toMatchObject({
      code: 'auth.forbidden',
    })
    await database.db.query(`update announcements set state = 'cancelled' where id = $1`, [announcement])
    await expect(resendDispatch(ctx, officer, dispatch, ['rejected'])).rejects.toMatchObject({
      code: 'dispatch.wrong-state',
    })
  })

  /** Written down from the words: the firmest news of each round counts, one that reached is enough, else the last one. */
  async function leftOver(announcement: string, states: ResendableState[]): Promise<string[]> {
    const { rows } = await database.db.query(
      `select distinct on (o.target_id, d.round) o.target_id as id, o.state from outcomes o
       join dispatches d on d.id = o.dispatch_id where d.announcement_id = $1
       order by o.target_id, d.round, o.rank desc`,
      [announcement],
    )
    const seen = new Map<string, string[]>()
    for (const { id, state: of } of rows) seen.set(id, [...(seen.get(id) ?? []), of])
    return [...seen].flatMap(([id, all]) => {
      const reached = all.includes('accepted') || all.includes('confirmed')
      return !reached && states.includes(all.at(-1) as ResendableState) ? [id] : []
    })
  }

  test('whatever each round meets, nobody is sent to after having been reached, and nobody is lost', async () => {
    const fate = fc.constantFrom<Outcome['kind']>('accepted', 'rejected', 'unknown')
    const rounds = fc.array(
      fc.record({
        fates: fc.array(fate, { minLength: people, maxLength: people }),
        states: fc.subarray([...resendableStates], { minLength: 1 }),
        // Receipts between two rounds, for whom and what.
        news: fc.array(fc.tuple(fc.nat(people - 1), fc.constantFrom('confirmed' as const, 'rejected' as const))),
      }),
      { minLength: 1, maxLength: 4 },
    )
    await fc.assert(
      fc.asyncProperty(rounds, async all => {
        const now = new Map<string, string>()
        const meets =
          (fates: Outcome['kind'][]) =>
          (id: string): Outcome => {
            const kind = fates[nth(id)] ?? 'accepted'
            now.set(id, kind)
            return kind === 'accepted' ? { kind } : { kind: kind as 'rejected', code: 'x' }
          }
        const { announcement, dispatch } = await firstRound(meets(all[0]?.fates ?? []))
        let current = dispatch
        for (const { states, fates, news } of all) {
          for (const [n, said] of news) {
            const targetId = ids[n] ?? ''
            await recordReceipts(ctx, 'sms', [{ ref: '', dispatchId: current, targetId, state: said, at: new Date() }])
          }
          await applyReceipts(ctx)
          const wanted = await leftOver(announcement, states)
          sms.sentTo.length = 0
          sms.script = batch => batch.targets.map(t => meets(fates)(t.id))
          if (wanted.length === 0) {
            await expect(resendDispatch(ctx, officer, dispatch, states)).rejects.toMatchObject({
              code: 'dispatch.nobody-left',
            })
            continue
          }
          current = (await resendDispatch(ctx, officer, dispatch, states)).dispatches.at(-1)?.id ?? ''
          await sendAll(current)
          expect([...sms.sentTo].sort()).toEqual(wanted.sort())
          expect(balances(await countsOf(database.db, current))).toBe(true)
        }
      }),
      { numRuns: 12 },
    )
  })

  describe('what is unknown', () => {
    /** The channel's vendor can be asked; `knows` is what it answers. */
    function askable(
      knows: (question: LookupQuestion<unknown>) => Receipt | undefined,
    ): (id: string) => Promise<Session<unknown>> {
      return async () => ({
        ...(await sms.session()),
        lookup: async asked => asked.flatMap(question => knows(question) ?? []),
      })
    }
    const longAgo = async () => {
      await database.db.query(`update outcomes set at = at - interval '5 minutes'`)
      await database.db.query(
        `update citizens set created_at = created_at - interval '5 minutes', updated_at = updated_at - interval '5 minutes'`,
      )
    }

    test('is asked of the vendor, once it can know; what it does not know stays unknown', async () => {
      const { dispatch } = await firstRound(id => ({ kind: 'unknown', code: 'timeout', ref: `v:${id}` }))
      const asked: LookupQuestion<unknown>[] = []
      const open = askable(question => {
        asked.push(question)
        const n = nth(question.targetId)
        const { ref, dispatchId: of, targetId } = question
        if (n < 10) return { ref: ref ?? '', dispatchId: of, targetId, state: 'confirmed', at: new Date() }
        if (n < 15)
          return { ref: '', dispatchId: of, targetId, state: 'rejected', code: 'never-arrived', at: new Date() }
        return undefined
      })
      expect(await resolveUnknown(ctx, open, never)).toEqual({ asked: 0, rounds: 0 })
      await longAgo()
      await resolveUnknown(ctx, open, never)
      const ours = asked.filter(q => q.dispatchId === dispatch)
      expect(ours).toHaveLength(people)
      expect(ours[0]).toMatchObject({ ref: `v:${ours[0]?.targetId}`, address: expect.stringMatching(/^\+84/) })
      expect(await countsOf(database.db, dispatch)).toMatchObject({ confirmed: 10, rejected: 5, unknown: people - 15 })
      // Not asked again at once, and no routine message is sent again by itself.
      asked.length = 0
      expect(await resolveUnknown(ctx, open, never)).toMatchObject({ rounds: 0 })
      expect(asked.filter(q => q.dispatchId === dispatch)).toEqual([])
    })

    test('of somebody whose number changed since, the vendor is not asked: it would know nothing of the new number', async () => {
      const { dispatch } = await firstRound(() => ({ kind: 'unknown', code: 'timeout' }))
      await longAgo()
      await database.db.query(`update citizens set updated_at = now() where id = $1`, [ids[0]])
      const asked: string[] = []
      const open = askable(question => {
        if (question.dispatchId === dispatch) asked.push(question.targetId)
        return undefined
      })
      await resolveUnknown(ctx, open, never)
      expect(asked.sort()).toEqual(ids.slice(1).sort())
      await database.db.query(`update citizens set updated_at = created_at where id = $1`, [ids[0]])
    })

    test('what arrived after all is charged after all', async () => {
      sms.channel.estimate = () => ({ costDong: 1_000.4, warnings: [] })
      const { announcement, dispatch } = await firstRound(id =>
        nth(id) < 30 ? { kind: 'accepted', costDong: 1_000 } : { kind: 'unknown', code: 'timeout' },
      )
      expect(await lastRound(announcement)).toMatchObject({ costDong: 30_000 })
      const news = ids.slice(28).map(
        (targetId, i): Receipt => ({
          ref: '',
          dispatchId: dispatch,
          targetId,
          state: i % 3 === 0 ? 'rejected' : 'confirmed',
          at: new Date(),
        }),
      )
      await recordReceipts(ctx, 'sms', news)
      await applyReceipts(ctx)
      // Of the ten unknown seven arrived; what was accepted before is not charged twice.
      const arrived = news.slice(2).filter(r => r.state === 'confirmed').length
      expect(await lastRound(announcement)).toMatchObject({ costDong: 30_000 + arrived * 1_000 })
    })

    test('in an emergency it is sent again by itself after the vendor was asked, and the possible repeats are shown', async () => {
      const { announcement, dispatch } = await firstRound(
        id => ({ kind: nth(id) < 30 ? 'accepted' : 'unknown', code: 'timeout' }) as Outcome,
        {
          priority: 'emergency',
          urgencyReason: 'Lũ quét',
        },
      )
      const open = askable(({ dispatchId: of, targetId }) =>
        nth(targetId) < 35 ? { ref: 'v', dispatchId: of, targetId, state: 'accepted', at: new Date() } : undefined,
      )
      await longAgo()
      const found = await Promise.all([resolveUnknown(ctx, open, never), resolveUnknown(ctx, open, never)])
      expect(found[0].rounds + found[1].rounds).toBe(1)
      const second = await lastRound(announcement)
      expect(second).toMatchObject({ round: 2, resendStates: ['unknown'] })
      sms.script = batch => batch.targets.map(() => ({ kind: 'accepted' }))
      await sendAll(second?.id ?? '')
      expect(sms.sentTo.sort()).toEqual(ids.slice(35).sort())
      expect(await lastRound(announcement)).toMatchObject({ possibleRepeats: 5, counts: { accepted: 5 } })
      expect(await countsOf(database.db, dispatch)).toMatchObject({ accepted: 35, unknown: 5 })
      expect((await resolveUnknown(ctx, open, never)).rounds).toBe(0)
    })

    const emergency = { priority: 'emergency', urgencyReason: 'Lũ quét' }

    test('of many, all are asked about in turns; a start that was set long before changes nothing', async () => {
      await database.db.query(
        `insert into citizens (full_name, phone, area_code)
         select 'Người ' || n, '+8491' || lpad(n::text, 7, '0'), '19742' from generate_series(1, 1500) n`,
      )
      await database.db.query(
        `insert into consents (citizen_id, purpose, given_at, source)
         select id, 'announcements', now(), 'test' from citizens where area_code = '19742'`,
      )
      try {
        const { dispatch } = await firstRound(() => ({ kind: 'unknown', code: 'timeout' }), {
          audience: { areas: ['19742'] },
        })
        await longAgo()
        await database.db.query(`update dispatches set created_at = now() - interval '3 months' where id = $1`, [
          dispatch,
        ])
        const asked = new Set<string>()
        let questions = 0
        const open = askable(question => {
          if (question.dispatchId !== dispatch) return undefined
          questions += 1
          asked.add(question.targetId)
          return undefined
        })
        for (let turn = 0; turn < 4; turn++) await resolveUnknown(ctx, open, never)
        expect([asked.size, questions]).toEqual([1500, 1500])
      } finally {
        await database.db.query(`delete from citizens where area_code = '19742'`)
      }
    })

    test('a vendor that cannot be asked holds up nobody else, nor for long an emergency', async () => {
      const fate = (): Outcome => ({ kind: 'unknown', code: 'timeout' })
      const failing = await firstRound(fate, emergency)
      const other = await firstRound(fate)
      await database.db.query(`update outcomes set at = at - interval '1 minute' where dispatch_id = $1`, [
        failing.dispatch,
      ])
      await database.db.query(`update outcomes set at = at - interval '90 seconds' where dispatch_id = $1`, [
        other.dispatch,
      ])
      const asked = new Set<string>()
      const open = async (): Promise<Session<unknown>> => ({
        ...(await sms.session()),
        lookup: async questions => {
          if (questions[0]?.dispatchId === failing.dispatch) throw new Error('the vendor is away')
          for (const q of questions) asked.add(q.dispatchId)
          return []
        },
      })
      await resolveUnknown(ctx, open, never)
      expect(asked).toContain(other.dispatch)
      expect(await lastRound(failing.announcement)).toMatchObject({ round: 1 })
      await longAgo()
      await resolveUnknown(ctx, open, never)
      expect(await lastRound(failing.announcement)).toMatchObject({ round: 2 })
      await sendAll((await lastRound(failing.announcement))?.id ?? '')
    })

    test('in an emergency the vendor is asked about the second message too before there is a third', async () => {
      const { announcement } = await firstRound(() => ({ kind: 'unknown', code: 'timeout' }), emergency)
      await longAgo()
      const open = (knows: boolean) =>
        askable(({ dispatchId: of, targetId }) =>
          knows ? { ref: 'v', dispatchId: of, targetId, state: 'accepted', at: new Date() } : undefined,
        )
      await resolveUnknown(ctx, open(false), never)
      const second = await lastRound(announcement)
      await sendAll(second?.id ?? '')
      expect(await countsOf(database.db, second?.id ?? '')).toMatchObject({ unknown: people })
      await resolveUnknown(ctx, open(false), never)
      expect(await lastRound(announcement)).toMatchObject({ round: 2 })
      await longAgo()
      await resolveUnknown(ctx, open(true), never)
      expect(await lastRound(announcement)).toMatchObject({ round: 2, counts: { accepted: people } })
    })

    test('a channel that somebody paused gets no round by itself', async () => {
      const { announcement, dispatch } = await firstRound(() => ({ kind: 'unknown', code: 'timeout' }), emergency)
      await longAgo()
      await resolveUnknown(
        ctx,
        askable(() => undefined),
        never,
      )
      const second = await lastRound(announcement)
      await sendAll(second?.id ?? '')
      await longAgo()
      // The first round had not come to its end yet.
      await database.db.query('update dispatches set settled_at = null, paused_at = now() where id = $1', [dispatch])
      await resolveUnknown(
        ctx,
        askable(() => undefined),
        never,
      )
      expect(await lastRound(announcement)).toMatchObject({ id: second?.id })
      await database.db.query('update dispatches set paused_at = null where id = $1', [dispatch])
      await resolveUnknown(
        ctx,
        askable(() => undefined),
        never,
      )
      expect(await lastRound(announcement)).toMatchObject({ round: 3 })
      await database.db.query('update dispatches set settled_at = now() where settled_at is null')
    })

    test('a person who has asked settles it, once', async () => {
      const { announcement, dispatch } = await firstRound(() => ({ kind: 'unknown', code: 'timeout' }))
      const [a = '', b = ''] = ids
      await settleByPerson(ctx, officer, dispatch, a, true)
      await settleByPerson(ctx, officer, dispatch, b, false)
      expect(await lastRound(announcement)).toMatchObject({
        counts: { confirmed: 1, rejected: 1, unknown: people - 2 },
        reasons: { 'said-by-person': 1, timeout: people - 2 },
      })
      await expect(settleByPerson(ctx, officer, dispatch, a, false)).rejects.toMatchObject({
        code: 'dispatch.wrong-state',
      })
      // The vendor's own news is quicker by a moment: nothing was settled by the person, and nobody is told so.
      const [, , c = ''] = ids
      await recordReceipts(ctx, 'sms', [
        { ref: '', dispatchId: dispatch, targetId: c, state: 'confirmed', at: new Date(Date.now() - 1000) },
      ])
      await expect(settleByPerson(ctx, officer, dispatch, c, false)).rejects.toMatchObject({
        code: 'dispatch.wrong-state',
      })
      const { rows } = await database.db.query(
        `select detail->>'targetId' as id from announcement_events where announcement_id = $1 and action = 'settle' order by id`,
        [announcement],
      )
      expect(rows.map(r => r.id)).toEqual([a, b])
    })
  })
})
