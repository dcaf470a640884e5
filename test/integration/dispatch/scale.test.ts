import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { Receipt } from '../../../channels/contract.ts'
import type { DispatchContext } from '../../../services/dispatch/context.ts'
import { deliverChunk } from '../../../services/dispatch/deliver.ts'
import { freezeDispatch } from '../../../services/dispatch/plan.ts'
import { areaResults, progressOf } from '../../../services/dispatch/progress.ts'
import { applyReceipts, recordReceipts } from '../../../services/dispatch/receipts.ts'
import { renderDispatch } from '../../../services/dispatch/render.ts'
import { parseQuietHours } from '../../../services/domain/quiet-hours.ts'
import { historyOf } from '../../../services/people/history.ts'
import { claimChunk, markIntent } from '../../../services/store/ledger.ts'
import { ensureMonths, forgetOldMonths } from '../../../services/store/months.ts'
import type { ScriptedChannel } from '../../support/dispatch.ts'
import {
  addCitizens,
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
import { until } from '../../support/wait.ts'

const never = new AbortController().signal

describe('what the size of a province asks for', () => {
  let database: TestDatabase
  let ctx: DispatchContext
  let sms: ScriptedChannel

  beforeAll(async () => {
    database = await testDatabase()
    await seedRegistry(database.db, 0)
    await addCitizens(database.db, 60, ['19333', '19742'])
  })
  afterAll(() => database.drop())
  beforeEach(() => {
    sms = scriptedChannel('sms')
    ctx = dispatchContext(database.db, [sms])
  })

  async function ready(content: Record<string, unknown> = {}) {
    const announcement = await approvedAnnouncement(ctx, content)
    const dispatch = await dispatchId(database.db, announcement, 'sms')
    await freezeDispatch(ctx, dispatch)
    await renderDispatch(ctx, work => work(''), dispatch, never)
    return { announcement, dispatch }
  }
  async function drain(dispatch: string) {
    for (let round = 0; round < 20; round++) {
      await endWaits(database.db)
      const chunks = await openChunks(database.db, dispatch)
      if (chunks.length === 0) return
      for (const chunk of chunks) await deliverChunk(ctx, chunk, 'sms', sms.session, never)
    }
    throw new Error('the dispatch does not end')
  }

  test('results per commune are sums over chunks, as people were registered at the freeze', async () => {
    const { announcement, dispatch } = await ready()
    await drain(dispatch)
    expect((await areaResults(ctx, announcement)).map(r => [r.areaCode, r.counts.audience, r.counts.accepted])).toEqual(
      [
        ['19333', 30, 30],
        ['19742', 30, 30],
      ],
    )
  })

  test('progress and results per commune are had without looking at anybody: the ledger may be locked', async () => {
    const { announcement, dispatch } = await ready()
    await drain(dispatch)
    const locker = await database.db.connect()
    try {
      await locker.query('begin; lock table outcomes, citizens in access exclusive mode')
      const progress = await progressOf(ctx, announcement)
      expect(progress.dispatches[0]?.counts).toMatchObject({ audience: 60, accepted: 60 })
      expect(await areaResults(ctx, announcement)).toHaveLength(2)
    } finally {
      await locker.query('rollback')
      locker.release()
    }
  })

  test('a freeze that dies in the middle leaves nothing; the next one takes the register as it is then, once', async () => {
    const announcement = await approvedAnnouncement(ctx)
    const dispatch = await dispatchId(database.db, announcement, 'sms')
    // The process dies when the chunks are written and the audience is not yet.
    await database.db.query(
      `create function die() returns trigger language plpgsql as $$ begin perform pg_terminate_backend(pg_backend_pid()); return new; end $$;
       create trigger die before update of frozen_at on dispatches for each row execute function die()`,
    )
    await expect(freezeDispatch(ctx, dispatch)).rejects.toThrow()
    await database.db.query('drop trigger die on dispatches; drop function die')
    expect((await database.db.query('select 1 from chunks where dispatch_id = $1', [dispatch])).rows).toEqual([])
    await addCitizens(database.db, 3)
    expect(await freezeDispatch(ctx, dispatch)).toBe(true)
    expect(await countsOf(database.db, dispatch)).toMatchObject({ audience: 63, waiting: 63 })
    // A second planner, late: nothing is selected again, whatever the register holds by now.
    await addCitizens(database.db, 2)
    expect(await freezeDispatch(ctx, dispatch)).toBe(false)
    expect(await countsOf(database.db, dispatch)).toMatchObject({ audience: 63 })
    await database.db.query('delete from citizens where id in (select id from citizens order by id desc limit 5)')
  })

  test('the id of a dispatch says its month, and its outcomes stand in that month', async () => {
    const { dispatch } = await ready()
    await drain(dispatch)
    const month = new Date().toISOString().slice(0, 7).replace('-', '')
    expect(dispatch).toMatch(new RegExp(`^${month}\\d{8}$`))
    const { rows } = await database.db.query(
      'select distinct tableoid::regclass::text as name from outcomes where dispatch_id = $1',
      [dispatch],
    )
    expect(rows).toEqual([{ name: `outcomes_${month}` }])
  })

  test('what somebody was sent is forgotten after its time; the counts stay', async () => {
    const { announcement, dispatch } = await ready()
    await drain(dispatch)
    const before = await countsOf(database.db, dispatch)
    // The same dispatch as if of two years and a half ago.
    const old = '20240500000001'
    await database.db.query(
      `create table outcomes_202405 partition of outcomes for values from (20240500000000) to (20240600000000)`,
    )
    await database.db.query(
      `insert into dispatches (id, announcement_id, revision, channel, method, priority, audience, frozen_at, settled_at, round,
         resend_states)
       select $2, announcement_id, revision, channel, method, priority, audience, frozen_at, settled_at, 2, '{unknown}'
       from dispatches where id = $1`,
      [dispatch, old],
    )
    await database.db.query('update chunks set dispatch_id = $2 where dispatch_id = $1', [dispatch, old])
    await database.db.query('update outcomes set dispatch_id = $2 where dispatch_id = $1', [dispatch, old])
    const phone = (await database.db.query('select phone from citizens order by id limit 1')).rows[0].phone
    expect(
      (await historyOf(ctx, { ...officer, id: '00000000-0000-4000-8000-000000000000' }, phone)).map(r => r.dispatchId),
    ).toContain(old)

    // One that was paused for long is not over: whom it has sent to must stay known.
    await database.db.query('update dispatches set settled_at = null where id = $1', [old])
    expect(await forgetOldMonths(database.db, 24)).toBe(0)
    await database.db.query('update dispatches set settled_at = now() where id = $1', [old])
    expect(await forgetOldMonths(database.db, 24)).toBe(1)
    expect(await countsOf(database.db, old)).toEqual(before)
    expect(
      (await historyOf(ctx, { ...officer, id: '00000000-0000-4000-8000-000000000000' }, phone)).map(r => r.dispatchId),
    ).not.toContain(old)
    expect((await database.db.query('select 1 from outcomes where dispatch_id = $1', [old])).rows).toEqual([])
    expect((await progressOf(ctx, announcement)).dispatches).toHaveLength(2)
    // This year's months are still there, and making them again does no harm.
    await ensureMonths(database.db)
    expect(await forgetOldMonths(database.db, 24)).toBe(0)
  })

  test('the history of a person: every message with its state, through a move to another commune', async () => {
    const { rows } = await database.db.query('select id, phone from citizens order by id desc limit 1')
    const { id, phone } = rows[0]
    const asks = { ...officer, id: '00000000-0000-4000-8000-000000000001' }
    const first = await ready()
    await drain(first.dispatch)
    await database.db.query(`update citizens set area_code = '19333' where id = $1`, [id])
    sms.script = batch =>
      batch.targets.map(t => (t.id === id ? { kind: 'rejected', code: '30003' } : { kind: 'accepted' }))
    const second = await ready()
    await drain(second.dispatch)
    await database.db.query('update consents set withdrawn_at = now() where citizen_id = $1', [id])
    const third = await ready()
    const history = await historyOf(ctx, asks, phone.replace('+84', '0'))
    const states = history.map(r => [r.dispatchId, r.state, r.code])
    expect(states.slice(0, 3)).toEqual([
      [third.dispatch, 'skipped', 'no-consent'],
      [second.dispatch, 'rejected', '30003'],
      [first.dispatch, 'accepted', null],
    ])
    const audit = await database.db.query(
      `select user_id, citizen_id from account_events where kind = 'history-read' and citizen_id = $1`,
      [id],
    )
    expect(audit.rows).toEqual([{ user_id: asks.id, citizen_id: id }])
    // What came over a channel that has been switched off since did come; what stands with a place of the same id did not.
    const without = dispatchContext(database.db, [scriptedChannel('email')])
    expect((await historyOf(without, asks, phone)).map(r => r.dispatchId)).toEqual(history.map(r => r.dispatchId))
    await database.db.query(`update dispatches set channel = 'board' where id = $1`, [second.dispatch])
    expect((await historyOf(ctx, asks, phone)).map(r => r.dispatchId)).not.toContain(second.dispatch)
    await expect(historyOf(ctx, asks, '0912000000')).rejects.toMatchObject({ code: 'not-found' })
    // Trying numbers to learn who is in the register leaves a trace as well.
    const tried = await database.db.query(
      `select 1 from account_events where kind = 'history-read' and user_id = $1 and citizen_id is null`,
      [asks.id],
    )
    expect(tried.rows).toHaveLength(1)
    await expect(historyOf(ctx, asks, '12')).rejects.toMatchObject({ code: 'citizen.bad-phone' })
    await database.db.query('update consents set withdrawn_at = null where citizen_id = $1', [id])
  })

  test('a message in parts is confirmed when all parts are, rejected when one is, and receipts by part may come in any order', async () => {
    sms.script = batch =>
      batch.targets.map(t => ({
        kind: 'accepted',
        ref: `m${t.id}`,
        partRefs: [`${batch.dispatchId}-${t.id}a`, `${batch.dispatchId}-${t.id}b`],
        // A tariff may have a fraction of a đồng.
        costDong: 1500.26,
      }))
    const { announcement, dispatch } = await ready()
    await drain(dispatch)
    const ids = (await database.db.query('select id from citizens order by id limit 3')).rows.map(r => r.id as string)
    const receipt = (n: number, part: 'a' | 'b', state: Receipt['state'], code?: string): Receipt => ({
      ref: `${dispatch}-${ids[n]}${part}`,
      state,
      at: new Date(),
      ...(code !== undefined && { code }),
    })
    await recordReceipts(ctx, 'sms', [
      receipt(0, 'b', 'confirmed'),
      receipt(1, 'a', 'confirmed'),
      receipt(2, 'a', 'confirmed'),
    ])
    await applyReceipts(ctx)
    expect(await countsOf(database.db, dispatch)).toMatchObject({ accepted: 60, confirmed: 0 })
    await recordReceipts(ctx, 'sms', [
      receipt(0, 'a', 'accepted'),
      receipt(0, 'a', 'confirmed'),
      receipt(1, 'a', 'confirmed'),
      receipt(2, 'b', 'rejected', 'UNDELIV-001'),
    ])
    await applyReceipts(ctx)
    expect(await countsOf(database.db, dispatch)).toMatchObject({ accepted: 58, confirmed: 1, rejected: 1 })
    const progress = await progressOf(ctx, announcement)
    expect(progress.dispatches[0]).toMatchObject({ reasons: { 'UNDELIV-001': 1 } })
    expect(Math.abs((progress.dispatches[0]?.costDong ?? 0) - 60 * 1500.26)).toBeLessThan(2)
  })

  test('a routine message waits for the morning, an urgent one does not; nobody is lost by waiting', async () => {
    const evening = new Date('2026-11-25T15:00:00.000Z') // 22:00 in Viet Nam
    const quietChannel = scriptedChannel('sms', { quietHours: true })
    const quiet: DispatchContext = {
      ...dispatchContext(database.db, [quietChannel]),
      quietHours: parseQuietHours('21:00-07:00') ?? null,
    }
    ctx = quiet
    sms = quietChannel
    const { announcement, dispatch } = await ready()
    ctx = { ...quiet, now: () => evening }
    for (const chunk of await openChunks(database.db, dispatch))
      await deliverChunk(ctx, chunk, 'sms', sms.session, never)
    expect(sms.sentTo).toEqual([])
    expect((await progressOf(ctx, announcement)).dispatches[0]).toMatchObject({
      phase: 'quiet',
      quietUntil: '2026-11-26T00:00:00.000Z',
      counts: { waiting: 60 },
    })
    const { rows } = await database.db.query(
      `select round(extract(epoch from min(not_before) - now()) / 3600) as hours from chunks where dispatch_id = $1`,
      [dispatch],
    )
    expect(Number(rows[0].hours)).toBe(9)
    ctx = { ...quiet, now: () => new Date('2026-11-26T00:00:00.000Z') }
    await drain(dispatch)
    expect(await countsOf(database.db, dispatch)).toMatchObject({ accepted: 60 })

    ctx = { ...quiet, now: () => new Date() }
    const urgent = await ready({ priority: 'emergency', urgencyReason: 'Bão' })
    ctx = { ...quiet, now: () => evening }
    for (const chunk of await openChunks(database.db, urgent.dispatch))
      await deliverChunk(ctx, chunk, 'sms', sms.session, never)
    expect(await countsOf(database.db, urgent.dispatch)).toMatchObject({ accepted: 60 })
  })

  test('a turn at a vendor: nobody is marked while it is waited for, and what a kill leaves is known to be with that vendor', async () => {
    const { dispatch } = await ready()
    const sizes: number[] = []
    const session = async () => ({
      ...(await sms.session()),
      reserve: async ({ count }: { count: number }) => {
        const { sending } = await countsOf(database.db, dispatch)
        expect(sending).toBe(0)
        return { count: Math.min(count, 7), vendor: 'esms' }
      },
    })
    sms.script = batch => {
      sizes.push(batch.targets.length)
      expect(batch.slot?.vendor).toBe('esms')
      return batch.targets.map((_, i) =>
        i === 0
          ? { kind: 'unknown', code: 'timeout' }
          : i === 1
            ? { kind: 'retry', code: 'down' }
            : { kind: 'accepted' },
      )
    }
    const [first = '', second = ''] = await openChunks(database.db, dispatch)
    await deliverChunk(ctx, first, 'sms', session, never)
    expect(Math.max(...sizes)).toBe(7)
    const killed = await claimChunk(database.db, second, 30_000, true)
    if (!killed) throw new Error('not claimed')
    await markIntent(database.db, killed, 3, 30_000, 'smpp')
    await endLeases(database.db)
    await claimChunk(database.db, second, 30_000, true)
    const { rows } = await database.db.query(
      `select ref, count(*)::int as n from outcomes where dispatch_id = $1 and state = 'unknown' group by 1 order by 1`,
      [dispatch],
    )
    expect(rows).toEqual([
      { ref: 'esms:', n: sizes.length },
      { ref: 'smpp:', n: 3 },
    ])
    const avoid = await database.db.query('select distinct avoid from chunks where dispatch_id = $1 and attempt > 1', [
      dispatch,
    ])
    expect(avoid.rows).toEqual([{ avoid: 'esms' }])
  })

  test('a server that crashes and loses an append gives nobody a second message: the window it opened again is unknown', async () => {
    const { dispatch } = await ready()
    const [chunk = ''] = await openChunks(database.db, dispatch)
    let turns = 0
    const session = async () => ({
      ...(await sms.session()),
      // Before the second mark: the ledger as it is after the crash, with the mark that was on the disk and no append.
      reserve: async ({ count }: { count: number }) => {
        turns += 1
        if (turns === 2) {
          await database.db.query('delete from outcomes where chunk_id = $1', [chunk])
          await database.db.query('delete from message_parts where dispatch_id = $1', [dispatch])
          await database.db.query('update chunks set done_to = 0, accepted = 0 where id = $1', [chunk])
        }
        return { count: Math.min(count, 7), vendor: 'esms' }
      },
    })
    await deliverChunk(ctx, chunk, 'sms', session, never)
    expect(sms.sentTo).toHaveLength(7)
    await endLeases(database.db)
    await deliverChunk(ctx, chunk, 'sms', session, never)
    await drain(dispatch)
    expect(sms.sentTo).toHaveLength(60)
    expect(new Set(sms.sentTo).size).toBe(60)
    expect(await countsOf(database.db, dispatch)).toMatchObject({ accepted: 53, unknown: 7 })
  })

  test('a price with a fraction of a đồng costs nobody their outcome', async () => {
    sms.script = batch => batch.targets.map(() => ({ kind: 'accepted', costDong: 250.3 }))
    const { announcement, dispatch } = await ready()
    await drain(dispatch)
    expect(await countsOf(database.db, dispatch)).toMatchObject({ accepted: 60 })
    const costDong = (await progressOf(ctx, announcement)).dispatches[0]?.costDong ?? 0
    expect(Math.abs(costDong - 60 * 250.3)).toBeLessThan(5)
  })

  test('a month that is made late takes the rows that came before it, and the default partition keeps nothing for ever', async () => {
    const month = new Date().toISOString().slice(0, 7).replace('-', '')
    const { dispatch } = await ready()
    // The instance was switched off for long: no month has been made, and the first messages come before the first sweep.
    await database.db.query(
      `drop table outcomes_${month}, message_parts_${month}; delete from outcomes_other; delete from message_parts_other`,
    )
    await drain(dispatch)
    const where = async (table: string) =>
      (
        await database.db.query(
          `select distinct tableoid::regclass::text as name, count(*)::int as n from ${table} where dispatch_id = $1 group by 1`,
          [dispatch],
        )
      ).rows
    expect(await where('outcomes')).toEqual([{ name: 'outcomes_other', n: 60 }])
    await ensureMonths(database.db)
    await ensureMonths(database.db)
    expect(await where('outcomes')).toEqual([{ name: `outcomes_${month}`, n: 60 }])
    expect(await where('message_parts')).toEqual([{ name: `message_parts_${month}`, n: 60 }])
    const { rows } = await database.db.query(
      `select indexdef from pg_indexes where tablename = 'outcomes_${month}' and indexdef like '%(dispatch_id, target_id)%'`,
    )
    expect(rows).toHaveLength(2)
    // From before the months: ids without one. They are older than the oldest month, and go with it.
    await database.db.query(
      `insert into outcomes (dispatch_id, target_id, chunk_id, rank, state) values (7, 1, 1, 2, 'accepted');
       create table outcomes_202404 partition of outcomes for values from (20240400000000) to (20240500000000)`,
    )
    await forgetOldMonths(database.db, 24)
    expect((await database.db.query('select 1 from outcomes_other')).rows).toEqual([])
  })

  test('receipts by part find a dispatch that was approved months before its start', async () => {
    const { dispatch } = await ready()
    await drain(dispatch)
    const long = '20260100000001'
    await database.db.query(
      `create table if not exists outcomes_202601 partition of outcomes for values from (20260100000000) to (20260200000000)`,
    )
    await database.db.query(
      `insert into dispatches (id, announcement_id, revision, channel, method, priority, audience, frozen_at, settled_at,
         round, resend_states, created_at)
       select $2, announcement_id, revision, channel, method, priority, audience, frozen_at, settled_at, 2, '{unknown}',
         now() - interval '3 months' from dispatches where id = $1`,
      [dispatch, long],
    )
    for (const table of ['chunks', 'outcomes', 'message_parts']) {
      await database.db.query(`update ${table} set dispatch_id = $2 where dispatch_id = $1`, [dispatch, long])
    }
    const { rows } = await database.db.query('select ref from message_parts where dispatch_id = $1 order by ref', [
      long,
    ])
    const news = (ref: string): Receipt => ({ ref, state: 'confirmed', at: new Date() })
    await recordReceipts(ctx, 'sms', [news(rows[0].ref), news(rows[1].ref)])
    await applyReceipts(ctx)
    expect(await countsOf(database.db, long)).toMatchObject({ confirmed: 2 })
    // One that was over long ago: its vendor's numbers are used again.
    await database.db.query(`update dispatches set settled_at = now() - interval '41 days' where id = $1`, [long])
    await recordReceipts(ctx, 'sms', [news(rows[2].ref)])
    await applyReceipts(ctx)
    expect(await countsOf(database.db, long)).toMatchObject({ confirmed: 2 })
  })

  test('a worker that could not read the addresses before its lease ended hands nobody over: others have decided', async () => {
    const { dispatch } = await ready()
    const [chunk = ''] = await openChunks(database.db, dispatch)
    const locker = await database.db.connect()
    let late: Promise<void>
    try {
      await locker.query('begin; lock table citizens in access exclusive mode')
      late = deliverChunk(ctx, chunk, 'sms', sms.session, never)
      const marked = async () => (await countsOf(database.db, dispatch)).sending > 0
      await until('the window is marked', marked)
      await endLeases(database.db)
      await claimChunk(database.db, chunk, 30_000, true)
      await locker.query('select pg_sleep(1.2)')
    } finally {
      await locker.query('rollback')
      locker.release()
    }
    await late
    expect(sms.sentTo).toEqual([])
    const { unknown, waiting } = await countsOf(database.db, dispatch)
    expect([unknown > 0, unknown + waiting]).toEqual([true, 60])
  })
})
