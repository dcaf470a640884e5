import type { Channel } from '../../channels/contract.ts'
import { installChannels } from '../../channels/registry.ts'
import { approve, createDraft, submit } from '../dispatch/announcements.ts'
import type { DispatchContext } from '../dispatch/context.ts'
import type { Actor } from '../domain/accounts.ts'
import type { DeliveryCounts } from '../domain/delivery.ts'
import { balances } from '../domain/delivery.ts'
import type { Db } from '../store/db.ts'
import { countsOfDispatches } from '../store/progress.ts'
import { noop } from './noop-channel.ts'
import { until } from './report.ts'

const officer: Actor = { id: 'bench-officer', name: 'Bench', role: 'officer', areas: [] }
export const approver: Actor = { id: 'bench-approver', name: 'Bench', role: 'approver', areas: [] }

/** The use cases as the API would call them, with a provider that exists for benches only. */
export function benchContext(
  db: Db,
  channel: Channel<Record<string, never>, { text: string }> = noop,
): DispatchContext {
  return {
    db,
    now: () => new Date(),
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    channels: installChannels([channel], ['noop'], () => ({})),
    demo: false,
    quietHours: null,
  }
}

/** Writes and submits an announcement to everybody in one area. @returns what an approver needs */
export async function submitted(
  ctx: DispatchContext,
  area: string,
  priority: 'routine' | 'emergency' = 'routine',
): Promise<{ id: string; hash: string }> {
  const draft = await createDraft(ctx, officer, {
    title: 'Đo tốc độ phát hành',
    body: 'Nội dung đo tốc độ phát hành.',
    audience: { areas: [area] },
    channels: ['noop'],
    priority,
    ...(priority === 'emergency' && { urgencyReason: 'Đo tốc độ phát hành khẩn cấp' }),
  })
  return await submit(ctx, officer, draft.id, draft.revision)
}

/** Approves it. @returns the id of its dispatch */
export async function approved(ctx: DispatchContext, announcement: { id: string; hash: string }): Promise<string> {
  await approve(ctx, approver, announcement.id, announcement.hash)
  const { rows } = await ctx.db.query('select id from dispatches where announcement_id = $1', [announcement.id])
  return rows[0].id
}

/** Resolves when nobody in the dispatch is waiting or being sent to any more. */
export async function settled(db: Db, dispatchId: string, timeoutMs: number): Promise<void> {
  await until(
    'the dispatch has ended',
    async () => {
      const { rows } = await db.query('select settled_at from dispatches where id = $1', [dispatchId])
      return rows[0].settled_at !== null
    },
    timeoutMs,
  )
}

/** The equation of one dispatch. @throws when it does not hold: then no figure of the bench is worth anything */
export async function countsOf(db: Db, dispatchId: string): Promise<DeliveryCounts> {
  const counts = (await countsOfDispatches(db, [dispatchId])).get(dispatchId)
  if (!counts || !balances(counts)) throw new Error(`the equation does not hold: ${JSON.stringify(counts)}`)
  return counts
}
