import { z } from 'zod'
import { boardHeartbeatSchema } from '../../domain/board.ts'

const positive = z.number().int().min(1)

/**
 * What a board last said of itself, as it is kept (`boards.last_seen`). Every part may be missing: an older player, or the
 * page without a script, says less.
 */
const reportSchema = boardHeartbeatSchema
  .pick({
    version: true,
    visible: true,
    mode: true,
    now: true,
    player: true,
    screen: true,
    clockSkewMs: true,
    storage: true,
    offlineReady: true,
    problems: true,
  })
  .extend({
    /** The page without a script: what the server gave it, which is not what anybody has seen on it. */
    fetched: z
      .object({ dispatchId: z.string().regex(/^\d{1,18}$/), page: positive, pages: positive, at: z.iso.datetime() })
      .nullable(),
  })
  .partial()
export type BoardReport = z.infer<typeof reportSchema>

/** Undefined when nothing was kept; a part that cannot be read is left out, the others stay. */
export function readBoardReport(kept: unknown): BoardReport | undefined {
  const object = z.record(z.string(), z.unknown()).safeParse(kept)
  if (!object.success) return undefined
  const whole = reportSchema.safeParse(object.data)
  if (whole.success) return whole.data
  const bad = new Set(whole.error.issues.map(issue => String(issue.path[0])))
  return reportSchema.parse(Object.fromEntries(Object.entries(object.data).filter(([key]) => !bad.has(key))))
}
