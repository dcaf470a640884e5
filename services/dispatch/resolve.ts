import type { Session } from '../../channels/contract.ts'
import { type Actor, requirePermission } from '../domain/accounts.ts'
import { AppError, isAppError } from '../domain/errors.ts'
import type { Progress } from '../http/schemas.ts'
import { findAnnouncement, recordEvent } from '../store/announcements.ts'
import { transaction } from '../store/db.ts'
import { findDispatch } from '../store/dispatches.ts'
import { findRendition } from '../store/renditions.ts'
import { isLastRound } from '../store/rounds.ts'
import { dueForLookup, firmestOf, noteLookup, unknownTargets, unsureEmergencies } from '../store/unknown.ts'
import type { DispatchContext } from './context.ts'
import { progressOf } from './progress.ts'
import { applyReceipts, recordReceipts } from './receipts.ts'
import { addRound } from './resend.ts'

const system: Pick<Actor, 'id' | 'name'> = { id: 'system', name: 'Loa' }

/** A vendor needs a moment to know its own messages; before that, "I have no such message" proves nothing. */
const vendorKnowsAfterMs = 60_000
const vendorKnowsAfterEmergencyMs = 20_000
/** Of one dispatch in one turn; then the next one has its turn, so that a large bulk does not hold up an emergency. */
const questionsAtOnce = 1_000
/** An emergency waits for the vendors' answers no longer than this before it is sent again. */
const patienceEmergencyMs = 120_000
/** Rounds that an emergency gets by itself, the first included; then a person decides. */
const roundsByItself = 3

/**
 * What can be done about messages whose fate is unknown: the vendors that can be asked are asked, and what is unsure in an
 * emergency is sent again (better twice than never). In everything else a person decides. One caller at a time is enough,
 * several do no harm.
 * @returns how many questions were put and rounds added, for the log
 */
export async function resolveUnknown(
  ctx: DispatchContext,
  openSession: (channelId: string) => Promise<Session<unknown>>,
  signal: AbortSignal,
): Promise<{ asked: number; rounds: number }> {
  const askable: string[] = []
  for (const { channel } of ctx.channels.values()) {
    if (channel.audience !== 'citizens' || channel.traits.repeat !== 'unsafe') continue
    const session = await openSession(channel.id).catch(() => undefined)
    if (session?.lookup) askable.push(channel.id)
  }
  let asked = 0
  for (const due of await dueForLookup(ctx.db, askable)) {
    if (signal.aborted) break
    try {
      asked += await askAbout(ctx, openSession, due, signal)
    } catch (error) {
      // One vendor's trouble keeps nobody else from being asked about, and no emergency from being sent again. The name
      // only: what a vendor's client throws may quote an address.
      const name = error instanceof Error ? error.name : 'unknown'
      ctx.log.warn({ dispatchId: due.id, error: name }, 'the vendor could not be asked about unknown messages')
    }
  }
  if (asked > 0) await applyReceipts(ctx)
  return { asked, rounds: await sendUnsureAgain(ctx, askable) }
}

/** Asks the vendor about the next ones who are unknown in one dispatch. @returns how many questions were put */
async function askAbout(
  ctx: DispatchContext,
  openSession: (channelId: string) => Promise<Session<unknown>>,
  { id: dispatchId, lookupAfter }: { id: string; lookupAfter: string },
  signal: AbortSignal,
): Promise<number> {
  const dispatch = await findDispatch(ctx.db, dispatchId)
  const address = dispatch && ctx.channels.get(dispatch.channel)?.channel.address
  const rendition = dispatch?.renditionId ? await findRendition(ctx.db, dispatch.renditionId) : undefined
  if (!dispatch || !address || !rendition) return 0
  const session = await openSession(dispatch.channel)
  const afterMs = dispatch.priority === 'emergency' ? vendorKnowsAfterEmergencyMs : vendorKnowsAfterMs
  const targets = await unknownTargets(ctx.db, dispatchId, address, afterMs, lookupAfter, questionsAtOnce)
  if (!session.lookup) return 0
  if (targets.length === 0) {
    // A look-up that was half done ended with the turn before.
    if (lookupAfter !== '0') await noteLookup(ctx.db, dispatchId, undefined)
    return 0
  }
  const since = dispatch.frozenAt ?? dispatch.notBefore
  const questions = targets.map(({ targetId, address: to, ref }) => ({
    dispatchId,
    targetId,
    address: to,
    content: rendition.content,
    ref,
    since,
  }))
  const answers = await session.lookup(questions, signal)
  await recordReceipts(ctx, dispatch.channel, answers)
  if (signal.aborted) return targets.length
  const last = targets.length === questionsAtOnce ? targets.at(-1)?.targetId : undefined
  await noteLookup(ctx.db, dispatchId, last)
  ctx.log.info(
    { dispatchId, asked: targets.length, answered: answers.length },
    'asked the vendor about unknown messages',
  )
  return targets.length
}

async function sendUnsureAgain(ctx: DispatchContext, askable: string[]): Promise<number> {
  let added = 0
  for (const { id, announcementId } of await unsureEmergencies(
    ctx.db,
    askable,
    vendorKnowsAfterEmergencyMs,
    patienceEmergencyMs,
    roundsByItself,
  )) {
    try {
      await transaction(ctx.db, async sql => {
        await findAnnouncement(sql, announcementId, true)
        const dispatch = await findDispatch(sql, id)
        // Another process may have been quicker.
        if (!dispatch || !(await isLastRound(sql, id))) return
        await addRound(sql, ctx, system, dispatch, ['unknown'])
        added += 1
      })
    } catch (error) {
      // Meanwhile cancelled, over, or settled by receipts and earlier rounds: nothing is left to do here.
      if (!isAppError(error) || !['dispatch.wrong-state', 'dispatch.nobody-left'].includes(error.code)) throw error
    }
  }
  return added
}

/**
 * A person has asked and says what became of somebody whose message is unknown. It counts like a receipt, under a code of its
 * own, and the history names who said it.
 * @throws AppError not-found | dispatch.wrong-state when the target is not (or no longer) unknown
 */
export async function settleByPerson(
  ctx: DispatchContext,
  actor: Actor,
  dispatchId: string,
  targetId: string,
  reached: boolean,
): Promise<Progress> {
  requirePermission(actor, 'announcement.control')
  const dispatch = await findDispatch(ctx.db, dispatchId)
  if (!dispatch) {
    throw new AppError('not-found', { vi: 'Không tìm thấy đợt phát hành này.', en: 'There is no such dispatch.' })
  }
  if ((await firmestOf(ctx.db, dispatchId, targetId))?.state !== 'unknown') throw notUnknown()
  const state = reached ? 'confirmed' : 'rejected'
  const ref = `person:${actor.id}`
  const at = ctx.now()
  await recordReceipts(ctx, dispatch.channel, [{ ref, dispatchId, targetId, state, code: 'said-by-person', at }])
  await applyReceipts(ctx)
  // The vendor's news, or another person, may have been quicker by a moment: then nobody settled anything here.
  if ((await firmestOf(ctx.db, dispatchId, targetId))?.ref !== ref) throw notUnknown()
  await recordEvent(
    ctx.db,
    { announcementId: dispatch.announcementId, actor, action: 'settle', revision: dispatch.revision, at },
    { channel: dispatch.channel, round: dispatch.round, targetId, state },
  )
  return await progressOf(ctx, dispatch.announcementId)
}

function notUnknown(): AppError {
  return new AppError('dispatch.wrong-state', {
    vi: 'Người nhận này không còn ở trạng thái “không rõ”. Ông/Bà vui lòng tải lại trang.',
    en: 'This person is not unknown any more. Please reload the page.',
  })
}
