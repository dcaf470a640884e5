import { createHash } from 'node:crypto'
import { createFifo, type Fifo } from './fifo.ts'

/** What the aggregator refuses as a repeat: a RequestId of the last 24 hours, or the same text to the same phone. */
export interface EsmsRepeats {
  /** Notes the request when it is new. An empty RequestId is never a repeat. */
  isNew(requestId: string, phone: string, content: string, at: Date): boolean
}

const requestMs = 24 * 3_600_000
const contentMs = 5 * 60_000
/** More than this are not remembered, the oldest are forgotten first. */
const limit = 1_000_000

export function createEsmsRepeats(): EsmsRepeats {
  const requests = createSeen(requestMs)
  const contents = createSeen(contentMs)
  return {
    isNew(requestId, phone, content, at) {
      const digest = createHash('sha256').update(content).digest('base64url').slice(0, 16)
      const key = `${phone} ${digest}`
      if ((requestId !== '' && requests.has(requestId, at)) || contents.has(key, at)) return false
      if (requestId !== '') requests.add(requestId, at)
      contents.add(key, at)
      return true
    },
  }
}

/** Keys for as long as they count. */
function createSeen(keepMs: number): { has(key: string, at: Date): boolean; add(key: string, at: Date): void } {
  const until = new Map<string, number>()
  const order: Fifo<string> = createFifo()
  return {
    has: (key, at) => (until.get(key) ?? 0) > at.getTime(),
    add(key, at) {
      for (let oldest = order.shift(); oldest !== undefined; oldest = order.shift()) {
        if (order.size() < limit && (until.get(oldest) ?? 0) > at.getTime()) {
          order.unshift(oldest)
          break
        }
        until.delete(oldest)
      }
      // A key that was forgotten in between stands in the queue once only, since it is added when it does not count.
      until.set(key, at.getTime() + keepMs)
      order.push(key)
    },
  }
}
