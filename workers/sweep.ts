import { dispatchSettings } from '../config/queues.ts'
import type { DispatchContext } from '../services/dispatch/context.ts'
import { sweep } from '../services/dispatch/sweep.ts'
import { forgetOldAnswers } from '../services/http/idempotency.ts'
import { forgetOldJobs } from '../services/people/jobs.ts'
import { recordAiredItems } from '../services/places/operator.ts'
import { forgetOldDisplays } from '../services/store/board-displays.ts'
import { forgetUnusedBoardMedia } from '../services/store/board-media.ts'
import { withAdvisoryLock } from '../services/store/db.ts'
import { ensureMonths, forgetOldMonths } from '../services/store/months.ts'
import { forgetAppliedReceipts } from '../services/store/receipts.ts'
import { forgetUnusedRecordings } from '../services/store/recordings.ts'
import type { Loop } from './loop.ts'
import { startLoop } from './loop.ts'

const sweepLock = 7_310_522

/**
 * Sweeps regularly, one process at a time (session-level advisory lock, so that a crash frees it).
 */
export function startSweep(
  ctx: DispatchContext,
  keepMonths: number,
  everyMs: number = dispatchSettings.sweepEveryMs,
): Loop {
  return startLoop('sweep', everyMs, ctx.log, async () => {
    const found = await withAdvisoryLock(ctx.db, sweepLock, () => everything(ctx, keepMonths))
    if (found && Object.values(found).some(n => n > 0)) ctx.log.info(found, 'swept')
    return false
  })
}

/** Each of them has its turn, whatever becomes of the others. @throws AggregateError when some failed */
async function everything(ctx: DispatchContext, keepMonths: number): Promise<Record<string, number>> {
  const found: Record<string, number> = {}
  const errors: unknown[] = []
  const tasks = [
    async () => ({ aired: await recordAiredItems(ctx) }),
    () => sweep(ctx),
    async () => ({ forgottenAnswers: await forgetOldAnswers(ctx.db) }),
    async () => ({ forgottenReceipts: await forgetAppliedReceipts(ctx.db, dispatchSettings.receiptKeepMs) }),
    async () => ({ forgottenImports: await forgetOldJobs(ctx.db) }),
    async () => ({ forgottenRecordings: await forgetUnusedRecordings(ctx.db, ctx.now()) }),
    async () => ({ forgottenDisplays: await forgetOldDisplays(ctx.db, keepMonths) }),
    async () => ({ forgottenBoardMedia: await forgetUnusedBoardMedia(ctx.db, ctx.now()) }),
    async () => {
      await ensureMonths(ctx.db)
      return { forgottenMonths: await forgetOldMonths(ctx.db, keepMonths) }
    },
  ]
  for (const task of tasks) {
    await task().then(
      part => Object.assign(found, part),
      error => errors.push(error),
    )
  }
  if (errors.length > 0) throw new AggregateError(errors, errors.map(String).join('; '))
  return found
}
