import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { CallbackSender } from './callbacks.ts'
import type { Faults } from './faults.ts'
import { answerOddly, BodyTooLarge, isTaken, readBody, sendJson } from './http.ts'
import type { SimulatorRecord, SmsMessage, SmsStatus } from './record.ts'
import { createTimers } from './timers.ts'
import { messagePage } from './twilio-list.ts'
import { isVietnamLandline, isVietnamMobile } from './vendors.ts'

/** Shaped like Twilio's REST API 2010-04-01, the part of it that concerns messages. */
export interface TwilioApi {
  handle(req: IncomingMessage, res: ServerResponse, url: URL): Promise<void>
  /** Resolves when every message has its last status and every callback has ended. */
  idle(): Promise<void>
  close(): void
}

export interface TwilioCredentials {
  accountSid: string
  authToken: string
}

interface Refusal {
  status: number
  code: number
  message: string
  retryAfterSeconds?: number
}

/** Documented Twilio error codes that the simulator can give, in its own words. */
const refusals = {
  auth: { status: 401, code: 20003, message: 'Authenticate' },
  notFound: { status: 404, code: 20404, message: 'The requested resource was not found' },
  method: { status: 405, code: 20004, message: 'Method not allowed' },
  tooLarge: { status: 413, code: 21617, message: 'The request body is too large' },
  noTo: { status: 400, code: 21604, message: "A 'To' phone number is required" },
  noFrom: { status: 400, code: 21603, message: "A 'From' sender or a messaging service is required" },
  noBody: { status: 400, code: 21602, message: 'A message body is required' },
  longBody: { status: 400, code: 21617, message: 'The message body is longer than 1600 characters' },
  badTo: { status: 400, code: 21211, message: "The 'To' number is not a valid phone number" },
  landline: { status: 400, code: 21614, message: "The 'To' number cannot receive text messages" },
  badFrom: { status: 400, code: 21212, message: "The 'From' sender is not valid" },
  badCallback: { status: 400, code: 21609, message: "The 'StatusCallback' is not a valid URL" },
  badFilter: { status: 400, code: 20001, message: 'A date of the filter cannot be read' },
  optedOut: { status: 400, code: 21610, message: 'The recipient has refused messages from this sender' },
  tooMany: { status: 429, code: 20429, message: 'Too many requests' },
  serverError: { status: 500, code: 20500, message: 'Internal server error' },
  unavailable: { status: 503, code: 20503, message: 'Service unavailable' },
} as const satisfies Record<string, Refusal>

const defaultDelayMs = 2000

/** @param deps.now clock for message times */
export function createTwilioApi(deps: {
  credentials: TwilioCredentials
  record: SimulatorRecord
  faults: Faults
  callbacks: CallbackSender
  now: () => Date
}): TwilioApi {
  const { credentials, record, faults, callbacks } = deps
  const expectedAuth = Buffer.from(
    `Basic ${Buffer.from(`${credentials.accountSid}:${credentials.authToken}`).toString('base64')}`,
  )
  const base = `/2010-04-01/Accounts/${credentials.accountSid}/Messages`
  const timers = createTimers()
  const { later, pause } = timers

  function refuse(res: ServerResponse, refusal: Refusal): void {
    record.refuse('sms', String(refusal.code))
    const headers: Record<string, string> = {}
    if (refusal.retryAfterSeconds !== undefined) headers['retry-after'] = String(refusal.retryAfterSeconds)
    sendJson(
      res,
      refusal.status,
      {
        code: refusal.code,
        message: refusal.message,
        more_info: `https://www.twilio.com/docs/errors/${refusal.code}`,
        status: refusal.status,
      },
      headers,
    )
  }

  function isAuthentic(req: IncomingMessage): boolean {
    const given = Buffer.from(req.headers.authorization ?? '')
    return given.length === expectedAuth.length && timingSafeEqual(given, expectedAuth)
  }

  function present(message: SmsMessage): Record<string, unknown> {
    const time = (at: Date) => at.toUTCString().replace('GMT', '+0000')
    return {
      account_sid: credentials.accountSid,
      api_version: '2010-04-01',
      body: message.body.text,
      date_created: time(message.at),
      date_sent: message.status === 'queued' ? null : time(message.at),
      date_updated: time(message.updatedAt),
      direction: 'outbound-api',
      error_code: message.errorCode,
      error_message: null,
      from: message.from,
      messaging_service_sid: null,
      num_media: '0',
      num_segments: String(message.body.parts),
      price: null,
      price_unit: 'VND',
      sid: message.id,
      status: message.status,
      subresource_uris: { media: `${base}/${message.id}/Media.json` },
      to: message.to,
      uri: `${base}/${message.id}.json`,
    }
  }

  function moveOn(message: SmsMessage, status: SmsStatus, callbackUrl: string | undefined, times: number): void {
    message.status = status
    message.updatedAt = deps.now()
    record.changed()
    if (!callbackUrl) return
    const fields: Record<string, string> = {
      AccountSid: credentials.accountSid,
      ApiVersion: '2010-04-01',
      From: message.from,
      MessageSid: message.id,
      MessageStatus: status,
      SmsSid: message.id,
      SmsStatus: status,
      To: message.to,
    }
    if (message.errorCode !== null) fields.ErrorCode = String(message.errorCode)
    for (let i = 0; i < times; i += 1) callbacks.post(callbackUrl, fields)
  }

  /** queued -> sent -> delivered | undelivered, or queued -> failed, each with its callback. */
  function scheduleReceipts(message: SmsMessage, callbackUrl: string | undefined): void {
    const rule = faults.decide('sms', 'receipt', message.to, 'twilio')
    const { sentAfterMs, deliveredAfterMs } = faults.settings()
    const url = rule?.kind === 'sms.no-receipt' ? undefined : callbackUrl
    const times = rule?.kind === 'sms.repeat-receipt' ? 2 : 1
    if (rule?.kind === 'sms.failed') {
      later(sentAfterMs, () => {
        message.errorCode = rule.code ?? 30_008
        moveOn(message, 'failed', url, times)
      })
      return
    }
    later(sentAfterMs, () => moveOn(message, 'sent', url, times))
    later(Math.max(sentAfterMs, deliveredAfterMs), () => {
      if (rule?.kind === 'sms.undelivered') {
        message.errorCode = rule.code ?? 30_005
        moveOn(message, 'undelivered', url, times)
      } else moveOn(message, 'delivered', url, times)
    })
  }

  function problemOf(form: URLSearchParams): Refusal | undefined {
    const to = form.get('To') ?? ''
    const from = form.get('From') ?? ''
    const body = form.get('Body') ?? ''
    if (!to) return refusals.noTo
    if (!from && !form.get('MessagingServiceSid')) return refusals.noFrom
    if (!body) return refusals.noBody
    if (body.length > 1600) return refusals.longBody
    if (from && !/^\+[1-9]\d{7,14}$|^(?=.*[A-Za-z])[\w. -]{1,11}$|^\d{3,6}$/.test(from)) return refusals.badFrom
    if (isVietnamLandline(to)) return refusals.landline
    if (!/^\+[1-9]\d{7,14}$/.test(to) || (to.startsWith('+84') && !isVietnamMobile(to))) return refusals.badTo
    const callback = form.get('StatusCallback')
    if (callback && !URL.canParse(callback)) return refusals.badCallback
    return undefined
  }

  async function create(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const form = new URLSearchParams(await readBody(req, 64 * 1024))
    const problem = problemOf(form)
    const to = form.get('To') ?? ''
    const rule = problem ? undefined : faults.decide('sms', 'answer', to, 'twilio')
    const slow = problem ? undefined : faults.decide('sms', 'delay', to, 'twilio')
    const delayMs = faults.settings().latencyMs + (slow ? (slow.delayMs ?? defaultDelayMs) : 0)
    const retryAfterSeconds = rule?.retryAfterSeconds ?? 1
    if (problem || (rule && !isTaken(rule.kind))) {
      await pause(delayMs)
      if (problem) return refuse(res, problem)
      if (rule?.kind === 'sms.invalid-number') return refuse(res, refusals.badTo)
      if (rule?.kind === 'sms.opted-out') return refuse(res, refusals.optedOut)
      if (rule?.kind === 'sms.auth') return refuse(res, refusals.auth)
      if (rule?.kind === 'sms.too-many') return refuse(res, { ...refusals.tooMany, retryAfterSeconds })
      if (rule?.kind === 'sms.unavailable') return refuse(res, { ...refusals.unavailable, retryAfterSeconds })
      if (rule?.kind === 'sms.server-error') return refuse(res, refusals.serverError)
      record.refuse('sms', 'drop-before')
      req.socket.destroy()
      return
    }
    const at = deps.now()
    const message: SmsMessage = {
      id: `SM${randomBytes(16).toString('hex')}`,
      vendor: 'twilio',
      to,
      from: form.get('From') ?? form.get('MessagingServiceSid') ?? '',
      body: record.smsBody(form.get('Body') ?? ''),
      status: 'queued',
      errorCode: null,
      at,
      updatedAt: at,
    }
    record.vendors.twilio.parts += message.body.parts
    record.takeSms(message)
    scheduleReceipts(message, form.get('StatusCallback') ?? undefined)
    // The message is taken now; a slow answer or a lost connection comes after that, as in life.
    await pause(delayMs)
    if (rule) return answerOddly(req, res, rule.kind)
    sendJson(res, 201, present(message))
  }

  function list(res: ServerResponse, url: URL): void {
    const page = messagePage(record.sms, url.searchParams)
    if (!page) refuse(res, refusals.badFilter)
    else {
      const { messages, nextQuery, firstQuery, ...numbers } = page
      sendJson(res, 200, {
        messages: messages.map(present),
        ...numbers,
        uri: url.pathname + url.search,
        first_page_uri: `${base}.json?${firstQuery}`,
        next_page_uri: nextQuery && `${base}.json?${nextQuery}`,
        previous_page_uri: null,
      })
    }
  }

  return {
    async handle(req, res, url) {
      try {
        if (!isAuthentic(req)) return refuse(res, refusals.auth)
        if (url.pathname === `${base}.json`) {
          if (req.method === 'POST') return await create(req, res)
          if (req.method === 'GET') return list(res, url)
          return refuse(res, refusals.method)
        }
        if (url.pathname === `/2010-04-01/Accounts/${credentials.accountSid}.json` && req.method === 'GET') {
          const { accountSid: sid } = credentials
          return sendJson(res, 200, { sid, friendly_name: 'Loa simulator', status: 'active', type: 'Full' })
        }
        const sid = url.pathname.startsWith(`${base}/`)
          ? /\/(SM[0-9a-f]{32})\.json$/.exec(url.pathname)?.[1]
          : undefined
        const message = sid === undefined ? undefined : record.sms.get(sid)
        if (message?.vendor !== 'twilio') return refuse(res, refusals.notFound)
        if (req.method === 'GET') return sendJson(res, 200, present(message))
        return refuse(res, refusals.method)
      } catch (error) {
        if (error instanceof BodyTooLarge) return refuse(res, refusals.tooLarge)
        throw error
      }
    },
    async idle() {
      await timers.idle()
      await callbacks.idle()
    },
    close: () => timers.close(),
  }
}
