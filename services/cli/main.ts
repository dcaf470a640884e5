import { Command } from 'commander'
import { projectVersion } from '../runtime/paths.ts'
import { registerCommands } from './commands/index.ts'
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

await registerCommands(program, process.argv[2])

// A reader that has seen enough (`| head`) is no failure of ours.
process.stdout.on('error', error => process.exit((error as NodeJS.ErrnoException).code === 'EPIPE' ? 0 : 1))

program.parseAsync().catch(failWith)
