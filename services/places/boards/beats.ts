import type { DispatchContext } from '../../dispatch/context.ts'
import type { BoardHeartbeat } from '../../domain/board.ts'
import { type Beat, recordHeartbeats } from './heartbeat.ts'

export interface BeatAnswer {
  /** Display rows of this heartbeat that are written down now. */
  recorded: number
  /** The server's, when it was. */
  time: string
}

/** Takes heartbeats of boards and writes many of them in one transaction. */
export interface Beats {
  /**
   * Resolves once it is committed.
   * @throws what the database says; nothing is written then, and the board sends it again
   */
  record(boardId: string, beat: BoardHeartbeat): Promise<BeatAnswer>
  /** Writes what is there. */
  close(): Promise<void>
}

interface Waiting {
  beat: Beat
  resolve: (answer: BeatAnswer) => void
  reject: (error: unknown) => void
}

const gatherMs = 250
/** So many make a transaction of some ten milliseconds. */
const beatsAtOnce = 500

/**
 * Group commit: heartbeats of a quarter of a second share a transaction, and each board is answered after it. One transaction
 * at a time: what comes meanwhile is the next one.
 */
export function createBeats(ctx: Pick<DispatchContext, 'db' | 'now' | 'log'>): Beats {
  let waiting: Waiting[] = []
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> | undefined

  const write = async (batch: Waiting[]) => {
    try {
      const recorded = await recordHeartbeats(
        ctx,
        batch.map(w => w.beat),
      )
      const time = ctx.now().toISOString()
      for (const [i, { resolve }] of batch.entries()) resolve({ recorded: recorded[i] ?? 0, time })
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }
  const next = () => {
    clearTimeout(timer)
    timer = undefined
    if (writing || waiting.length === 0) return
    const batch = waiting.slice(0, beatsAtOnce)
    waiting = waiting.slice(beatsAtOnce)
    writing = write(batch).then(() => {
      writing = undefined
      if (waiting.length >= beatsAtOnce) next()
      else if (waiting.length > 0) later()
    })
  }
  const later = () => {
    timer ??= setTimeout(next, gatherMs)
  }

  return {
    record: (boardId, beat) =>
      new Promise((resolve, reject) => {
        waiting.push({ beat: { boardId, at: ctx.now(), ...beat }, resolve, reject })
        if (waiting.length >= beatsAtOnce) next()
        else later()
      }),
    async close() {
      while (writing || waiting.length > 0) {
        next()
        await writing
      }
    },
  }
}
