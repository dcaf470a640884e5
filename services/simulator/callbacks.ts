import { createHmac } from 'node:crypto'
import { Agent, request } from 'node:http'

/**
 * Status callbacks, tried again a few times when the receiver fails: form-encoded POSTs with an X-Twilio-Signature as
 * Twilio sends them, unsigned GETs as aggregators do. They only ever go to this machine.
 */
export interface CallbackSender {
  /** Queues one signed callback; never throws. */
  post(url: string, fields: Record<string, string>): void
  /** Queues one unsigned callback whose fields stand in the address; never throws. */
  get(url: string): void
  /** Resolves when nothing is queued or under way. */
  idle(): Promise<void>
  close(): void
}

const firstRetryMs = 100

interface Callback {
  url: string
  method: 'GET' | 'POST'
  headers: Record<string, string | number>
  body: string
  /** Attempts in all. */
  attempts: number
}

/** Signature over the URL and the sorted fields, as Twilio's security documentation describes. Base64. */
export function twilioSignature(authToken: string, url: string, fields: Record<string, string>): string {
  const signed = Object.keys(fields)
    .sort()
    .reduce((text, name) => text + name + fields[name], url)
  return createHmac('sha1', authToken).update(signed, 'utf8').digest('base64')
}

/** True for an address on this machine. */
export function isLoopbackUrl(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, hostname } = new URL(url)
  return protocol === 'http:' && /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname)
}

/**
 * @param options.concurrency callbacks under way at once
 * @param options.onResult told of every callback's end
 */
export function createCallbackSender(options: {
  authToken: () => string
  concurrency: number
  onResult: (result: 'delivered' | 'failed' | 'refused') => void
}): CallbackSender {
  const agent = new Agent({ keepAlive: true, maxSockets: options.concurrency, timeout: 4000 })
  const timers = new Set<NodeJS.Timeout>()
  const waiters: (() => void)[] = []
  let pending = 0
  let closed = false

  function done(result: 'delivered' | 'failed' | 'refused'): void {
    pending -= 1
    if (!closed) options.onResult(result)
    if (pending === 0) for (const wake of waiters.splice(0)) wake()
  }

  function attempt(callback: Callback, left: number): void {
    const { url, method, headers, body, attempts } = callback
    const retry = () => {
      if (closed || left <= 1) return done('failed')
      const timer = setTimeout(
        () => {
          timers.delete(timer)
          attempt(callback, left - 1)
        },
        firstRetryMs * 2 ** (attempts - left),
      )
      timers.add(timer)
    }
    const req = request(url, { method, agent, timeout: 15_000, headers }, res => {
      res.resume()
      const ok = res.statusCode !== undefined && res.statusCode < 400
      // A refusal by the receiver (4xx) will not change by itself; only failures are tried again.
      res.on('end', () =>
        ok ? done('delivered') : res.statusCode !== undefined && res.statusCode < 500 ? done('failed') : retry(),
      )
      res.on('error', retry)
    })
    req.on('timeout', () => req.destroy(new Error('the receiver of a status callback did not answer')))
    req.on('error', retry)
    req.end(body)
  }

  function begin(callback: Callback): void {
    pending += 1
    if (closed || !isLoopbackUrl(callback.url)) done('refused')
    else attempt(callback, callback.attempts)
  }

  return {
    post(url, fields) {
      const body = new URLSearchParams(fields).toString()
      const headers = {
        'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
        'content-length': Buffer.byteLength(body),
        'x-twilio-signature': twilioSignature(options.authToken(), url, fields),
        'user-agent': 'TwilioProxy/1.1',
      }
      begin({ url, method: 'POST', headers, body, attempts: 4 })
    },
    get(url) {
      begin({ url, method: 'GET', headers: {}, body: '', attempts: 5 })
    },
    idle: () => (pending === 0 ? Promise.resolve() : new Promise(resolve => waiters.push(resolve))),
    close() {
      closed = true
      for (const timer of timers) {
        clearTimeout(timer)
        done('failed')
      }
      timers.clear()
      agent.destroy()
    },
  }
}
