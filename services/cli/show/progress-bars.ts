import cliProgress from 'cli-progress'
import type { Progress } from '../../http/schemas.ts'
import { roundName } from './table.ts'

/** Shows how far each channel is, on stderr: bars on a terminal, a line at the end of each channel elsewhere. */
export interface ProgressBars {
  update(progress: Progress): void
  stop(): void
}

const done = ({ counts }: Progress['dispatches'][number]) => counts.audience - counts.waiting - counts.sending

/** @param names channel id -> name to show */
export function createProgressBars(names: Map<string, string>): ProgressBars {
  return process.stderr.isTTY ? bars(names) : lines(names)
}

function bars(names: Map<string, string>): ProgressBars {
  const width = Math.max(...[...names.values()].map(n => n.length))
  const multi = new cliProgress.MultiBar(
    { format: '  {name} {bar} {value}/{total}', stream: process.stderr, hideCursor: true, clearOnComplete: false },
    cliProgress.Presets.shades_classic,
  )
  const shown = new Map<string, cliProgress.SingleBar>()
  return {
    update(progress) {
      for (const dispatch of progress.dispatches) {
        const name = roundName(dispatch, names).padEnd(width)
        const bar = shown.get(dispatch.id) ?? multi.create(dispatch.counts.audience || 1, 0, { name })
        shown.set(dispatch.id, bar)
        bar.setTotal(dispatch.counts.audience || 1)
        bar.update(done(dispatch), { name })
      }
    },
    stop: () => multi.stop(),
  }
}

function lines(names: Map<string, string>): ProgressBars {
  const told = new Set<string>()
  return {
    update(progress) {
      for (const dispatch of progress.dispatches) {
        if (dispatch.settledAt === null || told.has(dispatch.id)) continue
        told.add(dispatch.id)
        process.stderr.write(`  ${roundName(dispatch, names)}: ${done(dispatch)}/${dispatch.counts.audience}\n`)
      }
    },
    stop: () => undefined,
  }
}
