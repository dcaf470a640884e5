import { Command } from 'commander'
import { projectVersion } from '../runtime/paths.ts'
import { failWith } from './show/failure.ts'

/**
 * The `loa` command. Progress and troubles go to stderr; stdout carries the answer alone, and with --json exactly one
 * JSON document. The exit status is 0 only on success.
 */
const program = new Command()
  .name('loa')
  .description('Loa: một thông báo, mọi kênh thông tin cơ sở · one announcement, every channel')
  .version(projectVersion())
  .showHelpAfterError()

const commands = {
  start: () => import('./commands/start.ts'),
  api: () => import('./commands/api.ts'),
  work: () => import('./commands/work.ts'),
  migrate: () => import('./commands/migrate.ts'),
  simulator: () => import('./commands/simulator.ts'),
  demo: () => import('./commands/demo.ts'),
  send: () => import('./commands/send.ts'),
  status: () => import('./commands/status.ts'),
  control: () => import('./commands/control.ts'),
  resend: () => import('./commands/resend.ts'),
  airtime: () => import('./commands/airtime.ts'),
  importCommand: () => import('./commands/import.ts'),
  account: () => import('./commands/account.ts'),
  read: () => import('./commands/read.ts'),
  speak: () => import('./commands/speak.ts'),
  station: () => import('./commands/station.ts'),
  board: () => import('./commands/board.ts'),
  sms: () => import('./commands/sms.ts'),
  asRun: () => import('./commands/as-run.ts'),
  republish: () => import('./commands/republish.ts'),
  doctor: () => import('./commands/doctor.ts'),
  bench: () => import('./commands/bench.ts'),
  chaos: () => import('./commands/chaos.ts'),
}

/** A process that serves loads what it needs: the other commands, benches and simulator among them, take 30 MB. */
const alone = ['api', 'work'] as const
const named = alone.find(name => name === process.argv[2])
const loaded = await Promise.all((named ? [commands[named]] : Object.values(commands)).map(load => load()))
for (const { register } of loaded) register(program)

// A reader that has seen enough (`| head`) is no failure of ours.
process.stdout.on('error', error => process.exit((error as NodeJS.ErrnoException).code === 'EPIPE' ? 0 : 1))

program.parseAsync().catch(failWith)
