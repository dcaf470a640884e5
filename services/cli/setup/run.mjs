import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/**
 * Runs a program and keeps what it says, to be shown only when it fails. Its standard input is closed, so nothing can
 * stop and ask.
 * @param {string} file
 * @param {string[]} args
 * @param {{cwd?: string, env?: Record<string, string | undefined>}} [options] `env` is laid over this process's own;
 *   `undefined` takes a variable away
 * @returns {Promise<{code: number, output: string}>} code 127 when there is no such program
 */
export function run(file, args, options = {}) {
  return new Promise(resolve => {
    const child = spawn(file, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd: options.cwd,
      env: environment(options.env),
    })
    let output = ''
    const keep = chunk => {
      output += chunk
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.on('error', error => resolve({ code: 127, output: error.message }))
    child.on('close', code => resolve({ code: code ?? 1, output }))
  })
}

/**
 * Runs a program whose output the person should see as it comes.
 * @param {string} file
 * @param {string[]} args
 * @param {{cwd?: string, env?: Record<string, string | undefined>}} [options] see `run`
 * @returns {Promise<number>} exit code
 */
export function runVisibly(file, args, options = {}) {
  return new Promise(resolve => {
    const child = spawn(file, args, {
      stdio: ['ignore', 'inherit', 'inherit'],
      cwd: options.cwd,
      env: environment(options.env),
    })
    child.on('error', () => resolve(127))
    child.on('close', code => resolve(code ?? 1))
  })
}

/** Set-up runs before anything is compiled and so cannot ask config/env.ts; this is its only look at the environment. */
function environment(changes = {}) {
  const merged = { ...process.env, ...changes }
  for (const [name, value] of Object.entries(merged)) if (value === undefined) delete merged[name]
  return merged
}

/** True when the variable is set and not empty. @param {string} name */
export function isSet(name) {
  return Boolean(process.env[name])
}

/** Path of a program on the PATH, or undefined. @param {string} program */
export function which(program) {
  const found = spawnSync('/bin/sh', ['-c', 'command -v -- "$1"', 'sh', program], { encoding: 'utf8' })
  const path = found.status === 0 ? found.stdout.trim() : ''
  return path && existsSync(path) ? path : undefined
}

/** The last lines of a long output. @param {string} output @param {number} [lines] */
export function lastLines(output, lines = 20) {
  return output.trim().split('\n').slice(-lines).join('\n')
}
