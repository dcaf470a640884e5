import type { Command } from 'commander'

type Load = () => Promise<{ register(program: Command): void }>

const control: Load = () => import('./control.ts')

/** Every command by the name that is typed, in the order in which help lists them. */
export const commands: ReadonlyMap<string, Load> = new Map<string, Load>([
  ['start', () => import('./start.ts')],
  ['api', () => import('./api.ts')],
  ['work', () => import('./work.ts')],
  ['migrate', () => import('./migrate.ts')],
  ['simulator', () => import('./simulator.ts')],
  ['demo', () => import('./demo.ts')],
  ['send', () => import('./send.ts')],
  ['status', () => import('./status.ts')],
  ['cancel', control],
  ['pause', control],
  ['resume', control],
  ['resend', () => import('./resend.ts')],
  ['airtime', () => import('./airtime.ts')],
  ['import', () => import('./import.ts')],
  ['account', () => import('./account.ts')],
  ['read', () => import('./read.ts')],
  ['speak', () => import('./speak.ts')],
  ['station', () => import('./station.ts')],
  ['board', () => import('./board.ts')],
  ['sms', () => import('./sms.ts')],
  ['as-run', () => import('./as-run.ts')],
  ['republish', () => import('./republish.ts')],
  ['doctor', () => import('./doctor.ts')],
  ['bench', () => import('./bench.ts')],
  ['chaos', () => import('./chaos.ts')],
])

/**
 * Adds the command of this name alone: the others, benches and simulator among them, take most of a second and 30 MB. Help, and a
 * name that is none, need all of them.
 */
export async function registerCommands(program: Command, name: string | undefined): Promise<void> {
  const named = commands.get(name ?? '')
  for (const load of named ? [named] : new Set(commands.values())) {
    const { register } = await load()
    register(program)
  }
}
