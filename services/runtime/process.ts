import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

/*
 * Questions about processes that are not our children: those left over by a run that was killed. Linux answers from
 * /proc; elsewhere `ps` does.
 */

const hasProc = existsSync('/proc/self/stat')

/** Fields of /proc/PID/stat after the command name, which may itself hold spaces and brackets. */
function statFields(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}

function ps(pid: number, column: string): string {
  try {
    return execFileSync('ps', ['-o', `${column}=`, '-p', String(pid)], { stdio: ['ignore', 'pipe', 'ignore'] })
      .toString()
      .trim()
  } catch {
    return ''
  }
}

/** True while the process runs. A zombie counts as gone: in a container nobody may ever collect it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  return statFields(pid)?.[0] !== 'Z'
}

/**
 * Names one run of one process, for a number alone may by now belong to another one. Empty when there is none.
 * On Linux: boot id and start in clock ticks since boot.
 */
export function processIdentity(pid: number): string {
  if (!hasProc) return ps(pid, 'lstart')
  const startTicks = statFields(pid)?.[19]
  if (startTicks === undefined) return ''
  return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${startTicks}`
}

/** The words a process was started with; empty when it is gone. */
export function commandLine(pid: number): string[] {
  if (!hasProc) return ps(pid, 'command').split(' ')
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1)
  } catch {
    return []
  }
}

/** Processes that work in a folder (their working directory is exactly this one); none where there is no /proc. */
export function processesIn(dir: string): number[] {
  if (!hasProc) return []
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .filter(pid => {
      try {
        return readlinkSync(`/proc/${pid}/cwd`) === dir && isAlive(pid)
      } catch {
        return false
      }
    })
}

/**
 * Waits for a condition by asking again every few milliseconds.
 * @returns false when it did not come true within `timeoutMs`
 */
export async function waitFor(condition: () => boolean, timeoutMs: number, everyMs = 20): Promise<boolean> {
  const end = performance.now() + timeoutMs
  while (!condition()) {
    if (performance.now() > end) return false
    await delay(everyMs)
  }
  return true
}

/**
 * Ends a process, ours or not, by ever stronger signals.
 * @param steps each signal with the milliseconds it is given
 * @returns true when it is gone
 */
export async function endProcess(pid: number, steps: [NodeJS.Signals, number][]): Promise<boolean> {
  for (const [signal, patienceMs] of steps) {
    if (!signalProcess(pid, signal)) return true
    if (await waitFor(() => !isAlive(pid), patienceMs)) return true
  }
  return !isAlive(pid)
}

/** Sends a signal. @returns false when there is no such process (any more) */
export function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
    throw error
  }
}

/** Memory of another process that is in use now, and at the most since it began, in bytes; 0 where it cannot be told. */
export function residentBytes(pid: number): { now: number; peak: number } {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const of = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024
    return { now: of('VmRSS'), peak: of('VmHWM') }
  } catch {
    const now = Number(ps(pid, 'rss')) * 1024
    return { now, peak: now }
  }
}
