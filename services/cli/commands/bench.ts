import { type Command, InvalidArgumentError } from 'commander'
import { benchDispatch } from '../../bench/dispatch.ts'
import { benchImport } from '../../bench/import.ts'
import { benchLedger } from '../../bench/ledger.ts'
import { benchReceipts } from '../../bench/receipts.ts'
import type { BenchReport } from '../../bench/report.ts'
import { table } from '../show/table.ts'

function positive(text: string): number {
  const n = Number(text)
  if (!Number.isInteger(n) || n < 1) throw new InvalidArgumentError('a whole number from 1')
  return n
}

/** Adds `loa bench NAME`: measurements as programs, each beside the usual way in the same run. */
export function register(program: Command): void {
  const bench = program.command('bench').description('Đo hiệu năng · measurements, side by side in one run')
  bench
    .command('dispatch')
    .description('freeze and drain with a no-op provider, beside one job and two row updates per recipient')
    .option('--recipients <n>', 'people in the registry', positive, 100_000)
    .option('--beside-recipients <n>', 'people of the usual way', positive, 10_000)
    .option('--json', 'print one JSON document')
    .action(async (choices: { recipients: number; besideRecipients: number; json?: boolean }) => {
      const report = await benchDispatch({ ...choices, onStep: step => process.stderr.write(`… ${step}\n`) })
      print(report, choices.json)
    })
  bench
    .command('import')
    .description('a CSV of citizens into the register, beside bare COPY of the same rows')
    .option('--rows <n>', 'rows of the file', positive, 1_000_000)
    .option('--json', 'print one JSON document')
    .action(async (choices: { rows: number; json?: boolean }) => {
      print(await benchImport({ ...choices, onStep: step => process.stderr.write(`… ${step}\n`) }), choices.json)
    })
  bench
    .command('receipts')
    .description('a burst of delivery receipts, one per callback, in no order and partly twice')
    .option('--messages <n>', 'messages with receipts', positive, 50_000)
    .option('--json', 'print one JSON document')
    .action(async (choices: { messages: number; json?: boolean }) => {
      const report = await benchReceipts({ ...choices, onStep: step => process.stderr.write(`… ${step}\n`) })
      print(report, choices.json)
    })
  bench
    .command('ledger')
    .description("what today's questions cost beside a year of outcomes: a person's history, the unreached, a claim")
    .option('--outcomes <n>', 'outcomes in the ledger', positive, 10_000_000)
    .option('--people <n>', 'people in the registry', positive, 1_000_000)
    .option('--json', 'print one JSON document')
    .action(async (choices: { outcomes: number; people: number; json?: boolean }) => {
      const report = await benchLedger({ ...choices, onStep: step => process.stderr.write(`… ${step}\n`) })
      print(report, choices.json)
    })
}

function print(report: BenchReport, json: boolean | undefined): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(report)}\n`)
    return
  }
  const rows = (side: string, figures: Record<string, number> = {}) =>
    Object.entries(figures).map(([name, value]) => [side, name, value])
  process.stdout.write(
    `${report.name} · ${report.machine.cores} × ${report.machine.cpu}, ${report.machine.memoryGiB} GiB, Node ${report.machine.node}\n`,
  )
  process.stdout.write(
    `${table(['', 'figure', 'value'], [...rows('ours', report.ours), ...rows('beside', report.beside)])}\n`,
  )
  for (const [name, text] of Object.entries(report.details ?? {})) process.stdout.write(`${name}\n${text}\n`)
  if (report.ratio !== undefined) process.stdout.write(`ratio ${report.ratio}\n`)
}
