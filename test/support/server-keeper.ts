import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EmbeddedServer } from '../../services/runtime/child-server.ts'

/*
 * Test servers live as long as one jest worker: each test file has its own module registry, so what they share is
 * written to a folder named after the worker's process id. A small watcher holds a pipe to the worker; when the worker
 * ends, by whatever means, the pipe closes and the watcher ends the server and removes the folder.
 */

/** Keep databases and folders for a look after a failure: `LOA_KEEP_TEST_DATA=1 npx jest ...`. */
export const keepTestData = process.env['LOA_KEEP_TEST_DATA'] === '1'

/** Folder shared by the test files of this jest worker. */
export const workerFolder = join(tmpdir(), `loa-test-${process.pid}`)

export const silentLog = { info: () => undefined, warn: () => undefined, error: () => undefined }

/**
 * Returns the worker's server of this name, starting it for the first test file that asks.
 * @returns its address
 */
export async function workerServer(
  name: string,
  signal: 'QUIT' | 'KILL',
  start: (dir: string) => Promise<EmbeddedServer>,
): Promise<string> {
  const note = join(workerFolder, `${name}.url`)
  if (existsSync(note)) return readFile(note, 'utf8')
  await mkdir(workerFolder, { recursive: true })
  const server = await start(join(workerFolder, name))
  watch(server.pid, signal)
  await writeFile(`${note}.new`, server.url)
  await rename(`${note}.new`, note)
  return server.url
}

const WATCHER = `cat > /dev/null
kill -"$2" "$1"
tries=0
while kill -0 "$1" 2> /dev/null && [ $tries -lt 50 ]; do sleep 0.1; tries=$((tries + 1)); done
[ "$4" = keep ] || rm -rf "$3"`

function watch(pid: number, signal: string): void {
  const words = ['-c', WATCHER, 'watcher', String(pid), signal, workerFolder, keepTestData ? 'keep' : 'remove']
  const watcher = spawn('/bin/sh', words, { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
  watcher.unref()
  // The pipe must not keep the worker alive; it closes with it.
  const pipe: unknown = watcher.stdin
  if (pipe && typeof pipe === 'object' && 'unref' in pipe && typeof pipe.unref === 'function') pipe.unref()
}
