import { Command } from 'commander'
import { projectVersion } from '../runtime/paths.ts'
import { register as account } from './commands/account.ts'
import { register as airtime } from './commands/airtime.ts'
import { register as api } from './commands/api.ts'
import { register as asRun } from './commands/as-run.ts'
import { register as bench } from './commands/bench.ts'
import { register as board } from './commands/board.ts'
import { register as chaos } from './commands/chaos.ts'
import { register as control } from './commands/control.ts'
import { register as demo } from './commands/demo.ts'
import { register as doctor } from './commands/doctor.ts'
import { register as importCommand } from './commands/import.ts'
import { register as migrate } from './commands/migrate.ts'
import { register as read } from './commands/read.ts'
import { register as republish } from './commands/republish.ts'
import { register as resend } from './commands/resend.ts'
import { register as send } from './commands/send.ts'
import { register as simulator } from './commands/simulator.ts'
import { register as sms } from './commands/sms.ts'
import { register as speak } from './commands/speak.ts'
import { register as start } from './commands/start.ts'
import { register as station } from './commands/station.ts'
import { register as status } from './commands/status.ts'
import { register as work } from './commands/work.ts'
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

for (const register of [
  start,
  api,
  work,
  migrate,
  simulator,
  demo,
  send,
  status,
  control,
  resend,
  airtime,
  importCommand,
  account,
  read,
  speak,
  station,
  board,
  sms,
  asRun,
  republish,
  doctor,
  bench,
  chaos,
]) {
  register(program)
}

// A reader that has seen enough (`| head`) is no failure of ours.
process.stdout.on('error', error => process.exit((error as NodeJS.ErrnoException).code === 'EPIPE' ? 0 : 1))

program.parseAsync().catch(failWith)
