import type { DispatchContext } from '../../dispatch/context.ts'
import type { BoardHeartbeat } from '../../domain/board.ts'
import { AppError } from '../../domain/errors.ts'
import { dataFault } from '../../store/db.ts'
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
   * @throws AppError request.invalid when the database cannot hold what it says: the board drops it, the others of its
   *   transaction are recorded
   * @throws what else the database says; nothing is written then, and the board sends it again
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
      const fault = dataFault(error)
      if (fault === undefined) for (const { reject } of batch) reject(error)
      else if (batch.length === 1) for (const one of batch) refuse(one, fault, error)
      else {
        // One of them is at fault; by halves, it is found among 500 within some twenty transactions.
        const half = Math.ceil(batch.length / 2)
        await write(batch.slice(0, half))
        await write(batch.slice(half))
      }
    }
  }
  const refuse = ({ beat, reject }: Waiting, fault: string, cause: unknown) => {
    // Not the database's sentence: it may quote what the board said.
    ctx.log.warn({ boardId: beat.boardId, fault }, 'boards: a heartbeat cannot be stored')
    reject(unstorable(cause))
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

function unstorable(cause: unknown): AppError {
  return new AppError(
    'request.invalid',
    {
      vi: 'Tín hiệu của bảng có dữ liệu không lưu được nên bị từ chối.',
      en: 'This heartbeat holds something that cannot be stored and was refused.',
    },
    { cause },
  )
}
