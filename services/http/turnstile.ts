import type { Response } from 'express'
import { AppError, type Sentence } from '../domain/errors.ts'

const manyPreviews: Sentence = {
  vi: 'Hệ thống đang tạo nhiều bản xem trước. Ông/Bà vui lòng thử lại sau giây lát.',
  en: 'Many previews are being made at the moment. Please try again shortly.',
}

/**
 * Lets a few costly jobs (audio, pictures) run at a time and keeps the others in line, first come first served. A
 * caller who went away leaves the line, so that live previews of a fast typist do not pile up.
 */
export interface Turnstile {
  /** @throws AppError request.too-many when the line is too long */
  pass<T>(res: Response, work: () => Promise<T>): Promise<T>
}

/**
 * @param running jobs at the same time
 * @param waiting callers in line at the most
 * @param busy what those are told for whom there is no place in the line
 */
export function createTurnstile(running: number, waiting: number, busy: Sentence = manyPreviews): Turnstile {
  let active = 0
  const line: (() => void)[] = []

  function enter(res: Response): Promise<boolean> {
    if (res.closed) return Promise.resolve(false)
    if (active < running) {
      active++
      return Promise.resolve(true)
    }
    if (line.length >= waiting) {
      throw new AppError('request.too-many', busy, { details: { retryAfterSeconds: 3 } })
    }
    return new Promise(resolve => {
      const leave = () => {
        const place = line.indexOf(admitted)
        if (place >= 0) line.splice(place, 1)
        resolve(false)
      }
      const admitted = () => {
        res.off('close', leave)
        resolve(true)
      }
      line.push(admitted)
      res.once('close', leave)
    })
  }

  function exit(): void {
    const next = line.shift()
    // The place is handed on, not freed and taken again.
    if (next) next()
    else active--
  }

  return {
    async pass(res, work) {
      if (!(await enter(res))) {
        throw new AppError('request.malformed', { vi: 'Yêu cầu đã bị hủy.', en: 'The request was given up.' })
      }
      try {
        return await work()
      } finally {
        exit()
      }
    },
  }
}
