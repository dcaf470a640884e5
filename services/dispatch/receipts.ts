import type { Receipt } from '../../channels/contract.ts'
import { dispatchSettings } from '../../config/queues.ts'
import { type Sql, transaction } from '../store/db.ts'
import { applyReceiptBatch, giveUpReceipts, insertReceipts } from '../store/receipts.ts'
import type { DispatchContext } from './context.ts'

const numeric = (id: string | undefined) => (id !== undefined && /^\d{1,18}$/.test(id) ? id : undefined)

/**
 * Takes news from vendors, devices and operators: into the inbox, and a message that it is there. Our own ids in a
 * callback are only kept when they look like ids; what they name is checked when the news is applied.
 * @param sql the caller's transaction, where the news must be stored together with something else
 */
export async function recordReceipts(
  ctx: Pick<DispatchContext, 'db'>,
  channelId: string,
  receipts: Receipt[],
  sql: Sql = ctx.db,
): Promise<void> {
  await insertReceipts(
    sql,
    receipts.map(receipt => {
      const dispatchId = numeric(receipt.dispatchId)
      const targetId = numeric(receipt.targetId)
      return {
        channel: channelId,
        ref: receipt.ref,
        state: receipt.state,
        at: receipt.at,
        ...(receipt.code !== undefined && { code: receipt.code }),
        ...(dispatchId !== undefined && { dispatchId }),
        ...(targetId !== undefined && { targetId }),
      }
    }),
  )
}

/**
 * Applies everything in the inbox in batches. States only move forward, so receipts that come twice, late or out of
 * order do no harm; what cannot be matched yet waits for the next call.
 * @returns how many targets changed
 */
export async function applyReceipts(ctx: DispatchContext): Promise<number> {
  let changed = 0
  let afterId: string | undefined = '0'
  while (afterId !== undefined) {
    const from: string = afterId
    const result = await transaction(ctx.db, sql => applyReceiptBatch(sql, from, dispatchSettings.receiptBatch))
    changed += result.changed
    afterId = result.lastId
  }
  await giveUpReceipts(ctx.db, dispatchSettings.receiptKeepMs)
  return changed
}
