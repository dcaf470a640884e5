import { readFile } from 'node:fs/promises'
import { register } from 'node:module'
import { fileURLToPath } from 'node:url'
import { isMainThread } from 'node:worker_threads'
import { transform } from '@swc/core'

/*
 * Lets a child process of a test run the sources as they are: `node --import <this file> program.ts`. Tests that kill
 * processes need real ones, and the compiled tree may be older than the sources under test.
 */
if (isMainThread) register(import.meta.url)

/** Hook of node:module: turns TypeScript into JavaScript as it is loaded. */
export async function load(url, context, nextLoad) {
  if (!url.endsWith('.ts')) return nextLoad(url, context)
  const { code } = await transform(await readFile(fileURLToPath(url), 'utf8'), {
    jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
    module: { type: 'es6' },
    sourceMaps: 'inline',
    filename: fileURLToPath(url),
  })
  return { format: 'module', source: code, shortCircuit: true }
}
