import cliProgress from 'cli-progress'
import { type Command, InvalidArgumentError } from 'commander'
import { runBoards } from '../../bench/board-days/run.ts'
import type { ChaosReport } from '../../bench/chaos.ts'
import { runChaos } from '../../bench/chaos.ts'
import { runStation, type StationRunReport } from '../../bench/station/run.ts'
import { table } from '../show/table.ts'

interface ChaosChoices {
  seed: number
  recipients: number
  kills: number
  workers: number
  postgresStopped: number
  lease: number
  sweep: number
  json?: boolean
}

function wholeFrom(least: number): (text: string) => number {
  return text => {
    const n = Number(text)
    if (!Number.isInteger(n) || n < least) throw new InvalidArgumentError(`a whole number from ${least}`)
    return n
  }
}

/** Adds `loa chaos`: one dispatch through separate processes while they are killed, and both records compared. */
export function register(program: Command): void {
  const chaos = program
    .command('chaos')
    .description(
      'Thử độ bền: giết tiến trình, xóa hàng đợi, dừng cơ sở dữ liệu giữa chừng rồi đối chiếu · kill workers, empty Redis and stop PostgreSQL in the middle of a dispatch, then compare the vendor with the database',
    )
    .option('--seed <n>', 'what goes wrong and when; the same seed gives the same plan', wholeFrom(0), 1)
    .option('--recipients <n>', 'people in the registry', wholeFrom(100), 100_000)
    .option('--kills <n>', 'workers killed with -9', wholeFrom(0), 20)
    .option('--workers <n>', 'worker processes', wholeFrom(1), 2)
    .option('--postgres-stopped <seconds>', 'how long the database is away', wholeFrom(0), 10)
    .option('--lease <seconds>', 'LOA_LEASE_SECONDS of the workers', wholeFrom(2), 30)
    .option('--sweep <seconds>', 'LOA_SWEEP_SECONDS of the workers', wholeFrom(1), 15)
    .option('--json', 'print one JSON document')
    .action(async (choices: ChaosChoices) => {
      const report = await withProgress(choices)
      if (choices.json) process.stdout.write(`${JSON.stringify(report)}\n`)
      else process.stdout.write(words(report))
      process.exitCode = report.failures.length > 0 ? 1 : 0
    })
  chaos
    .command('station')
    .description(
      'Ba ngày của một máy phát tại đài trong vài phút: cắt mạng, mất điện, lịch giả; đối chiếu nhật ký với tiếng đã ghi · days of a station player in minutes: network cuts, power cuts, forged manifests; its reports held against an independent recording',
    )
    .option('--seed <n>', 'what is aired and what goes wrong; the same seed gives the same days', wholeFrom(0), 1)
    .option('--hours <n>', 'simulated hours', wholeFrom(8), 72)
    .option('--json', 'print one JSON document')
    .action(async (_choices: object, command: Command) => {
      // --seed and --json are read by the command above, which has them too.
      const choices = command.optsWithGlobals<{ seed: number; hours: number; json?: boolean }>()
      const report = await runStation({ ...choices, onStep: step => process.stderr.write(`… ${step}\n`) })
      process.stdout.write(choices.json ? `${JSON.stringify(report)}\n` : stationWords(report))
      process.exitCode = report.failures.length > 0 ? 1 : 0
    })
  chaos
    .command('boards')
    .description(
      'Bảy ngày của một bảng tin trong vài phút, trình duyệt thật, đồng hồ mô phỏng: cắt mạng, mất điện, trả lời sai; đối chiếu màn hình với điều đã báo cáo · days of a public board in minutes: the real player in a real browser, its screen held against what was published and what it reported',
    )
    .option('--days <n>', 'simulated days', wholeFrom(1), 7)
    .option('--hours <n>', 'simulated hours, in place of days', wholeFrom(2))
    .option('--seed <n>', 'what is published and what goes wrong; the same seed gives the same days', wholeFrom(0), 1)
    .option('--json', 'print one JSON document')
    .action(async (_choices: object, command: Command) => {
      const choices = command.optsWithGlobals<{ seed: number; days: number; hours?: number; json?: boolean }>()
      const { seed, json, days, hours = days * 24 } = choices
      const report = await runBoards({
        ...{ seed, hours, onStep: step => process.stderr.write(`… ${step}\n`) },
        onStarted: end => endOnSignal(end),
      })
      process.stdout.write(json ? `${JSON.stringify(report)}\n` : words(report))
      process.exitCode = report.failures.length > 0 ? 1 : 0
    })
}

/** Ctrl-C ends what was started, in order, and then this process. */
function endOnSignal(end: () => Promise<void>): void {
  const onSignal = () => {
    process.stderr.write('Đang dừng mọi tiến trình con · ending every child process\n')
    void end().then(() => process.exit(130))
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, onSignal)
}

async function withProgress(choices: ChaosChoices): Promise<ChaosReport> {
  const bar = process.stderr.isTTY
    ? new cliProgress.SingleBar({
        format: '  {bar} {percentage} %  {step}',
        stream: process.stderr,
        hideCursor: true,
        clearOnComplete: true,
      })
    : undefined
  let step = ''
  bar?.start(100, 0, { step })
  let end: (() => Promise<void>) | undefined
  endOnSignal(async () => {
    bar?.stop()
    await end?.()
  })
  try {
    return await runChaos({
      ...choices,
      postgresStoppedSeconds: choices.postgresStopped,
      leaseSeconds: choices.lease,
      sweepSeconds: choices.sweep,
      onStep: text => {
        step = text
        if (bar) bar.update({ step })
        else process.stderr.write(`… ${text}\n`)
      },
      onProgress: fraction => bar?.update(Math.floor(fraction * 100), { step }),
      onStarted: stop => {
        end = stop
      },
    })
  } finally {
    bar?.stop()
  }
}

function stationWords({ told, ...report }: StationRunReport): string {
  const rows = Object.entries(told).map(([name, value]) => [name, String(value)])
  return `${table(['', ''], rows)}\n${words(report)}`
}

function words(report: Pick<ChaosReport, 'machine' | 'failures'>): string {
  const { machine, failures, ...figures } = report
  const rows = Object.entries(figures).map(([name, value]) => [name, String(value)])
  const verdict = failures.length === 0 ? 'Giữ đúng mọi cam kết · every promise was kept' : failures.join('\n')
  return `${machine.cores} × ${machine.cpu}, ${machine.memoryGiB} GiB, Node ${machine.node}\n${table(['', ''], rows)}\n${verdict}\n`
}
