import { setTimeout as wait } from 'node:timers/promises'
import type { Outcome } from '../../../services/domain/delivery.ts'
import type { Log, NewsPort } from '../../contract.ts'
import { abortGraceMs } from '../../send-each.ts'
import { noAnswerOutcome, outcomeOf } from '../failures.ts'
import { type Finding, type Message, messageRef, parseRef, type Vendor } from '../vendor.ts'
import { createBackoff } from './backoff.ts'
import { smppCode, smppMeaning, smppOutcome, smppReceiptState } from './codes.ts'
import type { SmppConfig } from './config.ts'
import { createReceiptInbox } from './inbox.ts'
import { type LinkProblem, problemCode } from './link.ts'
import { cutIntoParts, type PartFields } from './parts.ts'
import { createLinkPool } from './pool.ts'
import { partRef, readReceipt } from './receipt.ts'

export interface SmppTools {
  news: NewsPort
  log: Log
  now: () => Date
  timeoutMs: number
}

/** What came of one part. */
type PartResult = { kind: 'taken'; id: string } | { kind: 'failed'; outcome: Outcome; again: boolean }

/** How often a later part of a message is tried that the centre refuses for now, after the first part was taken. */
const partTries = 5

/**
 * A message centre over SMPP 3.4. The links are bound at once, so that receipts that wait there come in; a receipt is
 * acknowledged only when it is stored. The parts of a long message go one after the other: as long as the first one
 * was refused, nothing has left.
 */
export function createSmpp(config: SmppConfig, tools: SmppTools): Vendor {
  const backoff = createBackoff()
  const inbox = createReceiptInbox(tools.news, tools.log)
  const pool = createLinkPool(config, (pdu, answer) => {
    const receipt = readReceipt(pdu, config.receiptIds, tools.now())
    if (receipt) inbox.add(receipt, answer)
    else {
      // A reply of a person, or a state that tells nothing: the centre must not send it again and again.
      tools.log.info({ vendor: 'smpp' }, 'the message centre sent something that is no delivery receipt')
      answer(0)
    }
  })
  const sender = senderFields(config.from)
  let reference = Math.floor(Math.random() * 256)

  async function submit(to: string, part: PartFields, signal: AbortSignal): Promise<PartResult> {
    const failed = (outcome: Outcome, again: boolean): PartResult => ({ kind: 'failed', outcome, again })
    if (backoff.leftMs() > 0) return failed(smppOutcome(backoff.status(), backoff.leftMs()), true)
    const fields = { ...sender, ...phoneFields(to), ...part, registered_delivery: 1 }
    const answer = await pool.request('submit_sm', fields, tools.timeoutMs, signal)
    if (answer.kind === 'problem') return failed(problemOutcome(answer.problem), true)
    if (answer.kind === 'no-answer') return failed(noAnswerOutcome(answer), !answer.begun)
    const { command_status: status, message_id: id } = answer.pdu
    if (status === 0) {
      backoff.taken()
      return { kind: 'taken', id: typeof id === 'string' ? id : '' }
    }
    if (smppMeaning(status) !== 'throttled') return failed(smppOutcome(status), false)
    return failed(smppOutcome(status, backoff.throttled(status)), true)
  }

  /** A later part: the message has begun, so what is refused for now is tried again here and not by the dispatch. */
  async function submitLater(to: string, part: PartFields, signal: AbortSignal): Promise<PartResult> {
    for (let attempt = 1; ; attempt++) {
      const result = await submit(to, part, signal)
      if (result.kind === 'taken' || !result.again || attempt === partTries || signal.aborted) return result
      await wait(Math.max(backoff.leftMs(), 100 * 2 ** attempt), undefined, { signal }).catch(() => undefined)
    }
  }

  /** What has begun should be finished, also some seconds after an abort. */
  async function sendRest(
    to: string,
    later: PartFields[],
    signal: AbortSignal,
  ): Promise<{ ids: string[] } | { outcome: Outcome }> {
    const patience = withGrace(signal)
    const ids: string[] = []
    try {
      for (const part of later) {
        const result = await submitLater(to, part, patience.signal)
        if (result.kind === 'failed') return { outcome: result.outcome }
        ids.push(result.id)
      }
      return { ids }
    } finally {
      patience.end()
    }
  }

  async function send({ to, content }: Message, signal: AbortSignal): Promise<Outcome> {
    reference = (reference + 1) % 256
    const [first, ...later] = cutIntoParts(content, config.long, reference)
    if (first === undefined) return { kind: 'rejected', code: 'smpp-0x01' }
    const head = await submit(to, first, signal)
    if (head.kind === 'failed') return head.outcome
    const rest = later.length > 0 ? await sendRest(to, later, signal) : { ids: [] }
    if ('outcome' in rest) return partlySent(rest.outcome, head.id)
    const ids = [head.id, ...rest.ids]
    // Without an id no receipt can ever be matched; the message was taken all the same.
    const named = ids.every(id => id !== '')
    return { kind: 'accepted', ...(named && { partRefs: ids.map(id => partRef(id, config.receiptIds)) }) }
  }

  return {
    concurrency: config.binds * config.window,
    send,
    pausedMs: () => backoff.leftMs(),
    async lookup(question, signal): Promise<Finding> {
      const id = parseRef(question.ref)?.id
      // One part tells of the whole message only when it is all of it.
      if (!id || (question.content.parts > 1 && config.long === 'udh')) return undefined
      const fields = { message_id: id, ...sender }
      const answer = await pool.request('query_sm', fields, tools.timeoutMs, signal)
      if (answer.kind !== 'answer' || answer.pdu.command_status !== 0) return undefined
      const read = smppReceiptState(Number(answer.pdu['message_state']))
      return read && { ref: messageRef('smpp', id), ...read, at: tools.now() }
    },
    async verify() {
      const answer = await pool.request('enquire_link', {}, tools.timeoutMs, new AbortController().signal)
      if (answer.kind === 'answer') return
      const code = answer.kind === 'problem' ? problemCode(answer.problem) : answer.reason
      throw Object.assign(new Error('the message centre cannot be used'), { code })
    },
    async close() {
      await inbox.idle()
      await pool.close(abortGraceMs)
      await inbox.idle()
    },
  }
}

/** Nothing was written, so whatever the reason, nothing was sent. */
function problemOutcome(problem: LinkProblem): Outcome {
  if ('reason' in problem) return noAnswerOutcome({ begun: false, reason: problem.reason })
  const meaning = smppMeaning(problem.status)
  return outcomeOf(meaning === 'setup' ? 'setup' : 'retry', smppCode(problem.status))
}

/** The first part has left, the message has not: it can neither be repeated nor be called sent. */
function partlySent(outcome: Outcome, firstId: string): Outcome {
  if (outcome.kind === 'rejected') return outcome
  const code = outcome.kind === 'unknown' ? outcome.code : 'partly-sent'
  return { kind: 'unknown', code, ref: messageRef('smpp', firstId) }
}

/** A signal that fires some seconds after the given one, for what has begun and should be finished. */
function withGrace(signal: AbortSignal): { signal: AbortSignal; end: () => void } {
  const late = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const onAbort = () => {
    timer = setTimeout(() => late.abort(), abortGraceMs)
  }
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  return {
    signal: late.signal,
    end: () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
    },
  }
}

/** Type of number and numbering plan: 5 letters, 3 a short code, 1 an international number. */
function senderFields(from: string): Record<string, unknown> {
  const [ton, npi] = from.startsWith('+') ? [1, 1] : /^\d+$/.test(from) ? [3, 0] : [5, 0]
  return { source_addr_ton: ton, source_addr_npi: npi, source_addr: from.replace(/^\+/, '') }
}

function phoneFields(to: string): Record<string, unknown> {
  return { dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: to.replace(/^\+/, '') }
}
