import type { Outcome } from '../../services/domain/delivery.ts'
import type { LookupQuestion, Receipt, ReceiptRequest } from '../contract.ts'
import type { SmsContent } from './render.ts'

/** Vendors that this channel can speak to; also their names in LOA_SMS_VENDORS and at the head of references. */
export const vendorIds = ['twilio', 'esms', 'smpp'] as const
export type VendorId = (typeof vendorIds)[number]

/** One text message to one person. */
export interface Message {
  dispatchId: string
  targetId: string
  /** E.164. */
  to: string
  content: SmsContent
}

/** What a vendor says of a message whose fate was unknown; undefined when it knows nothing for certain. */
export type Finding = Receipt | 'never-arrived' | undefined

/** One vendor as the channel sees it; its protocol stays in its own folder. */
export interface Vendor {
  /** Messages under way at once at the most. */
  concurrency: number
  /** Never rejects for reasons of the message; after the signal, what is under way has a few seconds to end. */
  send(message: Message, signal: AbortSignal): Promise<Outcome>
  /** How long the vendor wants nothing more, in ms; 0 when it takes messages. */
  pausedMs(): number
  lookup(question: LookupQuestion<SmsContent>, signal: AbortSignal): Promise<Finding>
  /**
   * Present when receipts come over HTTP.
   * @throws AppError auth.bad-token for a forged request
   */
  receipt?(request: ReceiptRequest): Receipt[]
  /** @throws an error with a `code` or `reason` when the vendor cannot be used */
  verify(): Promise<void>
  close(): Promise<void>
}

/** `<vendor>:<id>`: the reference of a message, unique over all vendors. */
export function messageRef(vendor: VendorId, id: string): string {
  return `${vendor}:${id}`
}

/**
 * Splits a reference. A bare one is Twilio's: before there were several vendors, references had no head.
 * @returns the vendor and its own id (empty when only the vendor is known)
 */
export function parseRef(ref: string | null): { vendor: VendorId; id: string } | undefined {
  if (ref === null || ref === '') return undefined
  const at = ref.indexOf(':')
  if (at < 0) return { vendor: 'twilio', id: ref }
  const vendor = vendorIds.find(id => id === ref.slice(0, at))
  return vendor && { vendor, id: ref.slice(at + 1) }
}
