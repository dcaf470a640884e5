import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { AppError } from '../domain/errors.ts'
import { projectPath } from './paths.ts'

/** One system program: which package of which package manager brings it. */
interface ToolEntry {
  program: string
  packages: Record<string, string>
}

interface ToolTable {
  /** Package manager program -> the command line that installs, without the package names. */
  managers: Record<string, string>
  tools: ToolEntry[]
}

/** The same table that set-up uses, which must run before anything is compiled. */
function table(): ToolTable {
  return JSON.parse(readFileSync(projectPath('services/cli/setup/tools.json'), 'utf8')) as ToolTable
}

/**
 * Absolute path of a program on the search path, or undefined. The shell is asked, as it knows the PATH of this process.
 * @param searchPath another search path, folders separated by colons
 */
export function findTool(program: string, searchPath?: string): string | undefined {
  const ask = spawnSync('/bin/sh', ['-c', 'command -v -- "$1"', 'sh', program], {
    encoding: 'utf8',
    ...(searchPath === undefined ? {} : { env: { PATH: searchPath } }),
  })
  return ask.status === 0 && ask.stdout.startsWith('/') ? ask.stdout.trim() : undefined
}

/** The command to type on this machine to install a program, e.g. `sudo apt-get install -y redis-server`. */
export function installCommand(program: string, searchPath?: string): string {
  const { managers, tools } = table()
  const entry = tools.find(t => t.program === program)
  const manager = Object.keys(managers).find(m => findTool(m, searchPath)) ?? 'apt-get'
  const sudo = process.getuid?.() === 0 || manager === 'brew' ? '' : 'sudo '
  return `${sudo}${managers[manager]} ${entry?.packages[manager] ?? program}`
}

/**
 * Path of a program that the work at hand cannot do without.
 * @throws AppError setup.tool-missing with the exact command that installs it
 */
export function requireTool(program: string, searchPath?: string): string {
  const found = findTool(program, searchPath)
  if (found) return found
  const command = installCommand(program, searchPath)
  throw new AppError(
    'setup.tool-missing',
    {
      vi: `Máy này chưa có chương trình ${program}. Ông/Bà vui lòng cài bằng lệnh: ${command}`,
      en: `The program ${program} is missing on this machine. Install it with: ${command}`,
    },
    { details: { program, command } },
  )
}
