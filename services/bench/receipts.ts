import { setImmediate as turn } from 'node:timers/promises'
import { installChannels } from '../../channels/registry.ts'
import type { DispatchContext } from '../dispatch/context.ts'
import { applyReceipts, recordReceipts } from '../dispatch/receipts.ts'
import { balances } from '../domain/delivery.ts'
import type { Db } from '../store/db.ts'
import { openDb } from '../store/db.ts'
import { countsOfDispatches } from '../store/progress.ts'
import { benchBacking } from './backing.ts'
import { noop } from './noop-channel.ts'
import type { BenchReport } from './report.ts'
import { machine, round, timed } from './report.ts'

export interface ReceiptsBenchOptions {
  /** Messages with receipts: each gets an early and a final one, every tenth final one comes twice. */
  messages: number
  onStep: (step: string) => void
}

/** As many callbacks at once as a vendor's own pool sends. */
const callers = 32

/**
 * A burst of delivery receipts, one per callback, in no order and partly twice: how fast they are taken (the vendor waits
 * for that) and how fast they are applied (the officer does).
 */
export async function benchReceipts({ messages, onStep }: ReceiptsBenchOptions): Promise<BenchReport> {
  const backing = await benchBacking()
  const db = openDb(backing.databaseUrl, 20)
  try {
    const ctx: DispatchContext = {
      db,
      now: () => new Date(),
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
      channels: installChannels([noop], ['noop'], () => ({})),
      demo: false,
      quietHours: null,
    }
    onStep(`${messages} messages that were accepted`)
    const dispatchId = await acceptedDispatch(db, messages)
    const receipts = burst(messages)
    onStep(`${receipts.length} receipts`)
    const taken = await timed(() => take(ctx, dispatchId, receipts))
    onStep('applying them')
    const applied = await timed(() => applyReceipts(ctx))
    const counts = (await countsOfDispatches(db, [dispatchId])).get(dispatchId)
    if (!counts || !balances(counts) || counts.confirmed !== messages) {
      throw new Error(`the receipts did not end as they should: ${JSON.stringify(counts)}`)
    }
    return {
      name: 'receipts',
      machine: machine(),
      params: { messages, receipts: receipts.length, callers },
      ours: {
        takenPerSecond: round(receipts.length / taken.seconds),
        appliedPerSecond: round(receipts.length / applied.seconds),
      },
    }
  } finally {
    await db.end()
    await backing.stop()
  }
}

async function acceptedDispatch(db: Db, messages: number): Promise<string> {
  await db.query(
    `insert into announcements (id, state, content, search_text, author_id, author_name)
     values ('00000000-0000-4000-8000-000000000001', 'completed', '{"title":"Đo báo cáo nhận tin"}', '', 'bench', 'bench')`,
  )
  const { rows } = await db.query(
    `insert into dispatches (announcement_id, revision, channel, method, priority, audience, frozen_at, settled_at)
     values ('00000000-0000-4000-8000-000000000001', 1, 'noop', 'telecom-message', 'routine', $1, now(), now()) returning id`,
    [messages],
  )
  const id = rows[0].id as string
  await db.query(
    `insert into chunks (dispatch_id, target_ids, size, up_to, done_to, accepted, closed_at)
     select $1, array_agg(n order by n), count(*), count(*), count(*), count(*), now()
     from generate_series(1, $2::int) n group by (n - 1) / 1000`,
    [id, messages],
  )
  await db.query(
    `insert into outcomes (dispatch_id, target_id, chunk_id, rank, state, ref)
     select c.dispatch_id, t.id, c.id, 2, 'accepted', 'SM' || md5(t.id::text)
     from chunks c cross join lateral unnest(c.target_ids) as t (id) where c.dispatch_id = $1`,
    [id],
  )
  await db.query('analyze')
  return id
}

type Callback = [targetId: number, state: 'accepted' | 'confirmed']

/** Every message's receipts in an order of no sense, the same in every run. */
function burst(messages: number): Callback[] {
  const all: Callback[] = []
  for (let n = 1; n <= messages; n += 1) {
    all.push([n, 'accepted'], [n, 'confirmed'])
    if (n % 10 === 0) all.push([n, 'confirmed'])
  }
  // A multiplicative walk visits each once: the step shares no divisor with the number.
  const step = [7_368_787, 7_368_791].find(prime => all.length % prime !== 0) ?? 1
  return all.map((_, i) => all[(i * step) % all.length] as Callback)
}

async function take(ctx: DispatchContext, dispatchId: string, receipts: Callback[]): Promise<void> {
  let next = 0
  async function caller(): Promise<void> {
    for (;;) {
      const receipt = receipts[next++]
      if (receipt === undefined) return
      const [targetId, state] = receipt
      const at = new Date()
      await recordReceipts(ctx, 'noop', [{ ref: `SM${targetId}`, dispatchId, targetId: String(targetId), state, at }])
      await turn()
    }
  }
  await Promise.all(Array.from({ length: callers }, caller))
}
