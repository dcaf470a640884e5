import type { Outcome } from '../../../services/domain/delivery.ts'
import { type CodeTable, type NoAnswer, noAnswerOutcome, outcomeOf } from '../failures.ts'

/**
 * What eSMS's CodeResult and HTTP status mean for a message, as the vendor documents them. A code that is not listed
 * here tells nothing for certain, so it is `unknown`.
 */
export const esmsCodes: CodeTable = {
  'esms-99': {
    meaning: 'rejected',
    vi: 'Số điện thoại bị chặn tại nhà cung cấp',
    en: 'Number blocked at the provider',
  },
  'esms-100': { meaning: 'accepted', vi: 'Nhà cung cấp đã nhận tin', en: 'Taken by the provider' },
  'esms-101': {
    meaning: 'setup',
    vi: 'Sai ApiKey hoặc SecretKey của nhà cung cấp SMS',
    en: 'Key or secret of the account refused',
  },
  'esms-102': {
    meaning: 'setup',
    vi: 'Tài khoản chưa có bảng giá hoặc bị khóa',
    en: 'Account without tariff or locked',
  },
  'esms-103': { meaning: 'setup', vi: 'Tài khoản không đủ số dư', en: 'Not enough credit on the account' },
  'esms-104': { meaning: 'setup', vi: 'Tên thương hiệu (brandname) chưa được đăng ký', en: 'Unknown brandname' },
  'esms-108': { meaning: 'rejected', vi: 'Số điện thoại không đúng định dạng', en: 'Invalid phone number' },
  'esms-118': { meaning: 'setup', vi: 'Loại tin nhắn không hợp lệ', en: 'Wrong type of message' },
  // Our RequestId names dispatch and target: only we can have sent it before, so that message is there already.
  'esms-124': { meaning: 'accepted', vi: 'Nhà cung cấp đã nhận tin này từ trước', en: 'Taken by the provider before' },
  'esms-140': { meaning: 'setup', vi: 'Địa chỉ IP chưa được nhà cung cấp cho phép', en: 'IP address not permitted' },
  'esms-146': {
    meaning: 'rejected',
    vi: 'Nội dung không khớp mẫu tin đã đăng ký',
    en: 'Text matches no registered template',
  },
  'esms-177': {
    meaning: 'rejected',
    vi: 'Tên thương hiệu chưa đăng ký với nhà mạng của số này',
    en: 'Brandname not registered with the carrier of this number',
  },
  'esms-201': { meaning: 'rejected', vi: 'Nội dung có từ khóa bị chặn', en: 'Text holds a blocked keyword' },
  'http-401': { meaning: 'setup', vi: 'Nhà cung cấp từ chối tài khoản', en: 'Account refused' },
  'http-403': { meaning: 'setup', vi: 'Nhà cung cấp từ chối truy cập', en: 'Access refused' },
  'http-404': { meaning: 'setup', vi: 'Không tìm thấy dịch vụ tại địa chỉ này', en: 'No service at this address' },
  'http-408': { meaning: 'unknown', vi: 'Nhà cung cấp hết thời gian chờ', en: 'The provider timed out' },
  'http-429': { meaning: 'throttled', vi: 'Nhà cung cấp yêu cầu gửi chậm lại', en: 'The provider asks to slow down' },
  'http-503': { meaning: 'retry', vi: 'Nhà cung cấp tạm ngừng phục vụ', en: 'The provider is not serving now' },
  // Later, in receipts.
  'esms-refused': { meaning: 'rejected', vi: 'Nhà cung cấp từ chối gửi tin', en: 'The provider refused the message' },
  'esms-failed': { meaning: 'rejected', vi: 'Nhà mạng báo gửi không thành công', en: 'The carrier reports failure' },
}

/** What came back from a request. */
export type EsmsAnswer =
  | { kind: 'answer'; status: number; body: string; retryAfterSeconds?: number }
  | ({ kind: 'no-answer' } & NoAnswer)

/** An answer's CodeResult and SMSID as strings; the vendor writes numbers and strings by turns. */
export function readEsmsAnswer(body: string): Record<string, string> | undefined {
  try {
    const parsed: unknown = JSON.parse(body)
    if (parsed === null || typeof parsed !== 'object' || Array.isArray(parsed)) return undefined
    return Object.fromEntries(
      Object.entries(parsed).flatMap(([name, value]) =>
        typeof value === 'string' || typeof value === 'number' ? [[name, String(value)]] : [],
      ),
    )
  } catch {
    return undefined
  }
}

/**
 * @returns for an accepted message its SMSID where the answer gives one; an answer that cannot be read (a proxy's page,
 * nothing at all) is `unknown`, because the vendor may have taken the message all the same
 */
export function esmsOutcome(answer: EsmsAnswer): Outcome | { kind: 'taken'; id: string | undefined } {
  if (answer.kind === 'no-answer') return noAnswerOutcome(answer)
  const { status, body, retryAfterSeconds } = answer
  const wait = retryAfterSeconds === undefined ? undefined : retryAfterSeconds * 1000
  if (status < 200 || status > 299) {
    const code = `http-${status}`
    const meaning = esmsCodes[code]?.meaning ?? (status >= 400 && status < 500 ? 'rejected' : 'unknown')
    return outcomeOf(meaning === 'accepted' ? 'unknown' : meaning, code, wait)
  }
  const fields = readEsmsAnswer(body)
  const result = fields?.['CodeResult']
  if (result === undefined || !/^\d{1,6}$/.test(result)) return { kind: 'unknown', code: 'bad-answer' }
  const code = `esms-${result}`
  const meaning = esmsCodes[code]?.meaning ?? 'unknown'
  if (meaning === 'accepted') return { kind: 'taken', id: fields?.['SMSID'] || undefined }
  return outcomeOf(meaning, code, wait)
}

/**
 * The state in a callback or a look-up: SendStatus 1 and 2 wait at the vendor, 7 was sent, 4 was refused, 5 is over,
 * and then the counts say how it ended. A message to one person that failed once has failed.
 */
export function esmsReceiptState(
  fields: Record<string, string | undefined>,
): { state: 'accepted' | 'confirmed' | 'rejected'; code?: string } | undefined {
  const { SendStatus: status, SendSuccess: success, SendFailed: failed } = fields
  if (status === '4') return { state: 'rejected', code: 'esms-refused' }
  if (status === '1' || status === '2' || status === '7') return { state: 'accepted' }
  if (status !== '5') return undefined
  if (Number(failed) > 0) return { state: 'rejected', code: 'esms-failed' }
  return Number(success) > 0 ? { state: 'confirmed' } : { state: 'accepted' }
}
