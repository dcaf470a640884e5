import { setTimeout as delay } from 'node:timers/promises'
import type { DispatchContext } from '../dispatch/context.ts'
import { cancel, pauseDispatch, resumeDispatch } from '../dispatch/control.ts'
import { openDb } from '../store/db.ts'
import { benchBacking } from './backing.ts'
import { approved, approver, benchContext, countsOf, submitted } from './bulk.ts'
import { fillRegistry, provinceCode } from './registry.ts'
import type { BenchReport } from './report.ts'
import { machine, until } from './report.ts'
import type { BenchWorker } from './worker.ts'
import { startBenchWorker } from './worker.ts'

export interface StopBenchOptions {
  recipients: number
  /** Messages per second that the provider takes, and how long it takes to answer one. */
  perSecond: number
  latencyMs: number
  /** What an answer takes from the moment on at which the provider becomes slow. */
  slowMs: number
  onStep: (step: string) => void
}

/** Seconds until the last message was handed over, and how many had left by then. */
interface Stop {
  seconds: number
  left: number
}

const longestMs = 180_000
/** Nothing handed over for so long, beyond an answer's time: it has stopped. */
const quietMs = 2_000

/**
 * Seconds from a pause and from a cancel to the last message that is handed over, with a bulk in flight: at a steady
 * pace, and with a provider that has just become slow, when the flush under way was sized for a quick one. The counts
 * that officers see must then be those of the provider.
 */
export async function benchStop(options: StopBenchOptions): Promise<BenchReport> {
  const { recipients, perSecond, latencyMs, slowMs, onStep } = options
  const backing = await benchBacking()
  const db = openDb(backing.databaseUrl, 10)
  try {
    onStep(`registry of ${recipients} people`)
    await fillRegistry(db, { recipients, channel: 'noop' })
    const ctx = benchContext(db)
    const worker = await startBenchWorker(backing, { perSecond, latencyMs })
    const ours: Record<string, number> = {}
    for (const slow of [false, true]) {
      const kind = slow ? 'Slow' : ''
      const answerMs = slow ? slowMs : latencyMs
      const announcement = await submitted(ctx, provinceCode)
      const dispatchId = await approved(ctx, announcement)
      const inFlight = async (what: string, act: () => Promise<unknown>) => {
        onStep(`${what}${slow ? ', slow provider' : ''}`)
        await flows(worker, dispatchId, perSecond)
        if (slow) {
          await worker.slowDown(slowMs)
          await delay(100)
        }
        const { seconds, left } = await lastSend(ctx, worker, dispatchId, answerMs, act)
        Object.assign(ours, { [`secondsAfter${what}${kind}`]: seconds, [`leftAt${what}${kind}`]: left })
        if (slow) await worker.slowDown(latencyMs)
      }
      await inFlight('Pause', () => pauseDispatch(ctx, approver, dispatchId))
      await resumeDispatch(ctx, approver, dispatchId)
      await inFlight('Cancel', () => cancel(ctx, approver, announcement.id, 'Đo thời gian dừng phát hành'))
    }
    await worker.stop()
    return {
      name: 'stop',
      machine: machine(),
      params: { recipients, perSecond, latencyMs, slowMs, targetSeconds: 2 },
      ours,
    }
  } finally {
    await db.end()
    await backing.stop()
  }
}

/** Resolves when another second's worth of messages has left: flushes have their size, lanes are busy. */
async function flows(worker: BenchWorker, dispatchId: string, perSecond: number): Promise<void> {
  const count = async () => (await worker.seen())[dispatchId]?.count ?? 0
  const before = await count()
  await until('messages flow', async () => (await count()) > before + perSecond, longestMs)
}

/** @throws when the counts that officers see are not those of the provider */
async function lastSend(
  ctx: DispatchContext,
  worker: BenchWorker,
  dispatchId: string,
  answerMs: number,
  act: () => Promise<unknown>,
): Promise<Stop> {
  const from = Date.now()
  await act()
  const seen = await until(
    'the provider is handed nothing more',
    async () => {
      const now = (await worker.seen())[dispatchId]
      return now && Date.now() - now.lastAt > quietMs + answerMs ? now : undefined
    },
    longestMs,
  )
  const counts = await until(
    'every answer is recorded',
    async () => {
      const now = await countsOf(ctx.db, dispatchId)
      return now.sending === 0 ? now : undefined
    },
    longestMs,
  )
  const left = counts.accepted + counts.confirmed + counts.unknown + counts.rejected
  if (left !== seen.count) throw new Error(`${left} have left according to the database, ${seen.count} in truth`)
  return { seconds: Math.max(0, (seen.lastAt - from) / 1_000), left }
}
