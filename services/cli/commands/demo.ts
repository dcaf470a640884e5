import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import type { EnvReading } from '../../../config/env.ts'
import { readEnv } from '../../../config/env.ts'
import type { DispatchContext } from '../../dispatch/context.ts'
import { planMethods } from '../../domain/plan.ts'
import type { Progress } from '../../http/schemas.ts'
import type { Links } from '../../runtime/links.ts'
import { createLog } from '../../runtime/log.ts'
import { createShutdown } from '../../runtime/shutdown.ts'
import { writeArtefacts } from '../demo/artefacts.ts'
import { issueDemoAnnouncement, watchToEnd } from '../demo/carry.ts'
import { composeGiven } from '../instance/given.ts'
import { runAllInOne } from '../instance/run.ts'
import { createProgressBars } from '../show/progress-bars.ts'
import { quietWords } from '../show/quiet.ts'
import { resultTable } from '../show/table.ts'

interface DemoChoices {
  json?: boolean
  data?: string
  out: string
}

/** What `loa demo --json` prints; scripts rely on it. */
interface DemoReport {
  announcement: string
  dispatches: Record<string, string | number>[]
  artefacts: Record<string, string>
}

/**
 * Adds `loa demo`: the demo province and the plan's announcement through all channels, in a private throw-away
 * instance; or, where DATABASE_URL and REDIS_URL are set, in that demo instance, whose own workers do the work.
 */
export function register(program: Command): void {
  program
    .command('demo')
    .description('Phát hành thông báo diễn tập qua mọi kênh rồi thoát · carry the demo announcement, print, exit')
    .option('--json', 'in một tài liệu JSON · print one JSON document')
    .option('--data <dir>', 'thư mục dữ liệu tạm, được giữ lại · data folder, kept (default: a temporary one, removed)')
    .option('--out <dir>', 'nơi ghi tệp kết quả · where the artefacts are written', 'out')
    .action(async (choices: DemoChoices) => {
      const report = await runDemo(choices)
      if (choices.json) process.stdout.write(`${JSON.stringify(report)}\n`)
    })
}

async function runDemo(choices: DemoChoices): Promise<DemoReport> {
  const reading = readEnv()
  const log = createLog({ level: reading.env.LOA_LOG_LEVEL === 'info' ? 'warn' : reading.env.LOA_LOG_LEVEL })
  const shutdown = createShutdown({ log })
  shutdown.listen()
  const outDir = resolve(choices.out)
  await mkdir(outDir, { recursive: true })
  const distributed = reading.env.DATABASE_URL !== undefined && reading.env.REDIS_URL !== undefined
  try {
    if (distributed) {
      const instance = await composeGiven(reading, log)
      shutdown.onClose('instance', () => instance.close())
      return await carry(instance, instance.links.publicUrl, outDir)
    }
    const dataDir = choices.data ?? (await mkdtemp(join(tmpdir(), 'loa-demo-')))
    if (choices.data === undefined) {
      shutdown.onClose('temporary data', () => rm(dataDir, { recursive: true, force: true }))
    }
    const settings = throwAwaySettings(reading, dataDir)
    const { instance, publicUrl, simulator } = await runAllInOne(settings, 'demo-only', log, shutdown)
    return await carry(instance, publicUrl, outDir, simulator?.httpUrl)
  } finally {
    await shutdown.run('demo ended')
  }
}

/**
 * The settings of a private instance: everything of it is its own. An address from the environment would point
 * somewhere else, and a database or queue given alone would be somebody's real one, which a demo would claim for good.
 */
export function throwAwaySettings(reading: EnvReading, dataDir: string): EnvReading {
  const { DATABASE_URL: _db, REDIS_URL: _queue, LOA_PUBLIC_URL: _address, ...own } = reading.env
  const onFreePorts = { LOA_PORT: 0, LOA_SIMULATOR_PORT: 0, LOA_SIMULATOR_SMTP_PORT: 0, LOA_SIMULATOR_SMPP_PORT: 0 }
  return { ...reading, env: { ...own, ...onFreePorts, LOA_DATA: dataDir } as EnvReading['env'] }
}

async function carry(
  { ctx, links }: { ctx: DispatchContext; links: Links },
  publicUrl: string,
  outDir: string,
  simulatorUrl?: string,
): Promise<DemoReport> {
  const names = new Map([...ctx.channels.values()].map(({ channel }) => [channel.id, channel.name.vi]))
  const id = await issueDemoAnnouncement(ctx)
  const bars = createProgressBars(names)
  const progress = await watchToEnd(ctx, id, p => bars.update(p), AbortSignal.timeout(600_000)).finally(() =>
    bars.stop(),
  )
  process.stderr.write(`${resultTable(progress, names, new Map())}\n`)
  const quiet = quietWords(progress, names)
  if (quiet) process.stderr.write(`${quiet}\n`)
  const artefacts = await writeArtefacts(ctx, { announcementId: id, progress, publicUrl, links, outDir, simulatorUrl })
  return { announcement: id, dispatches: progress.dispatches.map(flat), artefacts }
}

function flat({ channel, method, counts }: Progress['dispatches'][number]): Record<string, string | number> {
  return { channel, method, methodNumber: planMethods[method as keyof typeof planMethods].number, ...counts }
}
