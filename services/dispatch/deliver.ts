import type { Batch, Channel, Session, Slot } from '../../channels/contract.ts'
import { requireChannel } from '../../channels/registry.ts'
import { dispatchSettings } from '../../config/queues.ts'
import type { Outcome } from '../domain/delivery.ts'
import { quietUntil } from '../domain/quiet-hours.ts'
import { transaction } from '../store/db.ts'
import { dispatchHasEnded, setProblem, settleDispatch } from '../store/dispatches.ts'
import type { Appended, ClaimedChunk } from '../store/ledger.ts'
import {
  appendOutcomes,
  claimChunk,
  emergencyWaits,
  markIntent,
  nameParts,
  postponeChunk,
  prolongLease,
  releaseChunk,
  returnWindow,
  ringLater,
} from '../store/ledger.ts'
import { insertReceipts } from '../store/receipts.ts'
import type { RenditionRow } from '../store/renditions.ts'
import { filePath, findRendition } from '../store/renditions.ts'
import type { FreshTarget } from '../store/targets.ts'
import { readTargets } from '../store/targets.ts'
import type { DispatchContext } from './context.ts'
import { persist } from './persist.ts'

const { leaseMs, flushTargetMs, firstFlush, maxFlush, retryFirstMs, retryMaxMs, retryForMs, retryAttempts } =
  dispatchSettings

/** How often it is looked during a slow flush whether the dispatch was paused, cancelled or taken away. */
const stopCheckMs = 1_000

/** How long a bulk that made way for an emergency leaves the lane to it before it asks for its next turn. */
const makeWayMs = 1_000

/** Delay before attempt n + 1 (n from 1): doubles up to the longest, without jitter since chunks spread by themselves. */
export function retryDelayMs(attempt: number): number {
  return Math.min(retryFirstMs * 2 ** Math.min(attempt - 1, 20), retryMaxMs)
}

/** Size of the next flush, so that it takes about flushTargetMs; it grows by at most a factor of two at a time. */
export function nextFlush(size: number, tookMs: number, most: number): number {
  const fitting = Math.floor((size * flushTargetMs) / Math.max(tookMs, 1))
  return Math.max(1, Math.min(fitting, size * 2, most))
}

/**
 * Sends one chunk: claim, then flush by flush mark the intent, read addresses, call the channel, append the outcomes.
 * After a kill at any point, exactly the targets between the last append and the last mark are uncertain. A database
 * that is away in between is waited for, since the outcomes of a flush exist nowhere else.
 * @param stopping fires on shutdown: what is on its way is finished, nothing new begins
 */
export async function deliverChunk(
  ctx: DispatchContext,
  chunkId: string,
  channelId: string,
  openSession: (channelId: string) => Promise<Session<unknown>>,
  stopping: AbortSignal,
): Promise<void> {
  const { channel } = requireChannel(ctx.channels, channelId)
  const chunk = await claimChunk(ctx.db, chunkId, leaseMs, channel.traits.repeat === 'unsafe')
  if (!chunk) return
  let ended = false
  try {
    const rendition = await findRendition(ctx.db, chunk.renditionId)
    if (!rendition) throw new Error(`rendition ${chunk.renditionId} of dispatch ${chunk.dispatchId} is missing`)
    const session = await openSession(channelId)
    ended = await sendFlushes({ ctx, chunk, channel, rendition, session, stopping })
  } catch (error) {
    // Nobody waits in silence: the officer is told, and the queue tries again.
    const problem = 'Kênh này đang gặp sự cố nên chưa gửi tiếp được; hệ thống đang tự thử lại.'
    await setProblem(ctx.db, chunk.dispatchId, problem).catch(() => undefined)
    throw error
  } finally {
    // Should this fail, the lease ends by itself.
    if (!ended) await releaseChunk(ctx.db, chunk).catch(() => undefined)
  }
  if (await dispatchHasEnded(ctx.db, chunk.dispatchId)) {
    await transaction(ctx.db, sql => settleDispatch(sql, chunk.dispatchId, ctx.now()))
  }
}

/** What every flush of one chunk needs. */
interface Delivery {
  ctx: DispatchContext
  chunk: ClaimedChunk
  channel: Channel
  rendition: RenditionRow
  session: Session<unknown>
  stopping: AbortSignal
}

/** The flush size that suited a channel of this process last: a new chunk begins there and not at the bottom. */
const paces = new WeakMap<Channel, number>()

/** @returns true when nothing is left to do in the chunk */
async function sendFlushes(delivery: Delivery): Promise<boolean> {
  const { ctx, chunk, channel, stopping } = delivery
  const most = Math.min(channel.traits.maxBatch, maxFlush)
  let size = paces.get(channel) ?? Math.min(firstFlush, most)
  let told = chunk.problem
  let followUpId: string | undefined
  while (!stopping.aborted) {
    if (await waitsForMorning(delivery)) return false
    const slot = await turnAt(delivery, size)
    if (slot?.count === 0) return false
    const count = slot?.count ?? size
    const ids = await persist(ctx, stopping, () => markIntent(ctx.db, chunk, count, leaseMs, slot?.vendor))
    if (ids.length === 0) {
      await makeWay(delivery)
      return false
    }
    const started = performance.now()
    const outcomes = finalOutcomes(delivery, await sendFlush(delivery, ids, slot), slot)
    const recorded = await recordFlush(delivery, ids, outcomes, followUpId)
    if (!recorded) return false
    chunk.doneTo += ids.length
    followUpId = recorded.followUpId
    told = await tellProblem(delivery, outcomes, told)
    if (ids.length === size) {
      size = nextFlush(size, performance.now() - started, most)
      paces.set(channel, size)
    }
    if (recorded.ended) return true
  }
  return false
}

/** In the quiet hours a routine message goes back to waiting until they end. */
async function waitsForMorning({ ctx, chunk, channel }: Delivery): Promise<boolean> {
  if (!channel.traits.quietHours || chunk.priority !== 'routine') return false
  const until = quietUntil(ctx.quietHours, ctx.now())
  if (until) await postponeChunk(ctx.db, chunk, until.getTime() - ctx.now().getTime())
  return until !== null
}

/** A turn at a vendor, where the channel has such; the wait for it marks nobody. */
async function turnAt(delivery: Delivery, count: number): Promise<Slot | undefined> {
  const { chunk, rendition, session } = delivery
  const { reserve } = session
  if (!reserve) return undefined
  const { avoid, priority } = chunk
  const wish = { count, content: rendition.content, priority, ...(avoid !== null && { avoid }) }
  return await whileHeld(delivery, async signal => {
    const slot = await reserve(wish, signal)
    return signal.aborted ? { ...slot, count: 0 } : slot
  })
}

/**
 * Keeps the chunk's lease while a vendor takes its time. The signal says that nothing more may begin: the chunk was lost all
 * the same, its dispatch was paused or cancelled, or the process is stopping.
 */
async function whileHeld<T>({ ctx, chunk, stopping }: Delivery, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const enough = new AbortController()
  const stop = () => enough.abort()
  stopping.addEventListener('abort', stop, { once: true })
  if (stopping.aborted) stop()
  const keep = setInterval(() => {
    prolongLease(ctx.db, chunk, leaseMs).then(
      state => state === 'go-on' || stop(),
      () => undefined,
    )
  }, stopCheckMs)
  try {
    return await work(enough.signal)
  } finally {
    clearInterval(keep)
    stopping.removeEventListener('abort', stop)
  }
}

/** Nobody may be marked now. When that is because an emergency waits for the channel, the rest asks for a later turn. */
async function makeWay({ ctx, chunk }: Delivery): Promise<void> {
  if (chunk.priority === 'emergency' || !(await emergencyWaits(ctx.db, chunk.channel))) return
  await ringLater(ctx.db, chunk, makeWayMs)
}

/** Addresses as they are now. When they cannot be read, nothing has left, and the intent is taken back. */
async function readFresh({ ctx, chunk, channel, stopping }: Delivery, ids: string[]): Promise<FreshTarget[]> {
  try {
    const { dispatchId, round } = chunk
    const reader = { kind: channel.audience, channel: channel.id, address: channel.address, dispatchId, round }
    return await persist(ctx, stopping, () => readTargets(ctx.db, reader, ids))
  } catch (error) {
    await returnWindow(ctx.db, chunk).catch(() => undefined)
    throw error
  }
}

/** Calls the channel for those who may still be written to; the others are skipped. One outcome per id. */
async function sendFlush(delivery: Delivery, ids: string[], slot: Slot | undefined): Promise<Outcome[]> {
  const { ctx, chunk, rendition, session, stopping } = delivery
  const marked = performance.now()
  const fresh = await readFresh(delivery, ids)
  // The database may have been away for longer than the lease: then the window is somebody else's to decide.
  if (performance.now() - marked > stopCheckMs) {
    const state = await persist(ctx, stopping, () => prolongLease(ctx.db, chunk, leaseMs))
    if (state !== 'go-on') return ids.map(() => ({ kind: 'retry', code: 'aborted' }))
  }
  const targets = fresh.flatMap(f => ('target' in f ? [f.target] : []))
  const batch: Batch<unknown> = {
    dispatchId: chunk.dispatchId,
    announcementId: chunk.announcementId,
    renditionId: rendition.id,
    title: chunk.title,
    priority: chunk.priority,
    expiresAt: chunk.expiresAt,
    content: rendition.content,
    files: rendition.files.map(f => ({ name: f.name, path: filePath(f), mime: f.mime, sizeBytes: f.sizeBytes })),
    targets,
    ...(slot && { slot }),
  }
  let sent: Outcome[]
  try {
    sent = targets.length > 0 ? await whileHeld(delivery, signal => session.send(batch, signal)) : []
  } catch (error) {
    // A channel must not throw for single targets. When it does, nobody knows what left.
    ctx.log.error({ err: error, channel: chunk.channel, dispatchId: chunk.dispatchId }, 'the channel failed in a send')
    sent = targets.map(() => ({ kind: 'unknown', code: 'channel-failed' }))
  }
  let next = 0
  return fresh.map(f => ('skip' in f ? { kind: 'skipped', code: f.skip } : (sent[next++] ?? noAnswer)))
}

const noAnswer: Outcome = { kind: 'unknown', code: 'no-answer' }

/**
 * What the ledger is told. Where a repeat does no harm, the unsure are tried again instead of being left unsure.
 * Retries that go on for too long are told as what they are: rejected, and by us.
 */
function finalOutcomes({ ctx, chunk, channel }: Delivery, outcomes: Outcome[], slot: Slot | undefined): Outcome[] {
  const late = ctx.now().getTime() - chunk.dueAt.getTime() > retryForMs && chunk.attempt >= retryAttempts
  return outcomes.map(outcome => {
    const again = outcome.kind === 'unknown' && channel.traits.repeat !== 'unsafe'
    const final: Outcome = again ? { kind: 'retry', code: outcome.code } : withVendor(outcome, slot)
    return late && final.kind === 'retry' ? { kind: 'rejected', code: `gave-up:${final.code}` } : final
  })
}

/** An unknown message is looked up at the vendor that may have it. */
function withVendor(outcome: Outcome, slot: Slot | undefined): Outcome {
  return outcome.kind === 'unknown' && slot && !outcome.ref ? { ...outcome, ref: `${slot.vendor}:` } : outcome
}

/**
 * @returns undefined when the chunk was taken away: the outcomes then go to the inbox as news about unknown targets
 */
async function recordFlush(
  { ctx, chunk, stopping }: Delivery,
  ids: string[],
  outcomes: Outcome[],
  followUpId: string | undefined,
): Promise<Appended | undefined> {
  const append = () => appendOutcomes(ctx.db, chunk, ids, outcomes, retryDelayMs(chunk.attempt), followUpId)
  const recorded = await persist(ctx, stopping, append)
  if (recorded) return recorded
  ctx.log.warn({ chunkId: chunk.id, dispatchId: chunk.dispatchId }, 'the chunk was taken away during a flush')
  const news = ids.flatMap((targetId, i) => {
    const outcome = outcomes[i]
    if (outcome?.kind !== 'accepted' && outcome?.kind !== 'rejected') return []
    return [
      {
        channel: chunk.channel,
        dispatchId: chunk.dispatchId,
        targetId,
        state: outcome.kind,
        at: ctx.now(),
        ...(outcome.kind === 'accepted' && outcome.ref !== undefined && { ref: outcome.ref }),
        ...(outcome.kind === 'rejected' && { code: outcome.code }),
      },
    ]
  })
  const named = ids.flatMap((targetId, i) => {
    const outcome = outcomes[i]
    return outcome?.kind === 'accepted' && outcome.partRefs ? [{ targetId, partRefs: outcome.partRefs }] : []
  })
  await persist(ctx, stopping, () => insertReceipts(ctx.db, news))
  await persist(ctx, stopping, () => nameParts(ctx.db, chunk.dispatchId, named))
  return undefined
}

/**
 * People who wait because a vendor takes nobody must not wait in silence: the officer is told why, and that it is over.
 * @param told what was said last
 */
async function tellProblem({ ctx, chunk }: Delivery, outcomes: Outcome[], told: string | null): Promise<string | null> {
  const tried = outcomes.filter(o => o.kind !== 'skipped')
  const first = tried[0]
  if (first === undefined || (first.kind === 'retry' && first.code === 'aborted')) return told
  const problem =
    first.kind === 'retry' && tried.every(o => o.kind === 'retry')
      ? `Kênh này hiện chưa nhận (mã ${first.code}); hệ thống đang tự thử lại.`
      : null
  if (problem === told) return told
  // It only explains; what could not be written is written after the next flush.
  return await setProblem(ctx.db, chunk.dispatchId, problem).then(
    () => problem,
    () => told,
  )
}
