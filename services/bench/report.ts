import { cpus, totalmem } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'

/** What every bench prints: figures of ours, of the way beside it in the same run, and ours over beside. */
export interface BenchReport {
  name: string
  machine: { cpu: string; cores: number; memoryGiB: number; node: string }
  params: Record<string, number | string>
  ours: Record<string, number>
  beside?: Record<string, number>
  /** Ours over the one beside it; absent when nothing stands beside. */
  ratio?: number
  /** Longer answers, such as a query plan. */
  details?: Record<string, string>
}

/** The machine that a figure belongs to; a figure without it says nothing. */
export function machine(): BenchReport['machine'] {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  }
}

/** Runs `work` and tells how many seconds it took. */
export async function timed<T>(work: () => Promise<T>): Promise<{ seconds: number; result: T }> {
  const started = performance.now()
  const result = await work()
  return { seconds: (performance.now() - started) / 1000, result }
}

/** Three significant digits are more than a shared machine can promise. */
export function round(value: number): number {
  return Number(value.toPrecision(3))
}

/**
 * Asks again and again, every 50 ms, until the answer is truthy. For effects that arrive by themselves in another
 * process.
 * @throws when it takes longer than `timeoutMs`
 */
export async function until<T>(
  what: string,
  condition: () => Promise<T | undefined | false>,
  timeoutMs = 60_000,
): Promise<T> {
  const end = performance.now() + timeoutMs
  for (;;) {
    const found = await condition()
    if (found) return found
    if (performance.now() > end) throw new Error(`did not happen within ${timeoutMs} ms: ${what}`)
    await delay(50)
  }
}
