import type { Log } from '../../../channels/contract.ts'
import type { BoardAccess } from '../../runtime/links.ts'
import type { Db } from '../../store/db.ts'
import { proveBoardSessions, type UsedAccess } from './sessions.ts'

/** Boards come back by the thousand after a restart; they are written down together. */
const gatherMs = 250

/**
 * Notes in the database which access tokens were used, see {@link proveBoardSessions}: a little later and many at once. What
 * could not be written is tried again.
 */
export function createBoardProofs(ctx: { db: Db; log: Log; now: () => Date }) {
  let waiting = new Map<string, UsedAccess>()
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> = Promise.resolve()

  const write = async () => {
    timer = undefined
    const used = waiting
    waiting = new Map()
    try {
      await proveBoardSessions(ctx.db, [...used.values()], ctx.now())
    } catch (error) {
      ctx.log.warn({ sessions: used.size, error }, 'boards: it could not be noted that new credentials are in use')
      waiting = new Map([...used, ...waiting])
      if (!timer) later(5_000)
    }
  }
  const later = (ms: number) => {
    timer = setTimeout(() => {
      writing = write()
    }, ms)
    timer.unref()
  }

  return {
    used({ sessionId, expiresAt }: BoardAccess & { expiresAt: Date }): void {
      const known = waiting.get(sessionId)
      if (!known || known.expiresAt < expiresAt) waiting.set(sessionId, { sessionId, expiresAt })
      if (!timer) later(gatherMs)
    },
    /** Writes what is left, once. */
    async close(): Promise<void> {
      clearTimeout(timer)
      timer = undefined
      await writing
      if (waiting.size > 0) await write()
      clearTimeout(timer)
      timer = undefined
    },
  }
}
