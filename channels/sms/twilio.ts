import twilio from 'twilio'
import type { Outcome } from '../../services/domain/delivery.ts'
import { abortGraceMs } from '../send-each.ts'
import type { SmsConfig } from './config.ts'
import { smsOutcome } from './outcomes.ts'
import { type Attempt, createWire, currentAttempt, type Wire, WireFailure } from './transport.ts'

/** What the channel needs of Twilio; the only file that knows the SDK. */
export interface TwilioSide {
  /** Never rejects; after the signal a request under way has a few seconds to end. */
  send(to: string, text: string, statusCallback: string, signal: AbortSignal): Promise<Outcome>
  /** The vendor's present state of one message, or undefined when it does not know it. @throws WireFailure */
  status(sid: string, signal: AbortSignal): Promise<{ status: string; errorCode: number | null } | undefined>
  /** True when the callback was signed with this account's secret. */
  isSigned(signature: string, url: string, fields: Record<string, string>): boolean
  /** @throws when the account cannot be read */
  verify(): Promise<void>
  close(): void
}

/** Connections are made when they are needed. The SDK's own repeats stay off: a repeat is the dispatch's decision. */
export function createTwilioSide(config: SmsConfig): TwilioSide {
  const wire = createWire(config)
  const client = twilio(config.accountSid, config.authToken, {
    httpClient: requestClientOn(wire),
    autoRetry: false,
  })
  const sender =
    'sender' in config.from ? { from: config.from.sender } : { messagingServiceSid: config.from.messagingServiceSid }

  async function send(to: string, text: string, statusCallback: string, signal: AbortSignal): Promise<Outcome> {
    const stop = new AbortController()
    const attempt: Attempt = { signal: stop.signal, begun: false }
    let grace: NodeJS.Timeout | undefined
    const onAbort = () => {
      if (attempt.begun) grace = setTimeout(() => stop.abort(), abortGraceMs)
      else stop.abort()
    }
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      const message = await currentAttempt.run(attempt, () =>
        client.messages.create({ to, body: text, statusCallback, ...sender }),
      )
      return message.sid ? { kind: 'accepted', ref: message.sid } : { kind: 'unknown', code: 'bad-answer' }
    } catch (error) {
      if (error instanceof WireFailure) {
        return smsOutcome({ kind: 'no-answer', begun: attempt.begun, reason: error.reason })
      }
      const { status, code } = error as { status?: number; code?: number }
      // An answer that is no JSON makes the SDK throw something without a status.
      if (typeof status !== 'number') return { kind: 'unknown', code: 'bad-answer' }
      const { retryAfterSeconds } = attempt
      return smsOutcome({
        kind: 'answer',
        status,
        ...(typeof code === 'number' ? { code } : {}),
        ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
      })
    } finally {
      clearTimeout(grace)
      signal.removeEventListener('abort', onAbort)
    }
  }

  return {
    send,
    async status(sid, signal) {
      try {
        const message = await currentAttempt.run({ signal, begun: false }, () => client.messages(sid).fetch())
        return { status: message.status, errorCode: message.errorCode || null }
      } catch (error) {
        if ((error as { status?: number }).status === 404) return undefined
        throw error
      }
    },
    isSigned: (signature, url, fields) => twilio.validateRequest(config.authToken, signature, url, fields),
    async verify() {
      await client.api.v2010.accounts(config.accountSid).fetch()
    },
    close: () => wire.close(),
  }
}

/** The SDK's HTTP client on top of ours. Its parent is only its type: nothing of it is used. */
function requestClientOn(wire: Wire): InstanceType<typeof twilio.RequestClient> {
  const client = new twilio.RequestClient()
  const request = async (opts: {
    method: string
    uri: string
    username?: string
    password?: string
    headers?: object
    params?: object
    data?: object
  }) => {
    const url = new URL(opts.uri)
    for (const [name, value] of formFields(opts.params)) url.searchParams.append(name, value)
    const basic = Buffer.from(`${opts.username}:${opts.password}`).toString('base64')
    const headers = { ...(opts.headers as Record<string, string>), Authorization: `Basic ${basic}` }
    return wire.request(url.href, {
      method: opts.method.toUpperCase(),
      headers,
      ...(opts.data ? { body: new URLSearchParams(formFields(opts.data)).toString() } : {}),
    })
  }
  return Object.assign(client, { request }) as InstanceType<typeof twilio.RequestClient>
}

function formFields(data: object | undefined): [string, string][] {
  return Object.entries(data ?? {}).flatMap(([name, value]): [string, string][] =>
    value === undefined || value === null
      ? []
      : Array.isArray(value)
        ? value.map((v): [string, string] => [name, String(v)])
        : [[name, String(value)]],
  )
}
