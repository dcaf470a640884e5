import { setTimeout as wait } from 'node:timers/promises'
import { isDatabaseAway } from '../store/db.ts'
import type { DispatchContext } from './context.ts'

const firstPauseMs = 100
const longestPauseMs = 1_000
/** After a shutdown has begun: well within the ten seconds that it may take. */
const lastChanceMs = 4_000

/**
 * Repeats a database step until the database is back. For steps whose input exists nowhere but in this process, such
 * as the outcomes of a flush that has left; the step must stand being done twice, because an answer may get lost.
 * @throws what the step throws for other reasons, or when a shutdown cannot wait any longer
 */
export async function persist<T>(
  ctx: Pick<DispatchContext, 'log'>,
  stopping: AbortSignal,
  step: () => Promise<T>,
): Promise<T> {
  let stopBy: number | undefined
  for (let attempt = 0; ; attempt++) {
    try {
      return await step()
    } catch (error) {
      if (stopping.aborted) stopBy ??= performance.now() + lastChanceMs
      if (!isDatabaseAway(error) || (stopBy !== undefined && performance.now() > stopBy)) throw error
      if (attempt === 0) ctx.log.warn({ err: error }, 'the database is away; waiting for it with work in hand')
      await wait(Math.min(firstPauseMs * 2 ** Math.min(attempt, 10), longestPauseMs))
    }
  }
}
