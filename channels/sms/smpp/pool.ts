import type { NoAnswer } from '../failures.ts'
import { smppMeaning } from './codes.ts'
import type { SmppConfig } from './config.ts'
import type { SmppPdu } from './library.ts'
import type { Link, LinkAnswer, LinkProblem } from './link.ts'
import { createLink } from './link.ts'

/** What came of asking for a place in a window. */
export type Place = { link: Link } | { problem: LinkProblem } | 'aborted'

/** All links of one account: whoever wants to send waits for a place in one of their windows. */
export interface LinkPool {
  /** The bound link with the most room; fails at once when no link is bound or about to be. */
  place(signal: AbortSignal): Promise<Place>
  /** Takes a place and makes one request on it. */
  request(
    command: string,
    fields: Record<string, unknown>,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<LinkAnswer | { kind: 'problem'; problem: LinkProblem }>
  close(patienceMs: number): Promise<void>
}

/** Opens all links at once, so that receipts that wait at the centre come in. */
export function createLinkPool(
  config: SmppConfig,
  delivered: (pdu: SmppPdu, answer: (status: number) => void) => void,
): LinkPool {
  const waiters = new Set<() => void>()
  const wakeAll = () => {
    for (const wake of [...waiters]) wake()
  }
  // One place, one waiter: hundreds may wait, and waking all of them for each answer would cost more than sending.
  const wakeOne = () => {
    for (const wake of waiters) return wake()
  }
  const links = Array.from({ length: config.binds }, () =>
    createLink(config, { changed: wakeAll, freed: wakeOne, delivered }),
  )

  function best(): Link | undefined {
    let found: Link | undefined
    for (const link of links) if (link.free() > (found?.free() ?? 0)) found = link
    return found
  }

  async function place(signal: AbortSignal): Promise<Place> {
    while (!signal.aborted) {
      const link = best()
      if (link) return { link }
      if (!links.some(l => l.state() === 'bound' || l.state() === 'connecting')) {
        return { problem: worst(links) }
      }
      await new Promise<void>(resolve => {
        const done = () => {
          waiters.delete(done)
          signal.removeEventListener('abort', done)
          resolve()
        }
        waiters.add(done)
        signal.addEventListener('abort', done, { once: true })
      })
    }
    // A place that this one was woken for is for the next.
    wakeOne()
    return 'aborted'
  }

  return {
    place,
    async request(command, fields, timeoutMs, signal) {
      let found = await place(signal)
      // Somebody else may have taken the place in between.
      while (found !== 'aborted' && 'link' in found && found.link.free() <= 0) found = await place(signal)
      if (found === 'aborted') return { kind: 'no-answer', begun: false, reason: 'aborted' }
      if ('problem' in found) return { kind: 'problem', problem: found.problem }
      return await found.link.request(command, fields, timeoutMs)
    },
    async close(patienceMs) {
      await Promise.all(links.map(link => link.close(patienceMs)))
      wakeAll()
    },
  }
}

/** Of several problems the one that somebody must mend. */
function worst(links: Link[]): LinkProblem {
  const problems = links.flatMap(link => link.problem() ?? [])
  const lost: { reason: NoAnswer['reason'] } = { reason: 'lost' }
  return problems.find(p => 'status' in p && smppMeaning(p.status) === 'setup') ?? problems[0] ?? lost
}
