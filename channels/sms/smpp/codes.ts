import type { Outcome } from '../../../services/domain/delivery.ts'
import { type CodeTable, type Meaning, outcomeOf } from '../failures.ts'

/**
 * What a command_status of SMPP 3.4 (section 5.1.3) means for a message. A status other than 0 is a refusal by the
 * protocol, so one that is not listed is `rejected`; the errors of the centre itself leave open what it has done.
 */
export const smppCodes: CodeTable = {
  'smpp-0x01': { meaning: 'rejected', vi: 'Độ dài tin không hợp lệ', en: 'Invalid message length' },
  'smpp-0x03': { meaning: 'setup', vi: 'Tổng đài không hỗ trợ lệnh này', en: 'Command not supported' },
  'smpp-0x04': { meaning: 'retry', vi: 'Kết nối với tổng đài chưa sẵn sàng', en: 'The connection is not bound' },
  'smpp-0x05': { meaning: 'setup', vi: 'Tài khoản đã mở đủ số kết nối', en: 'Already bound as often as permitted' },
  'smpp-0x08': { meaning: 'unknown', vi: 'Tổng đài gặp lỗi hệ thống', en: 'System error of the message centre' },
  'smpp-0x0a': { meaning: 'setup', vi: 'Tên hoặc số gửi không hợp lệ', en: 'Invalid sender' },
  'smpp-0x0b': { meaning: 'rejected', vi: 'Số điện thoại nhận không hợp lệ', en: 'Invalid recipient number' },
  'smpp-0x0d': { meaning: 'setup', vi: 'Tổng đài từ chối kết nối', en: 'Bind refused' },
  'smpp-0x0e': { meaning: 'setup', vi: 'Sai mật khẩu SMPP', en: 'Wrong SMPP password' },
  'smpp-0x0f': { meaning: 'setup', vi: 'Sai tên tài khoản SMPP', en: 'Wrong SMPP account' },
  'smpp-0x14': { meaning: 'throttled', vi: 'Hàng đợi của tổng đài đã đầy', en: 'The queue of the centre is full' },
  'smpp-0x15': { meaning: 'setup', vi: 'Loại dịch vụ không hợp lệ', en: 'Invalid service type' },
  'smpp-0x45': { meaning: 'retry', vi: 'Tổng đài không nhận được tin', en: 'The centre could not take the message' },
  'smpp-0x48': { meaning: 'setup', vi: 'Kiểu số gửi không hợp lệ', en: 'Invalid type of sender' },
  'smpp-0x49': { meaning: 'setup', vi: 'Kiểu đánh số của số gửi không hợp lệ', en: 'Invalid numbering of the sender' },
  'smpp-0x50': { meaning: 'rejected', vi: 'Kiểu số nhận không hợp lệ', en: 'Invalid type of recipient' },
  'smpp-0x51': {
    meaning: 'rejected',
    vi: 'Kiểu đánh số của số nhận không hợp lệ',
    en: 'Invalid numbering of recipient',
  },
  'smpp-0x53': { meaning: 'setup', vi: 'Loại hệ thống không hợp lệ', en: 'Invalid system type' },
  'smpp-0x58': { meaning: 'throttled', vi: 'Tổng đài yêu cầu gửi chậm lại', en: 'The centre asks to slow down' },
  'smpp-0x64': { meaning: 'retry', vi: 'Tổng đài tạm thời chưa nhận', en: 'Temporary refusal of the centre' },
  'smpp-0xfe': { meaning: 'unknown', vi: 'Tổng đài báo chưa chuyển được tin', en: 'Delivery failure at the centre' },
  'smpp-0xff': { meaning: 'unknown', vi: 'Tổng đài báo lỗi không rõ nguyên nhân', en: 'Unknown error of the centre' },
  // Later, in receipts.
  'smpp-expired': {
    meaning: 'rejected',
    vi: 'Tin hết hạn trước khi đến máy',
    en: 'Expired before it reached the handset',
  },
  'smpp-deleted': { meaning: 'rejected', vi: 'Tin bị xóa tại tổng đài', en: 'Deleted at the message centre' },
  'smpp-undeliv': { meaning: 'rejected', vi: 'Máy không nhận được tin', en: 'Not delivered to the handset' },
  'smpp-rejectd': { meaning: 'rejected', vi: 'Nhà mạng từ chối tin', en: 'Refused by the carrier' },
}

/** `smpp-0x58`: the name of a status in outcomes, as people find it in the protocol's tables. */
export function smppCode(status: number): string {
  return `smpp-0x${status.toString(16).padStart(2, '0')}`
}

/** What a refused command means. @param status command_status other than 0 */
export function smppMeaning(status: number): Exclude<Meaning, 'accepted'> {
  const meaning = smppCodes[smppCode(status)]?.meaning ?? 'rejected'
  return meaning === 'accepted' ? 'unknown' : meaning
}

/** The outcome of a refused submit_sm. @param afterMs the back-off so far, for a centre that wants us slower */
export function smppOutcome(status: number, afterMs?: number): Outcome {
  return outcomeOf(smppMeaning(status), smppCode(status), afterMs)
}

/** message_state (SMPP 3.4, section 5.2.28) in the words that receipts use. */
const messageStates: Record<number, string> = {
  1: 'ENROUTE',
  2: 'DELIVRD',
  3: 'EXPIRED',
  4: 'DELETED',
  5: 'UNDELIV',
  6: 'ACCEPTD',
  7: 'UNKNOWN',
  8: 'REJECTD',
}

/** @returns undefined for states that tell nothing (UNKNOWN, or one that nobody has heard of) */
export function smppReceiptState(
  state: string | number,
): { state: 'accepted' | 'confirmed' | 'rejected'; code?: string } | undefined {
  const word = typeof state === 'number' ? messageStates[state] : state.toUpperCase()
  if (word === 'DELIVRD') return { state: 'confirmed' }
  if (word === 'ACCEPTD' || word === 'ENROUTE') return { state: 'accepted' }
  if (word !== undefined && ['EXPIRED', 'DELETED', 'UNDELIV', 'REJECTD'].includes(word)) {
    return { state: 'rejected', code: `smpp-${word.toLowerCase()}` }
  }
  return undefined
}
