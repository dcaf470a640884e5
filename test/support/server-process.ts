import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { projectPath } from '../../services/runtime/paths.ts'

/** A child process that runs one of our TypeScript programs. */
export interface Program {
  child: ChildProcess
  pid: number
  /** The next line of standard output. @throws Error with everything on stderr when the program ends first */
  nextLine(): Promise<string>
  /** Everything that it has written to stderr. */
  errors(): string
  /** Resolves when it has ended. */
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  kill(signal: NodeJS.Signals): void
}

/**
 * Starts a program of the source tree, so that a test can kill it as a power cut would.
 * @param file path below the project root, `.ts` or `.mjs`
 */
export function startProgram(
  file: string,
  args: string[] = [],
  options: { cwd?: string; env?: Record<string, string> } = {},
): Program {
  const loader = ['--no-warnings', '--import', projectPath('test/support/typescript-loader.mjs')]
  const child = spawn(process.execPath, [...loader, projectPath(file), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: options.cwd ?? projectPath(),
    env: options.env ?? cleanEnvironment(),
  })
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString()
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>(resolve => {
    child.on('close', (code, signal) => resolve({ code, signal }))
  })
  return {
    child,
    pid: child.pid ?? 0,
    ended,
    errors: () => errors,
    kill: signal => child.kill(signal),
    async nextLine() {
      const { value, done } = await lines.next()
      if (done) {
        await ended
        throw new Error(`${file} ended:\n${errors}`)
      }
      return value
    },
  }
}

/** The environment without anything that would configure Loa, so that a test says all that it depends on. */
export function cleanEnvironment(more: Record<string, string> = {}): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    ([name, value]) => value !== undefined && !/^(LOA_|DATABASE_URL|REDIS_URL|NODE_OPTIONS|JEST_|PG)/.test(name),
  )
  return { ...(Object.fromEntries(kept) as Record<string, string>), ...more }
}
