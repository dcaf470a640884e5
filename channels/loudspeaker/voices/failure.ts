import { AppError, type Sentence } from '../../../services/domain/errors.ts'

/**
 * What went wrong with a voice over HTTP. Only what certainly made nothing and cost nothing is tried again by itself
 * (see `http.ts`); the breaker counts all but `refused`, which is about one text.
 */
const reasons = {
  unreachable: { vi: 'không kết nối được', en: 'could not be reached' },
  timeout: { vi: 'trả lời quá chậm', en: 'took too long' },
  lost: { vi: 'ngắt kết nối giữa chừng', en: 'broke the connection' },
  auth: { vi: 'từ chối khóa truy cập (API key)', en: 'refused the key' },
  quota: { vi: 'báo đã hết hạn mức hoặc gọi quá nhanh', en: 'said that the quota is used up or the pace too high' },
  refused: { vi: 'từ chối đoạn văn bản', en: 'refused the text' },
  server: { vi: 'báo lỗi máy chủ', en: 'answered with a server error' },
  answer: { vi: 'trả lời không đúng định dạng', en: 'gave an answer that cannot be read' },
  link: { vi: 'trả về đường dẫn tải không được phép dùng', en: 'gave a link that may not be followed' },
  html: { vi: 'trả về trang web thay vì âm thanh', en: 'gave a web page instead of sound' },
  empty: { vi: 'trả về tệp rỗng', en: 'gave an empty file' },
  'not-audio': { vi: 'trả về tệp không phải âm thanh', en: 'gave a file that is no sound' },
  silent: { vi: 'trả về âm thanh im lặng', en: 'gave silence' },
  'too-short': { vi: 'trả về âm thanh quá ngắn so với văn bản', en: 'gave less sound than the text takes' },
  'too-long': { vi: 'trả về âm thanh quá dài so với văn bản', en: 'gave more sound than the text takes' },
  resting: { vi: 'vừa lỗi nhiều lần nên đang tạm nghỉ', en: 'failed several times and is left alone for a while' },
} as const satisfies Record<string, Sentence>
export type VoiceTrouble = keyof typeof reasons

/**
 * The error for a voice over HTTP that did not do its work: audio.failed, with `details.engine` and `details.reason`.
 * @param engine as in the voice's id, e.g. `fpt`
 * @param detail for the log: a status or a code of the vendor; never a key, never text of an announcement
 */
export function voiceFailed(engine: { id: string; name: string }, reason: VoiceTrouble, detail?: string): AppError {
  const said = reasons[reason]
  return new AppError(
    'audio.failed',
    {
      vi: `Dịch vụ giọng đọc ${engine.name} ${said.vi}. Ông/Bà vui lòng thử lại hoặc đề nghị quản trị viên kiểm tra dịch vụ này.`,
      en: `The voice service ${engine.name} ${said.en}. Please try again, or ask the administrator to check the service.`,
    },
    {
      message: `voice ${engine.id}: ${reason}${detail === undefined ? '' : ` (${detail})`}`,
      details: { engine: engine.id, reason },
    },
  )
}

/** Which trouble of a voice this error tells of; undefined for everything else. */
export function voiceTrouble(error: unknown): VoiceTrouble | undefined {
  const reason = error instanceof AppError && error.code === 'audio.failed' ? error.details?.['reason'] : undefined
  return typeof reason === 'string' && reason in reasons ? (reason as VoiceTrouble) : undefined
}
