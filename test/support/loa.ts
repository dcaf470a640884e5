import { spawn } from 'node:child_process'
import { projectPath } from '../../services/runtime/paths.ts'

/** Runs `loa <words>` by the real command, which must be built. @returns exit code, stdout and stderr */
export function runLoa(words: string[]): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise((resolve, reject) => {
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
    child.on('error', reject)
    child.on('close', code => resolve({ code, out, err }))
  })
}
