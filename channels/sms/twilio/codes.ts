import type { Outcome } from '../../../services/domain/delivery.ts'
import { type CodeTable, configurationMs, type NoAnswer, noAnswerOutcome, outcomeOf } from '../failures.ts'

/**
 * What Twilio's answers and error codes mean for a message (https://www.twilio.com/docs/api/errors). `meaning` decides
 * the outcome of a send; codes from 30001 come later, in delivery receipts.
 */
export const twilioCodes: CodeTable = {
  '20003': {
    meaning: 'setup',
    vi: 'Sai tài khoản hoặc mã bí mật của nhà cung cấp SMS',
    en: 'Account or secret refused',
  },
  '20404': { meaning: 'setup', vi: 'Không tìm thấy tài khoản tại nhà cung cấp SMS', en: 'Account not found' },
  '20429': { meaning: 'throttled', vi: 'Nhà cung cấp yêu cầu gửi chậm lại', en: 'The provider asks to slow down' },
  'http-429': { meaning: 'throttled', vi: 'Nhà cung cấp yêu cầu gửi chậm lại', en: 'The provider asks to slow down' },
  '20503': { meaning: 'retry', vi: 'Nhà cung cấp tạm ngừng phục vụ', en: 'The provider is not serving now' },
  '21211': { meaning: 'rejected', vi: 'Số điện thoại nhận không hợp lệ', en: 'Invalid recipient number' },
  '21212': { meaning: 'rejected', vi: 'Tên hoặc số gửi không hợp lệ', en: 'Invalid sender' },
  '21408': {
    meaning: 'rejected',
    vi: 'Tài khoản chưa được phép gửi đến vùng này',
    en: 'Account may not send to this region',
  },
  '21602': { meaning: 'rejected', vi: 'Nội dung tin trống', en: 'Empty message' },
  '21603': { meaning: 'rejected', vi: 'Thiếu tên hoặc số gửi', en: 'No sender' },
  '21604': { meaning: 'rejected', vi: 'Thiếu số điện thoại nhận', en: 'No recipient' },
  '21606': { meaning: 'rejected', vi: 'Số gửi không gửi được tin nhắn', en: 'The sender cannot send messages' },
  '21609': { meaning: 'rejected', vi: 'Địa chỉ nhận báo cáo không hợp lệ', en: 'Invalid address for receipts' },
  '21610': { meaning: 'rejected', vi: 'Người nhận đã từ chối nhận tin', en: 'The recipient has opted out' },
  '21611': { meaning: 'throttled', vi: 'Hàng đợi của số gửi đã đầy', en: 'The queue of the sender is full' },
  '21612': { meaning: 'rejected', vi: 'Không có đường gửi đến số này', en: 'No route to this number' },
  '21614': { meaning: 'rejected', vi: 'Số nhận không phải số di động', en: 'Not a mobile number' },
  '21617': { meaning: 'rejected', vi: 'Nội dung tin quá dài', en: 'Message too long' },
  '30001': { meaning: 'rejected', vi: 'Hàng đợi của nhà cung cấp đã đầy', en: 'Queue overflow' },
  '30002': { meaning: 'rejected', vi: 'Tài khoản gửi bị tạm khóa', en: 'Account suspended' },
  '30003': { meaning: 'rejected', vi: 'Máy tắt hoặc ngoài vùng phủ sóng', en: 'Handset unreachable' },
  '30004': { meaning: 'rejected', vi: 'Tin bị chặn', en: 'Message blocked' },
  '30005': { meaning: 'rejected', vi: 'Số không tồn tại hoặc không còn dùng', en: 'Unknown handset' },
  '30006': { meaning: 'rejected', vi: 'Số cố định hoặc nhà mạng không hỗ trợ', en: 'Landline or unreachable carrier' },
  '30007': { meaning: 'rejected', vi: 'Nhà mạng lọc tin', en: 'Filtered by the carrier' },
  '30008': { meaning: 'rejected', vi: 'Nhà mạng báo lỗi không rõ nguyên nhân', en: 'Unknown error of the carrier' },
}

/** What came back from a request, free of the SDK's types. */
export type TwilioFailure =
  | { kind: 'answer'; status: number; code?: number; retryAfterSeconds?: number }
  | ({ kind: 'no-answer' } & NoAnswer)

/**
 * Only what is certainly not sent is `retry`: nothing left this machine, or an answer that is documented to create no
 * message (401, 404 of the account, 429, 503). Other failures of the server and lost answers are `unknown`.
 */
export function twilioOutcome(failure: TwilioFailure): Outcome {
  if (failure.kind === 'no-answer') return noAnswerOutcome(failure)
  const { status, code } = failure
  const name = code ? String(code) : `http-${status}`
  const wait = failure.retryAfterSeconds === undefined ? undefined : failure.retryAfterSeconds * 1000
  if (status === 429 || status === 503)
    return { kind: 'retry', code: name, ...(wait === undefined ? {} : { afterMs: wait }) }
  if (status === 401 || status === 403 || status === 404) return { kind: 'retry', code: name, afterMs: configurationMs }
  if (status >= 400 && status < 500 && status !== 408) {
    const meaning = twilioCodes[name]?.meaning ?? 'rejected'
    return outcomeOf(meaning === 'accepted' ? 'unknown' : meaning, name, wait)
  }
  return { kind: 'unknown', code: name }
}

/**
 * Twilio's message states as evidence. `sent` means that the carrier took it; only `delivered` comes from the handset.
 * States before that (queued, sending) prove that the provider holds the message, which settles an `unknown`.
 */
export function twilioReceiptState(status: string): 'accepted' | 'confirmed' | 'rejected' | undefined {
  if (status === 'delivered' || status === 'read') return 'confirmed'
  if (status === 'undelivered' || status === 'failed') return 'rejected'
  if (['accepted', 'scheduled', 'queued', 'sending', 'sent'].includes(status)) return 'accepted'
  return undefined
}
