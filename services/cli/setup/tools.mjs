import { readdirSync, readFileSync } from 'node:fs'
import { lastLines, run, which } from './run.mjs'
import { SetupError, step } from './terminal.mjs'

/** @type {{managers: Record<string, string>, tools: {program: string, packages: Record<string, string>}[]}} */
const table = JSON.parse(readFileSync(new URL('./tools.json', import.meta.url), 'utf8'))

/** Those of the named programs that are not on this machine. @param {string[]} programs */
export function missingTools(programs) {
  return programs.filter(program => !which(program))
}

/**
 * Installs programs with the system's package manager, where this user may do that without being asked for anything.
 * @param {string[]} programs names from tools.json
 * @param {() => boolean} [done] whether the installation has brought what was wanted
 * @throws {SetupError} with the exact command to type when it may not, or when the installation fails
 */
export async function installTools(programs, done = () => missingTools(programs).length === 0) {
  const manager = Object.keys(table.managers).find(which)
  const packages = programs.map(program => packageOf(program, manager ?? 'apt-get'))
  const command = `${table.managers[manager ?? 'apt-get']} ${packages.join(' ')}`
  const prefix = manager ? await rightToInstall(manager) : undefined
  if (!manager || !prefix) throw missing(programs, manager === 'brew' || isRoot() ? command : `sudo ${command}`)

  await step(`Cài ${programs.join(', ')} · installing with ${manager}`, async () => {
    if (manager === 'apt-get' && !hasPackageLists()) await run(...asUser(prefix, ['apt-get', 'update']))
    const install = () => run(...asUser(prefix, command.replace('apt-get', `apt-get ${APT_WAIT}`).split(' ')))
    let result = await install()
    if (result.code !== 0 && manager === 'apt-get') {
      await run(...asUser(prefix, ['apt-get', 'update']))
      result = await install()
    }
    if (!done()) throw missing(programs, [...prefix, command].join(' '), result.output)
  })
}

/** Two installations on one machine wait for each other instead of failing. */
const APT_WAIT = '-o DPkg::Lock::Timeout=600'

const isRoot = () => process.getuid?.() === 0

/** @returns {Promise<string[] | undefined>} words to put before the command; undefined when it is not allowed */
async function rightToInstall(manager) {
  if (isRoot() || manager === 'brew') return []
  if (!which('sudo')) return undefined
  const { code } = await run('sudo', ['-n', 'true'])
  return code === 0 ? ['sudo', '-n'] : undefined
}

function asUser(prefix, words) {
  const [file, ...args] = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', ...words]
  return [file, args]
}

function hasPackageLists() {
  try {
    return readdirSync('/var/lib/apt/lists').some(name => name.includes('_Packages'))
  } catch {
    return false
  }
}

function packageOf(program, manager) {
  return table.tools.find(tool => tool.program === program)?.packages[manager] ?? program
}

function missing(programs, command, output) {
  return new SetupError(
    {
      vi: `Máy này còn thiếu: ${programs.join(', ')}. Ông/Bà vui lòng cài bằng lệnh sau rồi chạy lại: ${command}`,
      en: `Missing on this machine: ${programs.join(', ')}. Install with this command, then start again: ${command}`,
    },
    output === undefined ? undefined : lastLines(output),
  )
}
