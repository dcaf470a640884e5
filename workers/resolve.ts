import type { Session } from '../channels/contract.ts'
import type { DispatchContext } from '../services/dispatch/context.ts'
import { resolveUnknown } from '../services/dispatch/resolve.ts'
import { withAdvisoryLock } from '../services/store/db.ts'
import type { Loop } from './loop.ts'
import { startLoop } from './loop.ts'

const resolveLock = 7_310_523
const pauseMs = 10_000

/**
 * Asks vendors about messages whose fate is unknown, one process at a time. A loop of its own: a vendor that is slow to
 * answer must not hold up the sweep.
 */
export function startResolving(
  ctx: DispatchContext,
  openSession: (channelId: string) => Promise<Session<unknown>>,
  stopping: AbortSignal,
): Loop {
  return startLoop('resolve', pauseMs, ctx.log, async () => {
    const found = await withAdvisoryLock(ctx.db, resolveLock, () => resolveUnknown(ctx, openSession, stopping))
    if (found && found.asked + found.rounds > 0) ctx.log.info(found, 'unknown messages')
    // A look-up of many goes on at once. Whoever was asked about is not due again for a while, so this comes to an end.
    return found !== undefined && found.asked > 0
  })
}
