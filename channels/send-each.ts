import { setMaxListeners } from 'node:events'
import type { Outcome } from '../services/domain/delivery.ts'

/**
 * Tries every target, at most `concurrency` at once, for channels that send one message per target. Keeps length and
 * order; targets that had not been started when the signal fired are `retry` with code `aborted`.
 * @param sendOne must not reject for reasons that belong to its target; a rejection is a defect and gives `unknown`,
 *   because nothing is then known of the message
 */
export async function sendEach<T>(
  targets: T[],
  options: { concurrency: number; signal: AbortSignal; onDefect: (error: unknown) => void },
  sendOne: (target: T, signal: AbortSignal) => Promise<Outcome>,
): Promise<Outcome[]> {
  // One listener on the caller's signal however many messages are under way.
  const own = new AbortController()
  setMaxListeners(0, own.signal)
  const onAbort = () => own.abort()
  if (options.signal.aborted) own.abort()
  options.signal.addEventListener('abort', onAbort, { once: true })
  const outcomes: Outcome[] = targets.map(() => ({ kind: 'retry', code: 'aborted' }))
  let next = 0
  async function lane(): Promise<void> {
    while (next < targets.length && !own.signal.aborted) {
      const index = next
      next += 1
      try {
        outcomes[index] = await sendOne(targets[index] as T, own.signal)
      } catch (error) {
        options.onDefect(error)
        outcomes[index] = { kind: 'unknown', code: 'defect' }
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(options.concurrency, targets.length) }, lane))
  options.signal.removeEventListener('abort', onAbort)
  return outcomes
}

/**
 * How long a message that is already on its way may still take after an abort. Short enough for an ordered shutdown
 * within 10 s, long enough for a provider's answer, so that few targets become `unknown`.
 */
export const abortGraceMs = 4000

/** True for names and addresses that mean this machine; what a demo instance may talk to. */
export function isLoopbackHost(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(host)
}
