import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { privateEnv } from '../../config/env.ts'
import { projectPath } from '../runtime/paths.ts'
import { endProcess } from '../runtime/process.ts'

/** One process of a distributed instance, started by the real command. */
export interface Part {
  name: string
  pid: number
  running(): boolean
  /** Resolves when it has ended, however that came about. */
  ended: Promise<number | null>
  /** Ends it without warning (`kill -9`); resolves when it is gone. */
  kill(): Promise<void>
  /** Ends it in order, and by force when it takes too long. Stopping twice does nothing. */
  stop(): Promise<void>
  /** Resolves with everything on stdout when the process has ended. @throws when it did not end with 0 */
  result(): Promise<string>
  /** Resolves with the first line on stdout. @throws when it ends without one */
  firstLine(): Promise<string>
}

/**
 * Starts `loa <words>` as a child in a private environment. It dies with this process, however that ends, short of
 * `kill -9`.
 * @param env what steers it; nothing of the caller's own LOA_*, DATABASE_URL and REDIS_URL reaches it
 * @param logFile receives its stderr
 */
export function startPart(words: string[], env: Record<string, string>, logFile: string): Part {
  const fd = openSync(logFile, 'a', 0o600)
  const child: ChildProcess = spawn(process.execPath, [projectPath('services/cli/loa.mjs'), ...words], {
    // Its own group: Ctrl-C in the terminal reaches us alone, and we end the parts in order.
    detached: true,
    stdio: ['ignore', 'pipe', fd],
    env: privateEnv(env),
  })
  closeSync(fd)
  const name = `loa ${words.join(' ')}`
  const pid = child.pid ?? 0
  let out = ''
  const lastResort = () => child.kill('SIGKILL')
  process.once('exit', lastResort)
  const ended = new Promise<number | null>(resolve => {
    child.once('close', code => {
      process.off('exit', lastResort)
      resolve(code)
    })
    child.once('error', () => resolve(null))
  })
  const firstLine = new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      out += chunk.toString()
      if (out.includes('\n')) resolve(out.slice(0, out.indexOf('\n')))
    })
    void ended.then(code => reject(new Error(`${name} ended with ${code}; its log is ${logFile}`)))
  })
  firstLine.catch(() => undefined)
  const running = () => child.exitCode === null && child.signalCode === null
  return {
    name,
    pid,
    running,
    ended,
    kill: async () => {
      if (running()) child.kill('SIGKILL')
      await ended
    },
    stop: async () => {
      if (running()) {
        await endProcess(pid, [
          ['SIGTERM', 12_000],
          ['SIGKILL', 2_000],
        ])
      }
      await ended
    },
    result: async () => {
      const code = await ended
      if (code !== 0) throw new Error(`${name} ended with ${code}; its log is ${logFile}`)
      return out
    },
    firstLine: () => firstLine,
  }
}
