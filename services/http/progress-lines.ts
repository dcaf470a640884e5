import type { Request, Response } from 'express'
import type { Log } from '../../channels/contract.ts'
import { problemOf, toAppError } from './problem.ts'
import type { UploadLine } from './schemas-board-media.ts'

/** Lines closer together than this tell a person nothing. */
const leastMs = 250

export interface ProgressLines {
  progress: (share: number) => void
  /** Runs the work and answers: with its value, or, once lines were sent, with a last line. */
  answer<T>(work: () => Promise<T>): Promise<T | undefined>
}

/**
 * Tells an uploader who asks for it (`Accept: application/x-ndjson`) how far the work is, as lines of JSON within the
 * answer: no second request that would have to find the process in which the work is. Nothing is sent while the upload
 * still comes in, since what is written then does not get through every proxy.
 */
export function progressLines(req: Request, res: Response, log: Log): ProgressLines {
  const wanted = (req.get('accept') ?? '').includes('application/x-ndjson')
  let [lastAt, lastShare] = [0, -1]
  const write = (line: UploadLine) => {
    if (res.closed) return
    if (!res.headersSent) {
      // nginx keeps answers back until they are whole, unless told not to.
      res.status(200).set({ 'Content-Type': 'application/x-ndjson; charset=utf-8', 'X-Accel-Buffering': 'no' })
    }
    res.write(`${JSON.stringify(line)}\n`)
  }
  return {
    progress(share) {
      const now = performance.now()
      if (!wanted || now - lastAt < leastMs || share <= lastShare) return
      lastAt = now
      lastShare = share
      write({ progress: Math.round(share * 1000) / 1000 })
    },
    async answer(work) {
      try {
        const value = await work()
        if (!res.headersSent) return value
        write({ upload: value } as UploadLine)
      } catch (thrown) {
        // Without a line yet, the usual answer with its status is still possible.
        if (!res.headersSent) throw thrown
        const error = toAppError(thrown)
        if (error.status >= 500) log.error({ code: error.code, reason: error.message }, 'an upload failed')
        write({ problem: problemOf(error).problem })
      }
      res.end()
      return undefined
    },
  }
}
