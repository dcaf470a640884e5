import { createHmac } from 'node:crypto'
import { Agent, request } from 'node:http'

/**
 * Status callbacks as Twilio sends them: form-encoded POSTs with an X-Twilio-Signature, tried again a few times when
 * the receiver fails. They only ever go to this machine.
 */
export interface CallbackSender {
  /** Queues one callback; never throws. */
  post(url: string, fields: Record<string, string>): void
  /** Resolves when nothing is queued or under way. */
  idle(): Promise<void>
  close(): void
}

const attempts = 4
const firstRetryMs = 100

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

  function attempt(url: string, body: string, signature: string, left: number): void {
    const retry = () => {
      if (closed || left <= 1) return done('failed')
      const timer = setTimeout(
        () => {
          timers.delete(timer)
          attempt(url, body, signature, left - 1)
        },
        firstRetryMs * 2 ** (attempts - left),
      )
      timers.add(timer)
    }
    const req = request(
      url,
      {
        method: 'POST',
        agent,
        timeout: 15_000,
        headers: {
          'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
          'content-length': Buffer.byteLength(body),
          'x-twilio-signature': signature,
          'user-agent': 'TwilioProxy/1.1',
        },
      },
      res => {
        res.resume()
        const ok = res.statusCode !== undefined && res.statusCode < 400
        // A refusal by the receiver (4xx) will not change by itself; only failures are tried again.
        res.on('end', () =>
          ok ? done('delivered') : res.statusCode !== undefined && res.statusCode < 500 ? done('failed') : retry(),
        )
        res.on('error', retry)
      },
    )
    req.on('timeout', () => req.destroy(new Error('the receiver of a status callback did not answer')))
    req.on('error', retry)
    req.end(body)
  }

  return {
    post(url, fields) {
      pending += 1
      if (closed || !isLoopbackUrl(url)) return done('refused')
      attempt(url, new URLSearchParams(fields).toString(), twilioSignature(options.authToken(), url, fields), attempts)
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
