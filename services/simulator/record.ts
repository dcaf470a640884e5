import { SegmentedMessage } from 'sms-segments-calculator'
import { createLedger, type Ledger } from './ledger.ts'
import { createTally, type Tally } from './tally.ts'
import { type SmsVendor, type SpeechVendor, smsVendors, speechVendors } from './vendors.ts'

export type SmsStatus = 'queued' | 'sent' | 'delivered' | 'undelivered' | 'failed'

/** A text as the network would count it; equal texts share one of these. */
export interface SmsBody {
  text: string
  encoding: 'GSM-7' | 'UCS-2'
  parts: number
}

export interface SmsMessage {
  /** Twilio's message sid, eSMS's SMSID, or the SMPP message id of the first part. */
  id: string
  vendor: SmsVendor
  to: string
  from: string
  body: SmsBody
  status: SmsStatus
  errorCode: number | null
  at: Date
  updatedAt: Date
}

export interface MailItem {
  id: string
  /** Envelope recipient, lower case. */
  to: string
  /** Envelope sender. */
  from: string
  /** The message as it came over the wire, shared by all recipients of one transaction. */
  raw: Buffer
  at: Date
}

/** Everything the simulator knows. `attempts` counts what was asked, refused or not. */
export interface SimulatorRecord {
  sms: Ledger<SmsMessage>
  mail: Ledger<MailItem>
  /** A text message as a phone shows it: long ones once, when all their parts are there. */
  takeSms(message: SmsMessage): void
  /** Messages on phones and parts taken, by vendor. Parts of long messages that never became whole count as well. */
  vendors: Record<SmsVendor, { messages: number; parts: number }>
  /** Texts that were spoken, by vendor. */
  speech: Record<SpeechVendor, { calls: number; characters: number }>
  /** Counts per number and vendor for ever; only with `keep.tally`. */
  tally: Tally | undefined
  /** One shared body per text, with its encoding and parts as Twilio's own calculator counts them. */
  smsBody(text: string): SmsBody
  /** Answers other than success, by code (Twilio's or SMTP's), for speech by the kind of fault. */
  refusals: { sms: Map<string, number>; email: Map<string, number>; speech: Map<string, number> }
  refuse(channel: 'sms' | 'email' | 'speech', code: string): void
  /** Callbacks and SMPP receipts: taken, given up (last try, refused), not sent because they point elsewhere. */
  callbacks: { delivered: number; failed: number; refused: number }
  /** Told after any change; for live pages. @returns function that stops it */
  onChange(listener: () => void): () => void
  changed(): void
  clear(): void
}

export interface RecordLimits {
  sms?: number
  mailBytes?: number
  tally?: boolean
}

/**
 * @param limits.sms how many text messages are kept (20,000 when absent)
 * @param limits.mailBytes how many bytes of mail are kept (64 MB when absent)
 * @param limits.tally counts per number and vendor (off when absent)
 */
export function createRecord(limits: RecordLimits = {}): SimulatorRecord {
  const sms = createLedger<SmsMessage>(limits.sms ?? 20_000, () => 1)
  const mail = createLedger<MailItem>(limits.mailBytes ?? 64 * 1024 * 1024, item => item.raw.length)
  const bodies = new Map<string, SmsBody>()
  const listeners = new Set<() => void>()
  const refusals = {
    sms: new Map<string, number>(),
    email: new Map<string, number>(),
    speech: new Map<string, number>(),
  }
  const callbacks = { delivered: 0, failed: 0, refused: 0 }
  const vendors: SimulatorRecord['vendors'] = {
    twilio: { messages: 0, parts: 0 },
    esms: { messages: 0, parts: 0 },
    smpp: { messages: 0, parts: 0 },
  }
  const speech: SimulatorRecord['speech'] = {
    fpt: { calls: 0, characters: 0 },
    viettel: { calls: 0, characters: 0 },
    google: { calls: 0, characters: 0 },
  }
  const tally = limits.tally ? createTally() : undefined
  const changed = () => {
    for (const listener of listeners) listener()
  }
  return {
    sms,
    mail,
    refusals,
    callbacks,
    vendors,
    speech,
    tally,
    takeSms(message) {
      sms.add(message.body.text, message)
      vendors[message.vendor].messages += 1
      tally?.add(message.to, message.vendor)
      changed()
    },
    smsBody(text) {
      let body = bodies.get(text)
      if (!body) {
        const counted = new SegmentedMessage(text)
        body = { text, encoding: counted.encodingName, parts: counted.segmentsCount }
        // Personalised texts would fill this table; it is only a memory of recent ones.
        if (bodies.size >= 1000) bodies.clear()
        bodies.set(text, body)
      }
      return body
    },
    refuse(channel, code) {
      refusals[channel].set(code, (refusals[channel].get(code) ?? 0) + 1)
      changed()
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    changed,
    clear() {
      sms.clear()
      mail.clear()
      bodies.clear()
      tally?.clear()
      for (const vendor of smsVendors) vendors[vendor] = { messages: 0, parts: 0 }
      for (const vendor of speechVendors) speech[vendor] = { calls: 0, characters: 0 }
      refusals.sms.clear()
      refusals.speech.clear()
      refusals.email.clear()
      callbacks.delivered = 0
      callbacks.failed = 0
      callbacks.refused = 0
      changed()
    },
  }
}
