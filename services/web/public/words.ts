import type { Priority } from '../../domain/announcement.ts'
import type { Sentence } from '../../domain/errors.ts'

export type PageLanguage = keyof Sentence

const locales = { vi: 'vi-VN', en: 'en-GB' } as const

/** Date and hour in Viet Nam, as documents write them. */
export function writtenTime(at: Date, language: PageLanguage): string {
  const zone = { timeZone: 'Asia/Ho_Chi_Minh' } as const
  const day = new Intl.DateTimeFormat(locales[language], {
    ...zone,
    day: '2-digit',
    month: language === 'vi' ? '2-digit' : 'long',
    year: 'numeric',
  }).format(at)
  const [hour, minute] = new Intl.DateTimeFormat('en-GB', { ...zone, hour: '2-digit', minute: '2-digit' })
    .format(at)
    .split(':')
  return language === 'vi' ? `${hour} giờ ${minute}, ngày ${day}` : `${day}, ${hour}:${minute}`
}

export const priorityNames: Record<Priority, Sentence> = {
  routine: { vi: 'Thông thường', en: 'Routine' },
  priority: { vi: 'Ưu tiên', en: 'Priority' },
  emergency: { vi: 'Khẩn cấp', en: 'Emergency' },
}

/** The words around an announcement; its own text stays as it was issued. */
export const words = {
  skip: { vi: 'Đến nội dung thông báo', en: 'Skip to the announcement' },
  site: { vi: 'Thông tin cơ sở', en: 'Grassroots information' },
  languages: { vi: 'Ngôn ngữ', en: 'Language' },
  facts: { vi: 'Thông tin về văn bản', en: 'About this announcement' },
  issuer: { vi: 'Cơ quan ban hành', en: 'Issued by' },
  number: { vi: 'Số, ký hiệu', en: 'Number' },
  published: { vi: 'Phát hành', en: 'Published' },
  valid: { vi: 'Thời hạn hiển thị', en: 'Shown until' },
  noEnd: { vi: 'Không ghi thời hạn', en: 'No end was set' },
  priority: { vi: 'Mức độ ưu tiên', en: 'Priority' },
  revision: { vi: 'Phiên bản', en: 'Revision' },
  pictures: { vi: 'Hình ảnh kèm theo', en: 'Pictures' },
  text: { vi: 'Nội dung', en: 'Text' },
  demo: {
    vi: 'Hệ thống diễn tập: nội dung dưới đây không phải thông báo thật.',
    en: 'Demonstration: what follows is not a real announcement.',
  },
  expired: {
    vi: 'Thông báo này đã hết hạn. Nội dung dưới đây chỉ để tham khảo.',
    en: 'This announcement has expired. Its text is kept below for reference only.',
  },
  withdrawn: { vi: 'Thông báo này đã được thu hồi', en: 'This announcement was withdrawn' },
  withdrawnRest: {
    vi: 'Nội dung không còn giá trị, đề nghị Ông/Bà không thực hiện theo và không chia sẻ. Cần biết thêm, xin liên hệ cơ quan ban hành.',
    en: 'Its text no longer holds: please do not follow or share it. Ask the issuing agency if you need to know more.',
  },
  superseded: { vi: 'Thông báo này đã được thay thế', en: 'This announcement was replaced' },
  supersededRest: {
    vi: 'Đã có thông báo mới thay cho thông báo này. Ông/Bà vui lòng xem thông báo mới trên bảng tin hoặc liên hệ cơ quan ban hành.',
    en: 'A newer announcement takes its place. Please see the public board or ask the issuing agency.',
  },
  older: {
    vi: 'Mã Ông/Bà vừa quét thuộc một phiên bản cũ. Dưới đây là phiên bản mới nhất.',
    en: 'The code you scanned belongs to an older revision. This is the newest one.',
  },
  notFound: { vi: 'Không tìm thấy thông báo', en: 'No such announcement' },
  notFoundRest: {
    vi: 'Đường dẫn hoặc mã QR không đúng, hoặc thông báo chưa được phát hành. Ông/Bà vui lòng quét lại mã trên bảng tin.',
    en: 'The address or QR code is wrong, or the announcement has not been published. Please scan the code again.',
  },
  footer: {
    vi: 'Nội dung do cơ quan ban hành phê duyệt và phát hành qua hệ thống thông tin cơ sở Loa.',
    en: 'Approved by the issuing agency and published through Loa, the grassroots information system.',
  },
  onlyVietnamese: { vi: '', en: 'The announcement itself is in Vietnamese, as it was issued.' },
} satisfies Record<string, Sentence>
