import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { brotliDecompressSync } from 'node:zlib'
import { WebSocket } from 'ws'
import { until } from './wait.ts'

/*
 * Chromium 64 of January 2018, the oldest that can be had as a package: `npm i --no-save chrome-aws-lambda@64.0.3264`. It is too
 * old for playwright, so it is driven by the few commands of the DevTools protocol that have not changed since.
 */

/** Path of its packed program; undefined where the package is not installed. */
export function oldChromiumPacked(): string | undefined {
  try {
    const path = join(
      dirname(createRequire(import.meta.url).resolve('chrome-aws-lambda/package.json')),
      'bin/chromium.br',
    )
    return existsSync(path) ? path : undefined
  } catch {
    return undefined
  }
}

export interface OldPage {
  goto(url: string): Promise<void>
  evaluate<T>(expression: string): Promise<T>
  /** PNG of the page. */
  screenshot(): Promise<Buffer>
  /** Errors that nobody caught, and refusals of the page's policy. */
  errors: string[]
  browser: string
  close(): Promise<void>
}

/** Starts it with a folder of its own and one page. */
export async function openOldChromium(packed: string, size = { width: 1280, height: 720 }): Promise<OldPage> {
  const folder = await mkdtemp(join(tmpdir(), 'loa-chromium-'))
  const program = join(folder, 'chromium')
  await writeFile(program, brotliDecompressSync(await readFile(packed)), { mode: 0o755 })
  const words = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--no-zygote',
    '--disable-dev-shm-usage',
    '--no-first-run',
  ]
  const child = spawn(program, [
    ...words,
    '--remote-debugging-port=0',
    `--user-data-dir=${join(folder, 'profile')}`,
    `--window-size=${size.width},${size.height}`,
    'about:blank',
  ])
  const address = await listening(child)
  const { port } = new URL(address)
  const pages = await until('a page', async () => {
    const list = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as Record<string, string>[]
    return list.find(target => target.type === 'page')
  })
  const version = (await (await fetch(`http://127.0.0.1:${port}/json/version`)).json()) as { Browser: string }
  const page = await connect(pages.webSocketDebuggerUrl ?? '')
  await page.send('Page.enable')
  await page.send('Runtime.enable')
  await page.send('Log.enable')
  return {
    browser: version.Browser,
    errors: page.errors,
    async goto(url) {
      await page.send('Page.navigate', { url })
    },
    async evaluate<T>(expression: string) {
      const answer = await page.send('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true })
      const { result, exceptionDetails } = answer as { result: { value: T }; exceptionDetails?: { text: string } }
      if (exceptionDetails) throw new Error(`${exceptionDetails.text} in ${expression.slice(0, 80)}`)
      return result.value
    },
    async screenshot() {
      const { data } = (await page.send('Page.captureScreenshot')) as { data: string }
      return Buffer.from(data, 'base64')
    },
    async close() {
      page.close()
      if (child.exitCode === null) {
        child.kill('SIGKILL')
        await once(child, 'exit')
      }
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

async function listening(child: ChildProcess): Promise<string> {
  if (!child.stderr) throw new Error('no stderr')
  const said: string[] = []
  for await (const line of createInterface(child.stderr)) {
    said.push(line)
    const address = /^DevTools listening on (ws:\S+)/.exec(line)?.[1]
    if (address) {
      child.stderr.resume()
      return address
    }
  }
  throw new Error(`the old Chromium did not start: ${said.join(' ')}`)
}

interface Message {
  id?: number
  method?: string
  params?: Record<string, unknown>
  result?: unknown
  error?: { message: string }
}

async function connect(address: string) {
  const socket = new WebSocket(address)
  await once(socket, 'open')
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  const errors: string[] = []
  let last = 0
  socket.on('message', data => {
    const message = JSON.parse(String(data)) as Message
    const caller = waiting.get(message.id ?? -1)
    if (caller && message.error) caller.reject(new Error(message.error.message))
    else if (caller) caller.resolve(message.result)
    else if (message.method === 'Runtime.exceptionThrown') errors.push(JSON.stringify(message.params))
    else if (message.method === 'Log.entryAdded') {
      const { entry } = message.params as { entry: { level: string; source: string; text: string } }
      if (entry.source === 'security' || entry.source === 'violation') errors.push(entry.text)
    }
  })
  return {
    errors,
    send: (method: string, params: Record<string, unknown> = {}) =>
      new Promise<unknown>((resolve, reject) => {
        last += 1
        waiting.set(last, { resolve, reject })
        socket.send(JSON.stringify({ id: last, method, params }))
      }),
    close: () => socket.close(),
  }
}
