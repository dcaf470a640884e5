import type { MailPort } from '../channels/contract.ts'
import type { DispatchContext } from '../services/dispatch/context.ts'
import { boardAlertsPass } from '../services/places/boards/alerts.ts'
import { withAdvisoryLock } from '../services/store/db.ts'
import { type Loop, startLoop } from './loop.ts'

const boardsLock = 7_310_529
const everyMs = 60_000

/**
 * Looks after the public boards once a minute, one process at a time: which of them are silent within their hours, and who is
 * to be told.
 * @param mail absent: nobody is written to by this process
 */
export function startBoards(ctx: DispatchContext, mail: MailPort | undefined, stopping: AbortSignal): Loop {
  return startLoop('boards', everyMs, ctx.log, async () => {
    const done = await withAdvisoryLock(ctx.db, boardsLock, () => boardAlertsPass(ctx, mail, stopping))
    if (done && Object.values(done).some(n => n > 0)) ctx.log.info(done, 'boards')
    return false
  })
}
