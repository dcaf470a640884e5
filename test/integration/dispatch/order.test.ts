import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import pg from 'pg'
import { history } from '../../../services/dispatch/announcements.ts'
import type { DispatchContext } from '../../../services/dispatch/context.ts'
import { cancel, pauseDispatch } from '../../../services/dispatch/control.ts'
import { deliverChunk } from '../../../services/dispatch/deliver.ts'
import { freezeDispatch } from '../../../services/dispatch/plan.ts'
import { progressOf } from '../../../services/dispatch/progress.ts'
import { recordReceipts } from '../../../services/dispatch/receipts.ts'
import { renderDispatch } from '../../../services/dispatch/render.ts'
import { sweep } from '../../../services/dispatch/sweep.ts'
import { transaction } from '../../../services/store/db.ts'
import { settleDispatch } from '../../../services/store/dispatches.ts'
import { appendOutcomes, claimChunk, endWaiting, markIntent } from '../../../services/store/ledger.ts'
import { applyReceiptBatch } from '../../../services/store/receipts.ts'
import type { ScriptedChannel } from '../../support/dispatch.ts'
import {
  approvedAnnouncement,
  countsOf,
  dispatchContext,
  dispatchId,
  endLeases,
  officer,
  openChunks,
  scriptedChannel,
  seedRegistry,
} from '../../support/dispatch.ts'
import type { TestDatabase } from '../../support/postgres.ts'
import { testDatabase } from '../../support/postgres.ts'
import { until } from '../../support/wait.ts'

const never = new AbortController().signal

/**
 * What happens when two of cancel, pause, freeze, settle, sweep, append and receipts meet on the same rows. Rows are
 * locked in one order everywhere: announcement, dispatch, chunks by id. Each test holds one lock by hand, waits until
 * the use case stands in front of it, and then asks for the next lock in the order.
 */
describe('the order in which things happen', () => {
  let database: TestDatabase
  let ctx: DispatchContext
  let sms: ScriptedChannel
  let other: pg.Client

  beforeAll(async () => {
    database = await testDatabase()
    await seedRegistry(database.db, 60)
    other = new pg.Client({ connectionString: database.url })
    await other.connect()
    await other.query(`set lock_timeout = '2s'`)
  })
  afterAll(async () => {
    await other.end()
    await database.drop()
  })
  beforeEach(() => {
    sms = scriptedChannel('sms')
    ctx = dispatchContext(database.db, [sms])
  })

  const deliver = (chunk: string) => deliverChunk(ctx, chunk, 'sms', sms.session, never)

  async function frozen(content: Record<string, unknown> = {}) {
    const announcement = await approvedAnnouncement(ctx, content)
    const dispatch = await dispatchId(database.db, announcement, 'sms')
    await freezeDispatch(ctx, dispatch)
    await renderDispatch(ctx, async work => await work(''), dispatch, never)
    return { announcement, dispatch, chunk: (await openChunks(database.db, dispatch))[0] ?? '' }
  }

  /** Resolves when another connection waits for a lock that `other` holds. */
  const someoneWaits = () =>
    until('somebody waits for the lock', async () => {
      const { rows } = await database.db.query(
        `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      )
      return rows.length > 0
    })

  /** Runs `work` while `other` holds what `lock` locked, and asks for `next` from the same transaction. */
  async function crossing(lock: [string, unknown[]], work: () => Promise<unknown>, next: [string, unknown[]]) {
    await other.query('begin')
    await other.query(...lock)
    const running = work().then(
      () => undefined,
      error => error as Error,
    )
    await someoneWaits()
    const second = await other.query(...next).then(
      () => undefined,
      (error: Error) => error.message,
    )
    await other.query('rollback')
    expect({ second, first: await running }).toEqual({ second: undefined, first: undefined })
  }

  const lockAnnouncement = (id: string): [string, unknown[]] => [
    'select 1 from announcements where id = $1 for no key update',
    [id],
  ]
  const changeDispatch = (id: string): [string, unknown[]] => [
    'update dispatches set problem = problem where id = $1',
    [id],
  ]

  test('a cancel and a freeze of the same dispatch cannot block each other', async () => {
    const announcement = await approvedAnnouncement(ctx)
    const dispatch = await dispatchId(database.db, announcement, 'sms')
    await crossing(lockAnnouncement(announcement), () => freezeDispatch(ctx, dispatch), changeDispatch(dispatch))
  })

  test('a cancel and the settling of the same dispatch cannot block each other', async () => {
    const { announcement, dispatch, chunk } = await frozen()
    const claimed = await claimChunk(ctx.db, chunk, 30_000, true)
    if (!claimed) throw new Error('not claimed')
    const ids = await markIntent(ctx.db, claimed, 60, 30_000)
    await appendOutcomes(
      ctx.db,
      claimed,
      ids,
      ids.map(() => ({ kind: 'accepted' })),
      0,
    )
    await crossing(
      lockAnnouncement(announcement),
      () => transaction(ctx.db, sql => settleDispatch(sql, dispatch, new Date())),
      changeDispatch(dispatch),
    )
  })

  test('a cancel and a pause of the same dispatch cannot block each other', async () => {
    const { announcement, dispatch } = await frozen()
    await crossing(
      ['select 1 from announcements where id = $1 for update', [announcement]],
      () => pauseDispatch(ctx, officer, dispatch),
      changeDispatch(dispatch),
    )
  })

  test('a cancel and the sweep of an abandoned window cannot block each other', async () => {
    const { announcement, dispatch, chunk } = await frozen()
    const claimed = await claimChunk(ctx.db, chunk, 30_000, true)
    if (!claimed) throw new Error('not claimed')
    await markIntent(ctx.db, claimed, 60, 30_000)
    await endLeases(ctx.db)
    await crossing(lockAnnouncement(announcement), () => sweep(ctx), [
      'update chunks set rest_reason = rest_reason where dispatch_id = $1',
      [dispatch],
    ])
  })

  test('receipts and a cancel take the chunks of a dispatch in the same order', async () => {
    const { dispatch, chunk } = await frozen()
    await deliver(chunk)
    // A second chunk whose id is higher but whose row stands first in the table.
    const { rows } = await database.db.query(
      `with moved as (delete from chunks where id = $1 returning *)
       insert into chunks (dispatch_id, target_ids, size, rest_state, closed_at)
       select dispatch_id, '{999999}', 1, 'skipped', now() from chunks where id = $1 returning id`,
      [chunk],
    )
    expect(rows).toHaveLength(1)
    await database.db.query('delete from chunks where dispatch_id = $1', [dispatch])
    await database.db.query(
      `insert into chunks (id, dispatch_id, target_ids, size, up_to, done_to, accepted)
       overriding system value
       select 1000000 - n, $1::bigint, array[1000 + n, 2000 + n], 2, 1, 1, 1 from generate_series(1, 2) n`,
      [dispatch],
    )
    await database.db.query(
      `insert into outcomes (dispatch_id, target_id, chunk_id, rank, state)
       select $1::bigint, 1000 + n, 1000000 - n, 2, 'accepted' from generate_series(1, 2) n`,
      [dispatch],
    )
    await recordReceipts(
      ctx,
      'sms',
      ['1001', '1002'].map(targetId => ({
        ref: targetId,
        dispatchId: dispatch,
        targetId,
        state: 'confirmed',
        at: new Date(),
      })),
    )
    // Whoever holds the lower id may ask for the higher one: nobody holds that and waits for the lower.
    const low: [string, unknown[]] = ['select 1 from chunks where id = 999998 for no key update', []]
    const high: [string, unknown[]] = ['select 1 from chunks where id = 999999 for no key update', []]
    await crossing(low, () => transaction(ctx.db, sql => endWaiting(sql, [dispatch], 'cancelled')), high)
    await crossing(low, () => applyReceiptBatch(ctx.db, '0', 100), high)
  })

  test('a follow-up chunk that is born while the cancel waits is cancelled too', async () => {
    const { announcement, dispatch, chunk } = await frozen()
    const claimed = await claimChunk(ctx.db, chunk, 30_000, true)
    if (!claimed) throw new Error('not claimed')
    const ids = await markIntent(ctx.db, claimed, 10, 30_000)
    await other.query('begin')
    await appendOutcomes(
      other,
      claimed,
      ids,
      ids.map(() => ({ kind: 'retry', code: '429' })),
      0,
    )
    const cancelling = cancel(ctx, officer, announcement, 'Thu hồi')
    await someoneWaits()
    await other.query('commit')
    await cancelling
    expect(await countsOf(ctx.db, dispatch)).toMatchObject({ audience: 60, cancelled: 60, waiting: 0 })
    const { rows } = await ctx.db.query('select settled_at from dispatches where id = $1', [dispatch])
    expect(rows[0].settled_at).not.toBeNull()
    const events = await history(ctx, officer, announcement)
    expect(events.find(e => e.action === 'cancel')?.detail).toMatchObject({ stopped: { sms: 60 } })
  })

  test('the sweep ends whoever still waits in a dispatch that is over', async () => {
    const { announcement, dispatch } = await frozen()
    await cancel(ctx, officer, announcement, 'Thu hồi')
    await database.db.query('update dispatches set settled_at = null where id = $1', [dispatch])
    await database.db.query(`insert into chunks (dispatch_id, target_ids, size) values ($1, '{9999999}', 1)`, [
      dispatch,
    ])
    await sweep(ctx)
    expect(await countsOf(ctx.db, dispatch)).toMatchObject({ audience: 61, cancelled: 61, waiting: 0 })
    const { rows } = await ctx.db.query('select settled_at from dispatches where id = $1', [dispatch])
    expect(rows[0].settled_at).not.toBeNull()
  })

  test('freezes of several channels at once do not fail each other', async () => {
    const channels = ['sms', 'a', 'b', 'c'].map(id => scriptedChannel(id))
    ctx = dispatchContext(database.db, channels)
    const announcement = await approvedAnnouncement(ctx)
    const ids = await Promise.all(channels.map(c => dispatchId(database.db, announcement, c.channel.id)))
    expect(await Promise.all(ids.map(id => freezeDispatch(ctx, id)))).toEqual([true, true, true, true])
    const events = await history(ctx, officer, announcement)
    expect(events.filter(e => e.action === 'freeze')).toHaveLength(4)
  })

  test('an announcement that is cancelled never was complete, and its history does not say so', async () => {
    const { announcement } = await frozen()
    await cancel(ctx, officer, announcement, 'Sai nội dung')
    const events = await history(ctx, officer, announcement)
    expect(events.map(e => e.action)).not.toContain('complete')
  })

  test('a crash between settling the dispatch and completing the announcement is mended by the sweep', async () => {
    const { announcement, dispatch, chunk } = await frozen()
    await deliver(chunk)
    await database.db.query(`update announcements set state = 'dispatching' where id = $1`, [announcement])
    expect((await progressOf(ctx, announcement)).dispatches[0]?.phase).toBe('settled')
    await sweep(ctx)
    expect((await progressOf(ctx, announcement)).state).toBe('completed')
    expect(dispatch).toBeTruthy()
  })

  test('settling is one step: a crash in the middle leaves it undone', async () => {
    const { announcement, dispatch, chunk } = await frozen()
    await database.db.query(`
      create function refuse_complete() returns trigger language plpgsql as $$
      begin
        if new.action = 'complete' then raise exception 'the process dies here'; end if;
        return new;
      end $$;
      create trigger refuse before insert on announcement_events for each row execute function refuse_complete()`)
    try {
      await expect(deliver(chunk)).rejects.toThrow('the process dies here')
    } finally {
      await database.db.query('drop trigger refuse on announcement_events; drop function refuse_complete')
    }
    const between = await progressOf(ctx, announcement)
    expect({ state: between.state, settled: between.dispatches[0]?.settledAt }).toEqual({
      state: 'dispatching',
      settled: null,
    })
    await sweep(ctx)
    const after = await progressOf(ctx, announcement)
    expect({ state: after.state, phase: after.dispatches[0]?.phase }).toEqual({ state: 'completed', phase: 'settled' })
    expect(dispatch).toBeTruthy()
  })

  test('what ended before anybody was sent to is expired, not completed', async () => {
    const announcement = await approvedAnnouncement(ctx, { expiresAt: new Date(Date.now() + 3_600_000).toISOString() })
    const dispatch = await dispatchId(database.db, announcement, 'sms')
    await database.db.query('update dispatches set expires_at = now() where id = $1', [dispatch])
    await sweep(ctx)
    const progress = await progressOf(ctx, announcement)
    expect(progress).toMatchObject({ state: 'expired', dispatches: [{ phase: 'expired' }] })
    const events = await history(ctx, officer, announcement)
    expect(events.map(e => e.action)).not.toContain('complete')
  })

  test('an end that finds everybody on the way already leaves a completed announcement', async () => {
    const { announcement, dispatch, chunk } = await frozen({
      expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
    })
    const claimed = await claimChunk(ctx.db, chunk, 30_000, true)
    if (!claimed) throw new Error('not claimed')
    const ids = await markIntent(ctx.db, claimed, 60, 30_000)
    await database.db.query('update dispatches set expires_at = now() where id = $1', [dispatch])
    await sweep(ctx)
    await appendOutcomes(
      ctx.db,
      claimed,
      ids,
      ids.map(() => ({ kind: 'accepted' })),
      0,
    )
    await sweep(ctx)
    expect(await countsOf(ctx.db, dispatch)).toMatchObject({ accepted: 60, expired: 0 })
    expect((await progressOf(ctx, announcement)).state).toBe('completed')
  })

  test('the end reached between freeze and render expires everybody, and two sweeps record it once', async () => {
    const announcement = await approvedAnnouncement(ctx, { expiresAt: new Date(Date.now() + 3_600_000).toISOString() })
    const dispatch = await dispatchId(database.db, announcement, 'sms')
    await freezeDispatch(ctx, dispatch)
    await database.db.query('update dispatches set expires_at = now() where id = $1', [dispatch])
    await Promise.all([sweep(ctx), sweep(ctx), sweep(ctx)])
    expect(await countsOf(ctx.db, dispatch)).toMatchObject({ audience: 60, expired: 60, waiting: 0 })
    const events = await history(ctx, officer, announcement)
    expect(events.filter(e => e.action === 'expire')).toHaveLength(1)
    expect((await progressOf(ctx, announcement)).state).toBe('expired')
  })
})
