import { type SmppMessage, type SmppPdu, type SmppStat, smppStatus } from './smpp-library.ts'
import { isSender, isVietnamMobile } from './vendors.ts'

/** What a submit_sm holds, read as the carrier would. */
export interface Submission {
  /** E.164 with plus sign. */
  to: string
  from: string
  text: string
  encoding: 'GSM-7' | 'UCS-2'
  /** Which part of which long message this is; absent for a message of its own. */
  part: MessagePart | undefined
  /** True when the text came in `message_payload`, which the carrier cuts by itself. */
  payload: boolean
  wantsReceipt: 'never' | 'always' | 'on-failure'
}

export interface MessagePart {
  /** Reference number with its width: 8-bit and 16-bit references are different numbers. */
  reference: string
  total: number
  /** From 1. */
  number: number
}

const number = (value: unknown): number => (typeof value === 'number' ? value : 0)

/** @returns what is submitted, or the command status with which a strict carrier refuses it */
export function readSubmission(pdu: SmppPdu): Submission | number {
  const to = readDestination(String(pdu.destination_addr ?? ''), number(pdu.dest_addr_ton))
  if (to === undefined) return smppStatus.destination
  const from = String(pdu.source_addr ?? '')
  if (!isSender(from)) return smppStatus.sourceAddress
  const coding = number(pdu.data_coding)
  if (coding !== 0 && coding !== 8) return smppStatus.submitFailed
  const encoding = coding === 0 ? 'GSM-7' : 'UCS-2'
  const short = pdu.short_message as SmppMessage | undefined
  const long = pdu.message_payload as SmppMessage | undefined
  const payload = long !== undefined
  if (payload && short !== undefined && short.message.length > 0) return smppStatus.submitFailed
  const { message, udh } = long ?? short ?? { message: '' }
  if (typeof message !== 'string' || message.length === 0) return smppStatus.messageLength
  if (!payload && !fits(message, udh, encoding)) return smppStatus.messageLength
  const receipt = number(pdu.registered_delivery) & 0x03
  return {
    to,
    from,
    text: message,
    encoding,
    part: partFromHeader(udh ?? []) ?? partFromFields(pdu),
    payload,
    wantsReceipt: receipt === 1 ? 'always' : receipt === 2 ? 'on-failure' : 'never',
  }
}

/** Mobile numbers of Viet Nam only: international digits, or the national form where the type of number allows it. */
function readDestination(address: string, typeOfNumber: number): string | undefined {
  const digits = address.replace(/^\+/, '')
  const national = typeOfNumber !== 1 && digits.startsWith('0')
  const e164 = national ? `+84${digits.slice(1)}` : `+${digits}`
  return isVietnamMobile(e164) ? e164 : undefined
}

/** GSM 03.38 letters of the extension table, which take two septets. */
const twoSeptets = /[\f^{}\\[~\]|€]/g

/** 140 octets on the air: 160 septets or 70 UTF-16 units, less what the header takes. */
function fits(text: string, udh: Buffer[] | undefined, encoding: Submission['encoding']): boolean {
  const headerOctets = udh ? 1 + udh.reduce((sum, element) => sum + element.length, 0) : 0
  if (encoding === 'UCS-2') return headerOctets + text.length * 2 <= 140
  const septets = text.length + (text.match(twoSeptets)?.length ?? 0)
  return Math.ceil((headerOctets * 8) / 7) + septets <= 160
}

/** Concatenation elements of 3GPP TS 23.040: 0x00 with an 8-bit reference, 0x08 with a 16-bit one. */
export function partFromHeader(udh: Buffer[]): MessagePart | undefined {
  for (const element of udh) {
    if (element[0] === 0x00 && element[1] === 3 && element.length === 5) {
      return part('8', element.readUInt8(2), element.readUInt8(3), element.readUInt8(4))
    }
    if (element[0] === 0x08 && element[1] === 4 && element.length === 6) {
      return part('16', element.readUInt16BE(2), element.readUInt8(4), element.readUInt8(5))
    }
  }
  return undefined
}

/** The same said by SMPP's own optional fields instead of a header. */
function partFromFields(pdu: SmppPdu): MessagePart | undefined {
  if (pdu.sar_msg_ref_num === undefined) return undefined
  return part('sar', number(pdu.sar_msg_ref_num), number(pdu.sar_total_segments), number(pdu.sar_segment_seqnum))
}

/** A part that names no place within its total stands alone, as on a handset. */
function part(kind: string, reference: number, total: number, sequence: number): MessagePart | undefined {
  if (total < 2 || sequence < 1 || sequence > total) return undefined
  return { reference: `${kind}:${reference}`, total, number: sequence }
}

export interface ReceiptFacts {
  messageId: string
  submittedAt: Date
  doneAt: Date
  stat: SmppStat
  /** 0 when delivered; receipts have room for three digits. */
  errorCode: number
}

/** The text of a delivery receipt, in the layout of SMPP 3.4 appendix B. Times are Viet Nam's. */
export function receiptText(facts: ReceiptFacts): string {
  const delivered = facts.stat === 'DELIVRD' ? '001' : '000'
  return [
    `id:${facts.messageId}`,
    'sub:001',
    `dlvrd:${delivered}`,
    `submit date:${minute(facts.submittedAt)}`,
    `done date:${minute(facts.doneAt)}`,
    `stat:${facts.stat}`,
    `err:${String(facts.errorCode % 1000).padStart(3, '0')}`,
    'text:',
  ].join(' ')
}

/** YYMMDDhhmm at UTC+7. */
function minute(at: Date): string {
  const there = new Date(at.getTime() + 7 * 3_600_000).toISOString()
  return there.slice(2, 16).replace(/\D/g, '')
}
