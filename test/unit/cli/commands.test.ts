import { expect, test } from '@jest/globals'
import { Command } from 'commander'
import { commands, registerCommands } from '../../../services/cli/commands/index.ts'

const names = (program: Command) => program.commands.map(command => command.name())

test('each command is found under its own name, and all of them without one', async () => {
  const all = new Command()
  await registerCommands(all, undefined)
  expect(names(all)).toEqual([...commands.keys()])
  for (const name of commands.keys()) {
    const program = new Command()
    await registerCommands(program, name)
    expect(names(program)).toContain(name)
    expect(names(program).length).toBeLessThanOrEqual(3)
  }
  for (const name of ['help', 'nosuch', '--version', 'constructor']) {
    const program = new Command()
    await registerCommands(program, name)
    expect(names(program)).toHaveLength(commands.size)
  }
})
