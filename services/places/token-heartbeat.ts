import { z } from 'zod'
import type { Receipt } from '../../channels/contract.ts'
import type { DispatchContext } from '../dispatch/context.ts'
import { recordReceipts } from '../dispatch/receipts.ts'

/*
 * The heartbeat of players that still come with the token in their address; goes with them. See heartbeat.ts.
 */

/** What the player reports of itself once a minute, from inside the page that draws, so that a dead page goes silent. */
export const heartbeatSchema = z.object({
  /** Version of the manifest that is shown; empty before the first one. */
  version: z.string().max(128),
  /** True when the page is on screen (not a hidden tab). */
  visible: z.boolean(),
  /** Items that were displayed in full since the last heartbeat that was answered. */
  shown: z
    .array(
      z.object({
        dispatchId: z.string().regex(/^\d{1,18}$/),
        revision: z.int32(),
        contentHash: z.string().max(128),
        /** Corrected by the player to the server's clock. */
        firstShownAt: z.iso.datetime({ offset: true }),
        visible: z.boolean(),
      }),
    )
    .max(200),
  player: z.string().max(64).optional(),
  screen: z.string().max(32).optional(),
  clockSkewMs: z.number().finite().optional(),
  problems: z.array(z.string().max(300)).max(20).optional(),
})
export type Heartbeat = z.infer<typeof heartbeatSchema>

/**
 * Takes a board's heartbeat: notes that it lives, and turns items that were really displayed (page visible, the very
 * content that is on the shelf) into receipts, once per item. "Displayed on the board" is all that this proves.
 * Receipts go out before the shelf row is marked: after a crash in between they go out again, which changes nothing.
 * @returns how many displays were recorded now
 */
export async function recordHeartbeat(ctx: DispatchContext, boardId: string, beat: Heartbeat): Promise<number> {
  const now = ctx.now()
  const { shown, ...seen } = beat
  await ctx.db.query('update boards set last_seen_at = $2, last_seen = $3 where id = $1', [
    boardId,
    now,
    JSON.stringify({ ...seen, shown: shown.length }),
  ])
  const displayed = shown.filter(s => s.visible)
  if (displayed.length === 0) return 0
  const { rows } = await ctx.db.query<{ itemId: string; dispatchId: string; at: Date; ref: string | null }>(
    `select s.id as "itemId", s.dispatch_id as "dispatchId",
       least(greatest(x.at, s.put_at), $6::timestamptz) as at
     from unnest($2::bigint[], $3::int[], $4::text[], $5::timestamptz[]) as x (dispatch_id, revision, hash, at)
       join shelf_items s on s.kind = 'boards' and s.place_id = $1 and s.dispatch_id = x.dispatch_id
       join dispatches d on d.id = s.dispatch_id and d.revision = x.revision
       join renditions r on r.id = s.rendition_id and r.content->>'contentHash' = x.hash
     where s.shown_at is null`,
    [
      boardId,
      displayed.map(s => s.dispatchId),
      displayed.map(s => s.revision),
      displayed.map(s => s.contentHash),
      // A set without a clock battery begins in any year; what is before 1970 PostgreSQL need not even read.
      displayed.map(s => new Date(Math.max(0, Date.parse(s.firstShownAt)))),
      now,
    ],
  )
  const items = [...new Map(rows.map(r => [r.itemId, r])).values()]
  if (items.length === 0) return 0
  const receipts: Receipt[] = items.map(({ dispatchId, at }) => ({
    ref: `board-${dispatchId}-${boardId}`,
    dispatchId,
    targetId: boardId,
    state: 'confirmed',
    code: 'displayed',
    at,
  }))
  await recordReceipts(ctx, 'board', receipts)
  await ctx.db.query(
    `update shelf_items s set shown_at = x.at from unnest($1::bigint[], $2::timestamptz[]) as x (id, at)
     where s.id = x.id and s.shown_at is null`,
    [items.map(i => i.itemId), items.map(i => i.at)],
  )
  return items.length
}
