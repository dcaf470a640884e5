import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { projectPath } from '../../services/runtime/paths.ts'
import { until } from './wait.ts'

/** A demo instance started by the real command, as a person would start it. */
export interface DemoInstance {
  console: string
  simulator: string
  /** Role word of the account table -> sign-in name and password, as printed. */
  accounts: { email: string; password: string }[]
  /** Everything printed on stdout so far. */
  output: () => string
  /** Ctrl-C, then waits for the end. @returns exit code */
  stop: () => Promise<number | null>
}

/**
 * Runs `loa start` on an empty data folder, on free ports, until it says that it is ready. The checkout must be built.
 * @param env further settings
 */
export async function startDemoInstance(env: Record<string, string> = {}): Promise<DemoInstance> {
  const data = await mkdtemp(join(tmpdir(), 'loa-e2e-'))
  const child: ChildProcess = spawn(
    process.execPath,
    [projectPath('services/cli/loa.mjs'), 'start', '--data', data, '--port', '0'],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        LOA_SIMULATOR_PORT: '0',
        LOA_SIMULATOR_SMTP_PORT: '0',
        LOA_SIMULATOR_SMPP_PORT: '0',
        ...env,
      },
    },
  )
  let out = ''
  let err = ''
  child.stdout?.on('data', chunk => {
    out += chunk
  })
  child.stderr?.on('data', chunk => {
    err += chunk
  })
  const ended = new Promise<number | null>(resolve => {
    child.once('exit', code => resolve(code))
  })
  const stop = async () => {
    child.kill('SIGINT')
    const code = await ended
    await rm(data, { recursive: true, force: true })
    return code
  }
  try {
    await until(
      'loa start is ready',
      () => {
        if (child.exitCode !== null) throw new Error(`loa start ended with ${child.exitCode}\n${out}\n${err}`)
        return err.includes('Ctrl-C')
      },
      240_000,
    )
  } catch (error) {
    child.kill('SIGKILL')
    throw new Error(`${error instanceof Error ? error.message : error}\n${out}\n${err}`)
  }
  const address = (label: RegExp) => label.exec(out)?.[1] ?? ''
  return {
    console: address(/console\s+(http\S+)/),
    simulator: address(/simulator\s+(http\S+)/),
    accounts: [...out.matchAll(/│\s+(\S+@loa\.example)\s+│\s+(\S+)\s+│/g)].map(m => ({
      email: m[1] ?? '',
      password: m[2] ?? '',
    })),
    output: () => out,
    stop,
  }
}
