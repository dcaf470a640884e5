import { cpus, totalmem } from 'node:os'

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
