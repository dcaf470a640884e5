import type { Batch, Session } from '../../channels/contract.ts'
import { requireChannel } from '../../channels/registry.ts'
import { dispatchSettings } from '../../config/queues.ts'
import type { Outcome } from '../domain/delivery.ts'
import { settleDispatch } from '../store/dispatches.ts'
import type { ClaimedChunk } from '../store/ledger.ts'
import { appendOutcomes, claimChunk, markIntent, prolongLease, releaseChunk } from '../store/ledger.ts'
import { insertReceipts } from '../store/receipts.ts'
import type { RenditionRow } from '../store/renditions.ts'
import { filePath, findRendition } from '../store/renditions.ts'
import { readTargets } from '../store/targets.ts'
import type { DispatchContext } from './context.ts'

const { leaseMs, flushTargetMs, firstFlush, maxFlush, retryFirstMs, retryMaxMs, retryForMs } = dispatchSettings

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
 * After a kill at any point, exactly the targets between the last append and the last mark are uncertain.
 * @param signal fires on shutdown: the flush under way is finished, no new one begins
 */
export async function deliverChunk(
  ctx: DispatchContext,
  chunkId: string,
  channelId: string,
  openSession: (channelId: string) => Promise<Session<unknown>>,
  signal: AbortSignal,
): Promise<void> {
  const { channel } = requireChannel(ctx.channels, channelId)
  const chunk = await claimChunk(ctx.db, chunkId, leaseMs, channel.traits.repeat === 'unsafe')
  if (!chunk) return
  try {
    const [rendition, session] = await Promise.all([findRendition(ctx.db, chunk.renditionId), openSession(channelId)])
    if (!rendition) throw new Error(`rendition ${chunk.renditionId} of dispatch ${chunk.dispatchId} is missing`)
    const most = Math.min(channel.traits.maxBatch, maxFlush)
    let size = Math.min(firstFlush, most)
    while (!signal.aborted) {
      const ids = await markIntent(ctx.db, chunk, size, leaseMs)
      if (ids.length === 0) break
      const started = performance.now()
      const outcomes = await sendFlush(ctx, chunk, rendition, session, ids)
      if (!(await finishFlush(ctx, chunk, ids, outcomes))) return
      if (ids.length === size) size = nextFlush(size, performance.now() - started, most)
    }
  } finally {
    await releaseChunk(ctx.db, chunk)
  }
  await settleDispatch(ctx.db, chunk.dispatchId, ctx.now())
}

/** Reads fresh addresses and calls the channel; those who may not be written to any more are skipped. */
async function sendFlush(
  ctx: DispatchContext,
  chunk: ClaimedChunk,
  rendition: RenditionRow,
  session: Session<unknown>,
  ids: string[],
): Promise<Outcome[]> {
  const { channel } = requireChannel(ctx.channels, chunk.channel)
  const fresh = await readTargets(ctx.db, channel.audience, channel.id, channel.address, ids)
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
  }
  // A vendor may be slower than the lease: keep it, and stop trying should it be lost all the same.
  const lost = new AbortController()
  const keep = setInterval(() => {
    prolongLease(ctx.db, chunk, leaseMs).then(
      held => held || lost.abort(),
      () => undefined,
    )
  }, leaseMs / 3)
  let sent: Outcome[]
  try {
    sent = targets.length > 0 ? await session.send(batch, lost.signal) : []
  } catch (error) {
    // A channel must not throw for single targets. When it does, nobody knows what left.
    ctx.log.error({ err: error, channel: chunk.channel, dispatchId: chunk.dispatchId }, 'the channel failed in a send')
    sent = targets.map(() => ({ kind: 'unknown', code: 'channel-failed' }))
  } finally {
    clearInterval(keep)
  }
  let next = 0
  return fresh.map(f => ('skip' in f ? { kind: 'skipped', code: f.skip } : (sent[next++] ?? noAnswer)))
}

const noAnswer: Outcome = { kind: 'unknown', code: 'no-answer' }

/** Retries that go on for too long are told as what they are: rejected, and by us. */
function giveUp(outcome: Outcome): Outcome {
  return outcome.kind === 'retry' ? { kind: 'rejected', code: `gave-up:${outcome.code}` } : outcome
}

/** @returns false when the chunk was taken away; the outcomes then go to the inbox as news about unknown targets */
async function finishFlush(
  ctx: DispatchContext,
  chunk: ClaimedChunk,
  ids: string[],
  outcomes: Outcome[],
): Promise<boolean> {
  const late = ctx.now().getTime() - chunk.dueAt.getTime() > retryForMs
  const final = late ? outcomes.map(giveUp) : outcomes
  if (await appendOutcomes(ctx.db, chunk, ids, final, retryDelayMs(chunk.attempt))) return true
  ctx.log.warn({ chunkId: chunk.id, dispatchId: chunk.dispatchId }, 'the chunk was taken away during a flush')
  await insertReceipts(
    ctx.db,
    ids.flatMap((targetId, i) => {
      const outcome = final[i]
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
    }),
  )
  return false
}
