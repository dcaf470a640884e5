import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import pg from 'pg'
import type { Session } from '../../../channels/contract.ts'
import { dispatchSettings } from '../../../config/queues.ts'
import type { DispatchContext } from '../../../services/dispatch/context.ts'
import { cancel, pauseDispatch, resumeDispatch } from '../../../services/dispatch/control.ts'
import { deliverChunk } from '../../../services/dispatch/deliver.ts'
import { freezeDispatch } from '../../../services/dispatch/plan.ts'
import { progressOf } from '../../../services/dispatch/progress.ts'
import { applyReceipts, recordReceipts } from '../../../services/dispatch/receipts.ts'
import { relayOutbox } from '../../../services/dispatch/relay.ts'
import { renderDispatch } from '../../../services/dispatch/render.ts'
import { sweep } from '../../../services/dispatch/sweep.ts'
import type { JobRequest } from '../../../services/queue/producer.ts'
import { openDb, transaction } from '../../../services/store/db.ts'
import { claimChunk, markIntent } from '../../../services/store/ledger.ts'
import type { ScriptedChannel } from '../../support/dispatch.ts'
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
import { silentLog } from '../../support/server-keeper.ts'
import { until } from '../../support/wait.ts'

const never = new AbortController().signal
const inMemoryDir = async <T>(work: (dir: string) => Promise<T>) => await work('')

describe('when parts fail in the middle of a dispatch', () => {
  let database: TestDatabase
  let ctx: DispatchContext
  let sms: ScriptedChannel
  let board: ScriptedChannel

  beforeAll(async () => {
    database = await testDatabase()
    await seedRegistry(database.db, 120)
  })
  afterAll(() => database.drop())
  beforeEach(async () => {
    sms = scriptedChannel('sms')
    board = scriptedChannel('board', { repeat: 'overwrites' })
    ctx = dispatchContext(database.db, [sms, board])
    await database.db.query('delete from outbox')
    // What an earlier test left open is none of this one's work.
    await database.db.query('update dispatches set paused_at = now() where settled_at is null')
  })

  const deliver = (chunk: string, stopping: AbortSignal = never) =>
    deliverChunk(ctx, chunk, 'sms', sms.session, stopping)

  async function frozen(content: Record<string, unknown> = {}, channel = 'sms') {
    const announcement = await approvedAnnouncement(ctx, { channels: [channel], ...content })
    const dispatch = await dispatchId(database.db, announcement, channel)
    await freezeDispatch(ctx, dispatch)
    return { announcement, dispatch }
  }

  async function ready(content: Record<string, unknown> = {}, channel = 'sms') {
    const { announcement, dispatch } = await frozen(content, channel)
    await renderDispatch(ctx, inMemoryDir, dispatch, never)
    return { announcement, dispatch, chunk: (await openChunks(database.db, dispatch))[0] ?? '' }
  }

  async function drain(dispatch: string) {
    for (let round = 0; round < 30; round++) {
      await endWaits(database.db)
      const chunks = await openChunks(database.db, dispatch)
      if (chunks.length === 0) return
      for (const chunk of chunks) await deliver(chunk)
    }
    throw new Error('the dispatch does not end')
  }

  const outboxJobs = async (job: string) => {
    const { rows } = await database.db.query('select payload from outbox where job = $1', [job])
    return rows.map(r => r.payload)
  }
  const problemOf = async (announcement: string) => (await progressOf(ctx, announcement)).dispatches[0]?.problem

  describe('the database', () => {
    /** Takes the database away from everybody but one connection: those open break, new ones are refused. */
    async function withOutage(work: (outage: { begin(): Promise<void>; end(): Promise<void> }) => Promise<void>) {
      const control = new pg.Client({ connectionString: database.url })
      await control.connect()
      const { rows } = await control.query('select current_database() as name')
      const allow = (limit: number) => control.query(`alter database ${rows[0].name} connection limit ${limit}`)
      try {
        await work({
          begin: async () => {
            await allow(0)
            await control.query(
              `select pg_terminate_backend(pid) from pg_stat_activity
               where datname = current_database() and pid <> pg_backend_pid()`,
            )
          },
          end: async () => void (await allow(-1)),
        })
      } finally {
        await allow(-1)
        await control.end()
      }
    }

    test('goes away while a flush is out: the outcomes are kept until it is back, and nobody becomes unknown', async () => {
      const { dispatch, chunk } = await ready()
      await withOutage(async outage => {
        let away: Promise<void> | undefined
        sms.script = async batch => {
          if (!away) {
            await outage.begin()
            away = new Promise(resolve => setTimeout(resolve, 400)).then(() => outage.end())
          }
          return batch.targets.map(t => ({ kind: 'accepted', ref: `away-${t.id}` }))
        }
        await deliver(chunk)
        await away
      })
      expect(await countsOf(database.db, dispatch)).toMatchObject({ audience: 120, accepted: 120, unknown: 0 })
      expect(sms.sentTo).toHaveLength(120)
    })

    test('loses a connection between two statements of a transaction: an error there, not the end of the process', async () => {
      const db = openDb(database.url, 2)
      try {
        await expect(
          transaction(db, async sql => {
            const { rows } = await sql.query('select pg_backend_pid() as pid')
            const broken = new Promise(resolve => (sql as pg.PoolClient).once('end', resolve))
            await database.db.query('select pg_terminate_backend($1)', [rows[0].pid])
            await broken
            await sql.query('select 1')
          }),
        ).rejects.toThrow(/terminat|not queryable|closed/)
        expect((await db.query('select 1 as one')).rows).toEqual([{ one: 1 }])
      } finally {
        await db.end()
      }
    })

    test('cannot give the addresses: the intent is taken back, since nothing has left', async () => {
      const { dispatch, chunk } = await ready()
      await database.db.query('alter table opt_outs rename to opt_outs_away')
      try {
        await expect(deliver(chunk)).rejects.toThrow('opt_outs')
      } finally {
        await database.db.query('alter table opt_outs_away rename to opt_outs')
      }
      expect(sms.sentTo).toEqual([])
      expect(await countsOf(database.db, dispatch)).toMatchObject({ waiting: 120, sending: 0, unknown: 0 })
      // Given back at once: nobody has to wait for the lease to end.
      await deliver(chunk)
      expect(await countsOf(database.db, dispatch)).toMatchObject({ accepted: 120, unknown: 0 })
    })

    test('marks the intent but the answer is lost: asking again gives the same window, not a second one', async () => {
      const { chunk } = await ready()
      const claimed = await claimChunk(database.db, chunk, 30_000, true)
      if (!claimed) throw new Error('not claimed')
      const first = await markIntent(database.db, claimed, 20, 30_000)
      expect(await markIntent(database.db, claimed, 20, 30_000)).toEqual(first)
      const whole = await markIntent(database.db, claimed, 120, 30_000)
      expect(await markIntent(database.db, claimed, 120, 30_000)).toEqual(whole)
      expect(whole).toHaveLength(120)
      await endLeases(database.db)
    })
  })

  describe('planning and rendering', () => {
    test('that always fail are told to the officer and asked for less and less often', async () => {
      const { announcement, dispatch } = await frozen()
      sms.channel.render = async () => {
        throw new Error('no voice')
      }
      const attempt = () => renderDispatch(ctx, inMemoryDir, dispatch, never).catch(error => error.message)
      await database.db.query('delete from outbox')
      expect(await attempt()).toBe('no voice')
      expect(await problemOf(announcement)).toMatch(/đang thử lại/)
      await sweep(ctx)
      expect(await outboxJobs('render')).toEqual([])
      const waits: number[] = []
      for (let n = 0; n < 9; n++) {
        await attempt()
        const { rows } = await database.db.query(
          'select extract(epoch from try_after - now())::float8 as wait from dispatches where id = $1',
          [dispatch],
        )
        waits.push(Math.round(rows[0].wait))
      }
      expect(waits.slice(0, 3)).toEqual([10, 20, 40])
      expect(waits.at(-1)).toBe(600)
      await database.db.query('update dispatches set try_after = now() where id = $1', [dispatch])
      await sweep(ctx)
      expect(await outboxJobs('render')).toHaveLength(1)
    })

    test('that fail for an emergency are never left alone for long, and success clears the problem', async () => {
      const { announcement, dispatch } = await frozen({ priority: 'emergency', urgencyReason: 'Bão khẩn cấp' })
      const render = sms.channel.render
      sms.channel.render = () => Promise.reject(new Error('no voice'))
      for (let n = 0; n < 6; n++) await renderDispatch(ctx, inMemoryDir, dispatch, never).catch(() => undefined)
      const { rows } = await database.db.query(
        `select try_after <= now() + interval '31 seconds' as soon from dispatches where id = $1`,
        [dispatch],
      )
      expect(rows).toEqual([{ soon: true }])
      sms.channel.render = render
      await renderDispatch(ctx, inMemoryDir, dispatch, never)
      expect(await problemOf(announcement)).toBeNull()
      await drain(dispatch)
    })

    test('a shutdown in the middle of a render is no problem of the rendition', async () => {
      const { announcement, dispatch } = await frozen()
      const stopping = new AbortController()
      sms.channel.render = async (_, tools) => {
        stopping.abort()
        tools.signal.throwIfAborted()
        throw new Error('not aborted')
      }
      await expect(renderDispatch(ctx, inMemoryDir, dispatch, stopping.signal)).rejects.toThrow(/abort/)
      expect(await problemOf(announcement)).toBeNull()
    })

    test('a freeze that fails says so on the dispatch', async () => {
      const announcement = await approvedAnnouncement(ctx, { channels: ['sms'] })
      const dispatch = await dispatchId(database.db, announcement, 'sms')
      ctx = dispatchContext(database.db, [board])
      await expect(freezeDispatch(ctx, dispatch)).rejects.toThrow('"sms"')
      expect(await problemOf(announcement)).toMatch(/Kênh "sms" không có hoặc chưa bật/)
    })
  })

  describe('a vendor', () => {
    test('that takes nobody is told to the officer, and the sentence goes when it takes somebody', async () => {
      const { announcement, dispatch, chunk } = await ready()
      const usual = sms.script
      sms.script = batch => batch.targets.map(() => ({ kind: 'retry', code: '20003' }))
      await deliver(chunk)
      expect(await problemOf(announcement)).toMatch(/20003/)
      expect(await countsOf(database.db, dispatch)).toMatchObject({ waiting: 120 })
      sms.script = usual
      await endWaits(database.db)
      await deliver((await openChunks(database.db, dispatch))[0] ?? '')
      expect(await problemOf(announcement)).toBeNull()
      await drain(dispatch)
    })

    test('that is away for long does not grind the audience into ever smaller chunks', async () => {
      const { dispatch } = await ready()
      const usual = sms.script
      sms.script = batch => batch.targets.map(() => ({ kind: 'retry', code: 'connection-refused' }))
      for (let round = 0; round < 4; round++) {
        await endWaits(database.db)
        for (const open of await openChunks(database.db, dispatch)) await deliver(open)
      }
      const { rows } = await database.db.query(
        'select size, attempt, not_before > now() as later from chunks where dispatch_id = $1 and closed_at is null',
        [dispatch],
      )
      expect(rows).toEqual([{ size: 120, attempt: 5, later: true }])
      expect(sms.sentTo).toHaveLength(4 * 120)
      sms.script = usual
      await drain(dispatch)
      expect(await countsOf(database.db, dispatch)).toMatchObject({ audience: 120, accepted: 120 })
    })

    test('that takes nobody does not keep the officer from pausing and resuming', async () => {
      const { announcement, dispatch, chunk } = await ready()
      const usual = sms.script
      sms.script = batch => batch.targets.map(() => ({ kind: 'retry', code: '20003' }))
      await deliver(chunk)
      const phase = async () => (await progressOf(ctx, announcement)).dispatches[0]?.phase
      expect(await phase()).toBe('problem')
      await pauseDispatch(ctx, officer, dispatch)
      expect(await phase()).toBe('paused')
      await resumeDispatch(ctx, officer, dispatch)
      sms.script = usual
      await drain(dispatch)
      expect(await phase()).toBe('settled')
    })

    test('that cannot be reached at all is told too; its people go on waiting', async () => {
      const { announcement, dispatch, chunk } = await ready()
      const noSession = (): Promise<Session<unknown>> => Promise.reject(new Error('login refused'))
      await expect(deliverChunk(ctx, chunk, 'sms', noSession, never)).rejects.toThrow('login refused')
      expect(await problemOf(announcement)).toMatch(/chưa gửi tiếp được/)
      expect(await countsOf(database.db, dispatch)).toMatchObject({ waiting: 120, unknown: 0 })
      await drain(dispatch)
    })

    test('that asks for a year of patience gets an hour', async () => {
      const { dispatch, chunk } = await ready()
      sms.script = batch => batch.targets.map(() => ({ kind: 'retry', code: '429', afterMs: 1e15 }))
      await deliver(chunk)
      const { rows } = await database.db.query(
        `select max(extract(epoch from not_before - now()))::float8 as wait from chunks
         where dispatch_id = $1 and closed_at is null`,
        [dispatch],
      )
      expect(rows[0].wait).toBeLessThanOrEqual(3_600)
      expect(rows[0].wait).toBeGreaterThan(3_500)
    })

    test('whose first refusal comes after a pause of days is tried again, not given up', async () => {
      const { dispatch, chunk } = await ready()
      await database.db.query(`update dispatches set not_before = now() - interval '3 days' where id = $1`, [dispatch])
      const usual = sms.script
      sms.script = batch => batch.targets.map(() => ({ kind: 'retry', code: '429' }))
      await deliver(chunk)
      expect(await countsOf(database.db, dispatch)).toMatchObject({ waiting: 120, rejected: 0 })
      sms.script = usual
      await drain(dispatch)
      expect(await countsOf(database.db, dispatch)).toMatchObject({ accepted: 120 })
    })

    test('that refuses for a day and many tries is given up, as rejected by us', async () => {
      const { announcement, dispatch, chunk } = await ready()
      await database.db.query(`update dispatches set not_before = now() - interval '3 days' where id = $1`, [dispatch])
      await database.db.query('update chunks set attempt = $2 where id = $1', [chunk, dispatchSettings.retryAttempts])
      sms.script = batch => batch.targets.map(() => ({ kind: 'retry', code: '429' }))
      await deliver(chunk)
      expect(await countsOf(database.db, dispatch)).toMatchObject({ rejected: 120, waiting: 0 })
      expect((await progressOf(ctx, announcement)).dispatches[0]?.reasons).toEqual({ 'gave-up:429': 120 })
    })

    test('that is slow does not hold a shutdown: what has not begun is given back and sent later, once', async () => {
      const { dispatch, chunk } = await ready()
      const stopping = new AbortController()
      const usual = sms.script
      sms.script = async (batch, signal) => {
        stopping.abort()
        await until('the channel hears of it', () => signal.aborted)
        return batch.targets.map((_, i) => (i < 3 ? { kind: 'accepted' } : { kind: 'retry', code: 'aborted' }))
      }
      await deliver(chunk, stopping.signal)
      expect(await countsOf(database.db, dispatch)).toMatchObject({ accepted: 3, waiting: 117, sending: 0, unknown: 0 })
      sms.script = usual
      await drain(dispatch)
      expect(await countsOf(database.db, dispatch)).toMatchObject({ accepted: 120 })
    })
  })

  test('where a repeat does no harm, the unsure are tried again instead of being left unsure', async () => {
    const { dispatch, chunk } = await ready({}, 'board')
    const usual = board.script
    let n = 0
    board.script = batch => {
      n += 1
      if (n === 1) throw new Error('connection reset')
      return batch.targets.map(() => ({ kind: 'unknown', code: 'defect' }))
    }
    await deliverChunk(ctx, chunk, 'board', board.session, never)
    expect(await countsOf(database.db, dispatch)).toMatchObject({ waiting: 120, unknown: 0 })
    board.script = usual
    for (let round = 0; round < 5; round++) {
      await endWaits(database.db)
      for (const open of await openChunks(database.db, dispatch)) {
        await deliverChunk(ctx, open, 'board', board.session, never)
      }
    }
    expect(await countsOf(database.db, dispatch)).toMatchObject({ accepted: 120, waiting: 0 })
  })

  test('a window that nobody will repeat after a cancel is unsure, not "cancelled before it was sent"', async () => {
    const { announcement, dispatch, chunk } = await ready({}, 'board')
    const claimed = await claimChunk(database.db, chunk, 30_000, false)
    if (!claimed) throw new Error('not claimed')
    await markIntent(database.db, claimed, 7, 30_000)
    await cancel(ctx, officer, announcement, 'Thu hồi')
    await endLeases(database.db)
    await sweep(ctx)
    expect(await countsOf(database.db, dispatch)).toMatchObject({ unknown: 7, cancelled: 113, sending: 0 })
  })

  test('a bulk in flight makes way for an emergency within one flush, and goes on after it', async () => {
    const bulk = await ready()
    let urgent: Awaited<ReturnType<typeof ready>> | undefined
    const usual = sms.script
    sms.script = async (batch, signal) => {
      urgent ??= await ready({ priority: 'emergency', urgencyReason: 'Bão khẩn cấp' })
      return await usual(batch, signal)
    }
    await deliver(bulk.chunk)
    expect(await countsOf(database.db, bulk.dispatch)).toMatchObject({ accepted: 20, waiting: 100, sending: 0 })
    expect(await outboxJobs('deliver')).toContainEqual(expect.objectContaining({ chunkId: bulk.chunk }))
    await drain(urgent?.dispatch ?? '')
    await drain(bulk.dispatch)
    expect(await countsOf(database.db, bulk.dispatch)).toMatchObject({ accepted: 120 })
  })

  test('a paused emergency holds nobody up', async () => {
    const urgent = await ready({ priority: 'emergency', urgencyReason: 'Bão khẩn cấp' })
    await pauseDispatch(ctx, officer, urgent.dispatch)
    const bulk = await ready()
    await deliver(bulk.chunk)
    expect(await countsOf(database.db, bulk.dispatch)).toMatchObject({ accepted: 120 })
    await resumeDispatch(ctx, officer, urgent.dispatch)
    await drain(urgent.dispatch)
  })

  test('an emergency that cannot be sent for reasons of its own is told, and holds nobody else up', async () => {
    const urgent = await ready({ priority: 'emergency', urgencyReason: 'Bão khẩn cấp' })
    const broken = (): Promise<Session<unknown>> => Promise.reject(new Error('a defect of ours'))
    await expect(deliverChunk(ctx, urgent.chunk, 'sms', broken, never)).rejects.toThrow('a defect of ours')
    expect(await problemOf(urgent.announcement)).toMatch(/tự thử lại/)
    const bulk = await ready()
    await deliver(bulk.chunk)
    expect(await countsOf(database.db, bulk.dispatch)).toMatchObject({ accepted: 120 })
    await drain(urgent.dispatch)
    expect(await countsOf(database.db, urgent.dispatch)).toMatchObject({ accepted: 120 })
  })

  describe('the sweep', () => {
    test('goes on when one step fails, and settles windows of a channel that is switched off as unknown', async () => {
      const gone = await ready()
      const claimed = await claimChunk(database.db, gone.chunk, 30_000, true)
      if (!claimed) throw new Error('not claimed')
      await markIntent(database.db, claimed, 7, 30_000)
      await endLeases(database.db)
      ctx = dispatchContext(database.db, [board])
      const waiting = await frozen({}, 'board')
      await database.db.query('delete from outbox')
      await database.db.query('alter table receipts_inbox rename to receipts_inbox_away')
      try {
        await expect(sweep(ctx)).rejects.toThrow('receipts_inbox')
      } finally {
        await database.db.query('alter table receipts_inbox_away rename to receipts_inbox')
      }
      expect(await countsOf(database.db, gone.dispatch)).toMatchObject({ unknown: 7, waiting: 113 })
      expect(await outboxJobs('render')).toContainEqual({ v: 1, dispatchId: waiting.dispatch })
    })
  })

  describe('the relay', () => {
    test('passes on what it knows, says what it does not know, and is stopped by nothing', async () => {
      await database.db.query(
        `insert into outbox (job, payload) values ('fax', '{"v":1}'), ('toString', '{}'), ('deliver', 'null'),
           ('plan', '{"v":99,"dispatchId":"1"}'), ('receipts', '{"v":1}')`,
      )
      const added: JobRequest[] = []
      const complaints: unknown[] = []
      const log = { ...silentLog, error: (fields: Record<string, unknown>) => void complaints.push(fields.job) }
      const producer = {
        add: async (jobs: JobRequest[]) => void added.push(...jobs),
        ping: async () => undefined,
        close: async () => undefined,
      }
      expect(await relayOutbox({ ...ctx, log }, producer)).toBe(5)
      expect(added.map(j => j.job)).toEqual(['receipts'])
      expect(complaints.sort()).toEqual(['deliver', 'fax', 'plan', 'toString'])
      expect(await relayOutbox({ ...ctx, log }, producer)).toBe(0)
    })

    test('keeps every message when the queue refuses them', async () => {
      const { dispatch } = await frozen()
      const producer = {
        add: async () => {
          throw new Error('Redis is away')
        },
        ping: async () => undefined,
        close: async () => undefined,
      }
      await expect(relayOutbox(ctx, producer)).rejects.toThrow('Redis is away')
      expect(await outboxJobs('render')).toContainEqual({ v: 1, dispatchId: dispatch })
    })
  })

  describe('receipts', () => {
    test('of one channel never move the results of another, whatever ids or references they name', async () => {
      const { dispatch, chunk } = await ready()
      await deliver(chunk)
      const { rows } = await database.db.query(
        'select target_id as id, ref from outcomes where dispatch_id = $1 order by 1 limit 2',
        [dispatch],
      )
      await recordReceipts(ctx, 'board', [
        { ref: 'x', dispatchId: dispatch, targetId: rows[0].id, state: 'confirmed', at: new Date() },
        { ref: rows[1].ref, state: 'rejected', code: 'forged', at: new Date() },
      ])
      expect(await applyReceipts(ctx)).toBe(0)
      expect(await countsOf(database.db, dispatch)).toMatchObject({ accepted: 120, confirmed: 0, rejected: 0 })
      await database.db.query('delete from receipts_inbox')
    })

    test('for people who were never tried change nothing', async () => {
      const { announcement, dispatch } = await ready()
      const { rows } = await database.db.query('select target_ids[1] as id from chunks where dispatch_id = $1', [
        dispatch,
      ])
      await cancel(ctx, officer, announcement, 'Thu hồi')
      const about = { dispatchId: dispatch, targetId: rows[0].id, at: new Date() }
      await recordReceipts(ctx, 'sms', [{ ref: 'a', state: 'confirmed', ...about }])
      await applyReceipts(ctx)
      expect(await countsOf(database.db, dispatch)).toMatchObject({ cancelled: 120, confirmed: 0 })
      await database.db.query('delete from receipts_inbox')
    })

    test('that two processes apply at the same time are counted once', async () => {
      const { dispatch, chunk } = await ready()
      await deliver(chunk)
      const { rows } = await database.db.query('select ref from outcomes where dispatch_id = $1', [dispatch])
      const news = rows.map(r => ({ ref: r.ref, state: 'confirmed' as const, at: new Date() }))
      await recordReceipts(ctx, 'sms', [...news, ...news])
      const changed = await Promise.all([applyReceipts(ctx), applyReceipts(ctx), applyReceipts(ctx)])
      expect(changed.reduce((a, b) => a + b)).toBe(120)
      expect(await countsOf(database.db, dispatch)).toMatchObject({ accepted: 0, confirmed: 120 })
    })
  })

  test('a cancel before the freeze, and of a start in the future, reaches nobody and says so', async () => {
    const announcement = await approvedAnnouncement(ctx, {
      channels: ['sms'],
      scheduleAt: new Date(Date.now() + 3_600_000).toISOString(),
    })
    const dispatch = await dispatchId(database.db, announcement, 'sms')
    await cancel(ctx, officer, announcement, 'Hoãn')
    await database.db.query(`update dispatches set not_before = now() - interval '1 second' where id = $1`, [dispatch])
    expect(await freezeDispatch(ctx, dispatch)).toBe(false)
    await sweep(ctx)
    const progress = await progressOf(ctx, announcement)
    expect(progress).toMatchObject({
      state: 'cancelled',
      dispatches: [{ phase: 'cancelled', counts: { audience: 0 } }],
    })
    expect(progress.dispatches[0]?.settledAt).not.toBeNull()
  })
})
