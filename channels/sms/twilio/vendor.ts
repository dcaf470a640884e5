import twilio from 'twilio'
import type { Outcome } from '../../../services/domain/delivery.ts'
import type { LookupQuestion, Receipt, ReceiptRequest } from '../../contract.ts'
import { badToken } from '../forged.ts'
import type { SmsContent } from '../render.ts'
import { attempted, createWire, currentAttempt, type Wire, WireFailure } from '../transport.ts'
import { type Finding, type Message, messageRef, parseRef, type Vendor } from '../vendor.ts'
import { twilioOutcome, twilioReceiptState } from './codes.ts'
import type { TwilioConfig } from './config.ts'

/** What the channel lends to a vendor that calls back over HTTP. */
export interface TwilioTools {
  /** Address of the callbacks of one message. */
  callbackUrl: (message: Message) => string
  now: () => Date
  concurrency: number
  timeoutMs: number
}

/** Twilio may be behind our clock by this much; a message counts as sent after a moment within it. */
const clockSlackMs = 30_000
/** Before that, a message that was on its way may still turn up, so its absence proves nothing. */
const settledMs = 15_000
/** Messages to one number that are looked through, newest first. */
const mostListed = 50

/**
 * Twilio; the only file that knows its SDK. Connections are made when they are needed. The SDK's own repeats stay off:
 * a repeat is the dispatch's decision.
 */
export function createTwilio(config: TwilioConfig, tools: TwilioTools): Vendor {
  const wire = createWire({ ...tools, baseUrl: config.baseUrl })
  const client = twilio(config.accountSid, config.authToken, {
    httpClient: requestClientOn(wire),
    autoRetry: false,
  })
  const sender =
    'sender' in config.from ? { from: config.from.sender } : { messagingServiceSid: config.from.messagingServiceSid }

  async function send(message: Message, signal: AbortSignal): Promise<Outcome> {
    return await attempted(signal, async attempt => {
      try {
        const { to, content } = message
        const statusCallback = tools.callbackUrl(message)
        const created = await client.messages.create({ to, body: content.text, statusCallback, ...sender })
        return created.sid
          ? { kind: 'accepted', ref: messageRef('twilio', created.sid) }
          : { kind: 'unknown', code: 'bad-answer', ref: messageRef('twilio', '') }
      } catch (error) {
        return lookable(failureOf(error, attempt))
      }
    })
  }

  function found(sid: string, status: string, errorCode: string | undefined): Receipt | undefined {
    const state = twilioReceiptState(status)
    if (!state) return undefined
    const code = state === 'rejected' ? (errorCode ?? status) : undefined
    return { ref: messageRef('twilio', sid), state, at: tools.now(), ...(code === undefined ? {} : { code }) }
  }

  async function bySid(sid: string, signal: AbortSignal): Promise<Finding> {
    try {
      const message = await currentAttempt.run({ signal, begun: false }, () => client.messages(sid).fetch())
      return found(message.sid, message.status, message.errorCode?.toString())
    } catch (error) {
      if ((error as { status?: number }).status === 404) return undefined
      throw error
    }
  }

  /** The newest message with these words to this number; that there is none is a proof once it had time to arrive. */
  async function byText(question: LookupQuestion<SmsContent>, signal: AbortSignal): Promise<Finding> {
    const from = new Date(question.since.getTime() - clockSlackMs)
    const settled = tools.now().getTime() - question.since.getTime() >= settledMs
    const listed = await currentAttempt.run({ signal, begun: false }, () =>
      client.messages.list({ to: question.address, pageSize: mostListed, limit: mostListed }),
    )
    // The filter by date is ours: Twilio's goes by when a message was sent on, which a waiting one was not.
    const mine = listed.find(m => m.dateCreated >= from && holdsWords(m.body, question.content.text))
    if (mine) return found(mine.sid, mine.status, mine.errorCode?.toString())
    const oldest = listed.at(-1)
    const complete = listed.length < mostListed || (oldest !== undefined && oldest.dateCreated < from)
    return settled && complete ? 'never-arrived' : undefined
  }

  return {
    concurrency: tools.concurrency,
    send,
    pausedMs: () => 0,
    lookup(question, signal) {
      const sid = parseRef(question.ref)?.id
      return sid ? bySid(sid, signal) : byText(question, signal)
    },
    receipt(request) {
      requireSigned(config.authToken, request)
      const { MessageSid: sid, MessageStatus: status = '', ErrorCode: errorCode } = request.body
      // Early states add nothing to the answer that was already given to the request itself.
      if (!sid || ['accepted', 'scheduled', 'queued', 'sending'].includes(status)) return []
      const receipt = found(sid, status, errorCode)
      if (!receipt) return []
      // Read from the signed address, not from what the server made of it.
      const { searchParams } = new URL(request.url)
      const dispatchId = searchParams.get('d')
      const targetId = searchParams.get('t')
      return [{ ...receipt, ...(dispatchId && targetId ? { dispatchId, targetId } : {}) }]
    },
    async verify() {
      await client.api.v2010.accounts(config.accountSid).fetch()
    },
    close: async () => wire.close(),
  }
}

/**
 * True when a message at the vendor holds our words. Only letters and digits count: with Smart Encoding Twilio puts plain
 * quotes, dashes and spaces for typographic ones, and a trial account puts a sentence in front. A message that was
 * taken for another's would count as never arrived, and its person would get it twice.
 */
function holdsWords(message: string, words: string): boolean {
  return bare(message).includes(bare(words))
}

const bare = (text: string) => text.normalize('NFKC').replace(/[^\p{L}\p{N}]/gu, '')

/** What went wrong, as an outcome. An answer that is no JSON makes the SDK throw something without a status. */
function failureOf(error: unknown, attempt: { begun: boolean; retryAfterSeconds?: number }): Outcome {
  if (error instanceof WireFailure) {
    return twilioOutcome({ kind: 'no-answer', begun: attempt.begun, reason: error.reason })
  }
  const { status, code } = error as { status?: number; code?: number }
  if (typeof status !== 'number') return { kind: 'unknown', code: 'bad-answer' }
  const { retryAfterSeconds } = attempt
  return twilioOutcome({
    kind: 'answer',
    status,
    ...(typeof code === 'number' ? { code } : {}),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  })
}

/** A message without a reference can be looked up all the same: by number and words. */
function lookable(outcome: Outcome): Outcome {
  return outcome.kind === 'unknown' ? { ...outcome, ref: messageRef('twilio', '') } : outcome
}

/** @throws AppError auth.bad-token */
function requireSigned(authToken: string, request: ReceiptRequest): void {
  const signature = request.headers['x-twilio-signature'] ?? ''
  if (!URL.canParse(request.url) || !twilio.validateRequest(authToken, signature, request.url, request.body)) {
    throw badToken()
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
