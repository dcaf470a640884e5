import { randomBytes } from 'node:crypto'
import type { Faults } from './faults.ts'
import { createReassembly } from './reassembly.ts'
import type { SimulatorRecord, SmsBody, SmsMessage } from './record.ts'
import { type SmppStat, smpp, smppStates } from './smpp-library.ts'
import { receiptText, type Submission } from './smpp-message.ts'
import type { ReceiptOutbox } from './smpp-outbox.ts'
import type { Timers } from './timers.ts'

/** What happens to short messages after they were taken: put together for the phone, delivered or not, reported. */
export interface Carrier {
  /** @returns the message id, one per part */
  take(systemId: string, submission: Submission): string
  /** For query_sm; undefined when the id is not this account's or too old. */
  stateOf(
    systemId: string,
    id: string,
  ): { id: string; state: number; doneAt: Date | null; errorCode: number } | undefined
  waitingParts(): number
}

/** One part, which has an id, a fate and a receipt of its own. */
interface Part {
  id: string
  systemId: string
  submission: Submission
  takenAt: Date
  doneAt: Date | null
  stat: SmppStat
  errorCode: number
  whole: Whole
}

/** What the phone shows as one text. */
interface Whole {
  parts: Part[]
  message: SmsMessage | undefined
}

const maxKnown = 100_000
const maxUnfinished = 10_000
const unfinishedMs = 10 * 60_000

export function createCarrier(deps: {
  record: SimulatorRecord
  faults: Faults
  timers: Timers
  outbox: ReceiptOutbox
  now: () => Date
}): Carrier {
  const { record, faults, timers, outbox } = deps
  const known = new Map<string, Part>()
  const reassembly = createReassembly<Part>({ messages: maxUnfinished, maxAgeMs: unfinishedMs })
  // Ids of one start never meet those of another.
  const prefix = randomBytes(4).toString('hex')
  let count = 0

  function remember(part: Part): void {
    known.set(part.id, part)
    if (known.size <= maxKnown) return
    // A tenth at once: a map walks over its deleted front every time it is asked for its first key.
    let left = maxKnown / 10
    for (const id of known.keys()) {
      if (left === 0) break
      known.delete(id)
      left -= 1
    }
  }

  function show(parts: Part[]): void {
    const [first] = parts
    if (!first) return
    const { to, from, encoding } = first.submission
    const message: SmsMessage = {
      id: first.id,
      vendor: 'smpp',
      to,
      from,
      body: bodyOf(parts.map(part => part.submission.text).join(''), encoding, parts),
      status: 'queued',
      errorCode: null,
      at: first.takenAt,
      updatedAt: first.takenAt,
    }
    const whole: Whole = { parts, message }
    for (const part of parts) part.whole = whole
    record.takeSms(message)
    refresh(whole)
  }

  /** As it was sent, whatever a better sender would have made of the same text. */
  function bodyOf(text: string, encoding: SmsBody['encoding'], parts: Part[]): SmsBody {
    const counted = record.smsBody(text)
    const sent = parts.length === 1 && parts[0]?.submission.payload ? counted.parts : parts.length
    return counted.encoding === encoding && counted.parts === sent ? counted : { text, encoding, parts: sent }
  }

  /** A long message is delivered when all its parts are, and not delivered as soon as one is not. */
  function refresh({ parts, message }: Whole): void {
    if (!message) return
    const lost = parts.find(part => part.doneAt !== null && part.stat !== 'DELIVRD')
    if (lost) {
      message.status = lost.stat === 'REJECTD' ? 'failed' : 'undelivered'
      message.errorCode = lost.errorCode
    } else if (parts.every(part => part.doneAt !== null)) message.status = 'delivered'
    else message.status = 'sent'
    message.updatedAt = deps.now()
    record.changed()
  }

  function report(part: Part, times: number): void {
    const { submission, doneAt, stat } = part
    const wanted = submission.wantsReceipt
    if (doneAt === null || wanted === 'never' || (wanted === 'on-failure' && stat === 'DELIVRD')) return
    const text = receiptText({ messageId: part.id, submittedAt: part.takenAt, doneAt, stat, errorCode: part.errorCode })
    const fields = {
      source_addr_ton: 1,
      source_addr_npi: 1,
      source_addr: submission.to.slice(1),
      dest_addr_ton: 5,
      destination_addr: submission.from,
      // Marks a delivery receipt (section 5.2.12).
      esm_class: 0x04,
      data_coding: 0,
      short_message: Buffer.from(text, 'latin1'),
      receipted_message_id: part.id,
      message_state: smppStates[stat],
    }
    for (let i = 0; i < times; i += 1) outbox.push(part.systemId, () => new smpp.PDU('deliver_sm', fields))
  }

  function schedule(part: Part): void {
    const rule = faults.decide('sms', 'receipt', part.submission.to, 'smpp')
    const { sentAfterMs, deliveredAfterMs } = faults.settings()
    const times = rule?.kind === 'sms.no-receipt' ? 0 : rule?.kind === 'sms.repeat-receipt' ? 2 : 1
    timers.later(rule?.kind === 'sms.failed' ? sentAfterMs : Math.max(sentAfterMs, deliveredAfterMs), () => {
      if (rule?.kind === 'sms.undelivered') part.stat = 'UNDELIV'
      else if (rule?.kind === 'sms.failed') part.stat = 'REJECTD'
      else if (rule?.kind === 'sms.expired') part.stat = 'EXPIRED'
      else part.stat = 'DELIVRD'
      part.errorCode = part.stat === 'DELIVRD' ? 0 : (rule?.code ?? 1)
      part.doneAt = deps.now()
      refresh(part.whole)
      report(part, times)
    })
  }

  return {
    take(systemId, submission) {
      count += 1
      const takenAt = deps.now()
      const part: Part = {
        id: `${prefix}${count.toString(16).padStart(8, '0')}`,
        systemId,
        submission,
        takenAt,
        doneAt: null,
        stat: 'ENROUTE',
        errorCode: 0,
        whole: { parts: [], message: undefined },
      }
      remember(part)
      record.vendors.smpp.parts += submission.payload ? record.smsBody(submission.text).parts : 1
      const { part: place, from, to } = submission
      const parts = place ? reassembly.add(`${systemId} ${from} ${to}`, place, part, takenAt) : [part]
      if (parts) show(parts)
      schedule(part)
      return part.id
    },
    stateOf(systemId, id) {
      const part = known.get(id)
      if (part?.systemId !== systemId) return undefined
      return { id, state: smppStates[part.stat], doneAt: part.doneAt, errorCode: part.errorCode }
    },
    waitingParts: () => reassembly.waiting(),
  }
}
