import { randomBytes, timingSafeEqual } from 'node:crypto'
import { listen } from '../runtime/ports.ts'
import type { FaultRule, Faults } from './faults.ts'
import type { SimulatorRecord } from './record.ts'
import { createCarrier } from './smpp-carrier.ts'
import { type SmppPdu, type SmppSession, smpp, smppStatus } from './smpp-library.ts'
import { readSubmission } from './smpp-message.ts'
import { createReceiptOutbox } from './smpp-outbox.ts'
import { createTimers } from './timers.ts'

/** A short message centre on loopback: SMPP 3.4, the part of it that senders use. */
export interface SmppSide {
  port: number
  /** Receipts that nobody has acknowledged yet, whether or not somebody is bound. */
  waitingReceipts(): number
  /** Parts of long messages that wait for others. */
  waitingParts(): number
  /** Resolves when every message has its last state and every account with a bind has acknowledged its receipts. */
  idle(): Promise<void>
  close(): Promise<void>
}

export interface SmppCredentials {
  /** At most 15 characters. */
  smppSystemId: string
  /** At most 8 characters, as the protocol has it. */
  smppPassword: string
}

interface Client {
  session: SmppSession
  /** Absent until a bind succeeded. */
  bound: { systemId: string; sends: boolean } | undefined
}

const defaultDelayMs = 2000

/** What the client is told for a fault that refuses; the others come after the message was taken. */
const refusals: Partial<Record<FaultRule['kind'], number>> = {
  'sms.invalid-number': smppStatus.destination,
  'sms.too-many': smppStatus.throttled,
  'sms.queue-full': smppStatus.queueFull,
  'sms.server-error': smppStatus.systemError,
  'sms.code': smppStatus.submitFailed,
}

/**
 * Starts listening.
 * @param deps.port 0 for any free one
 * @throws AppError setup.port-taken
 */
export async function startSmppSide(deps: {
  host: string
  port: number
  credentials: SmppCredentials
  record: SimulatorRecord
  faults: Faults
  now: () => Date
}): Promise<SmppSide> {
  const { record, faults, credentials } = deps
  const timers = createTimers()
  const sessions = new Set<SmppSession>()
  const outbox = createReceiptOutbox({
    answerMs: () => faults.settings().receiptAnswerMs,
    send,
    onResult: result => {
      record.callbacks[result] += 1
    },
  })
  const carrier = createCarrier({ record, faults, timers, outbox, now: deps.now })

  /** Everything that is answered in one turn of the event loop leaves in one write. */
  function send(session: SmppSession, pdu: SmppPdu): boolean {
    if (session.socket.writableCorked === 0) {
      session.socket.cork()
      process.nextTick(() => session.socket.uncork())
    }
    return session.send(pdu)
  }
  const answer = (session: SmppSession, pdu: SmppPdu, status: number, fields: Record<string, unknown> = {}) =>
    send(session, pdu.response({ command_status: status, ...fields }))

  function refuse(session: SmppSession, pdu: SmppPdu, status: number): void {
    record.refuse('sms', statusText(status))
    answer(session, pdu, status)
  }

  function bindStatus({ bound }: Client, systemId: string, password: string): number {
    if (bound) return smppStatus.alreadyBound
    if (faults.decide('sms', 'auth', systemId, 'smpp')) return smppStatus.bindFailed
    if (systemId !== credentials.smppSystemId) return smppStatus.systemId
    return sameText(password, credentials.smppPassword) ? smppStatus.ok : smppStatus.password
  }

  const bind = (sends: boolean, receives: boolean) => (client: Client, pdu: SmppPdu) => {
    const systemId = String(pdu.system_id ?? '')
    const status = bindStatus(client, systemId, String(pdu.password ?? ''))
    if (status !== smppStatus.ok) {
      refuse(client.session, pdu, status)
      return
    }
    client.bound = { systemId, sends }
    answer(client.session, pdu, smppStatus.ok, { system_id: 'loa-simulator', sc_interface_version: 0x34 })
    if (receives) outbox.open(systemId, client.session)
  }

  function submit({ session, bound }: Client, pdu: SmppPdu): void {
    if (!bound?.sends) {
      refuse(session, pdu, smppStatus.bindState)
      return
    }
    const submission = readSubmission(pdu)
    if (typeof submission === 'number') {
      refuse(session, pdu, submission)
      return
    }
    const rule = faults.decide('sms', 'answer', submission.to, 'smpp')
    const slow = faults.decide('sms', 'delay', submission.to, 'smpp')
    const delayMs = faults.settings().latencyMs + (slow ? (slow.delayMs ?? defaultDelayMs) : 0)
    const refusal = rule && refusals[rule.kind]
    if (refusal !== undefined) {
      const status = rule?.kind === 'sms.code' ? (rule.code ?? refusal) : refusal
      after(delayMs, () => refuse(session, pdu, status))
    } else if (rule?.kind === 'sms.drop-before') {
      record.refuse('sms', 'drop-before')
      after(delayMs, () => session.destroy())
    } else {
      // The message is taken now; a slow answer or a lost connection comes after that, as in life.
      const messageId = carrier.take(bound.systemId, submission)
      after(delayMs, () => {
        if (rule?.kind === 'sms.drop-after') session.destroy()
        else if (rule?.kind !== 'sms.no-answer') answer(session, pdu, smppStatus.ok, { message_id: messageId })
      })
    }
  }

  function after(delayMs: number, work: () => void): void {
    if (delayMs === 0) work()
    else timers.later(delayMs, work)
  }

  function query({ session, bound }: Client, pdu: SmppPdu): void {
    const found = bound?.sends ? carrier.stateOf(bound.systemId, String(pdu.message_id ?? '')) : undefined
    if (!found) refuse(session, pdu, bound?.sends ? smppStatus.messageId : smppStatus.bindState)
    else {
      answer(session, pdu, smppStatus.ok, {
        message_id: found.id,
        final_date: found.doneAt ?? '',
        message_state: found.state,
        error_code: found.errorCode % 256,
      })
    }
  }

  function unbind({ session }: Client, pdu: SmppPdu): void {
    outbox.closed(session)
    answer(session, pdu, smppStatus.ok)
    // Ends after the answer has left.
    process.nextTick(() => session.close())
  }

  const handlers: Record<string, (client: Client, pdu: SmppPdu) => void> = {
    submit_sm: submit,
    deliver_sm_resp: ({ session }, pdu) => outbox.answered(session, pdu.sequence_number, pdu.command_status),
    enquire_link: ({ session }, pdu) => answer(session, pdu, smppStatus.ok),
    query_sm: query,
    unbind,
    bind_transceiver: bind(true, true),
    bind_transmitter: bind(true, false),
    bind_receiver: bind(false, true),
  }

  function handle(client: Client, pdu: SmppPdu): void {
    const known = handlers[pdu.command]
    if (known) known(client, pdu)
    // Answers to our own requests need none; any other request is one that this centre does not know.
    else if (!pdu.command.endsWith('_resp') && pdu.command !== 'generic_nack') {
      refuse(client.session, pdu, smppStatus.commandId)
    }
  }

  const server = smpp.createServer(session => {
    const client: Client = { session, bound: undefined }
    sessions.add(session)
    session.socket.setNoDelay(true)
    session.on('pdu', pdu => handle(client, pdu))
    // A line that was cut, or bytes that are no SMPP: after the latter the library reads no further.
    session.on('error', () => session.destroy())
    session.on('close', () => {
      sessions.delete(session)
      outbox.closed(session)
    })
  })
  const port = await listen(server, deps.port, deps.host, 'LOA_SIMULATOR_SMPP_PORT')
  return {
    port,
    waitingReceipts: () => outbox.waiting(),
    waitingParts: () => carrier.waitingParts(),
    async idle() {
      await timers.idle()
      await outbox.idle()
    },
    close() {
      timers.close()
      outbox.close()
      const closed = new Promise<void>(resolve => server.close(() => resolve()))
      for (const session of sessions) session.destroy()
      return closed
    },
  }
}

/** New random credentials within the protocol's lengths. */
export function smppCredentials(): SmppCredentials {
  return { smppSystemId: 'loa-simulator', smppPassword: randomBytes(6).toString('base64url') }
}

function sameText(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** As logs and documents write it: 0x58. */
function statusText(status: number): string {
  return `0x${status.toString(16).toUpperCase().padStart(2, '0')}`
}
