import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { DispatchContext } from '../../../services/dispatch/context.ts'
import { cancel, pauseDispatch, resumeDispatch } from '../../../services/dispatch/control.ts'
import { deliverChunk } from '../../../services/dispatch/deliver.ts'
import { freezeDispatch } from '../../../services/dispatch/plan.ts'
import { progressOf } from '../../../services/dispatch/progress.ts'
import { applyReceipts, recordReceipts } from '../../../services/dispatch/receipts.ts'
import { renderDispatch } from '../../../services/dispatch/render.ts'
import { sweep } from '../../../services/dispatch/sweep.ts'
import type { Outcome } from '../../../services/domain/delivery.ts'
import { balances } from '../../../services/domain/delivery.ts'
import { claimChunk, markIntent } from '../../../services/store/ledger.ts'
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

const never = new AbortController().signal
const inMemoryDir = async <T>(work: (dir: string) => Promise<T>) => await work('')

describe('delivering a dispatch', () => {
  let database: TestDatabase
  let ctx: DispatchContext
  let sms: ScriptedChannel
  let board: ScriptedChannel
  let sessions: Record<string, ScriptedChannel>

  beforeAll(async () => {
    database = await testDatabase()
    await seedRegistry(database.db, 120)
    await database.db.query(`insert into boards (area_code, name) values ('19333', 'Bảng 1')`)
  })
  afterAll(() => database.drop())
  beforeEach(() => {
    sms = scriptedChannel('sms')
    board = scriptedChannel('board', { repeat: 'overwrites' })
    sessions = { sms, board }
    ctx = dispatchContext(database.db, [sms, board])
  })

  const open = (id: string) => {
    const found = sessions[id]
    if (!found) throw new Error(`no channel ${id}`)
    return found.session()
  }
  const deliver = (chunk: string, channel = 'sms') => deliverChunk(ctx, chunk, channel, open, never)

  /** Approved, frozen and rendered, ready to send. */
  async function ready(channels = ['sms'], content: Record<string, unknown> = {}) {
    const announcement = await approvedAnnouncement(ctx, { channels, ...content })
    const ids: Record<string, string> = {}
    for (const channel of channels) {
      const id = await dispatchId(database.db, announcement, channel)
      ids[channel] = id
      await freezeDispatch(ctx, id)
      await renderDispatch(ctx, inMemoryDir, id, never)
    }
    const first = ids[channels[0] ?? '']
    if (!first) throw new Error('no channel')
    return { announcement, dispatch: first, ids, chunks: await openChunks(database.db, first) }
  }

  async function drain(dispatch: string, channel = 'sms') {
    for (let round = 0; round < 20; round++) {
      await endWaits(database.db)
      const chunks = await openChunks(database.db, dispatch)
      if (chunks.length === 0) return
      for (const chunk of chunks) await deliver(chunk, channel)
    }
    throw new Error('the dispatch does not end')
  }

  test('reaches everybody once, the equation holds after every flush, and the announcement completes', async () => {
    const { announcement, dispatch } = await ready()
    const seen: boolean[] = []
    sms.script = async batch => {
      const counts = await countsOf(database.db, dispatch)
      seen.push(balances(counts) && counts.sending === batch.targets.length)
      return batch.targets.map(t => ({ kind: 'accepted', ref: `r${dispatch}-${t.id}` }))
    }
    await drain(dispatch)
    expect(seen.length).toBeGreaterThan(1)
    expect(seen.every(Boolean)).toBe(true)
    expect(new Set(sms.sentTo).size).toBe(120)
    expect(sms.sentTo).toHaveLength(120)
    const counts = await countsOf(database.db, dispatch)
    expect(counts).toMatchObject({ audience: 120, accepted: 120, waiting: 0, sending: 0 })
    const progress = await progressOf(ctx, announcement)
    expect(progress.state).toBe('completed')
    expect(progress.dispatches[0]?.phase).toBe('settled')
  })

  test('a refusal after the freeze is respected, and a deleted person is skipped', async () => {
    await addCitizens(database.db, 2)
    const { dispatch } = await ready()
    const { rows } = await database.db.query('select id, phone from citizens order by id desc limit 2')
    await database.db.query(`insert into opt_outs (channel, address, source) values ('sms', $1, 'test')`, [
      rows[0].phone,
    ])
    await database.db.query('delete from citizens where id = $1', [rows[1].id])
    await drain(dispatch)
    expect(sms.sentTo).not.toContain(rows[0].id)
    expect(sms.sentTo).not.toContain(rows[1].id)
    const counts = await countsOf(database.db, dispatch)
    expect(counts).toMatchObject({ audience: 122, accepted: 120, skipped: 2 })
    await database.db.query('delete from citizens where id = $1', [rows[0].id])
  })

  test('a killed worker leaves exactly its open window unknown; nobody in it is sent to again', async () => {
    const { dispatch, chunks } = await ready()
    const chunk = await claimChunk(database.db, chunks[0] ?? '', 30_000, true)
    if (!chunk) throw new Error('not claimed')
    const window = await markIntent(database.db, chunk, 7, 30_000)
    expect(window).toHaveLength(7)
    // Here the process dies. While its lease lasts nobody else may touch the chunk.
    expect(await claimChunk(database.db, chunk.id, 30_000, true)).toBeUndefined()
    await endLeases(database.db)
    await drain(dispatch)
    const counts = await countsOf(database.db, dispatch)
    expect(counts).toMatchObject({ audience: 120, accepted: 113, unknown: 7 })
    expect(sms.sentTo.filter(id => window.includes(id))).toEqual([])
  })

  test('where a repeat is harmless, the open window is simply sent again', async () => {
    const { dispatch, chunks } = await ready(['board'])
    const chunk = await claimChunk(database.db, chunks[0] ?? '', 30_000, false)
    if (!chunk) throw new Error('not claimed')
    await markIntent(database.db, chunk, 5, 30_000)
    await endLeases(database.db)
    await drain(dispatch, 'board')
    expect(await countsOf(database.db, dispatch)).toMatchObject({ accepted: 120, unknown: 0 })
  })

  test('a worker that wakes up after its lease is stopped by its token, and its late news settles the unknown', async () => {
    const { dispatch, chunks } = await ready()
    let release: (outcomes: Outcome[]) => void = () => undefined
    let entered: (ids: string[]) => void = () => undefined
    const inSend = new Promise<string[]>(resolve => {
      entered = resolve
    })
    const usual = sms.script
    sms.script = batch => {
      entered(batch.targets.map(t => t.id))
      return new Promise<Outcome[]>(resolve => {
        release = resolve
      })
    }
    const slow = deliver(chunks[0] ?? '')
    const stuck = await inSend
    sms.script = usual
    await endLeases(database.db)
    await drain(dispatch)
    expect(await countsOf(database.db, dispatch)).toMatchObject({ accepted: 120 - stuck.length, unknown: stuck.length })
    release(stuck.map(id => ({ kind: 'accepted', ref: `late-${id}` })))
    await slow
    expect(await applyReceipts(ctx)).toBe(stuck.length)
    expect(await countsOf(database.db, dispatch)).toMatchObject({ accepted: 120, unknown: 0 })
    expect(sms.sentTo).toHaveLength(120)
  })

  test('a retry is really sent later, in a follow-up chunk, and never counted twice', async () => {
    const { dispatch } = await ready()
    const failing = new Set<string>()
    sms.script = batch =>
      batch.targets.map((t, i) => {
        if (i % 3 !== 0 || failing.has(t.id)) return { kind: 'accepted' }
        failing.add(t.id)
        return { kind: 'retry', code: '429', afterMs: 60_000 }
      })
    for (const chunk of await openChunks(database.db, dispatch)) await deliver(chunk)
    const between = await countsOf(database.db, dispatch)
    expect(balances(between)).toBe(true)
    expect(between).toMatchObject({ audience: 120, waiting: failing.size })
    expect(failing.size).toBeGreaterThan(0)
    // Not due yet: nothing is sent before its time.
    expect(await openChunks(database.db, dispatch)).toEqual([])
    await drain(dispatch)
    expect(await countsOf(database.db, dispatch)).toMatchObject({ audience: 120, accepted: 120 })
    expect(sms.sentTo).toHaveLength(120 + failing.size)
  })

  test('every outcome has its place, and reasons are counted', async () => {
    const { announcement, dispatch } = await ready()
    const kinds: Outcome[] = [
      { kind: 'accepted' },
      { kind: 'rejected', code: '21211' },
      { kind: 'unknown', code: 'timeout' },
    ]
    let n = 0
    sms.script = batch => batch.targets.map(() => kinds[n++ % 3] ?? { kind: 'accepted' })
    await drain(dispatch)
    expect(await countsOf(database.db, dispatch)).toMatchObject({ accepted: 40, rejected: 40, unknown: 40 })
    const progress = await progressOf(ctx, announcement)
    expect(progress.dispatches[0]?.reasons).toEqual({ '21211': 40, timeout: 40 })
  })

  test('a channel that throws or answers for too few leaves unknown, never silence', async () => {
    const { dispatch } = await ready()
    let n = 0
    sms.script = batch => {
      n += 1
      if (n === 1) throw new Error('connection reset')
      return n === 2 ? [{ kind: 'accepted' }] : batch.targets.map(() => ({ kind: 'accepted' }))
    }
    await drain(dispatch)
    const counts = await countsOf(database.db, dispatch)
    expect(balances(counts)).toBe(true)
    expect(counts.unknown).toBeGreaterThan(20)
    expect(counts.unknown + counts.accepted).toBe(120)
  })

  test('pause stops after the flush under way; resume goes on with the next person', async () => {
    const { dispatch, chunks } = await ready()
    sms.script = async batch => {
      if (sms.sentTo.length === batch.targets.length) await pauseDispatch(ctx, officer, dispatch)
      return batch.targets.map(() => ({ kind: 'accepted' }))
    }
    await deliver(chunks[0] ?? '')
    const paused = await countsOf(database.db, dispatch)
    expect(paused).toMatchObject({ accepted: 20, waiting: 100, sending: 0 })
    await deliver(chunks[0] ?? '')
    expect(sms.sentTo).toHaveLength(20)
    await resumeDispatch(ctx, officer, dispatch)
    await drain(dispatch)
    expect(new Set(sms.sentTo).size).toBe(120)
    expect(sms.sentTo).toHaveLength(120)
  })

  test('cancel says exactly how many had not left; what was in flight keeps its own outcome', async () => {
    const { announcement, dispatch, chunks } = await ready()
    sms.script = async batch => {
      await cancel(ctx, officer, announcement, 'Sai nội dung')
      return batch.targets.map(() => ({ kind: 'accepted' }))
    }
    await deliver(chunks[0] ?? '')
    const counts = await countsOf(database.db, dispatch)
    expect(counts).toMatchObject({ audience: 120, accepted: 20, cancelled: 100, waiting: 0, sending: 0 })
    const { rows } = await database.db.query(
      `select detail from announcement_events where announcement_id = $1 and action = 'cancel'`,
      [announcement],
    )
    expect(rows[0].detail).toMatchObject({ stopped: { sms: 100 } })
    expect((await progressOf(ctx, announcement)).state).toBe('cancelled')
    const { rows: settled } = await database.db.query('select settled_at from dispatches where id = $1', [dispatch])
    expect(settled[0].settled_at).not.toBeNull()
  })

  test('a retry that comes back after a cancel is cancelled too', async () => {
    const { announcement, dispatch, chunks } = await ready()
    sms.script = async batch => {
      await cancel(ctx, officer, announcement, 'Thu hồi')
      return batch.targets.map(() => ({ kind: 'retry', code: '429' }))
    }
    await deliver(chunks[0] ?? '')
    expect(await countsOf(database.db, dispatch)).toMatchObject({ audience: 120, cancelled: 120, waiting: 0 })
  })

  test('after its end nothing more is sent; who was waiting is expired', async () => {
    const { announcement, dispatch, chunks } = await ready(['sms'], {
      expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
    })
    sms.script = async batch => {
      await database.db.query('update dispatches set expires_at = now() where id = $1', [dispatch])
      return batch.targets.map(() => ({ kind: 'accepted' }))
    }
    await deliver(chunks[0] ?? '')
    await sweep(ctx)
    expect(await countsOf(database.db, dispatch)).toMatchObject({ accepted: 20, expired: 100 })
    expect((await progressOf(ctx, announcement)).dispatches[0]?.phase).toBe('expired')
  })

  test('two workers, one chunk: one of them gets it', async () => {
    const { dispatch, chunks } = await ready()
    const chunk = chunks[0] ?? ''
    await Promise.all([deliver(chunk), deliver(chunk), deliver(chunk)])
    await drain(dispatch)
    expect(sms.sentTo).toHaveLength(120)
  })

  test('shutdown finishes the flush and gives the chunk back at once', async () => {
    const { dispatch, chunks } = await ready()
    const stopping = new AbortController()
    sms.script = batch => {
      stopping.abort()
      return batch.targets.map(() => ({ kind: 'accepted' }))
    }
    await deliverChunk(ctx, chunks[0] ?? '', 'sms', open, stopping.signal)
    expect(await countsOf(database.db, dispatch)).toMatchObject({ accepted: 20, waiting: 100, sending: 0 })
    expect(await claimChunk(database.db, chunks[0] ?? '', 30_000, true)).toBeDefined()
  })

  describe('receipts', () => {
    test('move states forward only, whatever their order and number', async () => {
      const { dispatch } = await ready()
      await drain(dispatch)
      const { rows } = await database.db.query(
        'select target_id, ref from outcomes where dispatch_id = $1 order by target_id limit 4',
        [dispatch],
      )
      const [a, b, c, d] = rows
      const at = new Date()
      await recordReceipts(ctx, 'sms', [
        { ref: a.ref, state: 'confirmed', at },
        { ref: a.ref, state: 'confirmed', at },
        { ref: a.ref, state: 'accepted', at },
        { ref: b.ref, state: 'rejected', code: '30003', at },
        { ref: b.ref, state: 'accepted', at },
        { ref: c.ref, state: 'rejected', code: '30008', at },
      ])
      await applyReceipts(ctx)
      await recordReceipts(ctx, 'sms', [
        { ref: a.ref, state: 'rejected', code: '30003', at },
        { ref: c.ref, state: 'confirmed', at },
        { ref: 'other', dispatchId: dispatch, targetId: d.target_id, state: 'confirmed', at },
        { ref: 'nobody-knows-this', state: 'confirmed', at },
      ])
      await applyReceipts(ctx)
      await applyReceipts(ctx)
      const counts = await countsOf(database.db, dispatch)
      expect(balances(counts)).toBe(true)
      expect(counts).toMatchObject({ accepted: 116, confirmed: 3, rejected: 1 })
      const open = await database.db.query('select ref from receipts_inbox where applied_at is null')
      expect(open.rows.map(r => r.ref)).toEqual(['nobody-knows-this'])
      await database.db.query('delete from receipts_inbox')
    })

    test('a receipt that is quicker than our own write waits for it', async () => {
      const { dispatch } = await ready()
      sms.script = async batch => {
        await recordReceipts(
          ctx,
          'sms',
          batch.targets.map(t => ({
            ref: `early-${t.id}`,
            dispatchId: dispatch,
            targetId: t.id,
            state: 'confirmed',
            at: new Date(),
          })),
        )
        await applyReceipts(ctx)
        return batch.targets.map(t => ({ kind: 'accepted', ref: `early-${t.id}` }))
      }
      await drain(dispatch)
      await applyReceipts(ctx)
      expect(await countsOf(database.db, dispatch)).toMatchObject({ confirmed: 120, accepted: 0 })
    })
  })

  test('the freeze is never repeated: who comes later is not in it', async () => {
    const { dispatch } = await ready()
    await addCitizens(database.db, 3)
    expect(await freezeDispatch(ctx, dispatch)).toBe(false)
    await drain(dispatch)
    expect((await countsOf(database.db, dispatch)).audience).toBe(120)
    await database.db.query('delete from citizens where id in (select id from citizens order by id desc limit 3)')
  })

  test('the sweep alone carries a dispatch to its end when the queue has lost everything', async () => {
    const { dispatch } = await ready()
    await database.db.query('delete from outbox')
    await sweep(ctx)
    const { rows } = await database.db.query(`select payload from outbox where job = 'deliver'`)
    expect(rows.map(r => r.payload)).toContainEqual(
      expect.objectContaining({ v: 1, dispatchId: dispatch, channel: 'sms' }),
    )
    await database.db.query('delete from outbox')
    await drain(dispatch)
  })
})
