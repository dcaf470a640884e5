import { AsyncLocalStorage } from 'node:async_hooks'
import http from 'node:http'
import https from 'node:https'
import { abortGraceMs } from '../send-each.ts'

/** One attempt to send, seen from below: filled in by the transport while the SDK waits. */
export interface Attempt {
  signal: AbortSignal
  /** True once bytes of the request may have left this machine. */
  begun: boolean
  retryAfterSeconds?: number
}

export interface WireAnswer {
  statusCode: number
  body: string
  headers: http.IncomingHttpHeaders
}

export class WireFailure extends Error {
  override name = 'WireFailure'
  readonly reason: 'refused' | 'dns' | 'timeout' | 'lost' | 'aborted'
  constructor(reason: WireFailure['reason']) {
    super(`no answer: ${reason}`)
    this.reason = reason
  }
}

/** Carries the attempt through the SDK, whose own interfaces have no place for it. */
export const currentAttempt = new AsyncLocalStorage<Attempt>()

/**
 * Runs one attempt: requests made inside report to it. After the signal, one that has begun still has a few seconds.
 * @param work must make its requests before it returns
 */
export async function attempted<T>(signal: AbortSignal, work: (attempt: Attempt) => Promise<T>): Promise<T> {
  const stop = new AbortController()
  const attempt: Attempt = { signal: stop.signal, begun: false }
  let grace: NodeJS.Timeout | undefined
  const onAbort = () => {
    if (attempt.begun) grace = setTimeout(() => stop.abort(), abortGraceMs)
    else stop.abort()
  }
  if (signal.aborted) onAbort()
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await currentAttempt.run(attempt, () => work(attempt))
  } finally {
    clearTimeout(grace)
    signal.removeEventListener('abort', onAbort)
  }
}

export interface Wire {
  request(url: string, options: { method: string; headers: Record<string, string>; body?: string }): Promise<WireAnswer>
  close(): void
}

/**
 * HTTP that knows how far a request came. Connections are kept open, but given up after 4 s of idleness: a request on
 * a connection that the server is just closing would end as `unknown`.
 * @param options.baseUrl replaces scheme, host and port of every request
 */
export function createWire(options: { baseUrl: string | undefined; concurrency: number; timeoutMs: number }): Wire {
  const settings = { keepAlive: true, maxSockets: options.concurrency, timeout: 4000 }
  const agents = { 'http:': new http.Agent(settings), 'https:': new https.Agent(settings) }

  return {
    request(address, { method, headers, body }) {
      const original = new URL(address)
      const url =
        options.baseUrl === undefined ? original : new URL(original.pathname + original.search, options.baseUrl)
      const attempt = currentAttempt.getStore()
      const secure = url.protocol === 'https:'
      return new Promise((resolve, reject) => {
        const req = (secure ? https : http).request(url, {
          method,
          agent: agents[secure ? 'https:' : 'http:'],
          headers: body === undefined ? headers : { ...headers, 'Content-Length': Buffer.byteLength(body) },
        })
        const timer = setTimeout(() => req.destroy(new WireFailure('timeout')), options.timeoutMs)
        const onAbort = () => req.destroy(new WireFailure('aborted'))
        if (attempt?.signal.aborted) onAbort()
        attempt?.signal.addEventListener('abort', onAbort, { once: true })
        const finish = (settle: () => void) => {
          clearTimeout(timer)
          attempt?.signal.removeEventListener('abort', onAbort)
          settle()
        }
        const fail = (error: unknown) => finish(() => reject(explain(error)))
        req.on('socket', socket => {
          const begin = () => {
            if (attempt) attempt.begun = true
          }
          if (!socket.connecting) begin()
          else socket.once(secure ? 'secureConnect' : 'connect', begin)
        })
        req.on('error', fail)
        req.on('response', res => {
          const chunks: Buffer[] = []
          res.on('data', (chunk: Buffer) => chunks.push(chunk))
          res.on('error', fail)
          res.on('end', () => {
            const wait = Number(res.headers['retry-after'])
            if (attempt && Number.isFinite(wait) && res.headers['retry-after']) attempt.retryAfterSeconds = wait
            const text = Buffer.concat(chunks).toString('utf8')
            finish(() => resolve({ statusCode: res.statusCode ?? 0, body: text, headers: res.headers }))
          })
        })
        req.end(body)
      })
    },
    close() {
      agents['http:'].destroy()
      agents['https:'].destroy()
    },
  }
}

function explain(error: unknown): WireFailure {
  if (error instanceof WireFailure) return error
  const { code } = error as { code?: unknown }
  if (code === 'ECONNREFUSED') return new WireFailure('refused')
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return new WireFailure('dns')
  return new WireFailure('lost')
}
