import type { DispatchContext } from '../dispatch/context.ts'
import { openDb } from '../store/db.ts'
import { benchBacking } from './backing.ts'
import { approved, benchContext, countsOf, settled, submitted } from './bulk.ts'
import { fillRegistry, provinceCode, villageCode } from './registry.ts'
import type { BenchReport } from './report.ts'
import { machine, until } from './report.ts'
import type { BenchWorker } from './worker.ts'
import { startBenchWorker } from './worker.ts'

export interface UrgentBenchOptions {
  /** Size of the routine bulk. */
  recipients: number
  /** Emergencies sent on the idle system, and as many again during the bulk; the slowest counts. */
  rounds: number
  /** Messages per second that the provider takes. */
  perSecond: number
  /** How long the provider takes to answer one. */
  latencyMs: number
  onStep: (step: string) => void
}

interface Soonness {
  firstSeconds: number
  thousandthSeconds: number
}

/** Enough people for a thousand sends, those who may not be written to counted. */
const villagers = 1_200
const longestMs = 120_000

/**
 * Seconds from approving an emergency to its first and its thousandth send while a routine bulk is in flight on the
 * same channel, beside the same on an idle system. The dispatch is the real one, in a real worker process.
 */
export async function benchUrgent(options: UrgentBenchOptions): Promise<BenchReport> {
  const { recipients, rounds, perSecond, latencyMs, onStep } = options
  const backing = await benchBacking()
  const db = openDb(backing.databaseUrl, 10)
  try {
    onStep(`registry of ${recipients} people`)
    await fillRegistry(db, { recipients: recipients + villagers, villagers, channel: 'noop' })
    const ctx = benchContext(db)
    const worker = await startBenchWorker(backing, { perSecond, latencyMs })
    onStep(`${rounds} emergencies on an idle system`)
    const beside = await slowest(ctx, worker, rounds)
    onStep('bulk')
    const bulkId = await approved(ctx, await submitted(ctx, provinceCode))
    await until('the bulk is in flight', async () => ((await worker.seen())[bulkId]?.count ?? 0) > perSecond, longestMs)
    onStep(`${rounds} emergencies during the bulk`)
    const ours = await slowest(ctx, worker, rounds)
    const left = await countsOf(db, bulkId)
    await worker.stop()
    if (left.waiting === 0) throw new Error('the bulk had ended before the last emergency; take a larger one')
    return {
      name: 'urgent',
      machine: machine(),
      params: { recipients, rounds, perSecond, latencyMs, targetFirstSeconds: 2, targetThousandthSeconds: 10 },
      ours: { ...ours, bulkStillWaiting: left.waiting },
      beside: { ...beside },
      ratio: Math.round((ours.thousandthSeconds / beside.thousandthSeconds) * 100) / 100,
    }
  } finally {
    await db.end()
    await backing.stop()
  }
}

/** The slowest of several emergencies, one after the other. */
async function slowest(ctx: DispatchContext, worker: BenchWorker, rounds: number): Promise<Soonness> {
  const worst = { firstSeconds: 0, thousandthSeconds: 0 }
  for (let round = 0; round < rounds; round++) {
    const { firstSeconds, thousandthSeconds } = await emergency(ctx, worker)
    worst.firstSeconds = Math.max(worst.firstSeconds, firstSeconds)
    worst.thousandthSeconds = Math.max(worst.thousandthSeconds, thousandthSeconds)
  }
  return worst
}

async function emergency(ctx: DispatchContext, worker: BenchWorker): Promise<Soonness> {
  const announcement = await submitted(ctx, villageCode, 'emergency')
  const from = Date.now()
  const dispatchId = await approved(ctx, announcement)
  await settled(ctx.db, dispatchId, longestMs)
  const seen = (await worker.seen())[dispatchId]
  if (!seen || seen.thousandthAt === 0) throw new Error('the emergency had fewer than a thousand sends')
  return { firstSeconds: (seen.firstAt - from) / 1_000, thousandthSeconds: (seen.thousandthAt - from) / 1_000 }
}
