import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readSync, renameSync, statSync } from 'node:fs'

/** A private server of this instance (database or queue), running as a child process. */
export interface EmbeddedServer {
  /** Address with the password in it; never log it. */
  url: string
  /** A server left over by a killed run was found on the same data; it was stopped in order first. */
  recovered: boolean
  pid: number
  /** Stops it in order, within some 10 s at the most; stopping twice does nothing. */
  stop(): Promise<void>
  /** For the moment of a forced exit: asks it to stop and does not wait. */
  stopNow(): void
}

/** How a private server reports to its owner. */
export interface ServerLog {
  info(fields: Record<string, unknown>, message: string): void
  warn(fields: Record<string, unknown>, message: string): void
  error(fields: Record<string, unknown>, message: string): void
}

const LOG_LIMIT_BYTES = 5_000_000

export interface LoggedChild {
  child: ChildProcess
  pid: number
  exited: () => boolean
  /** What this run has written to its log file so far (the last 8 kB). */
  output: () => string
}

/**
 * Starts a server whose output goes to a file, not to a pipe: should this process be killed, the server must not
 * choke on a pipe without a reader. It gets its own process group, so that Ctrl-C in the terminal reaches only us and
 * we can stop it last. A log above 5 MB is put aside as `.1`.
 * @param options.stopSignal sent when this process exits without having stopped it, in the middle of a start, say
 */
export function spawnLogged(
  file: string,
  args: string[],
  options: { logFile: string; cwd: string; uid?: number; gid?: number; stopSignal: NodeJS.Signals },
): LoggedChild {
  const before = sizeOf(options.logFile)
  if (before > LOG_LIMIT_BYTES) renameSync(options.logFile, `${options.logFile}.1`)
  const from = before > LOG_LIMIT_BYTES ? 0 : before
  const fd = openSync(options.logFile, 'a', 0o600)
  let child: ChildProcess
  try {
    child = spawn(file, args, {
      stdio: ['ignore', fd, fd],
      detached: true,
      cwd: options.cwd,
      env: quietEnvironment,
      ...(options.uid === undefined ? {} : { uid: options.uid }),
      ...(options.gid === undefined ? {} : { gid: options.gid }),
    })
  } finally {
    closeSync(fd)
  }
  // An owner that has nothing else to do may end; it stops the server first when it means to.
  child.unref()
  const stopIt = () => child.kill(options.stopSignal)
  process.once('exit', stopIt)
  child.once('exit', () => process.off('exit', stopIt))
  let startError: Error | undefined
  child.on('error', error => {
    startError = error
  })
  return {
    child,
    pid: child.pid ?? 0,
    exited: () => startError !== undefined || child.exitCode !== null || child.signalCode !== null,
    output: () => `${startError ? `${startError.message}\n` : ''}${tail(options.logFile, from)}`,
  }
}

/** Nothing of the caller's environment may steer the server (PGDATA, PGPORT, LD_PRELOAD, a Vietnamese LC_MESSAGES). */
export const quietEnvironment = { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C', TZ: 'UTC' }

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

function tail(path: string, from: number): string {
  const start = Math.max(from, sizeOf(path) - 8192)
  const buffer = Buffer.alloc(8192)
  const fd = openSync(path, 'r')
  try {
    return buffer.toString('utf8', 0, readSync(fd, buffer, 0, buffer.length, start))
  } finally {
    closeSync(fd)
  }
}
