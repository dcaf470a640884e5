import type { Outcome } from '../../services/domain/delivery.ts'

/** What a failed handover looked like, free of the mail library's types and of any address. */
export interface MailFailure {
  /** The library's code, e.g. EENVELOPE, EMESSAGE, ECONNECTION. */
  code: string
  /** Reply of the server, when it answered about this message. */
  responseCode?: number
  response?: string
  /** The system's own code below it, e.g. ECONNREFUSED. */
  systemCode?: string
  /** True once a single byte of the message itself was handed to the connection. */
  bodyBegun: boolean
}

/** How long a server that said "later" is left alone: greylisting servers refuse anything sooner. */
const laterMs = 60_000
const reconnectMs = 5_000

/**
 * What is known after a failed handover (RFC 5321): a reply in the 400s means not taken, try later; in the 500s not
 * taken, never; no reply means certainly not sent before the message began, and unknown afterwards, because the
 * server may have taken it and only its reply was lost.
 */
export function mailOutcome(failure: MailFailure): Outcome {
  const { code, responseCode, bodyBegun } = failure
  const answered = code === 'EENVELOPE' || code === 'EMESSAGE'
  if (answered && responseCode !== undefined) {
    const reason = replyCode(responseCode, failure.response)
    // 503 is "wrong order of commands": the session was confused, nothing is wrong with the message.
    if (responseCode >= 500 && responseCode !== 503) return { kind: 'rejected', code: reason }
    return { kind: 'retry', code: reason, afterMs: laterMs }
  }
  if (code === 'EMESSAGE') return { kind: 'rejected', code: 'too-large' }
  if (code === 'EENVELOPE') return { kind: 'rejected', code: 'bad-address' }
  if (bodyBegun) {
    if (code === 'EABORT') return { kind: 'unknown', code: 'aborted' }
    return { kind: 'unknown', code: code === 'ETIMEDOUT' ? 'timeout' : 'connection-lost' }
  }
  if (code === 'EABORT') return { kind: 'retry', code: 'aborted' }
  if (code === 'EAUTH' || code === 'ENOAUTH') return { kind: 'retry', code: 'smtp-login', afterMs: laterMs }
  if (code === 'ETLS') return { kind: 'retry', code: 'smtp-tls', afterMs: laterMs }
  if (code === 'EDNS') return { kind: 'retry', code: 'dns', afterMs: reconnectMs }
  if (failure.systemCode === 'ECONNREFUSED') return { kind: 'retry', code: 'connection-refused', afterMs: reconnectMs }
  if (code === 'ETIMEDOUT') return { kind: 'retry', code: 'timeout', afterMs: reconnectMs }
  return { kind: 'retry', code: 'connection-lost', afterMs: reconnectMs }
}

/** `550 5.1.1 No such mailbox` -> `smtp-550-5.1.1`; the words are left out, they often repeat the address. */
function replyCode(responseCode: number, response: string | undefined): string {
  const enhanced = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(response ?? '')?.[1]
  return enhanced ? `smtp-${responseCode}-${enhanced}` : `smtp-${responseCode}`
}
