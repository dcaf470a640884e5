import type { DispatchContext } from '../dispatch/context.ts'
import { forgetEmptySlots, lockDueSlots, releaseMissedSlots, withdrawFromSlots } from './locking.ts'
import { planStaleAreas } from './planning.ts'
import { logLockedSlots } from './slot-log.ts'
import { recordSlotTicks } from './slot-ticks.ts'

/** In this order: what has gone and what was missed is planned anew, and only then is locked what is near. */
const steps = {
  withdrawn: withdrawFromSlots,
  missed: releaseMissedSlots,
  planned: async ctx => (await planStaleAreas(ctx)).planned,
  locked: async ctx => (await lockDueSlots(ctx)).locked,
  logged: logLockedSlots,
  ticked: recordSlotTicks,
  forgotten: forgetEmptySlots,
} satisfies Record<string, (ctx: DispatchContext) => Promise<number>>

/**
 * Everything about airtime that time or the shelves bring, rendering aside. Driven by the state of the database, so running
 * it late loses nothing and running it twice does nothing. A step that fails does not keep the others from their work.
 * @returns what was done, for the log
 * @throws AggregateError when steps failed, after all have had their turn
 */
export async function airtimePass(ctx: DispatchContext): Promise<Record<string, number>> {
  const done: Record<string, number> = {}
  const errors: unknown[] = []
  for (const [name, step] of Object.entries(steps)) {
    await step(ctx).then(
      count => {
        done[name] = count
      },
      error => errors.push(error),
    )
  }
  if (errors.length > 0) throw new AggregateError(errors, errors.map(String).join('; '))
  return done
}
