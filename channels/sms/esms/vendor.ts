import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Outcome } from '../../../services/domain/delivery.ts'
import type { Receipt } from '../../contract.ts'
import { badToken } from '../forged.ts'
import { attempted, createWire, currentAttempt, WireFailure } from '../transport.ts'
import { type Message, messageRef, parseRef, type Vendor } from '../vendor.ts'
import { type EsmsAnswer, esmsOutcome, esmsReceiptState, readEsmsAnswer } from './codes.ts'
import type { EsmsConfig } from './config.ts'

/** What the channel lends to a vendor that calls back over HTTP. */
export interface EsmsTools {
  /** Address of the callbacks of one message, without the secret. */
  callbackUrl: (message: Message) => string
  now: () => Date
  concurrency: number
  timeoutMs: number
}

const api = '/MainService.svc/json'
/** Customer-care messages; advertising is another product with other rules. */
const customerCare = '2'

/**
 * An aggregator that speaks like eSMS: one JSON request per phone on kept connections, a RequestId by which the vendor
 * drops repeats, and callbacks without a signature, which prove themselves by a secret in their address.
 */
export function createEsms(config: EsmsConfig, tools: EsmsTools): Vendor {
  const wire = createWire({ ...tools, baseUrl: config.baseUrl })
  const account = { ApiKey: config.apiKey, SecretKey: config.secretKey }

  const post = (path: string, fields: Record<string, string>) =>
    wire.request(`${config.baseUrl}${api}/${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json; charset=utf-8', Accept: 'application/json' },
      body: JSON.stringify({ ...account, ...fields }),
    })

  const askStatus = (id: string, signal: AbortSignal) => {
    const query = new URLSearchParams({ RefId: id, ...account })
    return currentAttempt.run({ signal, begun: false }, () =>
      wire.request(`${config.baseUrl}${api}/GetSendStatus?${query}`, { method: 'GET', headers: {} }),
    )
  }

  async function send(message: Message, signal: AbortSignal): Promise<Outcome> {
    const { dispatchId, targetId, to, content } = message
    const answer = await attempted(signal, async (attempt): Promise<EsmsAnswer> => {
      try {
        const { statusCode: status, body } = await post('SendMultipleMessage_V4_post_json/', {
          Phone: nationalNumber(to),
          Content: content.text,
          Brandname: config.brandname,
          SmsType: customerCare,
          IsUnicode: content.encoding === 'UCS-2' ? '1' : '0',
          RequestId: `${dispatchId}-${targetId}`,
          CallbackUrl: `${tools.callbackUrl(message)}&k=${token(dispatchId, targetId)}`,
        })
        const { retryAfterSeconds } = attempt
        return { kind: 'answer', status, body, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) }
      } catch (error) {
        if (!(error instanceof WireFailure)) throw error
        return { kind: 'no-answer', begun: attempt.begun, reason: error.reason }
      }
    })
    const outcome = esmsOutcome(answer)
    if (outcome.kind === 'taken') {
      return { kind: 'accepted', ...(outcome.id === undefined ? {} : { ref: messageRef('esms', outcome.id) }) }
    }
    return outcome.kind === 'unknown' ? { ...outcome, ref: messageRef('esms', '') } : outcome
  }

  /** Belongs to one message, so that whoever learns one address can settle no other message. */
  const token = (dispatchId: string, targetId: string) =>
    createHmac('sha256', config.secretKey).update(`loa receipt ${dispatchId} ${targetId}`).digest('base64url')

  function found(id: string, fields: Record<string, string | undefined>): Receipt | undefined {
    const read = esmsReceiptState(fields)
    return read && { ref: messageRef('esms', id), ...read, at: tools.now() }
  }

  return {
    concurrency: tools.concurrency,
    send,
    pausedMs: () => 0,
    async lookup(question, signal) {
      const id = parseRef(question.ref)?.id
      // The vendor is asked by its own id only; without one it can tell nothing, not even that there is no message.
      if (!id) return undefined
      const { body } = await askStatus(id, signal)
      const fields = readEsmsAnswer(body)
      return fields?.['CodeResponse'] === '100' ? found(id, fields) : undefined
    },
    receipt(request) {
      if (!URL.canParse(request.url)) throw badToken()
      // One reading only, that of the address itself: what a proxy or the server made of it does not count.
      const { searchParams } = new URL(request.url)
      const dispatchId = searchParams.get('d') ?? ''
      const targetId = searchParams.get('t') ?? ''
      if (!equal(searchParams.get('k') ?? '', token(dispatchId, targetId))) throw badToken()
      const receipt = found(searchParams.get('SMSID') ?? '', Object.fromEntries(searchParams))
      return receipt ? [{ ...receipt, dispatchId, targetId }] : []
    },
    async verify() {
      // A question about no message: a wrong account is told before an unknown message.
      const { statusCode, body } = await askStatus('0', new AbortController().signal)
      const code = readEsmsAnswer(body)?.['CodeResponse']
      if (code !== undefined && code !== '101' && statusCode < 400) return
      throw Object.assign(new Error('the account cannot be used'), {
        code: code === undefined ? `http-${statusCode}` : `esms-${code}`,
      })
    },
    close: async () => wire.close(),
  }
}

/** 0912345678: how the vendor writes Vietnamese numbers; others without their plus sign. */
function nationalNumber(phone: string): string {
  return phone.startsWith('+84') ? `0${phone.slice(3)}` : phone.slice(1)
}

/** Takes the same time wherever the difference is. */
function equal(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}
