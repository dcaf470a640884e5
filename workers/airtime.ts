import type { StudioPort } from '../channels/contract.ts'
import { airtimePass } from '../services/airtime/pass.ts'
import { renderDueSlots } from '../services/airtime/rendering.ts'
import type { DispatchContext } from '../services/dispatch/context.ts'
import type { WithWorkDir } from '../services/dispatch/render.ts'
import { onShelfChange } from '../services/places/events.ts'
import { withAdvisoryLock } from '../services/store/db.ts'
import { startLoop } from './loop.ts'

const airtimeLock = 7_310_524
const everyMs = 30_000
const renderEveryMs = 5_000
/** A dispatch to a province pokes every hundred stations; they are looked at together. */
const gatherMs = 1_000

/**
 * Plans, locks and logs slots: every half minute and when something changes on the shelves, one process at a time. Renders
 * them in a loop of its own, in every process, so that a long file holds up nothing.
 * @param options.studio null: nothing is rendered by this process
 */
export function startAirtime(
  ctx: DispatchContext,
  options: { studio: StudioPort | null; withWorkDir: WithWorkDir },
  stopping: AbortSignal,
): { stop(): Promise<void> } {
  const { studio, withWorkDir } = options
  const rendering =
    studio &&
    startLoop('airtime-render', renderEveryMs, ctx.log, async () => {
      return (await renderDueSlots(ctx, { studio, withWorkDir }, stopping)) > 0
    })
  const planning = startLoop('airtime', everyMs, ctx.log, async () => {
    const done = await withAdvisoryLock(ctx.db, airtimeLock, () => airtimePass(ctx))
    if (done && Object.values(done).some(n => n > 0)) ctx.log.info(done, 'airtime')
    if (done && (done.planned ?? 0) + (done.withdrawn ?? 0) > 0) rendering?.wake()
    return false
  })
  let gathering: NodeJS.Timeout | undefined
  const unsubscribe = onShelfChange(ctx.db, change => {
    if (change.kind !== 'stations') return
    gathering ??= setTimeout(() => {
      gathering = undefined
      planning.wake()
    }, gatherMs)
  })
  return {
    stop: async () => {
      unsubscribe()
      clearTimeout(gathering)
      await Promise.all([planning.stop(), rendering?.stop()])
    },
  }
}
