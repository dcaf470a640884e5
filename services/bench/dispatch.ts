import { Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import type { Db } from '../store/db.ts'
import { openDb } from '../store/db.ts'
import type { BenchBacking } from './backing.ts'
import { benchBacking } from './backing.ts'
import { approved, benchContext, countsOf, settled, submitted } from './bulk.ts'
import { fillRegistry, provinceCode } from './registry.ts'
import type { BenchReport } from './report.ts'
import { machine, round, timed } from './report.ts'
import { startBenchWorker } from './worker.ts'

export interface DispatchBenchOptions {
  recipients: number
  /** Recipients of the usual way beside it; it is slow, and its rate does not depend on the number. */
  besideRecipients: number
  databaseUrl?: string | undefined
  onStep: (step: string) => void
}

/**
 * Freeze and drain of one dispatch with a provider that takes everything, beside the usual way: one BullMQ job and one
 * pair of row updates per recipient, on the same database and queue.
 */
export async function benchDispatch(options: DispatchBenchOptions): Promise<BenchReport> {
  const backing = await benchBacking(options.databaseUrl)
  const db = openDb(backing.databaseUrl, 10)
  try {
    options.onStep(`registry of ${options.recipients} people`)
    await fillRegistry(db, { recipients: options.recipients, channel: 'noop' })
    options.onStep('our dispatch')
    const ours = await ourWay(db, backing)
    options.onStep('the usual way, fifty jobs at a time')
    const beside = await usualWay(db, backing, options.besideRecipients, 50)
    // As the library does when nothing is said; a tenth of the people, since it takes its time.
    options.onStep('the usual way, one job at a time')
    const oneAtATime = await usualWay(db, backing, Math.ceil(options.besideRecipients / 10), 1)
    return {
      name: 'dispatch',
      machine: machine(),
      params: { recipients: options.recipients, besideRecipients: options.besideRecipients },
      ours,
      beside: { drainPerSecond: beside, oneAtATimePerSecond: oneAtATime },
      // Over the faster of the two.
      ratio: round((ours.drainPerSecond ?? 0) / beside),
    }
  } finally {
    await db.end()
    await backing.stop()
  }
}

async function ourWay(db: Db, backing: BenchBacking): Promise<Record<string, number>> {
  const ctx = benchContext(db)
  const worker = await startBenchWorker(backing)
  const announcement = await submitted(ctx, provinceCode)
  const { seconds, result: id } = await timed(async () => {
    const dispatchId = await approved(ctx, announcement)
    await settled(db, dispatchId, 3_600_000)
    return dispatchId
  })
  const { rows } = await db.query(
    `select audience::float8 as audience, extract(epoch from settled_at - frozen_at)::float8 as drain,
       extract(epoch from frozen_at - (select approved_at from announcements where id = announcement_id))::float8 as freeze
     from dispatches where id = $1`,
    [id],
  )
  const { audience, drain, freeze } = rows[0]
  const counts = await countsOf(db, id)
  if (counts.waiting + counts.sending + counts.unknown > 0) {
    throw new Error(`the dispatch did not end as it should: ${JSON.stringify(counts)}`)
  }
  const { peakRssBytes } = await worker.stop()
  return {
    audience,
    accepted: counts.accepted,
    skipped: counts.skipped,
    freezePerSecond: round(audience / freeze),
    drainPerSecond: round(counts.accepted / drain),
    wholeSeconds: round(seconds),
    workerPeakRssMB: Math.round(peakRssBytes / 1e6),
  }
}

/**
 * One job and two row updates per recipient, with the indexes that such a table has for progress (dispatch and state) and
 * for receipts (the vendor's reference): what our ledger answers too. @returns deliveries per second
 */
async function usualWay(db: Db, backing: BenchBacking, recipients: number, concurrency: number): Promise<number> {
  await db.query(
    `drop table if exists usual_deliveries;
     create table usual_deliveries (id int primary key, dispatch_id int not null, phone text not null, state text not null,
       ref text, updated_at timestamptz not null default now());
     create index on usual_deliveries (dispatch_id, state);
     create index on usual_deliveries (ref) where ref is not null`,
  )
  const connection = new Redis(backing.redisUrl, { maxRetriesPerRequest: null })
  const queue = new Queue('usual', { connection })
  let done = 0
  const worker = new Worker(
    'usual',
    async job => {
      const { id } = job.data
      await db.query(
        `update usual_deliveries set state = 'sending', updated_at = now() where id = $1 and state = 'waiting' returning phone`,
        [id],
      )
      await db.query(`update usual_deliveries set state = 'sent', ref = $2, updated_at = now() where id = $1`, [
        id,
        `n1-${id}`,
      ])
      done += 1
    },
    { connection, concurrency, autorun: false },
  )
  await db.query(
    `insert into usual_deliveries (id, dispatch_id, phone, state)
     select n, 1, '+849' || lpad(n::text, 8, '0'), 'waiting' from generate_series(1, $1::int) n`,
    [recipients],
  )
  for (let from = 1; from <= recipients; from += 1_000) {
    const ids = Array.from({ length: Math.min(1_000, recipients - from + 1) }, (_, i) => from + i)
    await queue.addBulk(ids.map(id => ({ name: 'send', data: { id }, opts: { removeOnComplete: true } })))
  }
  const { seconds } = await timed(async () => {
    const running = worker.run()
    while (done < recipients) await new Promise(resolve => setTimeout(resolve, 20))
    await worker.close()
    await running
  })
  await queue.close()
  connection.disconnect()
  return round(recipients / seconds)
}
