import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { projectPath } from '../../services/runtime/paths.ts'

export interface LoaRun {
  pid: number
  /** What it has written so far, on stdout and on stderr. */
  out(): string
  err(): string
  signal(signal: NodeJS.Signals): void
  ended: Promise<{ code: number | null; out: string; err: string }>
}

/** Starts `loa <words>` by the real command; the checkout must be built. */
export function startLoa(words: string[]): LoaRun {
  const child = spawn(process.execPath, [projectPath('services/cli/loa.mjs'), ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  child.stdout.on('data', chunk => {
    out += chunk
  })
  child.stderr.on('data', chunk => {
    err += chunk
  })
  return {
    pid: child.pid ?? 0,
    out: () => out,
    err: () => err,
    signal: signal => child.kill(signal),
    ended: new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('close', code => resolve({ code, out, err }))
    }),
  }
}

/** Processes whose parent is this one, from /proc. */
export function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name) && parentOf(name) === pid)
    .map(Number)
}

function parentOf(pid: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // pid (name) state parent: the name may hold spaces and brackets.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return undefined
  }
}
