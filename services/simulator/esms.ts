import { randomUUID, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import type { CallbackSender } from './callbacks.ts'
import { createEsmsRepeats } from './esms-repeats.ts'
import type { FaultRule, Faults } from './faults.ts'
import { answerOddly, BodyTooLarge, isTaken, readBody, sendJson } from './http.ts'
import type { SimulatorRecord, SmsMessage } from './record.ts'
import { createTimers } from './timers.ts'
import { isVietnamMobile } from './vendors.ts'

/** Shaped like the aggregator eSMS: one text message per request, codes in the body, callbacks by unsigned GET. */
export interface EsmsApi {
  handle(req: IncomingMessage, res: ServerResponse, url: URL): Promise<void>
  /** Resolves when every message has its last status and every callback has ended. */
  idle(): Promise<void>
  close(): void
}

export interface EsmsCredentials {
  esmsApiKey: string
  esmsSecretKey: string
}

export const esmsPaths = {
  prefix: '/MainService.svc/json/',
  send: '/MainService.svc/json/SendMultipleMessage_V4_post_json',
  status: '/MainService.svc/json/GetSendStatus',
} as const

/** Sentences for the codes of the aggregator's documentation, in the simulator's own words where it gives none. */
const sentences: Record<string, string> = {
  '99': 'The phone number is blocked',
  '101': 'Authorize Failed',
  '103': 'Balance is not enough',
  '104': 'Brand name code is not exist',
  '105': 'SMSID is not exist',
  '108': 'The phone number is not valid',
  '110': 'The request data is not valid',
  '118': 'The message type is not supported',
  '124': 'Request exist',
  '146': 'The content does not match a registered template',
}

/** Answers with a code for a fault; the others strike after the message was taken, or are no answer of this API. */
const refusalCodes: Partial<Record<FaultRule['kind'], string>> = {
  'sms.invalid-number': '108',
  'sms.opted-out': '99',
  'sms.auth': '101',
  'sms.code': '146',
}

const text = z.union([z.string(), z.number().transform(String)])
const requestSchema = z.object({
  ApiKey: text.default(''),
  SecretKey: text.default(''),
  Phone: text.default(''),
  Content: z.string().default(''),
  Brandname: z.string().default(''),
  SmsType: text.default(''),
  IsUnicode: text.default('0'),
  RequestId: text.default(''),
  CallbackUrl: z.string().default(''),
  Sandbox: text.default('0'),
})
type EsmsRequest = z.output<typeof requestSchema>

/** A brandname of Viet Nam: at most 11 letters, digits, `- _ .` and spaces, not digits alone. */
const brandname = /^(?!\d+$)[A-Za-z0-9_. -]{1,11}$/
const priceDong = 850
const defaultDelayMs = 2000

/** @param deps.now clock for message times and for what counts as a repeat */
export function createEsmsApi(deps: {
  credentials: EsmsCredentials
  record: SimulatorRecord
  faults: Faults
  callbacks: CallbackSender
  now: () => Date
}): EsmsApi {
  const { credentials, record, faults, callbacks } = deps
  const timers = createTimers()
  const repeats = createEsmsRepeats()

  function refuse(res: ServerResponse, code: string): void {
    record.refuse('sms', code)
    sendJson(res, 200, { CodeResult: code, CountRegenerate: 0, ErrorMessage: sentences[code] ?? 'Request failed' })
  }

  function httpError(res: ServerResponse, status: number, headers: Record<string, string> = {}): void {
    record.refuse('sms', String(status))
    sendJson(res, status, { error: 'Invalid request' }, headers)
  }

  const isAuthentic = (apiKey: string, secretKey: string) =>
    sameText(`${apiKey} ${secretKey}`, `${credentials.esmsApiKey} ${credentials.esmsSecretKey}`)

  function problemOf(request: EsmsRequest, to: string): string | undefined {
    if (!isAuthentic(request.ApiKey, request.SecretKey)) return '101'
    if (!isVietnamMobile(to)) return '108'
    if (request.SmsType !== '2') return '118'
    if (!brandname.test(request.Brandname)) return '104'
    if (request.Content === '' || request.RequestId.length > 50) return '110'
    // Letters outside the GSM alphabet in a text that is said to have none: no template has them.
    if (request.IsUnicode !== '1' && record.smsBody(request.Content).encoding !== 'GSM-7') return '146'
    return undefined
  }

  async function send(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const request = readRequest(await readBody(req, 64 * 1024))
    if (!request) return httpError(res, 400)
    const to = e164(request.Phone)
    const problem = problemOf(request, to)
    if (problem !== undefined) return refuse(res, problem)
    const rule = faults.decide('sms', 'answer', to, 'esms')
    const slow = faults.decide('sms', 'delay', to, 'esms')
    const delayMs = faults.settings().latencyMs + (slow ? (slow.delayMs ?? defaultDelayMs) : 0)
    if (rule && !isTaken(rule.kind)) {
      await timers.pause(delayMs)
      return refuseBy(rule, req, res)
    }
    // Repeats are looked for and noted in one go: two equal requests under way at once are repeats as well.
    if (request.Sandbox !== '1' && !repeats.isNew(request.RequestId, to, request.Content, deps.now())) {
      await timers.pause(delayMs)
      return refuse(res, '124')
    }
    const id = `${randomUUID().replaceAll('-', '')}${record.vendors.esms.messages % 1000}`
    if (request.Sandbox !== '1') take(id, to, request)
    // The message is taken now; a slow answer or a lost connection comes after that, as in life.
    await timers.pause(delayMs)
    if (rule) return answerOddly(req, res, rule.kind)
    sendJson(res, 200, { CodeResult: '100', CountRegenerate: 0, SMSID: id })
  }

  function refuseBy(rule: FaultRule, req: IncomingMessage, res: ServerResponse): void {
    const code = refusalCodes[rule.kind]
    const retryAfter = { 'retry-after': String(rule.retryAfterSeconds ?? 1) }
    if (code !== undefined) refuse(res, rule.kind === 'sms.code' ? String(rule.code ?? code) : code)
    else if (rule.kind === 'sms.too-many') httpError(res, 429, retryAfter)
    else if (rule.kind === 'sms.unavailable') httpError(res, 503, retryAfter)
    else if (rule.kind === 'sms.server-error') httpError(res, 500)
    else {
      record.refuse('sms', 'drop-before')
      req.socket.destroy()
    }
  }

  function take(id: string, to: string, request: EsmsRequest): void {
    const at = deps.now()
    const message: SmsMessage = {
      id,
      vendor: 'esms',
      to,
      from: request.Brandname,
      body: record.smsBody(request.Content),
      status: 'queued',
      errorCode: null,
      at,
      updatedAt: at,
    }
    record.vendors.esms.parts += message.body.parts
    record.takeSms(message)
    schedule(message, request)
  }

  /** queued -> sent -> delivered | undelivered, or queued -> failed; only the end is called back. */
  function schedule(message: SmsMessage, request: EsmsRequest): void {
    const rule = faults.decide('sms', 'receipt', message.to, 'esms')
    const { sentAfterMs, deliveredAfterMs } = faults.settings()
    const move = (status: SmsMessage['status'], errorCode: number | null = null) => {
      Object.assign(message, { status, errorCode, updatedAt: deps.now() })
      record.changed()
    }
    const end = (status: SmsMessage['status'], errorCode: number | null = null) => {
      move(status, errorCode)
      const times = rule?.kind === 'sms.no-receipt' ? 0 : rule?.kind === 'sms.repeat-receipt' ? 2 : 1
      for (let i = 0; i < times; i += 1) callBack(message, request)
    }
    if (rule?.kind === 'sms.failed') {
      timers.later(sentAfterMs, () => end('failed', rule.code ?? null))
      return
    }
    timers.later(sentAfterMs, () => move('sent'))
    timers.later(Math.max(sentAfterMs, deliveredAfterMs), () => {
      if (rule?.kind === 'sms.undelivered') end('undelivered', rule.code ?? null)
      else end('delivered')
    })
  }

  function callBack(message: SmsMessage, request: EsmsRequest): void {
    if (!URL.canParse(request.CallbackUrl)) return
    const url = new URL(request.CallbackUrl)
    const report = reportOf(message)
    const fields = {
      SMSID: message.id,
      SendFailed: report.SendFailed,
      SendStatus: report.SendStatus,
      SendSuccess: report.SendSuccess,
      TotalPrice: report.TotalPrice.toFixed(4),
      TotalReceiver: 1,
      TotalSent: report.TotalSent,
      RequestId: request.RequestId,
      TypeId: 2,
      telcoid: telco(message.to),
      phonenumber: `0${message.to.slice(3)}`,
      switchsmsid: '',
    }
    for (const [name, value] of Object.entries(fields)) url.searchParams.append(name, String(value))
    callbacks.get(url.href)
  }

  function sendStatus(res: ServerResponse, query: URLSearchParams): void {
    const id = query.get('RefId') ?? ''
    const message = record.sms.get(id)
    const known = message?.vendor === 'esms'
    if (!isAuthentic(query.get('ApiKey') ?? '', query.get('SecretKey') ?? '')) {
      sendJson(res, 200, { CodeResponse: '101', SMSID: id })
    } else if (!known) sendJson(res, 200, { CodeResponse: '105', SMSID: id, ErrorMessage: sentences['105'] })
    else sendJson(res, 200, { CodeResponse: '100', SMSID: id, ...reportOf(message), TotalReceiver: 1 })
  }

  return {
    async handle(req, res, url) {
      try {
        const path = url.pathname.replace(/\/$/, '')
        if (path === esmsPaths.send && req.method === 'POST') await send(req, res)
        else if (path === esmsPaths.status && req.method === 'GET') sendStatus(res, url.searchParams)
        else httpError(res, 404)
      } catch (error) {
        if (error instanceof BodyTooLarge) return httpError(res, 413)
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

function readRequest(body: string): EsmsRequest | undefined {
  try {
    return requestSchema.safeParse(JSON.parse(body)).data
  } catch {
    return undefined
  }
}

/** 0912345678, 84912345678 and +84912345678 are one number. */
function e164(phone: string): string {
  return phone.replace(/^0/, '+84').replace(/^84/, '+84')
}

interface EsmsReport {
  SendStatus: number
  SendSuccess: number
  SendFailed: number
  TotalPrice: number
  TotalSent: number
}

/** SendStatus: 2 waiting, 4 refused, 5 finished (well or not), 7 with the carrier, whose report is awaited. */
function reportOf({ status, body }: SmsMessage): EsmsReport {
  const success = status === 'delivered' ? 1 : 0
  const failed = status === 'undelivered' || status === 'failed' ? 1 : 0
  return {
    SendStatus: { queued: 2, sent: 7, failed: 4, delivered: 5, undelivered: 5 }[status],
    SendSuccess: success,
    SendFailed: failed,
    TotalPrice: failed ? 0 : priceDong * body.parts,
    TotalSent: status === 'queued' || status === 'failed' ? 0 : 1,
  }
}

/** The aggregator's number of the carrier, by the prefix of allocation: 1 Viettel to 7 Reddi. */
function telco(e164Number: string): number {
  const prefix = e164Number.slice(3, 5)
  if (/^(3[2-9]|86|9[678])$/.test(prefix)) return 1
  if (/^(7[06789]|89|90|93)$/.test(prefix)) return 2
  if (/^(8[1-5]|88|91|94)$/.test(prefix)) return 3
  if (/^(5[268]|92)$/.test(prefix)) return 4
  if (/^(59|99)$/.test(prefix)) return 5
  return prefix === '87' ? 6 : 7
}

function sameText(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}
