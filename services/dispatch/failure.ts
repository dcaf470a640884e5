import { isAppError } from '../domain/errors.ts'
import { noteFailure } from '../store/dispatches.ts'
import type { DispatchContext } from './context.ts'

/**
 * Runs a step of a dispatch. When it fails, the officer is told on the dispatch, the sweep leaves it alone for a
 * while, and the queue gets the error.
 * @param sentence Vietnamese, for failures that bring no sentence of their own
 * @param stopping when it has fired, the step was cut short by a shutdown, which is no failure of the step
 */
export async function orNoteFailure<T>(
  ctx: DispatchContext,
  dispatchId: string,
  sentence: string,
  step: () => Promise<T>,
  stopping?: AbortSignal,
): Promise<T> {
  try {
    return await step()
  } catch (error) {
    if (stopping?.aborted) throw error
    // The database itself may be what failed; its own error is the one to report.
    await noteFailure(ctx.db, dispatchId, isAppError(error) ? error.userMessage.vi : sentence).catch(() => undefined)
    throw error
  }
}
