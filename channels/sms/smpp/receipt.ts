import type { Receipt } from '../../contract.ts'
import { messageRef } from '../vendor.ts'
import { smppReceiptState } from './codes.ts'
import type { SmppConfig } from './config.ts'
import type { SmppPdu, SmppText } from './library.ts'

type IdForm = SmppConfig['receiptIds']

/**
 * The reference of a part, from the id in the answer to its submission. Where receipts write the same id to another
 * base, both are brought to one form: capitals, without leading zeros.
 */
export function partRef(id: string, form: IdForm): string {
  return messageRef('smpp', form === 'same' ? id : plain(id))
}

function plain(id: string): string {
  return id.toUpperCase().replace(/^0+(?=.)/, '')
}

function fromReceipt(id: string, form: IdForm): string {
  if (form === 'decimal' && /^\d+$/.test(id)) return BigInt(id).toString(16)
  if (form === 'hex' && /^[0-9a-f]+$/i.test(id)) return BigInt(`0x${id}`).toString()
  return id
}

/** esm_class: a delivery receipt (section 5.2.12), or a notification on the way. */
const isReceiptClass = (esmClass: unknown) => typeof esmClass === 'number' && [0x04, 0x20].includes(esmClass & 0x3c)

/**
 * Reads a deliver_sm as a receipt of one part. The optional fields are preferred to the text, whose form differs from
 * carrier to carrier.
 * @returns undefined for everything else: a message from a phone, a state that tells nothing
 */
export function readReceipt(pdu: SmppPdu, form: IdForm, at: Date): Receipt | undefined {
  const text = textOf(pdu)
  const id = word(pdu['receipted_message_id']) ?? /\bid:\s*([^\s]+)/i.exec(text)?.[1]
  const state = typeof pdu['message_state'] === 'number' ? pdu['message_state'] : /\bstat:\s*(\w+)/i.exec(text)?.[1]
  if (id === undefined || state === undefined) return undefined
  if (!isReceiptClass(pdu['esm_class']) && pdu['receipted_message_id'] === undefined) return undefined
  const read = smppReceiptState(state)
  return read && { ref: partRef(fromReceipt(id, form), form), ...read, at }
}

function textOf(pdu: SmppPdu): string {
  const { message } = (pdu['message_payload'] ?? pdu['short_message'] ?? { message: '' }) as SmppText
  const text = Buffer.isBuffer(message) ? message.toString('latin1') : String(message ?? '')
  // PostgreSQL takes no NUL, and one receipt that cannot be stored would hold up all of its batch for ever.
  return text.replaceAll('\0', '')
}

function word(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value.replaceAll('\0', '') : undefined
}
